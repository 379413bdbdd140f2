"""Notes and envelopes for the mixer, checked here so that the kernel can trust them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.engine import checks
from device.engine._mixer import ffi, lib
from device.engine.errors import CommandError

INT16_FULL_SCALE = 32768
DECIBELS_PER_OCTAVE = 20.0 * math.log10(2.0)
MAX_GAIN = 8.0
MAX_TIME_S = 3600.0


@dataclass(frozen=True, eq=False)
class Row:
    """One stored note; two Rows are the same only if they are the same object.

    samples: int16 [frames], contiguous; used in place and not to be changed while a voice plays it,
        but for frames that are not ready yet (a loader may fill them and then call `set_ready`).
    gain: linear factor from int16 full scale (32768) to output full scale, 0..8.
    loop_start_frame, loop_length_frames: the loop, which must lie inside; length 0 is a one-shot.
    decay_db_per_s: <= 0, from the loop's start on, at rate_hz frames per second.
    ready_frames: how many samples are valid already; None is all.
    """

    samples: NDArray[np.int16]
    gain: float
    loop_start_frame: int | None
    loop_length_frames: int
    decay_db_per_s: float
    rate_hz: int
    ready_frames: int | None = None
    cdata: Any = field(init=False, repr=False)
    address: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        samples = self.samples
        if samples.dtype != np.int16 or samples.ndim != 1 or not samples.flags.c_contiguous:
            raise CommandError(
                f"samples are {samples.dtype} {samples.shape}, allowed is contiguous int16 [frames]"
            )
        row = ffi.new("LpRow *", self._fields(len(samples)))
        object.__setattr__(self, "cdata", row)
        object.__setattr__(self, "address", int(ffi.cast("uintptr_t", row)))

    def _fields(self, frames: int) -> dict[str, Any]:
        length = checks.whole("loop_length_frames", self.loop_length_frames, 0, frames)
        start = checks.whole("loop_start_frame", self.loop_start_frame or 0, 0, frames - length)
        ready = frames if self.ready_frames is None else self.ready_frames
        rate_hz = checks.number("rate_hz", self.rate_hz, 1, 1e6)
        decay = checks.number("decay_db_per_s", self.decay_db_per_s, -1e5, 0.0)
        return {
            "samples": ffi.from_buffer("int16_t[]", self.samples) if frames else ffi.NULL,
            "frames": frames,
            "ready_frames": checks.whole("ready_frames", ready, 0, frames),
            "loop_start": start,
            "loop_length": length,
            "scale": checks.number("gain", self.gain, 0.0, MAX_GAIN) / INT16_FULL_SCALE,
            "decay_log2": decay / DECIBELS_PER_OCTAVE / rate_hz,
        }

    def set_ready(self, frames: int) -> None:
        """The samples before `frames` are valid now; the kernel may read them from here on."""
        lib.lp_row_set_ready(self.cdata, checks.whole("frames", frames, 0, len(self.samples)))


@dataclass(frozen=True)
class Envelope:
    """ADSR in seconds of output time, 0..3600 (below 1 ms acts as 1 ms); sustain is a level 0..1.

    The curves are those of kernel/envelope.h.
    """

    attack_s: float
    decay_s: float
    sustain: float
    release_s: float

    def __post_init__(self) -> None:
        checks.number("attack_s", self.attack_s, 0.0, MAX_TIME_S)
        checks.number("decay_s", self.decay_s, 0.0, MAX_TIME_S)
        checks.number("sustain", self.sustain, 0.0, 1.0)
        checks.number("release_s", self.release_s, 0.0, MAX_TIME_S)
