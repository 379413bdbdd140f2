"""A renderer for tests of what surrounds renderers: mixes, and writes down what it is asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.renderers.base import RenderedNote, SourceNote
from device.pack.model import Loop, PlayMode


@dataclass(frozen=True)
class Prepared:
    """The samples of all sounds at one pitch."""

    samples: Mapping[str, NDArray[np.float64]]
    pitch: int
    loop: Loop | None


@dataclass(frozen=True)
class TallyRenderer:
    """Weighted sums of the samples; each rendered note is a line in the log."""

    log: Path
    name: str = "tally"
    version: str = "1"
    fails_at_pitch: int | None = None

    def prepare(self, sources: Sequence[SourceNote], rate_hz: int, loop: Loop | None) -> Prepared:
        """Keeps the samples."""
        return Prepared({note.instrument: note.samples for note in sources}, sources[0].pitch, loop)

    def render(self, prepared: Prepared, weights: Mapping[str, float]) -> RenderedNote:
        """Looped where all active sounds last until the loop's end."""
        if prepared.pitch == self.fails_at_pitch:
            raise ArithmeticError(f"no note at {prepared.pitch}")
        active = {sound: prepared.samples[sound] for sound in weights}
        frames = max(map(len, active.values()))
        mode = PlayMode.ONE_SHOT
        loop = prepared.loop
        if loop is not None and loop.end_frame <= min(map(len, active.values())):
            mode, frames = PlayMode.LOOP, loop.end_frame
        mix = np.zeros(frames)
        for sound, samples in active.items():
            part = samples[:frames]
            mix[: len(part)] += weights[sound] * part
        self._note_down(f"{prepared.pitch} {sorted(weights.items())}\n")
        return RenderedNote(mix.astype(np.float32), mode, 0.0)

    def _note_down(self, line: str) -> None:
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, line.encode())
        os.close(descriptor)

    def tally(self) -> list[str]:
        """What has been rendered, by all processes of all runs."""
        return self.log.read_text().splitlines() if self.log.exists() else []
