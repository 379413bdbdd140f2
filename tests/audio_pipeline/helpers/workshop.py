"""A folder in which tests write source notes and build packs from them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from tally_renderer import TallyRenderer

from audio_pipeline.build import BuildResult, build
from audio_pipeline.config import BuildSettings
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.settings_reader import override, settings_from

RATE_HZ = 8_000
LENGTH_S = 0.4
SOUNDS = ("alto", "bell", "cello", "drone")
SETTINGS = settings_from({"notes": {"rate_hz": RATE_HZ}, "grid": {"size": 3}})


def tone(pitch: float, rate_hz: int = RATE_HZ, length_s: float = LENGTH_S) -> NDArray[np.float64]:
    """Three harmonics at about -12 dBFS, faded in over 5 ms and out over 20 ms."""
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    hz = 440 * 2 ** ((pitch - 69) / 12)
    wave = np.sum([np.sin(2 * np.pi * k * hz * t) / k for k in (1, 2, 3)], axis=0)
    faded: NDArray[np.float64] = (
        0.15 * wave * np.clip(t / 0.005, 0, 1) * np.clip((length_s - t) / 0.02, 0, 1)
    )
    return faded


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Workshop:
    """`notes` is the folder of source notes; packs and logs lie beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes = path / "notes"
        self.words = io.StringIO()

    def write_notes(
        self,
        sounds: Iterable[str] = SOUNDS,
        pitches: Iterable[int] = (60, 67),
        rate_hz: int = RATE_HZ,
        length_s: float = LENGTH_S,
    ) -> Path:
        """Write `<sound>_<pitch>.wav`: tones whose sharpness depends on the sound's name."""
        self.notes.mkdir(exist_ok=True)
        pitches = list(pitches)
        for sound in sounds:
            drive = 1 + 12 * zlib.crc32(sound.encode()) / 2**32
            for pitch in pitches:
                shaped = np.tanh(drive * tone(pitch, rate_hz, length_s)) / drive
                self.write_wav(f"{sound}_{pitch}.wav", shaped, rate_hz)
        return self.notes

    def write_wav(
        self,
        name: str,
        samples: NDArray[np.float64],
        rate_hz: int = RATE_HZ,
        subtype: str = "FLOAT",
    ) -> Path:
        """Write one file into the folder of source notes."""
        self.notes.mkdir(exist_ok=True)
        soundfile.write(self.notes / name, samples, rate_hz, subtype=subtype)
        return self.notes / name

    def renderer(self, log: str = "tally.log", **options: object) -> TallyRenderer:
        """A TallyRenderer that logs into this folder."""
        return TallyRenderer(self.path / log, **options)

    def settings(self, **changes: dict[str, object]) -> BuildSettings:
        """3 x 3 cells at 8 kHz, with some sections' values replaced."""
        return override(SETTINGS, changes)

    def build(
        self,
        pack: str = "p",
        renderer: Renderer | None = None,
        settings: BuildSettings = SETTINGS,
        **options: Any,  # noqa: ANN401 - passed on
    ) -> BuildResult:
        """Build `pack` in this process; what is said goes to `words`."""
        options = {"jobs": 1, "out": self.words, **options}
        renderer = renderer or self.renderer()
        return build(self.notes, self.path / pack, settings, renderer, **options)
