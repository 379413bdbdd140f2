"""Reading source files of all kinds, and saying what is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_pipeline.sources.audio_file import BadAudioError, read_mono

TONE = 0.5 * np.sin(np.arange(8000) * 0.1)


def write(path: Path, samples: np.ndarray, rate_hz: int = 8000, **options: str) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


@pytest.mark.parametrize(
    ("name", "subtype", "error"),
    [
        ("a.wav", "PCM_U8", 1 / 100),
        ("a.wav", "PCM_16", 1 / 30_000),
        ("a.wav", "PCM_24", 1e-6),
        ("a.wav", "FLOAT", 1e-7),
        ("a.wav", "DOUBLE", 0),
        ("a.flac", "PCM_24", 1e-6),
        ("a.aiff", "PCM_16", 1 / 30_000),
    ],
)
@pytest.mark.parametrize("rate_hz", [8000, 44100, 192000])
def test_any_kind_is_read(
    tmp_path: Path, name: str, subtype: str, error: float, rate_hz: int
) -> None:
    samples = np.tile(TONE, 3)
    path = write(tmp_path / name, samples, rate_hz, subtype=subtype)
    mono, found_hz, warnings = read_mono(path)
    assert found_hz == rate_hz
    assert np.abs(mono - samples).max() <= error
    assert warnings == []


def test_two_channels_become_their_mean(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.stack([TONE, 0.5 * TONE], 1), subtype="DOUBLE")
    assert np.allclose(read_mono(path)[0], 0.75 * TONE)


def test_channels_that_cancel_out_are_not_mixed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.stack([-0.9 * TONE, TONE], 1), subtype="DOUBLE")
    mono, _, warnings = read_mono(path)
    assert np.allclose(mono, TONE)
    assert "only the right is used" in warnings[0]


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros(0), "it is empty"),
        (TONE[:700], "0.087 s, less than 0.1 s"),
        (np.zeros(8000), "it is silent"),
        (1e-5 * TONE, "it is silent"),
        (np.where(np.arange(8000) == 5, np.nan, TONE), "1 of its samples are not numbers"),
        (np.where(np.arange(8000) < 2, np.inf, TONE), "2 of its samples are not numbers"),
        (np.stack([TONE] * 3, 1), "it has 3 channels"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, samples: np.ndarray, words: str) -> None:
    path = write(tmp_path / "a.wav", samples, subtype="DOUBLE")
    with pytest.raises(BadAudioError) as caught:
        read_mono(path)
    assert words in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not audio at all" * 99, bytes(5000)])
def test_what_is_no_audio_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(BadAudioError, match="cannot be read"):
        read_mono(path)


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadAudioError, match="cannot be read"):
        read_mono(tmp_path / "a.wav")


def test_a_cut_off_file_gives_what_is_there_or_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.wav", TONE, subtype="PCM_16").read_bytes()
    for length in range(0, len(whole), 499):
        (tmp_path / "b.wav").write_bytes(whole[:length])
        try:
            mono, _, _ = read_mono(tmp_path / "b.wav")
        except BadAudioError:
            continue
        assert 800 <= len(mono) <= 8000
