"""Batched generation on the CPU, in the type and with the products that are quickest there."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_pipeline.nsynth.generation.cpu_layer import Scratch, cpu_layers
from audio_pipeline.nsynth.generation.decoder import Decoder
from audio_pipeline.nsynth.generation.engine import CENTRE, Job, NotFiniteError, require_fit
from audio_pipeline.nsynth.generation.philox import draws
from audio_pipeline.nsynth.generation.products import product
from audio_pipeline.nsynth.generation.sampling import choose

FEW_WEIGHTS, FEW_PRODUCTS = 1 << 17, 1 << 20
"""Weights of a filter, and multiplications by them, below which float32 takes less than the 12 µs
that any product takes in bfloat16."""


def matrix_type(width: int, batch: int) -> torch.dtype:
    """bfloat16 where the processor multiplies it (elsewhere it is 100 times slower) and it pays."""
    able, weights = torch.cpu.get_capabilities(), 6 * width * width
    is_small = weights < FEW_WEIGHTS and weights * batch < FEW_PRODUCTS
    fast = able.get("avx512_bf16") or able.get("amx_bf16")
    return torch.bfloat16 if fast and not is_small else torch.float32


class CpuEngine:
    """See Engine; `dtype` is that of matrix products, sums along the layers are float32."""

    def __init__(self, decoder: Decoder, batch: int, dtype: torch.dtype | None = None) -> None:
        sizes, width = decoder.sizes, decoder.sizes.decoder_width
        self.batch, self._decoder, self._step = batch, decoder, 0
        self._dtype = dtype or matrix_type(width, batch)
        self._layers = cpu_layers(decoder.layers, Scratch(batch, width, self._dtype))
        self._hidden = torch.zeros(batch, len(self._layers) * width, dtype=self._dtype)
        self._parts = self._hidden.chunk(len(self._layers), dim=1)
        skip = torch.cat([layer.skip for layer in decoder.layers])
        matrices = [matrix.to(self._dtype) for matrix in (-skip, decoder.out1, decoder.logits)]
        self._skip, self._out1, self._logits = (product(one, batch) for one in matrices)
        self._total = torch.zeros(batch, sizes.skip_width, dtype=self._dtype)
        self._inner = torch.zeros_like(self._total)
        self._rough = torch.zeros(batch, sizes.classes, dtype=self._dtype)
        self._scratch = torch.zeros(batch, sizes.classes, dtype=torch.long)
        self._inputs = torch.zeros(batch, 3)

    @torch.inference_mode()
    def begin(self, job: Job, frame: int = 0) -> None:
        """See Engine."""
        require_fit(job, self.batch, self._decoder.channels)
        self._job, self._step = job, frame * self._decoder.sizes.hop
        self._conditions = torch.from_numpy(np.ascontiguousarray(job.conditions, np.float32))
        self._inputs = torch.zeros(self.batch, 3)
        for layer in self._layers:
            layer.forget()

    @torch.inference_mode()
    def frame(self) -> NDArray[np.uint8]:
        """See Engine."""
        hop, number = self._decoder.sizes.hop, self._begin_frame()
        numbers = torch.from_numpy(draws(self._job.seeds, self._step, hop))
        drawn = torch.empty(hop, self.batch, dtype=torch.long)
        for row, k in zip(drawn, numbers, strict=True):
            self._advance()
            logits = self._head()
            row.copy_(choose(logits, k, 1 / self._job.temperature, self._scratch))
            self._take(row)
        if not bool(logits.isfinite().all()):  # by now the weights of the draw
            raise NotFiniteError(number, str(self._dtype))
        return drawn.T.to(torch.uint8).numpy()

    @torch.inference_mode()
    def force(self, classes: NDArray[np.uint8]) -> None:
        """See Engine."""
        self._begin_frame()
        for row in torch.from_numpy(classes.astype(np.int64)).T:
            self._advance()
            self._take(row)

    @torch.inference_mode()
    def score(self, classes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See Engine."""
        self._begin_frame()
        rows = []
        for row in torch.from_numpy(classes.astype(np.int64)).T:
            self._advance()
            rows.append(self._head())
            self._take(row)
        return torch.stack(rows, dim=1).numpy()

    def close(self) -> None:
        """See Engine."""
        self._layers = []

    def _begin_frame(self) -> int:
        """Compute what the conditioning gives in this frame; gives its number."""
        number = self._step // self._decoder.sizes.hop
        condition, decoder = self._conditions[:, number], self._decoder
        for layer in self._layers:
            layer.condition(condition)
        head = torch.addmm(decoder.out1_bias, condition, decoder.out1_condition)
        self._head_condition = head.to(self._dtype)
        return number

    def _advance(self) -> None:
        """One step of all layers."""
        x = torch.addmm(self._decoder.start_bias, self._inputs, self._decoder.start)
        for layer, hidden in zip(self._layers, self._parts, strict=True):
            layer.advance(self._step, x, hidden)

    def _head(self) -> Tensor:
        """Logits float32 [B, classes]."""
        decoder = self._decoder
        total = torch.addmm(decoder.skip_bias, self._inputs, decoder.skip_start)
        total.add_(self._skip.times(self._hidden, self._total)).relu_()
        hidden = self._out1.plus(total.to(self._dtype), self._head_condition, self._inner).relu_()
        return decoder.logits_bias + self._logits.times(hidden, self._rough)

    def _take(self, classes: Tensor) -> None:
        """The next step's input: the last three samples, oldest first."""
        value = (classes - CENTRE).float().div_(CENTRE)
        self._inputs = torch.cat([self._inputs[:, 1:], value[:, None]], dim=1)
        self._step += 1
