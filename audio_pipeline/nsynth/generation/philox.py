"""Counter-based random numbers: one for each note and step, whatever is computed beside it.

Philox 4x32-10: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
Key: the note's seed (64 bits). Counter: the step, in the lowest word. The first word of the
block is the step's draw. The kernels compute the same in `kernels.philox`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # the golden ratio, and sqrt(3) - 1
DRAW_BITS = 24  # of a draw: as many as fit products in 64 bits, see sampling.choose

_WORD = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

Words = NDArray[np.uint64]  # 32-bit words, in 64 bits so that products fit


def note_seed(seed: int, note: int) -> int:
    """The seed of one of many notes under one seed; both are 0..2**32 - 1."""
    for name, value in (("seed", seed), ("note", note)):
        if not 0 <= value < 2**32:
            raise ValueError(f"{name} {value} is not in 0..{2**32 - 1}")
    return seed | note << 32


def checked_seeds(seeds: Sequence[int]) -> NDArray[np.uint64]:
    """The notes' seeds as an array; each is 0..2**64 - 1."""
    wrong = [seed for seed in seeds if not 0 <= seed < 2**64]
    if wrong:
        raise ValueError(f"seed {wrong[0]} is not in 0..{2**64 - 1}")
    return np.array([int(seed) for seed in seeds], dtype=np.uint64)


def philox(counter: Sequence[Words], key: Sequence[Words]) -> list[Words]:
    """The block of four words of a counter (four words) under a key (two words)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        left, right = c0 * np.uint64(MULTIPLIERS[0]), c2 * np.uint64(MULTIPLIERS[1])
        c0, c2 = right >> _SHIFT ^ c1 ^ k0, left >> _SHIFT ^ c3 ^ k1
        c1, c3 = right & _WORD, left & _WORD
        k0, k1 = k0 + np.uint64(KEY_STEPS[0]) & _WORD, k1 + np.uint64(KEY_STEPS[1]) & _WORD
    return [c0, c1, c2, c3]


def draws(seeds: NDArray[np.uint64], start: int, steps: int) -> NDArray[np.int64]:
    """Uniform in 0..2**24 - 1 [steps, notes], for the steps from `start` on."""
    count = np.arange(start, start + steps, dtype=np.uint64)[:, None]
    zero = np.zeros((1, 1), dtype=np.uint64)
    key = (seeds[None] & _WORD, seeds[None] >> _SHIFT)
    word = philox((count, zero, zero, zero), key)[0]
    return (word >> np.uint64(32 - DRAW_BITS)).astype(np.int64)
