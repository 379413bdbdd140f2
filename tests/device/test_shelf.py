"""Finding packs in a folder, whatever else lies there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from device import shelf


@pytest.fixture
def folder(two_packs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_packs, tmp_path / "packs"))


def names(place: Path) -> list[str]:
    return [name for name, _ in shelf.look(place).listed]


def test_packs_in_order_of_their_names_with_their_identities(folder: Path) -> None:
    found = shelf.look(folder)
    assert names(folder) == ["Alpha", "Beta"]
    assert found.troubles == ()
    assert found.packs[0].path == folder / "alpha"
    assert len({identity for _, identity in found.listed}) == 2


def test_one_pack_is_a_shelf_too(folder: Path) -> None:
    assert names(folder / "beta") == ["Beta"]


def test_other_things_are_passed_over(folder: Path) -> None:
    (folder / "notes.txt").write_text("buy strings")
    (folder / "empty").mkdir()
    shutil.copytree(folder / "alpha", folder / ".Trash")
    (folder / "cut").mkdir()
    (folder / "cut" / "manifest.json").write_bytes(b"")
    found = shelf.look(folder)
    assert len(found.packs) == 2
    assert found.troubles == ()


def test_what_cannot_be_played_is_told_by_its_name(folder: Path) -> None:
    (folder / "alpha" / "manifest.json").write_text("{")
    (folder / "broken.onsp").write_bytes(b"PK")
    found = shelf.look(folder)
    assert [one.name for one in found.packs] == ["Beta"]
    assert len(found.troubles) == 2
    assert any("alpha" in line for line in found.troubles)
    assert any("broken.onsp" in line for line in found.troubles)


def test_no_folder_an_empty_one_and_a_file_that_is_no_pack(tmp_path: Path) -> None:
    for place, words in (
        (tmp_path / "nowhere", "No such file"),
        (tmp_path, "no sound pack in"),
        (tmp_path / "file", "file"),
    ):
        if place.name == "file":
            place.write_text("no pack")
        found = shelf.look(place)
        assert found.packs == ()
        (line,) = found.troubles
        assert words in line
        assert str(place) in line


CHANGES: dict[str, Callable[[Path], object]] = {
    "a pack comes": lambda folder: shutil.copytree(folder / "beta", folder / "gamma"),
    "a pack goes": lambda folder: shutil.rmtree(folder / "beta"),
    "a pack is renamed": lambda folder: (folder / "beta").rename(folder / "zeta"),
    "a manifest is written anew": lambda folder: _rewrite(folder / "beta" / "manifest.json"),
    "the folder goes": lambda folder: shutil.rmtree(folder),
}


def _rewrite(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize("change", CHANGES)
def test_the_signature_changes_with_the_packs_only(folder: Path, change: str) -> None:
    before = shelf.signature(folder)
    (folder / "notes.txt").write_text("buy strings")
    assert shelf.signature(folder) == before
    CHANGES[change](folder)
    assert shelf.signature(folder) != before


def test_nothing_has_a_signature_too(tmp_path: Path) -> None:
    assert shelf.signature(tmp_path / "nowhere") == ()
    assert shelf.signature(tmp_path) == ()
