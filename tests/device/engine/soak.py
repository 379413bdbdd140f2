"""Hours of random playing in minutes: the mixer unpaced, with what must stay constant watched.

Everything a player or a fault of one can cause comes at random: rows made and dropped, starts,
steals, morphs, bends, extreme gains and pitches, ends, panics, events in the past and rows whose
samples are not there yet. One thread renders; the system's count of page faults is read around
each render.
"""

from __future__ import annotations

import gc
import random
import resource
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from device.engine._mixer import ffi, lib
from device.engine.command import MAX_STEP, MIN_STEP
from device.engine.mixer import Envelope, Mixer, Row

RATE_HZ, VOICES, BLOCK, STEP_BLOCKS = 48000, 32, 128, 10
POOL, EVENTS_PER_STEP, REPLACED_PER_STEP = 48, 12, 0.5
PAGE_BYTES = resource.getpagesize()


def thread_faults() -> int:
    """Minor and major page faults of this thread so far."""
    usage = resource.getrusage(resource.RUSAGE_THREAD)
    return usage.ru_minflt + usage.ru_majflt


def resident_mib() -> float:
    """Memory of this process that is in RAM."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 2**20


class Soak:
    """A mixer and a player without mercy."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._noise = np.random.default_rng(seed)
        self.mixer = Mixer(RATE_HZ, max_voices=VOICES)
        self._pool = [self._row() for _ in range(POOL)]
        self._made: weakref.WeakSet[Row] = weakref.WeakSet(self._pool)
        self._out = np.zeros((BLOCK, 2), np.float32)
        self._pointer = ffi.from_buffer("float[]", self._out)
        self.faults = 0  # page faults while rendering
        self.loudest = 0.0

    def _row(self) -> Row:
        rng = self._rng
        frames = rng.choice([0, 1, 7, rng.randrange(20, 48000)])
        length = rng.randint(0, frames) if rng.random() < 0.7 else 0
        return Row(
            self._noise.integers(-32768, 32768, frames, dtype=np.int16),
            gain=rng.choice([0.0, 1.0, 8.0]),
            loop_start_frame=rng.randint(0, frames - length),
            loop_length_frames=length,
            decay_db_per_s=-rng.choice([0.0, 6.0, 60.0, 2000.0]),
            rate_hz=rng.choice([16000, 44100, 48000]),
            ready_frames=None if rng.random() < 0.8 else rng.randint(0, frames),
        )

    def _cells(self) -> tuple[list[Row], list[float]]:
        chosen = self._rng.choices(self._pool, k=self._rng.randint(1, 4))
        shares = [self._rng.random() + 1e-3 for _ in chosen]
        return chosen, [share / sum(shares) * 0.999 for share in shares]

    def _event(self) -> None:
        rng, mixer = self._rng, self.mixer
        frame = max(0, mixer.frame + rng.randrange(-50, STEP_BLOCKS * BLOCK))
        voice = rng.randrange(VOICES)
        step = rng.choice([MIN_STEP, rng.uniform(0.1, 2.0), MAX_STEP])
        attack_s, decay_s = rng.choices([0.0, 0.01, 0.3, 3600.0], [6, 8, 5, 1], k=2)
        shape = Envelope(attack_s, decay_s, rng.random(), rng.choice([0.0, 0.1, 1.0]))
        match rng.choices(range(9), [25, 35, 15, 5, 5, 5, 5, 4, 1])[0]:
            case 0:
                settings = {"step": step, "gain": rng.choice([0.05, 1.0, 8.0])}
                start = rng.choice([0.0, rng.uniform(0, 50000)])
                mixer.note_on(
                    frame, voice, *self._cells(), **settings, start_frame=start, envelope=shape
                )
            case 1:
                mixer.set_cells(frame, voice, *self._cells())
            case 2:
                mixer.note_off(frame, voice)
            case 3:
                mixer.set_step(frame, voice, step)
            case 4:
                mixer.set_gain(frame, voice, rng.uniform(0, 8))
            case 5:
                mixer.set_envelope(frame, voice, shape)
            case 6:
                mixer.kill(frame, voice)
            case 7:
                mixer.set_master(frame, rng.choice([0.0, 1.0, 8.0]))
            case _:
                mixer.panic(frame)

    def _render(self) -> None:
        before = thread_faults()
        lib.lp_mixer_render(self.mixer.cdata, self._pointer, BLOCK)
        self.faults += thread_faults() - before
        self.loudest = max(self.loudest, float(np.abs(self._out).max()))

    def step(self) -> None:
        """A few events, a few blocks; every sample must be a number."""
        if self._rng.random() < REPLACED_PER_STEP:
            row = self._row()
            self._pool[self._rng.randrange(POOL)] = row
            self._made.add(row)
        for _ in range(EVENTS_PER_STEP):
            self._event()
        for _ in range(STEP_BLOCKS):
            self._render()
        self.mixer.collect()

    def finish(self) -> int:
        """Silence everything, drop all rows; returns how many are still alive somewhere."""
        self.mixer.panic(self.mixer.frame)
        for _ in range(RATE_HZ // BLOCK):
            self._render()
        self.mixer.collect()
        self._pool.clear()
        gc.collect()
        return len(self._made)


def run(seconds: float, seed: int = 1) -> dict[str, Any]:
    """So many seconds of sound; what was counted in the settled part, and what is left over."""
    soak = Soak(seed)
    steps = max(4, round(seconds * RATE_HZ / (STEP_BLOCKS * BLOCK)))
    for _ in range(steps // 4):
        soak.step()
    faults, memory_mib = soak.faults, resident_mib()
    for _ in range(steps - steps // 4):
        soak.step()
    faults, grown_mib = soak.faults - faults, resident_mib() - memory_mib
    rows_left = soak.finish()
    return {
        **asdict(soak.mixer.counters()),
        "hours": soak.mixer.frame / RATE_HZ / 3600,
        "loudest": soak.loudest,
        "page_faults_rendering": faults,
        "memory_grown_mib": round(grown_mib, 2),
        "rows_left": rows_left,
    }
