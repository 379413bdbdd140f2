"""Credit notes, written and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.errors import SettingsError
from audio_pipeline.sources.credits import read_credits, write_credit
from device.pack.model import Credit

printable = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=60)


def test_a_credit_comes_back(tmp_path: Path) -> None:
    credit = Credit("e piano", 'A "bank" \\ B', "CC-BY; © 2020 Ünï")
    write_credit(tmp_path, credit)
    assert read_credits(tmp_path, ["other", "e piano", "e piano"]) == (credit,)


@given(printable, printable)
def test_any_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, source: str, licence: str
) -> None:
    folder = tmp_path_factory.mktemp("credits")
    write_credit(folder, Credit("a", source, licence))
    assert read_credits(folder, ["a"]) == (Credit("a", source, licence),)


def test_controls_and_long_texts_from_banks_are_tamed(tmp_path: Path) -> None:
    write_credit(tmp_path, Credit("a", "line\r\n\x00\x7f two", "x" * 9000))
    (credit,) = read_credits(tmp_path, ["a"])
    assert credit.source == "line two"
    assert len(credit.licence) == 2000


@pytest.mark.parametrize(
    "text", ["source = 3", "sauce = 'x'", "source = ", "\x00", f"source = '{'x' * 2001}'"]
)
def test_a_bad_credit_note_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"a[.]toml"):
        read_credits(tmp_path, ["a"])
