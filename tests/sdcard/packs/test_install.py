"""Putting packs on a card: what is shared, what is refused, and what a person is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from device import shelf
from device.pack import (
    PackDamagedError,
    PackError,
    PackInvalidError,
    PackUnsafeError,
    archive,
    open_pack,
    verify_pack,
)
from device.pack.members import cell_names
from sdcard.packs import (
    CardBusyError,
    FileTooLargeError,
    NoSpaceError,
    NotAShelfError,
    entries,
    install,
    plan,
    shelf_lock,
)

MakePack = Callable[..., Path]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def cells(card: Path) -> set[str]:
    return {path.stem for path in card.rglob("*.cell")}


def contents(card: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in card.rglob("*") if path.is_file()}


def copy_of(pack: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pack, tmp_path / "copy"))


@pytest.mark.parametrize("is_archive", [False, True])
def test_an_installed_pack_plays_every_byte(
    make_pack: MakePack, empty: Path, tmp_path: Path, is_archive: bool
) -> None:
    source = make_pack("Gamma", sounds=2, preview=b"preview")
    if is_archive:
        source = tmp_path / "gamma.onsp"
        archive(make_pack("Gamma", sounds=2, preview=b"preview"), source)
    done = install(source, empty)
    assert done.path == empty / "Gamma"
    (one,) = shelf.look(empty).packs
    assert one.name == "Gamma"
    report = verify_pack(one.path)
    assert report.is_ok
    assert report.cells == 8
    assert (empty / "Gamma/media/preview.ogg").read_bytes() == b"preview"
    archive(one.path, tmp_path / "again.onsp")  # and it can leave the card again
    assert verify_pack(tmp_path / "again.onsp").is_ok


def test_cells_of_several_packs_are_stored_once(make_pack: MakePack, empty: Path) -> None:
    first = install(make_pack("One", sounds=2), empty)
    second = install(make_pack("Two", sounds=3), empty)
    assert len(cells(empty)) == 12
    assert first.shared_bytes == 0
    assert second.shared_bytes > second.written_bytes
    assert [one.name for one in shelf.look(empty).packs] == ["One", "Two"]


def test_a_new_version_replaces_the_old_one_and_its_cells(make_pack: MakePack, empty: Path) -> None:
    before = install(make_pack("One", sounds=3, preview=b"old", key="same"), empty)
    after = install(make_pack("Two", sounds=1, key="same"), empty)
    assert after.path == before.path
    assert [one.name for one in shelf.look(empty).packs] == ["Two"]
    with open_pack(after.path) as pack:
        assert cells(empty) == set(cell_names(pack.manifest))
    assert not (after.path / "media/preview.ogg").exists()


def test_a_new_version_replaces_a_pack_that_was_copied_by_hand(
    make_pack: MakePack, empty: Path
) -> None:
    shutil.copytree(make_pack("One", sounds=2), empty / "by hand")
    done = install(make_pack("One", sounds=1), empty)
    assert [path.name for path in empty.iterdir() if path.name != "cells"] == [done.path.name]
    assert verify_pack(done.path).is_ok


def test_what_others_put_on_the_card_stays(make_pack: MakePack, empty: Path) -> None:
    for name in ("One/holiday.jpg", "cells/notes.txt", "cells/a/readme", "photos/me.jpg"):
        (empty / name).parent.mkdir(parents=True, exist_ok=True)
        (empty / name).write_text(name)
    (empty / "nothing").mkdir()
    others = contents(empty)
    done = install(make_pack("One"), empty)
    assert done.path.name == "One-2"
    install(make_pack("Two"), empty)
    assert others.items() <= contents(empty).items()
    assert (empty / "nothing").is_dir()


def test_a_manifest_that_is_not_understood_keeps_its_cells(
    make_pack: MakePack, empty: Path
) -> None:
    later = install(make_pack("Later", sounds=2), empty)
    manifest = later.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"1.0"', '"9.0"'))
    kept = cells(empty)
    install(make_pack("Other", pitch=50), empty)
    assert kept < cells(empty)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("What? A/B: \"C\"", "What- A-B- -C"), ("con", "con-pack"), ("cells", "cells-pack"),
        ("...", "pack"), ("Zoë", "Zoë"), ("x" * 100, "x" * 40), ("../up", "up"),
        ("COM1.x", "COM1-pack"),
    ],
)  # fmt: skip
def test_folders_have_names_that_every_system_takes(
    make_pack: MakePack, packs: ModuleType, empty: Path, tmp_path: Path, name: str, folder: str
) -> None:
    source = copy_of(make_pack("One"), tmp_path)
    packs.edit_manifest(source, lambda document: packs.altered(document, ["name"], name))
    assert install(source, empty).path == empty / folder


def test_names_that_differ_only_in_case_do_not_meet(make_pack: MakePack, empty: Path) -> None:
    assert install(make_pack("One"), empty).path.name == "One"
    assert install(make_pack("ONE"), empty).path.name == "ONE-2"


def test_an_interrupted_install_goes_on_where_it_was(
    make_pack: MakePack, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdcard.packs.copying.GROUP_BYTES", 1)
    heard: list[int] = []

    def stop(size: int) -> None:
        heard.append(size)
        if len(heard) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(make_pack("One", sounds=3), empty, on_bytes=stop)
    assert shelf.look(empty).packs == ()
    half = next(empty.rglob("*.cell"))
    half.write_bytes(half.read_bytes()[:-1] + b"x")  # as a file may be after a power cut
    done = install(make_pack("One", sounds=3), empty)
    assert done.shared_bytes > 0
    assert verify_pack(done.path).is_ok


def test_a_cell_that_has_rotted_is_written_anew(make_pack: MakePack, empty: Path) -> None:
    done = install(make_pack("One"), empty)
    cell = next(empty.rglob("*.cell"))
    cell.write_bytes(bytes(cell.stat().st_size))
    assert not verify_pack(done.path).is_ok
    again = install(make_pack("One"), empty)
    assert again.written_bytes > 0
    assert verify_pack(done.path).is_ok


def test_progress_adds_up_to_the_pack(make_pack: MakePack, empty: Path) -> None:
    for _ in range(2):  # the second time nothing is written
        totals: list[int] = []
        parts: list[int] = []
        source = make_pack("One", sounds=2, preview=b"preview")
        install(source, empty, on_total=totals.append, on_bytes=parts.append)
        size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
        assert totals == [size]
        assert sum(parts) == size


def damage_byte(pack: Path, packs: ModuleType) -> None:
    cell = packs.first_cell(pack)
    data = bytearray(cell.read_bytes())
    data[-1] ^= 1
    cell.write_bytes(data)


def lose_cell(pack: Path, packs: ModuleType) -> None:
    packs.first_cell(pack).unlink()


def other_rate(pack: Path, packs: ModuleType) -> None:
    packs.edit_manifest(pack, lambda document: document | {"sample_rate_hz": 16_000})


def odd_preview(pack: Path, packs: ModuleType) -> None:
    packs.edit_manifest(pack, lambda document: document | {"preview": ".LatentPad-New"})


@pytest.mark.parametrize(
    ("damage", "error"),
    [(damage_byte, PackDamagedError), (lose_cell, FileNotFoundError),
     (other_rate, PackInvalidError), (odd_preview, PackUnsafeError)],
)  # fmt: skip
def test_a_damaged_source_is_refused_and_leaves_nothing(
    make_pack: MakePack,
    packs: ModuleType,
    card: Path,
    tmp_path: Path,
    damage: Callable[[Path, ModuleType], None],
    error: type[PackError],
) -> None:
    source = copy_of(make_pack("Gamma", pitch=70), tmp_path)
    damage(source, packs)
    before = contents(card)
    with pytest.raises(error) as caught:
        install(source, card)
    assert str(source) in str(caught.value)
    assert contents(card) == before


class SmallCard:
    """What statvfs says of a card with so many bytes free."""

    def __init__(self, free: int) -> None:
        self.f_frsize, self.f_bavail = 4096, free // 4096


@pytest.mark.parametrize("spare", [-4096, 0])
def test_a_pack_that_does_not_fit_is_refused_before_writing(
    make_pack: MakePack, card: Path, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    source = make_pack("Gamma", pitch=70)
    clusters = sum(-(-f.stat().st_size // 4096) * 4096 for f in source.rglob("*") if f.is_file())
    free = -(-(clusters + clusters // 100 + plan.SPARE_BYTES) // 4096) * 4096 + spare
    monkeypatch.setattr(os, "statvfs", lambda path: SmallCard(free))
    before = contents(card)
    if spare < 0:
        with pytest.raises(NoSpaceError, match=r"Gamma needs \d.* MB .*are free") as caught:
            install(source, card)
        assert str(card) in str(caught.value)
        assert contents(card) == before
    else:
        assert install(source, card).name == "Gamma"


def test_a_new_version_needs_room_for_its_new_cells_only(
    make_pack: MakePack, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda path: SmallCard(plan.SPARE_BYTES + 16_384))
    install(make_pack("Alpha", preview=b"again"), card)


def test_a_file_too_long_for_fat_is_refused(
    make_pack: MakePack, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "FILE_BYTES", 4)
    with pytest.raises(FileTooLargeError, match=r"preview.ogg: 7 bytes; at most 4 allowed"):
        install(make_pack("Gamma", preview=b"preview"), card)


def test_only_a_folder_of_packs_is_a_target(
    make_pack: MakePack, card: Path, tmp_path: Path
) -> None:
    for target in (tmp_path / "nowhere", card / "beta.onsp", card / "Alpha"):
        with pytest.raises(NotAShelfError, match=r"folder of packs"):
            install(make_pack("Gamma"), target)
    with pytest.raises(NotAShelfError, match="lies in"):
        install(card / "beta.onsp", card)


def test_two_at_once_are_refused(make_pack: MakePack, card: Path) -> None:
    with shelf_lock.locked(card), pytest.raises(CardBusyError, match="another process"):
        install(make_pack("Gamma"), card)
    install(make_pack("Gamma"), card)


def test_a_read_only_card_says_so(
    make_pack: MakePack, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:  # noqa: ANN401
        raise OSError(30, "Read-only file system")

    source = make_pack("Gamma", pitch=70, sounds=3)
    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(PackError, match=r"cells/\w: cannot be written: Read-only file system"):
        install(source, card)
    assert len(entries(card)) == 2
