"""One command to the kernel, filled in field by field with every value checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from device.engine import checks
from device.engine._mixer import ffi, lib
from device.engine.errors import CommandError
from device.engine.row import MAX_GAIN, Envelope, Row

NOW: int = lib.LP_NOW
MAX_CELLS: int = lib.LP_CELLS
MAX_STEP: int = lib.LP_MAX_STEP
MIN_STEP = 1.0 / 4096.0
MAX_FRAME = 2**62
MAX_START_FRAME = 2.0**40
MAX_WEIGHT = 2.0  # of one cell and of all: a mix of unlike cells is raised to keep its level
WEIGHT_TOLERANCE = 1e-3  # weights come as float32 sums of float32 products


class Command:
    """A buffer used again for every command; methods return self and raise CommandError."""

    def __init__(self, max_voices: int) -> None:
        self.cdata: Any = ffi.new("LpCommand *")
        self._max_voices = max_voices

    def begin(self, at_frame: int, kind: int, voice: int = 0) -> Command:
        """What happens to which voice at which output frame (or NOW)."""
        self.cdata.frame = checks.whole("at_frame", at_frame, NOW, MAX_FRAME)
        self.cdata.kind = kind
        self.cdata.voice = checks.whole("voice", voice, 0, self._max_voices - 1)
        self.cdata.row_count = 0
        return self

    def cells(self, rows: Sequence[Row], weights: Sequence[float]) -> Command:
        """1..4 rows with weights of 0..2, at most 2 together."""
        self.cdata.row_count = checks.whole("number of rows", len(rows), 1, MAX_CELLS)
        if len(weights) != len(rows):
            raise CommandError(f"{len(weights)} weights for {len(rows)} rows")
        most = MAX_WEIGHT + WEIGHT_TOLERANCE
        for i, (row, weight) in enumerate(zip(rows, weights, strict=True)):
            self.cdata.rows[i] = row.cdata
            self.cdata.weights[i] = checks.number("weight", weight, 0.0, most)
        checks.number("sum of the weights", sum(weights), 0.0, most)
        return self

    def step(self, step: float) -> Command:
        """Source frames per output frame, 1/4096..8."""
        self.cdata.step = checks.number("step", step, MIN_STEP, MAX_STEP)
        return self

    def start(self, start_frame: float) -> Command:
        """The source frame at which the note begins."""
        self.cdata.start_frame = checks.number("start_frame", start_frame, 0.0, MAX_START_FRAME)
        return self

    def gain(self, gain: float) -> Command:
        """Linear, 0..8."""
        self.cdata.gain = checks.number("gain", gain, 0.0, MAX_GAIN)
        return self

    def pan(self, pan: float) -> Command:
        """-1 left .. 1 right."""
        self.cdata.pan = checks.number("pan", pan, -1.0, 1.0)
        return self

    def envelope(self, envelope: Envelope) -> Command:
        """Checked when it was made."""
        self.cdata.envelope = {
            "attack_s": envelope.attack_s,
            "decay_s": envelope.decay_s,
            "sustain": envelope.sustain,
            "release_s": envelope.release_s,
        }
        return self

    def generation(self, generation: int) -> Command:
        """What the kernel gives back when this note ends."""
        self.cdata.generation = generation
        return self
