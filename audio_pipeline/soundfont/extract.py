"""Makes source notes from a SoundFont: renders all in one run, slices, checks and writes them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from audio_pipeline.errors import Problem, SourceError, storage_error
from audio_pipeline.soundfont.bank import Bank, Preset
from audio_pipeline.soundfont.song import LEAD_S, NoteTiming, write_song
from audio_pipeline.soundfont.synth import render_song
from audio_pipeline.sources.credits import write_credit
from audio_pipeline.sources.names import file_stem
from device.pack.atomic import write_atomic
from device.pack.model import Credit

SILENT_PEAK = 1e-4
PRE_ROLL_S = 0.005
HIGHEST_PEAK = 0.999

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Wanted:
    """One sound to make: which preset, and the name of its files."""

    preset: Preset
    name: str


@dataclass(frozen=True)
class Extraction:
    """What to render and how."""

    bank: Bank
    wanted: tuple[Wanted, ...]
    pitches: tuple[int, ...]
    timing: NoteTiming = field(default_factory=NoteTiming)
    rate_hz: int = 48_000

    def write(self, folder: Path) -> list[Path]:
        """Write `<name>_<pitch>.wav` (mono, 24 bit) and `<name>.toml` (credit) into `folder`.

        Nothing is written if a note is silent. Raises SourceError naming the silent notes,
        BankError, ProgramMissingError, StorageError.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, folder) from error
        notes = self._notes()
        self._check(notes)
        paths = []
        for sound, samples in zip(self.wanted, notes, strict=True):
            gain = min(1.0, HIGHEST_PEAK / max(float(np.abs(note).max()) for note in samples))
            for pitch, note in zip(self.pitches, samples, strict=True):
                paths.append(folder / f"{file_stem(sound.name, pitch)}.wav")
                _write_wav(paths[-1], note * gain, self.rate_hz)
            write_credit(folder, self._credit(sound))
        return paths

    def _notes(self) -> list[list[Samples]]:
        """[sound][pitch] -> samples [frames]."""
        with tempfile.TemporaryDirectory(prefix="latentpad-") as scratch:
            song, wav = Path(scratch, "notes.mid"), Path(scratch, "notes.wav")
            presets = [sound.preset for sound in self.wanted]
            write_song(song, presets, self.pitches, self.timing)
            render_song(self.bank.path, song, wav, self.rate_hz)
            with soundfile.SoundFile(wav) as file:
                per_sound = len(self.pitches)
                slots = range(len(self.wanted) * per_sound)
                notes = [self._slice(file, slot) for slot in slots]
        return [notes[i : i + per_sound] for i in range(0, len(notes), per_sound)]

    def _slice(self, file: soundfile.SoundFile, slot: int) -> Samples:
        """One note as mono, from shortly before its note-on."""
        begin_s = slot * self.timing.slot_s + LEAD_S - PRE_ROLL_S
        file.seek(min(file.frames, round(begin_s * self.rate_hz)))
        frames = round((self.timing.length_s + PRE_ROLL_S) * self.rate_hz)
        audio: Samples = file.read(frames, dtype="float64", always_2d=True, fill_value=0.0)
        mono: Samples = audio.mean(axis=1)
        return mono

    def _check(self, notes: Sequence[Sequence[Samples]]) -> None:
        problems = []
        for sound, samples in zip(self.wanted, notes, strict=True):
            silent = [
                str(pitch)
                for pitch, note in zip(self.pitches, samples, strict=True)
                if np.abs(note).max() < SILENT_PEAK
            ]
            if silent:
                words = f"{sound.preset.name!r} gives silence at pitches {', '.join(silent)}"
                problems.append(Problem(sound.name, f"{words}; leave them out with --pitches"))
        if problems:
            raise SourceError(problems)

    def _credit(self, sound: Wanted) -> Credit:
        preset = sound.preset
        source = f"{self.bank.title}, bank {preset.bank} program {preset.program} {preset.name}"
        return Credit(sound.name, source, self.bank.licence)


def _write_wav(path: Path, samples: Samples, rate_hz: int) -> None:
    def write(file: BinaryIO) -> None:
        soundfile.write(file, samples, rate_hz, format="WAV", subtype="PCM_24")

    write_atomic(path, write)
