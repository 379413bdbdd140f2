"""Batched generation on the CPU: two matrix products per layer into memory that stays.

The gate sigmoid(u) tanh(v) is computed as -(s - 2 s q) with s = sigmoid(u), q = sigmoid(2 v): one
pass of sigmoid, several times faster here than tanh. The factors, all powers of two or -1, are in
the weights, where they are exact.

The residual is kept without the biases of the layers before: what they add up to, `shift`, is the
same at every step. The next layer's bias makes up for it, and a past of zeros is -shift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_pipeline.nsynth.generation.decoder import Decoder, Layer
from audio_pipeline.nsynth.generation.engine import CENTRE, Job, NotFiniteError, require_fit
from audio_pipeline.nsynth.generation.philox import draws
from audio_pipeline.nsynth.generation.sampling import choose


def matrix_type() -> torch.dtype:
    """bfloat16 where the processor multiplies it (elsewhere it is 100 times slower)."""
    able = torch.cpu.get_capabilities()
    fast = able.get("avx512_bf16") or able.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


@dataclass(frozen=True)
class _Stage:
    """A layer's matrices with the factors in, and its past."""

    taps: Tensor  # [3 * width, 2 * width], tanh columns doubled
    condition: Tensor  # [z, 2 * width], float32, likewise
    bias: Tensor  # [2 * width], float32, likewise
    out: Tensor  # [width, width + skip width], negated; the last layer has only the skip's part
    last: bool
    shift: Tensor  # [width], float32: what its input lacks
    ring: Tensor  # [2 * dilation, B, width]: slot t % (2 d) has x[t - 2 d], then x[t]
    slots: tuple[Tensor, ...]  # the ring's, as views that are not made anew at each step
    gates: Tensor  # [B, 2 * width]: what a frame's conditioning gives


