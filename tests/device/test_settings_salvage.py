"""What safe mode still reads of settings files that are damaged in every way."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.settings import FilesSettings
from device.settings_salvage import salvaged
from hardware.config import BoardConfig

WHOLE = """
[audio]
rate_hz = 44100
[board]
board = "gpio"  # my own
oled_driver = "sh1106"
button_lines = [
    5, 6,
    13, 26,
]
[files]
packs = "/packs"
patches = "/somewhere/patches.json"
"""
BOARD = BoardConfig(board="gpio", oled_driver="sh1106")
FILES = FilesSettings(packs="/packs", patches="/somewhere/patches.json")


def read(folder: Path, text: str | bytes) -> tuple[BoardConfig, FilesSettings]:
    path = folder / "settings.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return salvaged(path, "board", BoardConfig), salvaged(path, "files", FilesSettings)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.replace("44100", "12"),
        WHOLE.replace("44100", "fast"),
        WHOLE.replace("[audio]", "[audio"),
        WHOLE.replace("[audio]", "[audios]"),
        f"{WHOLE}\n[midi]\nchannel == 3",
        WHOLE.encode() + b"\n[midi]\nchannel = 3 # \xff\xfe",
        f'{WHOLE}colour = "red"\n',
    ],
)
def test_damage_elsewhere_costs_neither_board_nor_files(tmp_path: Path, text: str | bytes) -> None:
    assert read(tmp_path, text) == (BOARD, FILES)


def test_a_bad_line_costs_that_line(tmp_path: Path) -> None:
    board, files = read(tmp_path, WHOLE.replace('"sh1106"', "sh1106").replace('"/packs"', "/packs"))
    assert board == BoardConfig(board="gpio")
    assert files == FilesSettings(patches="/somewhere/patches.json")


def test_a_value_that_is_not_allowed_costs_that_value(tmp_path: Path) -> None:
    board, files = read(tmp_path, WHOLE.replace("sh1106", "sh1107").replace('"/packs"', "7"))
    assert board == BoardConfig(board="gpio")
    assert files == FilesSettings(patches="/somewhere/patches.json")


def test_without_a_file_all_is_as_usual(tmp_path: Path) -> None:
    for path in (None, tmp_path / "nothing", tmp_path):
        assert salvaged(path, "board", BoardConfig) == BoardConfig()


@given(
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"[board]\n{text}".encode())
)
def test_any_file_gives_something(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        board, files = read(Path(folder), data)
    assert isinstance(board, BoardConfig)
    assert isinstance(files, FilesSettings)
