"""Generation one sample at a time, slow and obvious: what the fast engines are tested against.

Every layer keeps a queue of its past inputs (Le Paine et al. 2016, "Fast Wavenet Generation
Algorithm", arXiv:1611.09482), so a step costs one column of the network.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_pipeline.nsynth.generation.sampling import inverse_cdf
from audio_pipeline.nsynth.model import Model, dilation


class Stepper:
    """The decoder's state for a batch; each step takes the last classes and gives logits."""

    def __init__(self, model: Model, batch: int, dtype: torch.dtype = torch.float32) -> None:
        self.sizes = model.sizes
        self._tensors = {name: tensor.to(dtype) for name, tensor in model.tensors.items()}
        self._dtype = dtype
        self._queues = {"startconv": self._zeros(1, 1, batch)}
        for layer in range(1, self.sizes.decoder_depth + 1):
            step = dilation(layer, self.sizes.stages)
            width = self.sizes.decoder_width
            self._queues[f"dilatedconv_{layer}"] = self._zeros(step, width, batch)

    def step(self, value: Tensor, condition: Tensor) -> Tensor:
        """Logits [B, classes] of the next sample.

        `value` [B] is the last sample's code / 128, 0 at the first step; `condition` [B, z] is
        that of the next sample's frame.
        """
        condition = condition.to(self._dtype)
        x = self._dilated("startconv", value.to(self._dtype)[:, None])
        skip = self._mixed("skip_start", x)
        for layer in range(1, self.sizes.decoder_depth + 1):
            gates = self._dilated(f"dilatedconv_{layer}", x)
            gates = gates + self._mixed(f"cond_map_{layer}", condition)
            opening, signal = gates.chunk(2, dim=1)
            hidden = opening.sigmoid() * signal.tanh()
            x = x + self._mixed(f"res_{layer}", hidden)
            skip = skip + self._mixed(f"skip_{layer}", hidden)
        head = self._mixed("out1", skip.relu()) + self._mixed("cond_map_out1", condition)
        return self._mixed("logits", head.relu())

    def _zeros(self, step: int, width: int, batch: int) -> deque[Tensor]:
        past = [torch.zeros(batch, width, dtype=self._dtype) for _ in range(2 * step)]
        return deque(past, maxlen=2 * step)

    def _mixed(self, name: str, x: Tensor) -> Tensor:
        return x @ self._tensors[f"{name}/W"][0, 0] + self._tensors[f"{name}/biases"]

    def _dilated(self, name: str, x: Tensor) -> Tensor:
        """The three taps, oldest first: both ends of the queue's halves, and the present."""
        queue, taps = self._queues[name], self._tensors[f"{name}/W"][0]
        oldest, middle = queue[0], queue[len(queue) // 2]
        queue.append(x)
        return oldest @ taps[0] + middle @ taps[1] + x @ taps[2] + self._tensors[f"{name}/biases"]


def teacher_forced(
    model: Model, classes: Tensor, conditions: Tensor, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Logits [B, T, classes]; row t has seen the classes [B, T] before t, and nothing else."""
    stepper = Stepper(model, len(classes), dtype)
    values = torch.cat([torch.zeros(len(classes), 1), (classes[:, :-1] - 128) / 128], dim=1)
    frames = torch.arange(classes.shape[1]) // model.sizes.hop
    rows = [stepper.step(values[:, t], conditions[:, frame]) for t, frame in enumerate(frames)]
    return torch.stack(rows, dim=1)


def free_running(
    model: Model,
    conditions: Tensor,
    uniforms: NDArray[np.float64],
    temperature: float = 1.0,
    dtype: torch.dtype = torch.float32,
) -> NDArray[np.uint8]:
    """Classes [B, T] drawn by the original's rule with uniforms [T, B]."""
    stepper, value, drawn = Stepper(model, len(conditions), dtype), torch.zeros(len(conditions)), []
    for t, row in enumerate(uniforms):
        logits = stepper.step(value, conditions[:, t // model.sizes.hop])
        pmf = torch.softmax(logits / temperature, dim=1).to(torch.float32).numpy()
        drawn.append(inverse_cdf(pmf, row))
        value = (torch.from_numpy(drawn[-1]) - 128) / 128
    return np.stack(drawn, axis=1).astype(np.uint8)
