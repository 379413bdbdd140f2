"""The settings file to start from says what the defaults are, and is read back as the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from device.settings import AudioSettings, Settings, load_settings
from device.settings_template import settings_template
from hardware.config import BoardConfig


def test_it_is_read_back_as_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(settings_template())
    assert load_settings(path) == Settings()


def test_other_values_are_read_back_too(tmp_path: Path) -> None:
    settings = dataclasses.replace(
        Settings(),
        audio=AudioSettings(device='a "quoted" name\\', rate_hz=44100),
        board=BoardConfig(board="gpio", button_lines=(), oled_rotated=True),
    )
    path = tmp_path / "settings.toml"
    path.write_text(settings_template(settings))
    assert load_settings(path) == settings


def test_every_key_stands_with_what_is_allowed() -> None:
    text = settings_template()
    assert 'pot_takeover = "pickup"  # jump | pickup | scale' in text
    assert "i2c_bus = 1  # 0 .. 255" in text
    for section in dataclasses.fields(Settings()):
        assert f"[{section.name}]" in text
