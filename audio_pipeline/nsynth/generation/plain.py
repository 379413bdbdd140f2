"""The decoder's step in PyTorch operations, function by function as `kernels` has it.

For CUDA devices on which Triton does not run, and to test the kernels against. The functions
take the tensors and numbers that a plan names; slots are computed on the device, so a recorded
CUDA graph can be replayed. Sums of products are float32 inside, results of the tensors' type.
"""

from __future__ import annotations

import torch
from torch import Tensor

from audio_pipeline.nsynth.generation.engine import CENTRE
from audio_pipeline.nsynth.generation.philox import DRAW_BITS, KEY_STEPS, MULTIPLIERS, ROUNDS
from audio_pipeline.nsynth.generation.sampling import choose

_WORD = 0xFFFFFFFF


def start(
    *, codes: Tensor, matrix: Tensor, bias: Tensor, ring: Tensor, clock: Tensor, ahead: int,
    batch: int, slots: int, codes_slots: int,
) -> None:  # fmt: skip
    """See kernels.start."""
    t = clock.long() + ahead
    x = torch.addmm(bias, _last(codes, t, codes_slots), matrix)
    ring.index_copy_(0, t % slots, x.to(ring.dtype)[None])


def gate(
    *, ring: Tensor, matrix: Tensor, bias: Tensor, condition: Tensor, condition_matrix: Tensor,
    hidden: Tensor, clock: Tensor, ahead: int, batch: int, dilation: int, slots: int,
) -> None:  # fmt: skip
    """See kernels.gate."""
    t = clock.long() + ahead
    places = torch.cat([t + 1, t + slots - dilation, t]) % slots
    taps = ring.index_select(0, places).transpose(0, 1).flatten(1)
    acc = _product(taps, matrix) + _product(condition, condition_matrix) + bias
    hidden.copy_(acc[:, 0::2].sigmoid() * acc[:, 1::2].tanh())


def res(
    *, hidden: Tensor, matrix: Tensor, bias: Tensor, ring: Tensor, ring_out: Tensor, clock: Tensor,
    ahead: int, batch: int, slots: int, slots_out: int,
) -> None:  # fmt: skip
    """See kernels.res."""
    t = clock.long() + ahead
    x = ring.index_select(0, t % slots)[0].float() + _product(hidden, matrix) + bias
    ring_out.index_copy_(0, t % slots_out, x.to(ring_out.dtype)[None])


def skip(*, hidden: Tensor, matrix: Tensor, parts: Tensor, batch: int) -> None:
    """See kernels.skip; each part has its own run of the layers' outputs, end to end."""
    columns = hidden.transpose(0, 1).flatten(1)  # [batch, layers * width]
    length = columns.shape[1] // len(parts)
    for number, part in enumerate(parts):
        run = slice(number * length, (number + 1) * length)
        part.copy_(_product(columns[:, run], matrix[run]))


def combine(
    *, parts: Tensor, codes: Tensor, matrix: Tensor, bias: Tensor, total: Tensor, clock: Tensor,
    ahead: int, batch: int, codes_slots: int,
) -> None:  # fmt: skip
    """See kernels.combine."""
    first = torch.addmm(bias, _last(codes, clock.long() + ahead, codes_slots), matrix)
    total.copy_((first + parts.sum(dim=0)).relu())


def head(
    *, inputs: Tensor, matrix: Tensor, bias: Tensor, condition: Tensor, condition_matrix: Tensor,
    outputs: Tensor, batch: int,
) -> None:  # fmt: skip
    """See kernels.head."""
    acc = _product(inputs, matrix) + _product(condition, condition_matrix) + bias
    outputs.copy_(acc.relu())


def output(*, inputs: Tensor, matrix: Tensor, bias: Tensor, logits: Tensor, batch: int) -> None:
    """See kernels.output."""
    logits.copy_(_product(inputs, matrix) + bias)


def draw(
    *, logits: Tensor, seeds: Tensor, inverse_temperature: Tensor, codes: Tensor, clock: Tensor,
    ahead: int, batch: int, codes_slots: int,
) -> None:  # fmt: skip
    """See kernels.draw."""
    t = clock.long() + ahead
    numbers = _philox(seeds, t) >> (32 - DRAW_BITS)
    drawn = choose(logits, numbers, inverse_temperature)
    codes.index_copy_(0, t % codes_slots, drawn.clamp(max=255).to(torch.uint8)[None])


def tick(*, clock: Tensor, steps: int) -> None:
    """See kernels.tick."""
    clock.add_(steps)


def _product(inputs: Tensor, matrix: Tensor) -> Tensor:
    """Float32. On a CPU also inside, where products of halves are slow."""
    if inputs.device.type == "cpu":
        return inputs.float() @ matrix.float()
    return (inputs @ matrix).float()


def _last(codes: Tensor, t: Tensor, codes_slots: int) -> Tensor:
    """The network's inputs [batch, 3] at step t, oldest first."""
    places = torch.cat([t - 3, t - 2, t - 1]) % codes_slots
    return ((codes.index_select(0, places).float() - CENTRE) / CENTRE).T


def _philox(seeds: Tensor, step: Tensor) -> Tensor:
    """The first word, as philox.philox; 64-bit products wrap, so halves are multiplied."""
    k0, k1 = seeds & _WORD, seeds >> 32 & _WORD
    c0 = step.expand_as(seeds)
    c1 = c2 = c3 = torch.zeros_like(seeds)
    for _ in range(ROUNDS):
        high0, low0 = _wide(c0, MULTIPLIERS[0])
        high2, low2 = _wide(c2, MULTIPLIERS[1])
        c0, c1, c2, c3 = high2 ^ c1 ^ k0, low2, high0 ^ c3 ^ k1, low0
        k0, k1 = k0 + KEY_STEPS[0] & _WORD, k1 + KEY_STEPS[1] & _WORD
    return c0


def _wide(words: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """High and low word of 32-bit products."""
    upper = words * (factor >> 16)  # less than 2**48
    lower = words * (factor & 0xFFFF)
    total = (upper & 0xFFFF) * 65536 + lower
    return (upper >> 16) + (total >> 32), total & _WORD
