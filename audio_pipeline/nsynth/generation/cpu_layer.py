"""A dilated layer on the CPU: its past, and two matrix products per step.

The gate sigmoid(u) tanh(v) is computed as -(s - 2 s q) with s = sigmoid(u), q = sigmoid(2 v): one
pass of sigmoid, several times faster here than tanh. The factors, all powers of two or -1, are in
the weights, where they are exact.

The residual is kept without the biases of the layers before: what they add up to, `shift`, is the
same at every step. The next layer's bias makes up for it, and a past of zeros is -shift.

What the filter sees is never moved: for each of the steps 0 .. dilation - 1 there is a window of
three inputs, beside each other, of which the newest takes the place of the oldest. The filter's
taps stand in that order in turn.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from audio_pipeline.nsynth.generation.decoder import Layer
from audio_pipeline.nsynth.generation.products import Product, product
from audio_pipeline.nsynth.shapes import TAPS


class Scratch:
    """What all layers use one after another; the type is that of matrix products."""

    def __init__(self, batch: int, width: int, dtype: torch.dtype) -> None:
        self.gates = torch.zeros(batch, 2 * width, dtype=dtype)
        self.halves: Sequence[Tensor] = self.gates.chunk(2, dim=1)
        self.residual = torch.zeros(batch, width, dtype=dtype)


class CpuLayer:
    """See above; `shift` [width] is what its input lacks."""

    def __init__(self, layer: Layer, shift: Tensor, scratch: Scratch, *, last: bool) -> None:
        width, self._scratch = len(shift), scratch
        self._shift, self._condition_map = shift, layer.condition * _factor(width)
        self._bias = (layer.bias + shift.repeat(TAPS) @ layer.taps) * _factor(width)
        self._condition = torch.zeros_like(scratch.gates)
        self._residual = None if last else _product(-layer.res, scratch)
        self._windows, self._turns = _turns(layer, scratch)

    def forget(self) -> None:
        """Before the first sample there is silence."""
        self._windows.copy_(-self._shift.repeat(TAPS))

    def condition(self, condition: Tensor) -> None:
        """Take what conditions the steps from now on: float32 [B, z]."""
        self._condition.copy_(torch.addmm(self._bias, condition, self._condition_map))

    def advance(self, step: int, x: Tensor, hidden: Tensor) -> None:
        """One step: the residual x, float32 [B, width], is moved on, the gate's output set."""
        window, newest, taps = self._turns[step % len(self._turns)]
        scratch = self._scratch
        newest.copy_(x)
        gates = taps.plus(window, self._condition, scratch.gates).sigmoid_()
        opening, signal = scratch.halves if gates is scratch.gates else gates.chunk(2, dim=1)
        torch.addcmul(opening, opening, signal, value=-2, out=hidden)
        if self._residual is not None:
            x.add_(self._residual.times(hidden, scratch.residual))


def cpu_layers(layers: Sequence[Layer], scratch: Scratch) -> list[CpuLayer]:
    """All layers, each with what those before it added to the residual."""
    shift, made = torch.zeros_like(layers[0].res_bias), []
    for layer in layers:
        made.append(CpuLayer(layer, shift, scratch, last=layer is layers[-1]))
        shift = shift + layer.res_bias
    return made


def _turns(layer: Layer, scratch: Scratch) -> tuple[Tensor, list[tuple[Tensor, Tensor, Product]]]:
    """The memory of all windows, and for each step until all comes again: window, newest, taps."""
    batch, width = scratch.residual.shape
    oldest, middle, newest = (layer.taps * _factor(width)).chunk(TAPS)
    orders = (newest, oldest, middle), (middle, newest, oldest), (oldest, middle, newest)
    taps = [_product(torch.cat(order), scratch) for order in orders]
    windows = torch.zeros(layer.dilation, batch, TAPS * width, dtype=scratch.gates.dtype)
    places = [(window, window.chunk(TAPS, dim=1)) for window in windows.unbind()]
    turns = [(window, slots[turn], taps[turn]) for turn in range(TAPS) for window, slots in places]
    return windows, turns


def _product(matrix: Tensor, scratch: Scratch) -> Product:
    return product(matrix.to(scratch.gates.dtype), len(scratch.gates))


def _factor(width: int) -> Tensor:
    """Of the columns of sigmoid and of tanh."""
    return torch.cat([torch.ones(width), torch.full((width,), 2.0)])
