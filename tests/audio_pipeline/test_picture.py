"""The picture of a sound: where its partials are, and clear words for what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread

from audio_pipeline.__main__ import main

RATE_HZ = 48000


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """One second of 220 Hz, then one of 3520 Hz."""
    t = np.arange(RATE_HZ) / RATE_HZ
    parts = [0.5 * np.sin(2 * np.pi * hz * t) for hz in (220, 3520)]
    soundfile.write(tmp_path / "tone.wav", np.concatenate(parts), RATE_HZ)
    return tmp_path / "tone.wav"


def brightest_row(image: np.ndarray, column: float) -> float:
    """Height (0 top .. 1 bottom) of the brightest spot in a column of the spectrogram's part."""
    part = image[: int(len(image) * 0.75), int(image.shape[1] * column), :3].sum(1)
    inside = part[20:-20].copy()
    inside[inside > 2.9] = 0  # the white margin
    return float(np.argmax(inside) / len(part))


def test_shows_high_tones_above_low_ones(tone: Path, tmp_path: Path) -> None:
    assert main(["picture", str(tone), "-o", str(tmp_path / "out.png")]) == 0
    image = imread(tmp_path / "out.png")
    assert image.shape[1] > 1000
    assert brightest_row(image, 0.3) > brightest_row(image, 0.75) + 0.2


def test_draws_the_finger_too(tone: Path, tmp_path: Path) -> None:
    path = tmp_path / "path.csv"
    path.write_text("seconds,x,y\n0,0,0\n2,1,0.5\n")
    command = ["picture", str(tone), "-o", str(tmp_path / "out.png"), "--gesture", str(path)]
    assert main(command) == 0
    with_path = imread(tmp_path / "out.png").shape[0]
    assert main(command[:-2]) == 0
    assert with_path > imread(tmp_path / "out.png").shape[0]


@pytest.mark.parametrize(
    "text", ["", "seconds,x,y\n", "0,1\n", "0,0,0\n1,nan,0\n", "a,b,c\nd,e,f\n"]
)
def test_refuses_other_tables(
    tone: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "path.csv"
    path.write_text(text)
    command = ["picture", str(tone), "-o", str(tmp_path / "out.png"), "--gesture", str(path)]
    assert main(command) == 2
    assert "path.csv" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_refuses_what_is_no_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.wav").write_bytes(b"RIFFnonsense")
    assert main(["picture", str(tmp_path / "no.wav"), "-o", str(tmp_path / "out.png")]) == 2
    assert "no.wav: not a readable sound file" in capsys.readouterr().err
