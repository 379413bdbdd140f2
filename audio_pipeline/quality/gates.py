"""The gates: every metric's limit in one table.

The limits come from measurements of pairs of General MIDI instruments and of synthetic sounds;
a crossfade of the same sounds fails even, mid_pos, late_dev and mixfit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Direction(StrEnum):
    """Which side of the limit is good."""

    AT_MOST = "<="
    AT_LEAST = ">="


class Over(StrEnum):
    """What is held against the limit: the mean of all measurements or the worst of them."""

    MEAN = "mean"
    WORST = "worst"


class Kind(StrEnum):
    """What a measurement was made between. Drums and noise have no pitch and end soon."""

    TONES = "tones"
    DRUMS = "drums"
    ANY = "any"


@dataclass(frozen=True)
class Gate:
    """A limit on one metric between sounds of one kind.

    `exceptions` holds other limits by renderer; None = measured and reported only.
    """

    metric: str
    says: str  # what the metric tells, for people
    unit: str
    over: Over
    direction: Direction
    limit: float
    exceptions: dict[str, float | None] = field(default_factory=dict)
    kind: Kind = Kind.ANY

    @property
    def name(self) -> str:
        """Unique: metric, what is held against the limit, and between what."""
        return f"{self.metric} {self.over}" + (" drums" if self.kind is Kind.DRUMS else "")

    def limit_for(self, renderer: str) -> float | None:
        """The limit that a renderer must keep."""
        return self.exceptions.get(renderer, self.limit)

    def holds(self, value: float, limit: float) -> bool:
        """The value is on the good side."""
        return value <= limit if self.direction is Direction.AT_MOST else value >= limit

    def is_about(self, metric: str, kind: Kind) -> bool:
        """The gate judges this metric between sounds of this kind."""
        return metric == self.metric and self.kind in (kind, Kind.ANY)


MEAN, WORST = Over.MEAN, Over.WORST
UP_TO, FROM = Direction.AT_MOST, Direction.AT_LEAST
TONES, DRUMS = Kind.TONES, Kind.DRUMS
UNKNOWN: dict[str, float | None] = {"nsynth": None}  # no limit before it has been measured

EVEN, MIDDLE = "largest step over the mean step", "how far the middle is off centre"
DECAY, MIX = "decay off the straight way", "middle against the best mere mix"
ROUGH, SEAM = "roughness over the corners'", "change at a seam over natural"
SWING = "level swing of held notes over natural"

GATES: tuple[Gate, ...] = (
    # Hard gates: every note, every renderer.
    Gate("not_finite", "notes with infinite samples", "", WORST, UP_TO, 0.0),
    Gate("length_off", "stored length against the pack's", "frames", WORST, UP_TO, 0.0),
    Gate("peak", "highest sample (-1 dBFS, and rounding)", "dBFS", WORST, UP_TO, -0.9),
    Gate("dc", "mean of a note, of full scale", "", WORST, UP_TO, 1e-3),
    Gate("late_start", "silence before a note", "ms", WORST, UP_TO, 5.0),
    Gate("corner_lsd", "corner against its source", "dB", WORST, UP_TO, 0.1, UNKNOWN),
    # Ways from corner to corner.
    Gate("mono", "steps that lead on from A to B", "", MEAN, FROM, 0.9, {"nsynth": 0.8}),
    Gate("even", EVEN, "", MEAN, UP_TO, 1.6, UNKNOWN, TONES),
    Gate("even", EVEN, "", WORST, UP_TO, 2.5, UNKNOWN, TONES),
    Gate("even", EVEN, "", MEAN, UP_TO, 2.2, UNKNOWN, DRUMS),
    Gate("mid_pos", MIDDLE, "", MEAN, UP_TO, 0.15, UNKNOWN, TONES),
    Gate("mid_pos", MIDDLE, "", MEAN, UP_TO, 0.35, UNKNOWN, DRUMS),
    Gate("late_dev", DECAY, "", MEAN, UP_TO, 0.2, UNKNOWN, TONES),
    Gate("late_dev", DECAY, "", MEAN, UP_TO, 0.45, UNKNOWN, DRUMS),
    Gate("att_dev", "attack off the straight way", "", MEAN, UP_TO, 0.35, UNKNOWN, TONES),
    Gate("mixfit", MIX, "dB", MEAN, FROM, 2.5, {}, TONES),
    Gate("mixfit", MIX, "dB", MEAN, FROM, 2.0, {}, DRUMS),
    Gate("mod_x", ROUGH, "dB", WORST, UP_TO, 0.3, {"nsynth": 1.0}, TONES),
    Gate("mod_x", ROUGH, "dB", WORST, UP_TO, 1.5, UNKNOWN, DRUMS),
    Gate("click_x", "clicks over the corners'", "dB", WORST, UP_TO, 6.0),
    Gate("lev_dev", "loudness off the straight way", "dB", WORST, UP_TO, 0.3, {"nsynth": 0.5}),
    Gate("cents_x", "pitch outside the corners'", "cents", WORST, UP_TO, 10.0, {"nsynth": 20.0}),
    # Held notes between two cells (dips below what the player makes up for), and their loops.
    Gate("hold_dip", "level between cells, mean dip", "dB", MEAN, UP_TO, 0.6, UNKNOWN),
    Gate("hold_dip_worst", "level between cells, worst pair", "dB", WORST, UP_TO, 4.0, UNKNOWN),
    Gate("loop_length", "length of the loops", "s", WORST, FROM, 0.3),
    Gate("seam_flux", SEAM, "x", WORST, UP_TO, 2.0, {}, TONES),
    Gate("seam_flux", SEAM, "x", WORST, UP_TO, 4.0, {}, DRUMS),
    Gate("swing_x", SWING, "dB", WORST, UP_TO, 1.5, {}, TONES),
    Gate("swing_x", SWING, "dB", WORST, UP_TO, 8.0, {}, DRUMS),
    Gate("seam_click", "clicks at a seam over natural", "dB", WORST, UP_TO, 6.0),
    Gate("decay_error", "decay rate of held notes", "dB/s", WORST, UP_TO, 2.0),
)
