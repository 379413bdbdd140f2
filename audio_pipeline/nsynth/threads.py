"""How many processors a network is worth: threads wait for each other after every operation.

Measured on two processors with widths 32 to 512: layers over whole sounds take a quarter less time
with both from 64 channels on, the steps of a single note only at 512 (30 % less). Below, two take
up to 1.8 times as long as one. On a busy machine they take ten times as long, since a thread that
has no processor of its own holds up all others.
"""

from __future__ import annotations

import os

import torch

from audio_pipeline.build import default_jobs

WHOLE_SOUNDS, ONE_NOTE = 64, 512  # channels from which further processors are of use


def use_processors(width: int, least: int) -> None:
    """Let PyTorch use what stands idle, or one processor for networks narrower than `least`."""
    torch.set_num_threads(idle_processors() if width >= least else 1)


def idle_processors() -> int:
    """Processors of this process that nobody else has used in the last minute; at least one."""
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has no such number
        load = 0.0
    return max(1, default_jobs() - round(load))
