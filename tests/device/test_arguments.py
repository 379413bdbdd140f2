"""The command line over the settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.__main__ import main
from device.arguments import instrument_settings, parse_arguments, settings_from
from device.engine.quality import INTERPOLATIONS
from device.errors import SettingsError

PLAY = ["play", "--pack", "some.onsp"]


@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_every_interpolation_can_be_chosen(name: str) -> None:
    settings = settings_from(parse_arguments([*PLAY, "--interpolation", name]))
    assert settings.audio.interpolation == name


def test_another_interpolation_is_refused_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = parse_arguments([*PLAY, "--interpolation", "cubic"])
    with pytest.raises(SettingsError, match="'cubic' is not one of eco, default, high"):
        settings_from(options)
    assert main([*PLAY, "--interpolation", "cubic"]) == 1
    assert "eco, default, high" in capsys.readouterr().err


def test_options_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        "[audio]\ninterpolation = 'eco'\nrate_hz = 44100\n[playing]\nzone_crossfade = 'on'\n"
    )
    options = parse_arguments([*PLAY, "--settings", str(file), "--rate", "96000"])
    settings = settings_from(options)
    assert (settings.audio.rate_hz, settings.audio.interpolation) == (96000, "eco")
    assert settings.playing.zone_crossfade == "on"


def test_names_of_files_are_absolute_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that is loaded later may change the working directory."""
    file = tmp_path / "settings.toml"
    file.write_text("[files]\npacks = '/packs'\n")
    monkeypatch.chdir(tmp_path)
    files = instrument_settings(parse_arguments(["run", "--settings", str(file)])).files
    assert (files.packs, files.patches, files.usb) == ("/packs", f"{tmp_path}/patches.json", "")
    options = parse_arguments(["run", "--pack", "mine", "--patches", "my/patches.json"])
    files = instrument_settings(options).files
    assert (files.packs, files.patches) == (f"{tmp_path}/mine", f"{tmp_path}/my/patches.json")
