"""The mixer's laws once more, slow and obvious, frame by frame in double precision.

It has the methods of device.engine.mixer.Mixer and shares no code and no structure with the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import Envelope, Row

ONE = 1 << 32  # positions and steps are whole numbers of 2^-32 source frames
AHEAD = 9  # source frames mixed beyond the position
SLOTS = 8
LOOK_AHEAD = 16
THRESHOLD = 10 ** (-1 / 20)


def row_value(row: Row, u: int) -> float:
    """The playback law at the unwrapped source frame u."""
    start, length = row.loop_start_frame or 0, row.loop_length_frames
    in_loop = length and u >= start + length
    index = start + (u - start) % length if in_loop else u
    if not 0 <= index < len(row.samples):
        return 0.0
    decay = 1.0
    if length and u > start:
        decay = 10 ** (row.decay_db_per_s * (u - start) / row.rate_hz / 20)
    return float(row.samples[index]) / 32768 * row.gain * decay


def row_end(row: Row) -> float:
    """The source frame from which on a row is silent (a decay: 144 dB down, 24 halvings)."""
    if not row.loop_length_frames:
        return len(row.samples)
    if row.decay_db_per_s == 0:
        return math.inf
    halvings_per_frame = -row.decay_db_per_s / (20 * math.log10(2)) / row.rate_hz
    return (row.loop_start_frame or 0) + math.ceil(24 / halvings_per_frame)


def kaiser_sinc(fraction: float, cutoff: float, beta: float) -> NDArray[np.float64]:
    """16 taps around a position between taps 7 and 8, their sum 1."""
    distance = np.arange(16) - 7 - fraction
    inside = np.clip(1 - (distance / 8) ** 2, 0, None)
    window = np.where(np.abs(distance) < 8, np.i0(beta * np.sqrt(inside)) / np.i0(beta), 0)
    taps = window * np.sinc(cutoff * distance)
    return np.asarray(taps / taps.sum())


PHASES = [kaiser_sinc(p / 128, 0.95, 7.5) for p in range(129)]
HALF_BAND = kaiser_sinc(0.5, 1.0, 7.0)


class Line:
    """A value that moves straight to a target over a number of frames."""

    def __init__(self, value: float) -> None:
        self.start = self.target = value
        self.frames = self.done = 0

    @property
    def value(self) -> float:
        if self.done >= self.frames:
            return self.target
        return self.start + (self.target - self.start) * self.done / self.frames

    def go(self, target: float, frames: int) -> None:
        self.start, self.target, self.frames, self.done = self.value, target, frames, 0

    def tick(self) -> float:
        value = self.value
        self.done += 1
        return value


class Adsr:
    """The envelope: bent stages that arrive exactly."""

    BENDS: ClassVar = {"attack": 2.0, "decay": 5.0, "release": 6.9}

    def __init__(self, settings: Envelope, rate_hz: float) -> None:
        self.settings, self.rate_hz = settings, rate_hz
        self._enter("attack", 0.0, 1.0, settings.attack_s)

    def _enter(self, stage: str, start: float, target: float, time_s: float) -> None:
        self.stage, self.start, self.target, self.at = stage, start, target, 0
        self.frames = max(time_s, 0.001) * self.rate_hz

    @property
    def level(self) -> float:
        if self.stage not in self.BENDS:
            return self.target
        rest = math.exp(-self.BENDS[self.stage])
        x = self.at / self.frames
        curve = (rest**x - rest) / (1 - rest)
        return self.target + (self.start - self.target) * curve

    def release(self) -> None:
        if self.stage not in ("release", "done"):
            self._enter("release", self.level, 0.0, self.settings.release_s)

    def change(self, new: Envelope, glide_s: float) -> None:
        self.settings, level = new, self.level
        if self.stage == "attack":
            self._enter("attack", level, 1.0, (1 - level) * new.attack_s)
        elif self.stage == "decay":
            self._enter("decay", level, new.sustain, new.decay_s)
        elif self.stage == "sustain":
            self._enter("decay", level, new.sustain, glide_s)
        elif self.stage == "release":
            self._enter("release", level, 0.0, new.release_s)

    def tick(self) -> float:
        level = self.level
        self.at += 1
        if self.stage in self.BENDS and self.at >= math.ceil(self.frames):
            self._next()
        return level

    def _next(self) -> None:
        if self.stage == "attack":
            self._enter("decay", 1.0, self.settings.sustain, self.settings.decay_s)
        elif self.stage == "decay" and self.target > 1e-6:
            self.stage = "sustain"
        else:
            self.stage, self.target = "done", 0.0


class Morph:
    """Weighted rows: source frames are mixed one after the other and then stay as they are."""

    def __init__(self, rows: Sequence[Row], weights: Sequence[float], first: int) -> None:
        self.weights: dict[Row, Line] = {}
        for row, weight in zip(rows, weights, strict=True):
            self.weights.setdefault(row, Line(0.0)).target += weight
        self.wanted = set(rows)
        self.left = 0
        self.waiting: tuple[Sequence[Row], Sequence[float], int] | None = None
        self.mixed: dict[int, float] = {}
        self.next = self.arrived = first

    def move(self, rows: Sequence[Row], weights: Sequence[float], frames: int) -> None:
        self.waiting = None
        if len(set(self.weights) | set(rows)) > SLOTS:
            self.waiting = (rows, weights, frames)
            return
        targets = dict.fromkeys(self.weights, 0.0)
        for row, weight in zip(rows, weights, strict=True):
            targets[row] = targets.get(row, 0.0) + weight
        for row, target in targets.items():
            self.weights.setdefault(row, Line(0.0)).go(target, frames)
        self.wanted, self.left = set(rows), frames

    def mix_to(self, last: int) -> None:
        while self.next <= last:
            values = (line.tick() * row_value(row, self.next) for row, line in self.weights.items())
            self.mixed[self.next] = sum(values)
            self.next += 1
            if self.left:
                self.left -= 1
                if self.left == 0:
                    self._arrive()

    def _arrive(self) -> None:
        self.arrived = self.next
        self.weights = {row: line for row, line in self.weights.items() if row in self.wanted}
        if self.waiting:
            self.move(*self.waiting)

    def is_over(self) -> bool:
        if self.left or self.waiting:
            return False
        ends = [self.arrived, *(row_end(row) for row in self.weights)]
        return max(ends) <= self.next - 18


def interpolate(kind: str, x: dict[int, float], k: int, f: float) -> float:
    """The value at k + f of the mixed source frames x."""

    def half(u: int) -> float:
        return sum(HALF_BAND[j] * x.get(u - 7 + j, 0.0) for j in range(16))

    if kind == "eco":
        return x[k] + (x[k + 1] - x[k]) * f
    if kind == "high":
        p = min(int(f * 128), 127)
        taps = PHASES[p] + (PHASES[p + 1] - PHASES[p]) * (f * 128 - p)
        return sum(taps[j] * x.get(k - 7 + j, 0.0) for j in range(16))
    if f < 0.5:
        a, b, c, d = half(k - 1), x[k], half(k), x[k + 1]
    else:
        a, b, c, d = x[k], half(k), x[k + 1], half(k + 1)
    t = (2 * f) % 1
    tangent_b, tangent_c = (c - a) / 2, (d - b) / 2
    return (
        (2 * t**3 - 3 * t**2 + 1) * b
        + (t**3 - 2 * t**2 + t) * tangent_b
        + (3 * t**2 - 2 * t**3) * c
        + (t**3 - t**2) * tangent_c
    )


class Note:
    """One sounding note."""

    def __init__(self, mixer: OracleMixer, call: dict[str, Any]) -> None:
        start = call["start_frame"]
        self.mixer = mixer
        self.position = int(start * ONE)
        self.step_target, self.step_delta, self.step_left = round(call["step"] * ONE), 0, 0
        self.gain, self.pan = call["gain"], call["pan"]
        self.left, self.right = (Line(g) for g in self._pan_gains())
        self.fade = Line(0.0 if start > 0 else 1.0)
        self.fade.go(1.0, mixer.frames(0.003) if start > 0 else 0)
        self.dying = False
        self.envelope = Adsr(call["envelope"], mixer.rate_hz)
        self.morph = Morph(call["rows"], call["weights"], (self.position >> 32) - 8)

    def _pan_gains(self) -> tuple[float, float]:
        angle = (self.pan + 1) * math.pi / 4
        return (
            self.gain * math.sqrt(2) * math.cos(angle),
            self.gain * math.sqrt(2) * math.sin(angle),
        )

    @property
    def step(self) -> int:
        return self.step_target - self.step_delta * self.step_left

    def set_step(self, step: float) -> None:
        target, frames = round(step * ONE), self.mixer.ramp_frames
        self.step_delta = int(math.copysign(abs(target - self.step) // frames, target - self.step))
        self.step_target, self.step_left = target, frames

    def set_level(self, gain: float, pan: float) -> None:
        self.gain, self.pan = gain, pan
        left, right = self._pan_gains()
        self.left.go(left, self.mixer.ramp_frames)
        self.right.go(right, self.mixer.ramp_frames)

    def set_cells(self, rows: Sequence[Row], weights: Sequence[float]) -> None:
        frames = math.floor(self.mixer.ramp_frames * self.step / ONE + 0.5)
        self.morph.move(rows, weights, max(1, frames))

    def fade_out(self) -> None:
        if not self.dying:
            self.dying = True
            self.fade.go(0.0, self.mixer.frames(0.005))

    def tick(self) -> tuple[float, float]:
        k, f = self.position >> 32, (self.position % ONE) / ONE
        self.morph.mix_to(k + AHEAD)
        value = interpolate(self.mixer.interpolation, self.morph.mixed, k, f)
        value *= self.envelope.tick() * self.fade.tick()
        self.position += self.step
        self.step_left = max(0, self.step_left - 1)
        return value * self.left.tick(), value * self.right.tick()

    def is_over(self) -> bool:
        faded = self.dying and self.fade.done >= self.fade.frames
        return self.envelope.stage == "done" or faded or self.morph.is_over()


class Limiter:
    """Look-ahead soft limiter over a list of wanted gains."""

    def __init__(self, rate_hz: float) -> None:
        self.rise = 1 - math.exp(-1 / (0.080 * rate_hz))
        self.sound = [(0.0, 0.0)] * (LOOK_AHEAD + 1)  # the last 65 frames
        self.wanted = [1.0] * (LOOK_AHEAD + 1)
        self.released = [1.0] * LOOK_AHEAD

    def tick(self, left: float, right: float) -> tuple[float, float]:
        peak = max(abs(left), abs(right))
        over = max(0.0, peak - THRESHOLD) / (1 - THRESHOLD)
        wanted = (THRESHOLD + (1 - THRESHOLD) * over / (1 + over)) / peak if over else 1.0
        self.sound = [*self.sound[1:], (left, right)]
        self.wanted = [*self.wanted[1:], wanted]
        rising = self.released[-1] + (1 - self.released[-1]) * self.rise
        gain = min(min(self.wanted), 1.0 if rising > 0.9999 else rising)
        self.released = [*self.released[1:], gain]
        mean = sum(self.released) / LOOK_AHEAD
        return self.sound[0][0] * mean, self.sound[0][1] * mean


class OracleMixer:
    """Mixer's twin: the same calls, the same sound."""

    def __init__(
        self,
        rate_hz: int,
        *,
        max_voices: int = 32,
        interpolation: str = "default",
        ramp_s: float = 0.01,
    ) -> None:
        self.rate_hz, self.interpolation, self.ramp_s = rate_hz, interpolation, ramp_s
        self.ramp_frames = self.frames(ramp_s)
        self.frame = 0
        self.master = Line(1.0)
        self.limiter = Limiter(rate_hz)
        self.notes: dict[int, Note] = {}
        self.ghosts: list[Note] = []
        self.events: list[tuple[int, Callable[[], None]]] = []

    def frames(self, seconds: float) -> int:
        return max(1, math.floor(seconds * self.rate_hz + 0.5))

    def _at(self, frame: int, action: Callable[[], None]) -> None:
        self.events.append((max(frame, self.frame), action))
        self.events.sort(key=lambda event: event[0])

    def _change(self, frame: int, voice: int, action: Callable[[Note], None]) -> None:
        self._at(frame, lambda: action(self.notes[voice]) if voice in self.notes else None)

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
    ) -> None:
        call = {
            "rows": rows,
            "weights": weights,
            "step": step,
            "gain": gain,
            "pan": pan,
            "start_frame": start_frame,
            "envelope": envelope,
        }
        self._at(at_frame, lambda: self._start(voice, call))

    def _start(self, voice: int, call: dict[str, Any]) -> None:
        if voice in self.notes:
            self.notes[voice].fade_out()
            self.ghosts.append(self.notes[voice])
        self.notes[voice] = Note(self, call)

    def note_off(self, at_frame: int, voice: int) -> None:
        self._change(at_frame, voice, lambda note: note.envelope.release())

    def kill(self, at_frame: int, voice: int) -> None:
        self._change(at_frame, voice, lambda note: note.fade_out())

    def panic(self, at_frame: int) -> None:
        self._at(at_frame, lambda: [n.fade_out() for n in self.notes.values()] and None)

    def set_cells(
        self, at_frame: int, voice: int, rows: Sequence[Row], weights: Sequence[float]
    ) -> None:
        self._change(at_frame, voice, lambda note: note.set_cells(rows, weights))

    def set_step(self, at_frame: int, voice: int, step: float) -> None:
        self._change(at_frame, voice, lambda note: note.set_step(step))

    def set_gain(self, at_frame: int, voice: int, gain: float) -> None:
        self._change(at_frame, voice, lambda note: note.set_level(gain, note.pan))

    def set_pan(self, at_frame: int, voice: int, pan: float) -> None:
        self._change(at_frame, voice, lambda note: note.set_level(note.gain, pan))

    def set_master(self, at_frame: int, gain: float) -> None:
        self._at(at_frame, lambda: self.master.go(gain, self.ramp_frames))

    def set_envelope(self, at_frame: int, voice: int, envelope: Envelope) -> None:
        self._change(at_frame, voice, lambda note: note.envelope.change(envelope, self.ramp_s))

    def render(self, frames: int) -> NDArray[np.float64]:
        """The next frames as float64 [frames, 2]."""
        return np.array([self._tick() for _ in range(frames)]).reshape(frames, 2)

    def _tick(self) -> tuple[float, float]:
        while self.events and self.events[0][0] <= self.frame:
            self.events.pop(0)[1]()
        sounds = [note.tick() for note in [*self.notes.values(), *self.ghosts]]
        self.notes = {voice: note for voice, note in self.notes.items() if not note.is_over()}
        self.ghosts = [note for note in self.ghosts if not note.is_over()]
        master = self.master.tick()
        self.frame += 1
        return self.limiter.tick(
            master * sum(left for left, _ in sounds), master * sum(right for _, right in sounds)
        )
