"""Makes a source file into a note that renderers take: mono, trimmed, in tune, at one level."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.config import NoteSettings
from audio_pipeline.sources.audio_file import SILENT_PEAK, BadAudioError, read_mono
from audio_pipeline.sources.conditioning import cut, levelled, resampled, trimmed, without_rumble
from audio_pipeline.sources.folder import SourceFile
from audio_pipeline.sources.steady import Steady, steady_part
from audio_pipeline.tuning import RELIABLE, Tuning, mean_cents, nearest_pitch

PREPARATION_VERSION = 1
"""Part of every source id: raise it when prepared samples change."""

MOST_CORRECTED_CENTS = 50.0
LEAST_CORRECTED_CENTS = 0.5
WRONG_NAME_CENTS = 60.0

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class PreparedNote:
    """What was found and done while one source note was prepared; its samples go beside it."""

    sound: str
    pitch: int
    source_id: str  # hash of the samples
    steady: Steady
    corrected_cents: float
    gain_db: float
    warnings: tuple[str, ...]


def prepare_note(file: SourceFile, settings: NoteSettings) -> tuple[PreparedNote, Samples]:
    """The whole chain for one file: its record and samples [frames], mono, full scale 1.

    BadAudioError says what is wrong with it.
    """
    rate_hz = settings.rate_hz
    audio, file_rate_hz, warnings = read_mono(file.path)
    audio = without_rumble(audio, file_rate_hz)  # first: DC would ring at the resampler's edges
    if np.abs(audio).max() < SILENT_PEAK:
        raise BadAudioError("it has only DC or rumble below 20 Hz")
    note = trimmed(resampled(audio, file_rate_hz, rate_hz), rate_hz)
    cents = 0.0
    if settings.tune:
        cents, tuning_warnings = correction_cents(note, rate_hz, file.pitch - file.shift_semitones)
        warnings = warnings + tuning_warnings
    shift_cents = cents + 100 * file.shift_semitones
    note = cut(
        resampled(note, rate_hz * 2 ** (shift_cents / 1200), rate_hz), rate_hz, settings.length_s
    )
    note, gain_db = levelled(note, rate_hz, settings.loudness_lufs, settings.peak_dbfs)
    prepared = PreparedNote(
        sound=file.sound,
        pitch=file.pitch,
        source_id=source_id(note, rate_hz),
        steady=steady_part(note, rate_hz),
        corrected_cents=cents,
        gain_db=gain_db,
        warnings=tuple(f"{file.path.name}: {warning}" for warning in warnings),
    )
    return prepared, note


def correction_cents(note: Samples, rate_hz: int, pitch: int) -> tuple[float, list[str]]:
    """By how much the note must be raised to be in tune, and a warning if it is another pitch."""
    tuning = mean_cents(note, rate_hz, pitch)
    if tuning.reliability >= RELIABLE and abs(tuning.cents) <= MOST_CORRECTED_CENTS:
        return (-tuning.cents if abs(tuning.cents) > LEAST_CORRECTED_CENTS else 0.0), []
    return 0.0, _wrong_pitch_warnings(note, rate_hz, pitch)


def _wrong_pitch_warnings(note: Samples, rate_hz: int, pitch: int) -> list[str]:
    found = nearest_pitch(note, rate_hz)
    if found is None or abs(found.cents - 100 * pitch) <= WRONG_NAME_CENTS:
        return []
    return [_wrong_pitch_words(found, pitch)]


def _wrong_pitch_words(found: Tuning, pitch: int) -> str:
    off = found.cents - 100 * pitch
    sounds = round(found.cents / 100)
    return (
        f"its name says pitch {pitch}, but it sounds like {sounds} "
        f"({off:+.0f} cents); it is left as it is"
    )


def source_id(samples: Samples, rate_hz: int) -> str:
    """Hash of prepared samples, for recipes and caches."""
    head = f"latentpad source {PREPARATION_VERSION} {rate_hz}\n".encode()
    digest = hashlib.blake2b(head, digest_size=16)
    digest.update(np.ascontiguousarray(samples, dtype="<f8").tobytes())
    return digest.hexdigest()
