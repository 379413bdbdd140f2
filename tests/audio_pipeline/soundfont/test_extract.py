"""Source notes from a SoundFont, with the real fluidsynth program."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_pipeline.__main__ import main
from audio_pipeline.sources.credits import read_credits
from audio_pipeline.tuning import mean_cents

WriteBank = Callable[..., Path]
FLUID = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")

needs_fluidsynth = pytest.mark.skipif(
    shutil.which("fluidsynth") is None, reason="needs the package fluidsynth"
)
SHORT = ["--length-s", "0.5", "--note-off-s", "0.3"]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@needs_fluidsynth
def test_several_sounds_are_made_in_one_run(write_bank: WriteBank, tmp_path: Path) -> None:
    bank, out = write_bank(), tmp_path / "out"
    sounds = ["--program", "5", "--name", "my sine", "--program", "0", "--name", "other"]
    assert main(["soundfont", str(bank), *sounds, "--pitches", "57,81", *SHORT, str(out)]) == 0
    assert files(out) == [
        "my sine.toml", "my sine_57.wav", "my sine_81.wav",
        "other.toml", "other_57.wav", "other_81.wav",
    ]  # fmt: skip
    for pitch in (57, 81):
        samples, rate_hz = soundfile.read(out / f"my sine_{pitch}.wav")
        assert rate_hz == 48_000
        assert samples.shape == (round(0.505 * 48_000),)
        assert soundfile.info(out / f"my sine_{pitch}.wav").subtype == "PCM_24"
        # The bank's sine has a period of 100 frames at 44100 Hz: 441 Hz, named 69 = 440 Hz.
        assert mean_cents(samples, rate_hz, pitch).cents == pytest.approx(3.93, abs=0.3)


@needs_fluidsynth
def test_notes_begin_at_once_and_end_with_their_release(
    write_bank: WriteBank, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sounds = ["--program", "5", "--name", "a", "--pitches", "60:72:4"]
    assert main(["soundfont", str(write_bank()), *sounds, *SHORT, str(out)]) == 0
    for pitch in range(60, 73, 4):
        samples, _ = soundfile.read(out / f"a_{pitch}.wav")
        loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
        assert 0.004 < loud[0] / 48_000 < 0.008
        assert 0.29 < loud[-1] / 48_000 < 0.35


@needs_fluidsynth
def test_the_credit_names_bank_and_licence(write_bank: WriteBank, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["soundfont", str(write_bank()), "--program", "5", "--bank", "8", "--name", "a"]
    assert main([*command, "--pitches", "60", *SHORT, str(out)]) == 0
    (credit,) = read_credits(out, ["a"])
    assert credit.source == "Sine bank by Nobody, bank 8 program 5 Var"
    assert credit.licence == "CC0"


@needs_fluidsynth
def test_percussion_is_bank_128(write_bank: WriteBank, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["soundfont", str(write_bank([("Kit", 0, 128)])), "--program", "0", "--bank", "128"]
    assert main([*command, "--pitches", "36", *SHORT, str(out)]) == 0
    assert files(out) == ["Kit.toml", "Kit_36.wav"]


@needs_fluidsynth
def test_silent_notes_are_named_and_nothing_is_written(
    write_bank: WriteBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, bank = tmp_path / "out", write_bank(key_range=(60, 70))
    command = ["soundfont", str(bank), "--program", "5", "--name", "a", "--pitches", "48:76:8"]
    assert main([*command, *SHORT, str(out)]) == 2
    assert "'Sine' gives silence at pitches 48, 56, 72" in capsys.readouterr().err
    assert files(out) == []


@needs_fluidsynth
@pytest.mark.skipif(not FLUID.is_file(), reason="needs the package fluid-soundfont-gm")
def test_a_flute_of_the_general_midi_bank(tmp_path: Path) -> None:
    command = ["soundfont", str(FLUID), "--program", "73", "--name", "flute", "--pitches", "60,72"]
    assert main([*command, str(tmp_path)]) == 0
    for pitch in (60, 72):
        samples, rate_hz = soundfile.read(tmp_path / f"flute_{pitch}.wav")
        tuning = mean_cents(samples, rate_hz, pitch)
        assert abs(tuning.cents) < 15
        assert tuning.reliability > 0.9
        assert 0.05 < np.abs(samples).max() < 1


def test_presets_are_listed(write_bank: WriteBank, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soundfont", "--list", str(write_bank())]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  0   0  Other",
        "  0   5  Sine",
        "  8   5  Var",
        "128   0  Kit",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "which sound?"),
        (["--program", "6", "--name", "a"], "no program 6 in bank 0"),
        (["--program", "5", "--program", "0", "--name", "a"], "2 --program, but 1 --name"),
        (["--program", "5", "--program", "0", "--name", "a", "--name", "a"], "same --name"),
        (["--program", "5", "--name", "a/b"], "cannot be part of a file name"),
        (["--program", "5", "--velocity", "0"], "--velocity 0 must be 1..127"),
        (["--program", "5", "--note-off-s", "9"], "--note-off-s 9 must be 0.01..4"),
        (["--program", "5", "--pitches", "x"], "pitches"),
    ],
)
def test_mistakes_are_named(
    write_bank: WriteBank,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    assert main(["soundfont", str(write_bank()), *arguments, str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err


def test_a_missing_program_says_its_package(
    write_bank: WriteBank,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    command = ["soundfont", str(write_bank()), "--program", "5", str(tmp_path / "out")]
    assert main(command) == 1
    assert "apt-get install fluidsynth" in capsys.readouterr().err


@needs_fluidsynth
def test_what_fluidsynth_cannot_load_is_named(
    write_bank: WriteBank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The preset list is readable, but the sample headers are gone."""
    bank = write_bank()
    bank.write_bytes(bank.read_bytes().replace(b"shdr", b"shxx"))
    command = ["soundfont", str(bank), "--program", "5", "--name", "a", *SHORT]
    assert main([*command, str(tmp_path / "out")]) == 2
    assert "bank.sf2: Expected PDTA sub-chunk 'shdr'" in capsys.readouterr().err
    assert files(tmp_path / "out") == []
