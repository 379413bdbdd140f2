"""How many notes fit in memory at a time: arithmetic on numbers that others measure."""

from __future__ import annotations

import math

RESERVE = 0.06  # of free memory that stays free: PyTorch's context, fragments, other programs
CPU_MOST = 256  # notes at a time: twice as many gain 5 to 15 %, but their pasts take twice the room
GPU_MOST = 16_896  # 2 * 66 * 128: two whole waves of tiles on 132 processors, twice


def notes_that_fit(free_bytes: int, fixed_bytes: int, note_bytes: int) -> int:
    """Notes that fit beside what is needed once, at least one."""
    usable = int(free_bytes * (1 - RESERVE)) - fixed_bytes
    return max(1, usable // note_bytes)


def batch_size(notes: int, fit: int, most: int, multiple: int = 1) -> int:
    """Notes at a time: as few batches as fit, all of about one size.

    `multiple` is the size of the GPU's wave of tiles: batches of several are rounded up to it, as
    part of one costs as much as the whole. ValueError where there are no notes.
    """
    if notes < 1:
        raise ValueError(f"{notes} notes to generate")
    limit = max(1, min(fit, most))
    if notes <= limit:
        return notes
    step = multiple if limit >= multiple else 1
    limit -= limit % step
    even = math.ceil(notes / math.ceil(notes / limit))
    return min(limit, math.ceil(even / step) * step)


def half(batch: int) -> int:
    """What to try after `batch` notes did not fit in spite of all; 0 if that was one."""
    return batch // 2
