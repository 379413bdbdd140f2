"""What is on a card, and how it goes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from device import shelf
from device.pack import open_pack
from sdcard.__main__ import main
from sdcard.packs import NoSuchPackError, entries, install, remove

MakePack = Callable[..., Path]


@pytest.fixture
def mixed(card: Path) -> Path:
    """A card with all kinds of trouble."""
    (card / "broken.onsp").write_bytes(b"PK")
    (card / "half").mkdir()
    (card / "half" / "manifest.json").write_text("{")
    (card / "photos").mkdir()
    shutil.copytree(card / "Alpha", card / ".Trash")
    return card


def test_the_list_is_what_the_instrument_finds(mixed: Path) -> None:
    looked, found = shelf.look(mixed), entries(mixed)
    assert [e.path for e in found if not e.trouble] == [one.path for one in looked.packs]
    assert sorted(e.trouble for e in found if e.trouble) == sorted(looked.troubles)


def test_the_facts_of_a_pack(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", str(card)]) == 0
    alpha, beta = json.loads(capsys.readouterr().out)
    with open_pack(card / "Alpha") as pack:
        assert alpha["id"] == pack.manifest.pack_id
    assert (alpha["name"], alpha["file"], alpha["combinations"]) == ("Alpha", "Alpha", 1)
    assert (alpha["pitches"], alpha["state"]) == ("1 (60-60)", "ok")
    assert beta["file"] == "beta.onsp"
    assert beta["MB"] == round((card / "beta.onsp").stat().st_size / 1e6, 1)


def test_a_missing_cell_is_told(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next((card / "cells").rglob("*.cell")).unlink()
    assert main(["list", str(card)]) == 1
    head, alpha, beta = capsys.readouterr().out.splitlines()
    assert head.split()[-1] == "state"
    assert "1 of 4 cells cannot be read; " in alpha
    assert beta.split()[-1] == "ok"


def test_an_empty_card_and_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(tmp_path)]) == 0
    assert "no sound pack" in capsys.readouterr().out
    assert main(["list", str(tmp_path / "nowhere")]) == 1
    assert "[NotAShelfError]" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", ["Alpha", "alpha", "id"])
def test_a_pack_is_removed_by_name_or_id(card: Path, wanted: str) -> None:
    with open_pack(card / "Alpha") as pack:
        done = remove(pack.manifest.pack_id if wanted == "id" else wanted, card)
    assert done.is_emptied
    assert [path.name for path in card.iterdir()] == ["beta.onsp"]


@pytest.mark.parametrize("wanted", ["broken.onsp", "half"])
def test_what_cannot_be_played_can_be_removed(mixed: Path, wanted: str) -> None:
    remove(wanted, mixed)
    assert wanted not in [path.name for path in mixed.iterdir()]
    assert [one.name for one in shelf.look(mixed).packs] == ["Alpha", "Beta"]


def test_cells_that_others_need_stay(make_pack: MakePack, card: Path) -> None:
    install(make_pack("Delta", sounds=2), card)
    remove("Alpha", card)
    assert all(not entry.trouble for entry in entries(card))
    remove("Delta", card)
    assert not (card / "cells").exists()


def test_a_pack_with_cells_of_its_own_goes_but_for_other_files(
    make_pack: MakePack, card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(make_pack("Gamma", preview=b"gamma"), card / "copied")
    (folder / "notes.txt").write_text("mine")
    assert main(["remove", "Gamma", str(card)]) == 0
    assert "still holds other files" in capsys.readouterr().out
    assert [path.name for path in folder.rglob("*")] == ["notes.txt"]


def test_a_link_in_a_folder_leads_nowhere(make_pack: MakePack, card: Path, tmp_path: Path) -> None:
    outside = shutil.copytree(make_pack("Gamma"), tmp_path / "outside")
    folder = shutil.copytree(make_pack("Gamma"), card / "copied")
    shutil.rmtree(folder / "cells")
    (folder / "cells").symlink_to(outside / "cells")
    remove("copied", card)
    assert len(list((outside / "cells").iterdir())) == 4


def test_an_unknown_name_or_that_of_several(make_pack: MakePack, card: Path) -> None:
    with pytest.raises(NoSuchPackError, match="'tuba', but Alpha, Beta"):
        remove("tuba", card)
    install(make_pack("ALPHA"), card)
    with pytest.raises(NoSuchPackError, match="several packs: "):
        remove("alpha", card)


def test_the_command_installs_and_removes(
    make_pack: MakePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "packs"
    target.mkdir()
    assert main(["install", str(make_pack("One")), str(target)]) == 0
    assert capsys.readouterr().out == f"One: 0.0 MB written; it is {target / 'One'}\n"
    assert main(["install", str(make_pack("One")), str(target)]) == 0
    assert "MB were there" in capsys.readouterr().out
    assert main(["install", str(tmp_path / "none"), str(target)]) == 1
    assert "[PackNotFoundError]" in capsys.readouterr().err
    assert main(["remove", "one", str(target)]) == 0
    assert capsys.readouterr().out == "One removed\n"
    assert main(["remove", "one", str(target)]) == 1
    assert "[NoSuchPackError]" in capsys.readouterr().err
    assert list(target.iterdir()) == []
