"""Drawing a class from logits: the original's rule, and the same in integers."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_pipeline.nsynth.generation.philox import DRAW_BITS

GROUP = 16  # classes that are summed at a time
LOG2_E = math.log2(math.e)
WEIGHT_BITS = 31  # the likeliest class weighs 2**31: sums of 256 and products with draws fit 63


def inverse_cdf(pmf: NDArray[np.float32], uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
    """The original's rule: the first class whose float32 cumulated probability reaches u.

    `pmf` is [B, classes], `uniforms` [B] in [0, 1). Where rounding leaves the sum below u, the
    original gives a class that does not exist; here it is the last.
    """
    sums = np.cumsum(pmf, axis=1, dtype=np.float32)
    found = [np.searchsorted(row, u) for row, u in zip(sums, uniforms, strict=True)]
    classes: NDArray[np.int64] = np.minimum(np.array(found, dtype=np.int64), pmf.shape[1] - 1)
    return classes


def choose(
    logits: Tensor,
    draws: Tensor,
    inverse_temperature: float | Tensor,
    scratch: Tensor | None = None,
) -> Tensor:
    """The class int64 [B] by logits float32 [B, 256] and 24-bit draws int64 [B].

    Probabilities are whole multiples of 2**-31 of the largest, so their sums are exact in any
    order: a class that has none is never drawn, which rounded sums do about once in 10**7 draws
    and one hears as a click. A draw k stands for the uniform k / 2**24.

    With `scratch`, int64 of the logits' shape, nothing large is allocated, but the logits are lost.
    """
    weights = torch.empty_like(logits, dtype=torch.int64) if scratch is None else scratch
    scaled = logits.clone() if scratch is None else logits
    scaled.sub_(logits.amax(dim=1, keepdim=True)).mul_(inverse_temperature * LOG2_E)
    weights.copy_(scaled.exp2_().mul_(float(1 << WEIGHT_BITS)))  # exp takes four times as long
    groups = weights.view(len(weights), -1, GROUP)  # the group first, then the class: less to sum
    sums = groups.sum(dim=2).cumsum_(dim=1)
    target = (draws * sums[:, -1] >> DRAW_BITS)[:, None]  # in 0 .. sum - 1
    group = torch.searchsorted(sums, target, right=True)
    group = group.clamp_(max=sums.shape[1] - 1)  # of weights that are not numbers
    before = torch.nn.functional.pad(sums, (1, 0)).gather(1, group)
    chosen = groups.gather(1, group[:, :, None].expand(-1, -1, GROUP))[:, 0].cumsum(dim=1)
    place = torch.searchsorted(chosen, target - before, right=True).clamp_(max=GROUP - 1)
    return (group * GROUP + place)[:, 0]
