"""Renders a performance to a sound file, faster than real time and always to the same bytes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, Counters, Mixer
from device.grid import Grid
from device.loader.loader import Loader
from device.pack.model import Combination
from device.pack.reader import Pack
from device.performance import FramedEvent
from device.player import CONTROL_S, Player
from device.settings import Settings
from device.wav import write_wav

MEBIBYTE = 2**20
LEAD_IN_S = 0.02  # rendered first and thrown away: the master gain is still on its way


@dataclass(frozen=True)
class BounceReport:
    """What a bounce came to."""

    seconds: float  # of audio
    wall_s: float
    peak: float  # linear, of full scale
    stolen: int  # notes cut short for want of voices
    counters: Counters

    def __str__(self) -> str:
        counters = self.counters
        return (
            f"{self.seconds:.1f} s in {self.wall_s:.1f} s "
            f"({self.seconds / self.wall_s:.0f} x real time), "
            f"peak {_decibels(self.peak)}, limiter {_decibels(counters.limiter_gain)}, "
            f"{self.stolen} voices stolen, {counters.late_events} late events, "
            f"{counters.starved_rows} late rows"
        )


def _decibels(gain: float) -> str:
    return f"{20 * math.log10(gain):.1f} dB" if gain > 0 else "silent"


class Bounce:
    """One pass of a performance through a player and a mixer of its own; blocks() runs it."""

    def __init__(self, pack: Pack, combination: Combination, settings: Settings) -> None:
        audio, playing = settings.audio, settings.playing
        self.mixer = Mixer(
            audio.rate_hz, max_voices=playing.max_voices, interpolation=audio.interpolation
        )
        rows = Loader(pack, playing.row_cache_mb * MEBIBYTE, audio.rate_hz)
        grid = Grid(pack.manifest, combination)
        self.player = Player(self.mixer, rows, grid, pack.manifest, settings, wait_for_rows=True)
        self.peak = 0.0
        self.frames = 0  # given out so far
        self._rate_hz = audio.rate_hz
        self._block_frames = round(CONTROL_S * audio.rate_hz)
        self._lead_in = round(LEAD_IN_S * audio.rate_hz)
        self._skip = self._lead_in + LATENCY_FRAMES

    def blocks(
        self, performance: Sequence[FramedEvent], tail_s: float
    ) -> Iterator[NDArray[np.float32]]:
        """Stereo blocks float32 [frames, 2] to the end of the last note, at most tail_s after it.

        The first frame belongs to frame 0 of the performance: the delay of the engine's limiter is
        taken out. Keys still down at the last event are let go there.
        """
        shifted = [(frame + self._lead_in, event) for frame, event in performance]
        last = shifted[-1][0] if shifted else self._lead_in
        yield from self._play(shifted, last)
        self.player.release_all(last)
        end = last + round(tail_s * self._rate_hz)
        while self.player.sounding and self.mixer.frame < end:
            yield self._render(min(self._block_frames, end - self.mixer.frame))
        yield self._render(LATENCY_FRAMES)

    def _play(self, performance: Sequence[FramedEvent], last: int) -> Iterator[NDArray[np.float32]]:
        coming = 0
        while self.mixer.frame < last:
            until = min(self.mixer.frame + self._block_frames, last)
            while coming < len(performance) and performance[coming][0] < until:
                self.player.handle(*performance[coming])
                coming += 1
            yield self._render(until - self.mixer.frame)
        for frame, event in performance[coming:]:
            self.player.handle(frame, event)

    def _render(self, frames: int) -> NDArray[np.float32]:
        self.player.advance(self.mixer.frame + frames - 1)
        block = self.mixer.render(frames)
        skipped = min(self._skip, frames)
        self._skip -= skipped
        block = block[skipped:]
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        self.frames += len(block)
        return block


def bounce(
    pack: Pack,
    combination: Combination,
    performance: Sequence[FramedEvent],
    settings: Settings,
    output: Path,
    tail_s: float,
) -> BounceReport:
    """Render a performance (events at frames of settings.audio.rate_hz) into a 24-bit WAV file.

    Raises PackError for a damaged note and OutputError when the file cannot be written; an
    existing file is replaced only by a complete one.
    """
    started_s = time.perf_counter()
    work = Bounce(pack, combination, settings)
    write_wav(output, work.blocks(performance, tail_s), settings.audio.rate_hz)
    return BounceReport(
        seconds=work.frames / settings.audio.rate_hz,
        wall_s=time.perf_counter() - started_s,
        peak=work.peak,
        stolen=work.player.stolen,
        counters=work.mixer.counters(),
    )
