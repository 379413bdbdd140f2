"""Reads one source file into mono samples, and says in words what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float64]

SHORTEST_S = 0.1
SILENT_PEAK = 1e-4  # -80 dBFS: below, there is only dither
CANCELLED = 0.1  # the mean is 20 dB below the louder channel: out of phase, not merely wide
LONGEST_READ_S = 60.0  # a note is a few seconds; enough for any silence before it


class BadAudioError(ValueError):
    """A file whose audio cannot be used; the message does not repeat its name."""


def read_mono(path: Path) -> tuple[Samples, int, list[str]]:
    """Samples [frames], sample rate in Hz, and warnings of a file with one or two channels.

    Raises BadAudioError: unreadable, empty, too short, silent, not finite, 3 or more channels.
    """
    audio, rate_hz = _read(path)
    if audio.shape[1] > 2:
        raise BadAudioError(f"it has {audio.shape[1]} channels; a source note has one or two")
    if len(audio) == 0:
        raise BadAudioError("it is empty")
    if len(audio) < SHORTEST_S * rate_hz:
        raise BadAudioError(f"it lasts {len(audio) / rate_hz:.3f} s, less than {SHORTEST_S:g} s")
    if not np.isfinite(audio).all():
        bad = int(np.count_nonzero(~np.isfinite(audio)))
        raise BadAudioError(f"{bad} of its samples are not numbers (NaN or infinite)")
    if np.abs(audio).max() < SILENT_PEAK:
        raise BadAudioError("it is silent")
    return _downmix(audio, rate_hz)


def _read(path: Path) -> tuple[Samples, int]:
    try:
        with soundfile.SoundFile(path) as file:
            rate_hz = int(file.samplerate)
            frames = min(file.frames, int(LONGEST_READ_S * rate_hz))
            audio: Samples = file.read(frames, dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise BadAudioError(f"it cannot be read as audio: {error.error_string}") from error
    except (OSError, ValueError, RuntimeError) as error:
        raise BadAudioError(f"it cannot be read: {error}") from error
    return audio, rate_hz


def _downmix(audio: Samples, rate_hz: int) -> tuple[Samples, int, list[str]]:
    """The mean of the channels, or the louder one where they cancel each other out."""
    mono: Samples = audio.mean(axis=1)
    channel_rms = np.sqrt(np.mean(audio**2, axis=0))
    if np.sqrt(np.mean(mono**2)) >= CANCELLED * channel_rms.max():
        return mono, rate_hz, []
    louder = int(channel_rms.argmax())
    side = ("left", "right")[louder]
    return audio[:, louder], rate_hz, [f"its channels cancel each other; only the {side} is used"]
