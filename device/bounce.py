"""Renders a performance to a sound file, faster than real time and always to the same bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import Counters, Mixer
from device.grid import Grid
from device.pack.model import Combination
from device.pack.reader import Pack
from device.performance import FramedEvent
from device.player import CONTROL_S, Player
from device.rows import RowStore
from device.settings import Settings
from device.wav import write_wav

MEBIBYTE = 2**20


@dataclass(frozen=True)
class BounceReport:
    """What a bounce came to."""

    seconds: float  # of audio
    wall_s: float
    peak: float  # linear, of full scale
    stolen: int  # notes cut short for want of voices
    counters: Counters


class Bounce:
    """A performance on its way to audio; blocks() renders it once."""

    def __init__(
        self, pack: Pack, rows: RowStore, combination: Combination, settings: Settings
    ) -> None:
        audio, playing = settings.audio, settings.playing
        self.mixer = Mixer(
            audio.rate_hz, max_voices=playing.max_voices, interpolation=audio.interpolation
        )
        grid = Grid(pack.manifest, combination)
        self.player = Player(
            self.mixer, rows, grid, pack.manifest, settings, wait_for_rows=True
        )
        self.peak = 0.0
        self._block_frames = round(CONTROL_S * audio.rate_hz)
        self._rate_hz = audio.rate_hz

    def blocks(
        self, performance: Sequence[FramedEvent], tail_s: float
    ) -> Iterator[NDArray[np.float32]]:
        """Stereo blocks float32 [frames, 2] to the end of the last note, at most tail_s after it.

        Keys still down at the last event are let go there.
        """
        last = performance[-1][0] if performance else 0
        yield from self._play(performance, last)
        self.player.release_all(last)
        end = last + round(tail_s * self._rate_hz)
        while self.player.sounding and self.mixer.frame < end:
            yield self._render(min(self._block_frames, end - self.mixer.frame))

    def _play(
        self, performance: Sequence[FramedEvent], last: int
    ) -> Iterator[NDArray[np.float32]]:
        waiting = iter(performance)
        coming = next(waiting, None)
        while self.mixer.frame < last or coming is not None:
            until = min(self.mixer.frame + self._block_frames, last)
            while coming is not None and (coming[0] < until or until == last):
                self.player.handle(*coming)
                coming = next(waiting, None)
            if until > self.mixer.frame:
                yield self._render(until - self.mixer.frame)

    def _render(self, frames: int) -> NDArray[np.float32]:
        self.player.advance(self.mixer.frame + frames - 1)
        block = self.mixer.render(frames)
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
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
    rows = RowStore(pack, settings.playing.row_cache_mb * MEBIBYTE)
    work = Bounce(pack, rows, combination, settings)
    write_wav(output, work.blocks(performance, tail_s), settings.audio.rate_hz)
    rows.close()
    return BounceReport(
        seconds=work.mixer.frame / settings.audio.rate_hz,
        wall_s=time.perf_counter() - started_s,
        peak=work.peak,
        stolen=work.player.stolen,
        counters=work.mixer.counters(),
    )
