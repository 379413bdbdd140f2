"""Hours of random playing in minutes: the mixer unpaced, with what must stay constant watched.

Everything a player or a fault of one can cause comes at random: rows made and dropped, starts,
steals, morphs, bends, extreme gains and pitches, ends, panics, events in the past and rows whose
samples are not there yet. One thread renders; the system's count of page faults is read around
each render.
"""

from __future__ import annotations

import gc
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
        self._rng = np.random.default_rng(seed)
        self.mixer = Mixer(RATE_HZ, max_voices=VOICES)
        self._pool = [self._row() for _ in range(POOL)]
        self._made: weakref.WeakSet[Row] = weakref.WeakSet(self._pool)
        self._out = np.zeros((BLOCK, 2), np.float32)
        self._pointer = ffi.from_buffer("float[]", self._out)
        self.faults = 0  # page faults while rendering
        self.loudest = 0.0

    def _row(self) -> Row:
        rng = self._rng
        frames = int(rng.choice([0, 1, 7, rng.integers(20, 48000)]))
        length = int(rng.integers(0, frames + 1)) if rng.random() < 0.7 else 0
        return Row(
            rng.integers(-32768, 32768, frames, dtype=np.int16),
            gain=float(rng.choice([0.0, 1.0, 8.0])),
            loop_start_frame=int(rng.integers(0, frames - length + 1)),
            loop_length_frames=length,
            decay_db_per_s=float(-rng.choice([0, 6, 60, 2000])),
            rate_hz=int(rng.choice([16000, 44100, 48000])),
            ready_frames=None if rng.random() < 0.8 else int(rng.integers(0, frames + 1)),
        )

    def _cells(self) -> tuple[list[Row], list[float]]:
        chosen = self._rng.integers(0, POOL, int(self._rng.integers(1, 5)))
        weights = self._rng.dirichlet(np.ones(len(chosen))) * 0.999
        return [self._pool[int(i)] for i in chosen], weights.tolist()

    def _event(self) -> None:
        rng, mixer = self._rng, self.mixer
        frame = max(0, mixer.frame + int(rng.integers(-50, STEP_BLOCKS * BLOCK)))
        voice = int(rng.integers(VOICES))
        step = float(rng.choice([MIN_STEP, rng.uniform(0.1, 2.0), MAX_STEP]))
        times_s = rng.choice([0.0, 0.01, 0.3, 3600.0], 2, p=[0.3, 0.4, 0.25, 0.05])
        attack_s, decay_s = times_s.tolist()
        release_s = float(rng.choice([0.0, 0.1, 1.0]))
        shape = Envelope(attack_s, decay_s, float(rng.random()), release_s)
        match int(rng.choice(9, p=[0.25, 0.35, 0.15, 0.05, 0.05, 0.05, 0.05, 0.04, 0.01])):
            case 0:
                settings = {"step": step, "gain": float(rng.choice([0.05, 1.0, 8.0]))}
                start = float(rng.choice([0.0, rng.uniform(0, 50000)]))
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
                mixer.set_gain(frame, voice, float(rng.uniform(0, 8)))
            case 5:
                mixer.set_envelope(frame, voice, shape)
            case 6:
                mixer.kill(frame, voice)
            case 7:
                mixer.set_master(frame, float(rng.choice([0.0, 1.0, 8.0])))
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
            self._pool[int(self._rng.integers(POOL))] = row
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
