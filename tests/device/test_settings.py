"""The settings file: defaults, overrides, and an error that helps for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.errors import SettingsError, SettingsNotFoundError
from device.settings import Settings, load_settings


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return load_settings(path)


def test_no_file_and_an_empty_file_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(None) == load(tmp_path, "") == Settings()


def test_values_are_taken(tmp_path: Path) -> None:
    settings = load(tmp_path, "[audio]\nrate_hz = 44100\n[envelope]\nattack_s = 1\n")
    assert (settings.audio.rate_hz, settings.envelope.attack_s) == (44100, 1)
    assert settings.audio.block_frames == Settings().audio.block_frames


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[audio]\nrate = 1", r"\[audio\].*'rate'.*did you mean rate_hz"),
        ("[envelop]\nattack_s = 1", "'envelop'.*did you mean envelope"),
        ("[audio]\nzzzz = 1", "'zzzz'.*known keys: rate_hz, block_frames"),
        ("[audio]\nrate_hz = 7", r"\[audio\] rate_hz: 7 is outside 8000..192000"),
        ("[audio]\nrate_hz = 48000.0", "not a whole number"),
        ("[audio]\nrate_hz = true", "not a whole number"),
        ("[audio]\nrate_hz = '48000'", "not a whole number"),
        ("[envelope]\nattack_s = nan", "attack_s: nan is outside"),
        ("[envelope]\nattack_s = inf", "attack_s: inf is outside"),
        ("[audio]\ninterpolation = 'best'", "'best' is not one of eco, default, high"),
        ("[audio]\ndevice = 3", "3 is not a name"),
        ("audio = 3", "must be a table"),
        ("[midi]\npad_x_controller = 17", "17 is pad_x_controller"),
        ("[audio", "not a TOML file"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        load(tmp_path, text)
    assert "settings.toml" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_missing_file_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsNotFoundError, match=r"nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="binary"):
        load_settings(tmp_path / "binary")
