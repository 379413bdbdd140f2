"""Sound files: exact to 24 bits, clipped rather than wrapped, whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from device import wav
from device.errors import OutputError
from device.wav import write_wav


def test_what_is_written_is_read_back_to_24_bits(tmp_path: Path) -> None:
    audio = np.random.default_rng(1).uniform(-1, 1, (1000, 2)).astype(np.float32)
    write_wav(tmp_path / "a.wav", [audio[:300], audio[300:300], audio[300:]], 44_100)
    read, rate_hz = soundfile.read(tmp_path / "a.wav")
    assert (rate_hz, read.shape) == (44_100, (1000, 2))
    assert np.abs(read - audio).max() <= 2**-24 + 1e-9
    assert soundfile.info(tmp_path / "a.wav").subtype == "PCM_24"


def test_beyond_full_scale_is_clipped(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [np.array([[1, -1], [1.5, -1.5]], np.float32)], 48_000)
    read, _ = soundfile.read(tmp_path / "a.wav")
    assert np.abs(read - [[1, -1], [1, -1]]).max() < 2**-22


def test_no_audio_is_an_empty_file(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", [], 48_000)
    assert soundfile.info(tmp_path / "a.wav").frames == 0


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.wav.*No space left"):
        write_wav(tmp_path / "a.wav", [np.zeros((10, 2), np.float32)], 48_000)
    assert list(tmp_path.iterdir()) == []


def test_a_file_too_long_for_the_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wav, "_LARGEST_BYTES", 1000)
    with pytest.raises(OutputError, match="4 GiB"):
        write_wav(tmp_path / "a.wav", [np.zeros((100, 2), np.float32)] * 3, 48_000)
    assert list(tmp_path.iterdir()) == []
