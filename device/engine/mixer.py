"""The Python handle of the C mixer: commands in, sound, ended voices and counters out.

No method waits for the audio thread. Events carry an absolute output frame; one that comes too late
is applied at once and counted, NOW is applied at once and not counted. A sound leaves the mixer
LATENCY_FRAMES after its event: the look-ahead of the limiter.

Commands return False when they were dropped (and counted) because the ring was full. An eighth of
it is kept for note_off, kill and panic, so that what sounds can always be ended. set_cells,
set_step, set_gain, set_pan and set_master move in a straight line over ramp_s. Pan is constant
power with 0 dB in the centre.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device.engine import checks
from device.engine._mixer import ffi, lib
from device.engine.command import MAX_STEP, NOW, Command
from device.engine.counters import Counters
from device.engine.errors import CommandError, EngineMemoryError
from device.engine.keepalive import KeepAlive
from device.engine.quality import INTERPOLATIONS, Interpolation
from device.engine.row import Envelope, Row

__all__ = ["LATENCY_FRAMES", "MAX_STEP", "NOW", "Counters", "Envelope", "Mixer", "Row"]

KERNEL_NAMES: dict[Interpolation, int] = {
    "eco": lib.LP_LINEAR,
    "default": lib.LP_DEFAULT,
    "high": lib.LP_HIGH,
}
LATENCY_FRAMES: int = lib.LP_LATENCY
MAX_VOICES: int = lib.LP_MAX_VOICES
DEFAULT_LOAD_LIMIT = 0.8  # PortAudio and the driver need some of the time too
RETURNS_PER_COMMAND = 8  # generous: rows and notes that may be out at once


class Mixer:
    """Up to max_voices notes into one stereo bus at rate_hz.

    ramp_s: the time of every ramp, 0.001..1. commands: how many may wait, a power of two.
    load_limit: the share of its time, 0..1, beyond which the callback of a stream fades out the
        notes released earliest, then the oldest (kernel/load.h); 0 is never. render() never does.
    Methods raise CommandError for values out of range. They may be called from any thread but
    `render`, which one thread may call, and none while a stream plays this mixer.
    """

    def __init__(
        self,
        rate_hz: int,
        *,
        max_voices: int = 32,
        interpolation: Interpolation = "default",
        ramp_s: float = 0.01,
        load_limit: float = DEFAULT_LOAD_LIMIT,
        commands: int = 2048,
    ) -> None:
        if interpolation not in INTERPOLATIONS:
            allowed = ", ".join(INTERPOLATIONS)
            raise CommandError(f"interpolation is {interpolation!r}, allowed is one of {allowed}")
        if checks.whole("commands", commands, 32, 2**20) & (commands - 1):
            raise CommandError(f"commands is {commands}, allowed is a power of two")
        self.rate_hz = checks.whole("rate_hz", rate_hz, 4000, 768_000)
        self.max_voices = checks.whole("max_voices", max_voices, 1, MAX_VOICES)
        self._capacity = RETURNS_PER_COMMAND * max(commands, 1024)
        config = {
            "rate_hz": self.rate_hz,
            "ramp_s": checks.number("ramp_s", ramp_s, 0.001, 1.0),
            "load_limit": checks.number("load_limit", load_limit, 0.0, 1.0),
            "max_voices": self.max_voices,
            "interpolation": KERNEL_NAMES[interpolation],
            "command_capacity": commands,
            "return_capacity": self._capacity,
        }
        mixer = lib.lp_mixer_create(ffi.new("LpConfig *", config))
        if mixer == ffi.NULL:
            raise EngineMemoryError(f"no memory for a mixer of {max_voices} voices")
        self.cdata = ffi.gc(mixer, lib.lp_mixer_destroy)
        self._alive = KeepAlive(self.max_voices)
        self._command = Command(self.max_voices)
        self._counters = ffi.new("LpCounters *")
        self._age_s = ffi.new("double *")
        self._dropped = 0
        self._lock = threading.Lock()  # between callers; the audio thread never takes it

    def note_on(
        self,
        at_frame: int,
        voice: int,
        rows: Sequence[Row],
        weights: Sequence[float],
        *,
        step: float,
        gain: float,
        pan: float = 0.0,
        start_frame: float = 0.0,
        envelope: Envelope,
    ) -> bool:
        """Start a note: 1..4 rows with weights (at most 2 together) at one phase.

        step: source frames per output frame, at most 8. start_frame: source frames, anywhere (with
        a 3 ms fade-in if above 0). On a busy voice the old sound fades out in 5 ms beside the new.
        """
        with self._lock:
            command = self._command.begin(at_frame, lib.LP_NOTE_ON, voice).cells(rows, weights)
            command.step(step).gain(gain).pan(pan).start(start_frame).envelope(envelope)
            command.generation(self._alive.next_generation(voice))
            sent = self._send(rows, notes=1)
            if sent:
                self._alive.note_started(voice)
            else:
                self._alive.note_refused(voice)
            return sent

    def note_off(self, at_frame: int, voice: int) -> bool:
        """Release a note from its present level."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_NOTE_OFF, voice)
            return self._send()

    def kill(self, at_frame: int, voice: int) -> bool:
        """Fade a note out in 5 ms."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_KILL, voice)
            return self._send()

    def panic(self, at_frame: int) -> bool:
        """Fade all notes out in 5 ms."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_PANIC)
            return self._send()

    def set_cells(
        self, at_frame: int, voice: int, rows: Sequence[Row], weights: Sequence[float]
    ) -> bool:
        """Morph a sounding note: rows it has change weight, new ones fade in, others fade out."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_CELLS, voice).cells(rows, weights)
            return self._send(rows)

    def set_step(self, at_frame: int, voice: int, step: float) -> bool:
        """Bend: source frames per output frame."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_STEP, voice).step(step)
            return self._send()

    def set_gain(self, at_frame: int, voice: int, gain: float) -> bool:
        """Linear gain of a note, 0..8."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_GAIN, voice).gain(gain)
            return self._send()

    def set_pan(self, at_frame: int, voice: int, pan: float) -> bool:
        """-1 left, 0 centre, 1 right."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_PAN, voice).pan(pan)
            return self._send()

    def set_master(self, at_frame: int, gain: float) -> bool:
        """Linear gain of everything, 0..8, before the limiter."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_MASTER).gain(gain)
            return self._send()

    def set_envelope(self, at_frame: int, voice: int, envelope: Envelope) -> bool:
        """New envelope of a sounding note; its stage goes on from the present level."""
        with self._lock:
            self._command.begin(at_frame, lib.LP_SET_ENVELOPE, voice).envelope(envelope)
            return self._send()

    def render(self, frames: int) -> NDArray[np.float32]:
        """The next frames as float32 [frames, 2] within -1..1; the code that a stream calls."""
        out = np.empty((checks.whole("frames", frames, 0, 2**31), 2), dtype=np.float32)
        lib.lp_mixer_render(self.cdata, ffi.from_buffer("float[]", out), frames)
        return out

    @property
    def frame(self) -> int:
        """Frames rendered so far."""
        return int(lib.lp_mixer_frame(self.cdata))

    def pulse(self) -> tuple[int, float]:
        """(frame that the latest buffer led to, seconds since that buffer was begun)."""
        with self._lock:
            return int(lib.lp_mixer_pulse(self.cdata, self._age_s)), float(self._age_s[0])

    def collect(self) -> list[int]:
        """Voices whose latest note has ended since the last call; frees rows no longer in use."""
        with self._lock:
            self._alive.take_returns(self.cdata)
            return self._alive.ended()

    def counters(self) -> Counters:
        """A reading of all counters, at any time."""
        with self._lock:
            lib.lp_mixer_counters(self.cdata, self._counters)
            read = {name: getattr(self._counters, name) for name in KERNEL_COUNTERS}
            return Counters(**read, dropped_commands=self._dropped, rows_held=self._alive.rows)

    def _send(self, rows: Sequence[Row] = (), notes: int = 0) -> bool:
        """Hand the command over, unless the ring is full or what is out might not fit back."""
        coming_back = self._alive.out + len(rows) + notes
        if coming_back > self._capacity // 2:
            self._alive.take_returns(self.cdata)
            coming_back = self._alive.out + len(rows) + notes
        if coming_back > self._capacity or not lib.lp_mixer_send(self.cdata, self._command.cdata):
            self._dropped += 1
            return False
        self._alive.hand_out(rows)
        return True


KERNEL_COUNTERS: tuple[str, ...] = tuple(name for name, _ in ffi.typeof("LpCounters").fields)
