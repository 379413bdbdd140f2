"""What a user decides of generation: model, randomness, where, and how many at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from audio_pipeline.errors import SettingsError

MOST_SEED = (1 << 63) - 1
TEMPERATURE = (0.01, 10.0)
BATCH = (1, 1 << 20)
OTHERS_BATCH = 1024  # notes per shard where nobody can be asked what is good


@dataclass(frozen=True)
class Options:
    """See the options of `latentpad-render build`."""

    model: Path
    seed: int = 0
    temperature: float = 1.0
    device: str = "auto"  # auto, cpu, cuda
    batch: int | None = None  # notes per shard; None: what fits the device
    workers: int | None = None  # processes on processors; 0: others are waited for
    cluster: str | None = None  # address of a Ray cluster

    def __post_init__(self) -> None:
        """Check the ranges. Raises SettingsError."""
        if not 0 <= self.seed <= MOST_SEED:
            raise SettingsError(f"--seed {self.seed} must be 0..{MOST_SEED}")
        low, high = TEMPERATURE
        if not math.isfinite(self.temperature) or not low <= self.temperature <= high:
            raise SettingsError(f"--temperature {self.temperature:g} must be {low:g}..{high:g}")
        if self.batch is not None and not BATCH[0] <= self.batch <= BATCH[1]:
            raise SettingsError(f"--batch {self.batch} must be {BATCH[0]}..{BATCH[1]}")
        if self.workers is not None and self.workers < 0:
            raise SettingsError(f"--workers {self.workers} must be at least 0")
        if self.cluster is not None and self.workers is not None:
            raise SettingsError("--cluster decides how many workers there are; leave --workers out")
