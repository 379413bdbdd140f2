"""The options of a generation: ranges, and what goes with the renderer on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from audio_pipeline import build_cli
from audio_pipeline.__main__ import main, make_parser
from audio_pipeline.errors import SettingsError
from audio_pipeline.nsynth.job.options import Options

MODEL = Path("m.safetensors")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"seed": -1}, "--seed -1"),
        ({"seed": 1 << 63}, "--seed"),
        ({"temperature": 0.0}, r"--temperature 0 must be 0\.01\.\.10"),
        ({"temperature": float("nan")}, "--temperature nan"),
        ({"batch": 0}, "--batch 0"),
        ({"workers": -1}, "--workers -1"),
        ({"workers": 2, "cluster": "local"}, "leave --workers out"),
    ],
)
def test_values_out_of_range_are_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Options(MODEL, **values)  # type: ignore[arg-type]


def rate_of(*arguments: str) -> int:
    options = make_parser().parse_args(["build", "src", "-o", "p", *arguments])
    return build_cli.settings_of(options).notes.rate_hz


def test_the_default_rate_is_that_of_the_renderer(tmp_path: Path) -> None:
    assert rate_of() == 48_000
    assert rate_of("--renderer", "nsynth") == 16_000
    assert rate_of("--renderer", "nsynth", "--rate", "16000") == 16_000
    settings = tmp_path / "s.toml"
    settings.write_text("[notes]\nrate_hz = 48000\n")  # as --show-settings prints it
    assert rate_of("--renderer", "nsynth", "--settings", str(settings)) == 16_000


def test_other_rates_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "src", "-o", "p", "--renderer", "nsynth", "--model", "m"]
    settings = tmp_path / "s.toml"
    settings.write_text("[notes]\nrate_hz = 44100\n")
    for arguments, rate in ((["--rate", "48000"], 48000), (["--settings", str(settings)], 44100)):
        assert main([*command, *arguments]) == 2
        said = capsys.readouterr().err
        assert f"rate_hz = {rate}: the nsynth renderer works at 16000 Hz" in said


def test_what_is_missing_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "src", "-o", str(tmp_path / "p")]
    assert main([*command, "--renderer", "nsynth"]) == 2
    assert "needs --model" in capsys.readouterr().err
    assert main([*command, "--renderer", "nsynth", "--model", str(tmp_path / "m")]) == 2
    assert f"{tmp_path / 'm'}: cannot be read" in capsys.readouterr().err
    assert main([*command, "--seed", "1"]) == 2
    assert "--seed: not for the harmonic renderer" in capsys.readouterr().err


def test_without_pytorch_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m").write_text("")
    for name in [name for name in sys.modules if name.startswith("audio_pipeline.nsynth.model_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    command = ["build", "src", "-o", str(tmp_path / "p"), "--renderer", "nsynth"]
    assert main([*command, "--model", str(tmp_path / "m")]) == 1
    assert "torch is not installed: pip install 'latentpad[nsynth]'" in capsys.readouterr().err
