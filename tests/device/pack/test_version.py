"""Tests of device/pack/version.py."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from device.pack import PackInvalidError, PackTooNewError
from device.pack.version import (
    PLAYER_VERSION,
    check_format,
    check_min_player,
    parse_format_version,
)

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_the_player_has_the_version_of_the_project() -> None:
    assert tomllib.loads(PYPROJECT.read_text())["project"]["version"] == PLAYER_VERSION


@pytest.mark.parametrize("version", ["0.0.0", "0.0.99", PLAYER_VERSION])
def test_packs_for_this_player_and_earlier_ones_play(version: str) -> None:
    check_min_player(version, "x")


@pytest.mark.parametrize("version", ["0.1.1", "0.10.0", "1.0.0", "9999.0.0"])
def test_packs_for_later_players_say_so(version: str) -> None:
    with pytest.raises(PackTooNewError, match=f"needs player {version}, this is {PLAYER_VERSION}"):
        check_min_player(version, "x")


@pytest.mark.parametrize(
    "version", ["", "1", "1.0", "1.0.0.0", "1.0.0\n", "v1.0.0", "१.0.0", "-1.0.0"]
)
def test_other_texts_are_not_versions(version: str) -> None:
    with pytest.raises(PackInvalidError, match="not of the form"):
        check_min_player(version, "x")


def test_formats() -> None:
    assert parse_format_version("1.12", "x") == (1, 12)
    check_format(1, 0, 1, "x")
    check_format(1, 99, 1, "x")
    with pytest.raises(PackTooNewError, match=r"2\.0 is too new: player 0\.1\.0 reads 1\.x"):
        check_format(2, 0, 1, "x")
    with pytest.raises(PackInvalidError, match="never existed"):
        check_format(0, 9, 1, "x")
    with pytest.raises(PackInvalidError, match="not of the form"):
        parse_format_version("one", "x")