class CpuEngine:
    """See Engine; `dtype` is that of matrix products, sums along the layers are float32."""

    def __init__(self, decoder: Decoder, batch: int, dtype: torch.dtype | None = None) -> None:
        self.batch, self._decoder = batch, decoder
        self._dtype = dtype or matrix_type()
        width, skip = decoder.sizes.decoder_width, decoder.sizes.skip_width
        self._stages = _stages(decoder.layers, batch, self._dtype)
        self._start = torch.cat([decoder.start, decoder.skip_start], dim=1)
        self._start_bias = torch.cat([decoder.start_bias, decoder.skip_bias])
        self._out1, self._logits_matrix = _typed(self._dtype, decoder.out1, decoder.logits)
        self._sums, self._gathered = self._memory(width, skip)
        self._x, self._skip = self._sums[:, :width], self._sums[:, width:]
        self._oldest, self._middle, self._present = self._gathered.chunk(3, dim=1)
        self._gates = torch.zeros(batch, 2 * width, dtype=self._dtype)
        self._hidden = torch.zeros(batch, width, dtype=self._dtype)
        self._logits = torch.zeros(batch, decoder.sizes.classes)
        self._scratch = torch.zeros(batch, decoder.sizes.classes, dtype=torch.long)
        self._inputs = torch.zeros(batch, 3)
        self._step = 0

    @torch.inference_mode()
    def begin(self, job: Job, frame: int = 0) -> None:
        """See Engine."""
        require_fit(job, self.batch, self._decoder.channels)
        self._job, self._step = job, frame * self._decoder.sizes.hop
        self._conditions = torch.from_numpy(np.ascontiguousarray(job.conditions, np.float32))
        self._inputs = torch.zeros(self.batch, 3)
        for stage in self._stages:
            stage.ring.copy_(-stage.shift)

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
            rows.append(self._head().clone())
            self._take(row)
        return torch.stack(rows, dim=1).numpy()

    def close(self) -> None:
        """See Engine."""
        self._stages = []

    def _begin_frame(self) -> int:
        """Compute what the conditioning gives in this frame; gives its number."""
        number = self._step // self._decoder.sizes.hop
        condition = self._conditions[:, number]
        for stage in self._stages:
            stage.gates.copy_(torch.addmm(stage.bias, condition, stage.condition))
        decoder = self._decoder
        head = torch.addmm(decoder.out1_bias, condition, decoder.out1_condition)
        (self._head_condition,) = _typed(self._dtype, head)
        return number

    def _advance(self) -> None:
        """One step of all layers; what stands in the loop is looked up before it."""
        torch.addmm(self._start_bias, self._inputs, self._start, out=self._sums)
        step, single = self._step, self._dtype == torch.float32
        gates, hidden, gathered, present = self._gates, self._hidden, self._gathered, self._present
        opening, signal = gates.chunk(2, dim=1)
        for stage in self._stages:
            oldest = stage.slots[step % len(stage.slots)]
            self._oldest.copy_(oldest)
            self._middle.copy_(stage.slots[(step + len(stage.slots) // 2) % len(stage.slots)])
            if not single:
                present.copy_(self._x)
            oldest.copy_(present)  # for later
            torch.addmm(stage.gates, gathered, stage.taps, out=gates).sigmoid_()
            torch.addcmul(opening, opening, signal, value=-2, out=hidden)
            target = self._skip if stage.last else self._sums
            if single:
                target.addmm_(hidden, stage.out)
            else:
                target.add_(hidden @ stage.out)

    def _memory(self, width: int, skip: int) -> tuple[Tensor, Tensor]:
        """The residual beside the skip connection, and the three taps of a layer.

        Where both have one type, the present tap is the residual itself: nothing is copied.
        """
        if self._dtype == torch.float32:
            whole = torch.zeros(self.batch, 3 * width + skip)
            return whole[:, 2 * width :], whole[:, : 3 * width]
        taps = torch.zeros(self.batch, 3 * width, dtype=self._dtype)
        return torch.zeros(self.batch, width + skip), taps

    def _head(self) -> Tensor:
        """Logits float32 [B, classes], overwritten by the next step's."""
        (hidden,) = _typed(self._dtype, self._skip.relu())
        hidden = torch.addmm(self._head_condition, hidden, self._out1).relu_()
        if self._dtype == torch.float32:
            bias = self._decoder.logits_bias
            return torch.addmm(bias, hidden, self._logits_matrix, out=self._logits)
        self._logits.copy_(hidden @ self._logits_matrix)
        return self._logits.add_(self._decoder.logits_bias)

    def _take(self, classes: Tensor) -> None:
        """The next step's input: the last three samples, oldest first."""
        value = (classes - CENTRE).float().div_(CENTRE)
        self._inputs = torch.cat([self._inputs[:, 1:], value[:, None]], dim=1)
        self._step += 1


def _stages(layers: tuple[Layer, ...], batch: int, dtype: torch.dtype) -> list[_Stage]:
    """All layers, each with what those before it added to the residual."""
    shift, stages = torch.zeros_like(layers[0].res_bias), []
    for layer in layers:
        stages.append(_stage(layer, shift, batch, dtype, last=layer is layers[-1]))
        shift = shift + layer.res_bias
    return stages


def _stage(layer: Layer, shift: Tensor, batch: int, dtype: torch.dtype, *, last: bool) -> _Stage:
    width = len(shift)
    outputs = layer.skip if last else torch.cat([layer.res, layer.skip], dim=1)
    factor = torch.cat([torch.ones(width), torch.full((width,), 2.0)])
    taps, out = _typed(dtype, layer.taps * factor, -outputs)
    ring = torch.zeros(2 * layer.dilation, batch, width, dtype=dtype)
    return _Stage(
        taps=taps,
        condition=layer.condition * factor,
        bias=(layer.bias + shift.repeat(len(layer.taps) // width) @ layer.taps) * factor,
        out=out,
        last=last,
        shift=shift,
        ring=ring,
        slots=ring.unbind(),
        gates=torch.zeros(batch, 2 * width, dtype=dtype),
    )


def _typed(dtype: torch.dtype, *tensors: Tensor) -> tuple[Tensor, ...]:
    return tuple(tensor.to(dtype) for tensor in tensors)
