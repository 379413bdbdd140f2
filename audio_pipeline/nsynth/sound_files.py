"""Sounds and embeddings in files, as NSynth takes and gives them: 16 kHz, mono; NumPy arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from audio_pipeline.errors import Problem, SourceError
from audio_pipeline.nsynth import mulaw
from audio_pipeline.sources.audio_file import LONGEST_READ_S, BadAudioError, read_mono
from audio_pipeline.sources.conditioning import resampled
from device.pack.atomic import write_atomic

RATE_HZ = 16_000
LOUDEST = 32767 / 32768  # of 16-bit audio, the model's training data: mu-law code 127


def read_sound(path: Path) -> tuple[NDArray[np.float32], list[str]]:
    """Samples [T] at 16 kHz within -1..32767/32768, and warnings. Raises SourceError."""
    try:
        audio, rate_hz, warnings = read_mono(path)
    except BadAudioError as error:
        raise SourceError([Problem(str(path), str(error))]) from error
    if len(audio) >= int(LONGEST_READ_S * rate_hz):
        warnings = [*warnings, f"only the first {LONGEST_READ_S:g} s are used"]
    samples = resampled(audio, rate_hz, RATE_HZ)
    over = int(np.count_nonzero(np.abs(samples) > 1))
    if over:
        warnings = [*warnings, f"{over} samples are louder than full scale; they are clipped"]
    return np.clip(samples, -1, LOUDEST).astype(np.float32), warnings


def write_sound(path: Path, codes: NDArray[np.int16]) -> None:
    """Write mu-law codes [T], -128..127, as 16-bit PCM, which keeps them apart. Atomic."""
    pcm = np.rint(mulaw.decode(codes).astype(np.float64) * 32768).astype(np.int16)

    def write(file: BinaryIO) -> None:
        soundfile.write(file, pcm, RATE_HZ, format="WAV", subtype="PCM_16")

    write_atomic(path, write)


def read_embedding(path: Path, channels: int) -> NDArray[np.float32]:
    """An embedding [frames, channels] of an .npy file. Raises SourceError."""
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SourceError([Problem(str(path), f"cannot be read as .npy: {error}")]) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise SourceError([Problem(str(path), "is not one array of numbers")])
    if array.ndim != 2 or array.shape[1] != channels or len(array) == 0:
        words = f"has shape {list(array.shape)}; [frames, {channels}] was expected"
        raise SourceError([Problem(str(path), words)])
    if not np.isfinite(array).all():
        raise SourceError([Problem(str(path), "has values that are not finite numbers")])
    return array.astype(np.float32)


def write_array(path: Path, array: NDArray[np.float32]) -> None:
    """Write an .npy file, atomically and under just this name."""
    write_atomic(path, lambda file: np.save(file, array))


def write_arrays(path: Path, **arrays: NDArray[np.generic]) -> None:
    """Write an .npz file, atomically and under just this name."""

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)

    write_atomic(path, write)
