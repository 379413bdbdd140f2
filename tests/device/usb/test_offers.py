"""Finding packs on sticks, and how they stand to those on the card."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device.events import Standing
from device.usb.offers import find_offers, signature, sticks_in
from device.usb.traits import SAMPLED, fingerprints


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where sticks are mounted."""
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def total_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.cell"))


def test_there_may_be_no_place_no_stick_or_nothing_on_it(place: Path, tmp_path: Path) -> None:
    assert sticks_in(tmp_path / "nowhere") == ()
    (place / "sda1").mkdir()  # waits for its stick
    assert sticks_in(place) == ()
    (place / "sda1" / "letter.txt").write_text("dear")
    assert sticks_in(place) == (place / "sda1",)
    assert find_offers(sticks_in(place), {}).offers == ()
    assert find_offers(sticks_in(place), {}).trouble == ""


def test_packs_at_the_top_and_one_folder_down_are_offered_by_name(
    place: Path, two_packs: Path
) -> None:
    shutil.copytree(two_packs / "beta", place / "sda1/beta")
    shutil.copytree(two_packs / "alpha", place / "sdb1/my packs/alpha")
    shutil.copytree(two_packs / "alpha", place / "sdb1/too/deep/alpha")
    shutil.copytree(two_packs / "alpha", place / "sdb1/.Trash-1000/alpha")
    found = find_offers(sticks_in(place), {})
    assert [(offer.name, offer.standing) for offer in found.offers] == [
        ("Alpha", Standing.NEW), ("Beta", Standing.NEW)
    ]  # fmt: skip
    assert found.offers[0].path == str(place / "sdb1/my packs/alpha")
    assert found.offers[0].size_bytes == total_bytes(two_packs / "alpha")


def test_a_stick_may_be_one_pack_itself(place: Path, two_packs: Path) -> None:
    shutil.copytree(two_packs / "beta", place / "sda1")
    assert [offer.path for offer in find_offers(sticks_in(place), {}).offers] == [
        str(place / "sda1")
    ]


def test_how_a_pack_stands_to_the_card(
    place: Path, two_packs: Path, packs: ModuleType, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    shutil.copytree(two_packs / "alpha", card / "alpha")
    shutil.copytree(two_packs, place / "sda1")
    on_card = fingerprints(card)
    assert [offer.standing for offer in find_offers(sticks_in(place), on_card).offers] == [
        Standing.SAME, Standing.NEW
    ]  # fmt: skip
    packs.edit_manifest(card / "alpha", lambda one: packs.altered(one, ["author"], "Another"))
    assert [
        offer.standing for offer in find_offers(sticks_in(place), fingerprints(card)).offers
    ] == [Standing.OTHER, Standing.NEW]


def test_what_cannot_be_offered_is_told_in_few_words(place: Path, two_packs: Path) -> None:
    shutil.copytree(two_packs / "beta", place / "sda1/beta")
    (place / "sda1/bad.onsp").write_bytes(b"no archive at all")
    found = find_offers(sticks_in(place), {})
    assert [offer.name for offer in found.offers] == ["Beta"]
    assert found.trouble.startswith("sda1/bad.onsp: ")


def test_a_pack_that_lacks_cells_is_not_offered(place: Path, two_packs: Path) -> None:
    shutil.copytree(two_packs / "beta", place / "sda1/beta")
    for cell in (place / "sda1/beta/cells").iterdir():
        cell.unlink()
    found = find_offers(sticks_in(place), {})
    assert found.offers == ()
    assert "is not there" in found.trouble


def test_the_size_of_a_big_folder_is_estimated_from_some_cells(
    place: Path, make_test_pack: Callable[..., object]
) -> None:
    make_test_pack(
        place / "sda1/big", pitches=(60,), columns=18, rows=18, seconds=0.05, is_looped=False
    )
    cells = list((place / "sda1/big/cells").iterdir())
    assert len(cells) > SAMPLED
    (offer,) = find_offers(sticks_in(place), {}).offers
    assert offer.size_bytes == pytest.approx(total_bytes(place / "sda1/big"), rel=0.2)


def test_the_signature_changes_with_what_lies_on_a_stick(place: Path, two_packs: Path) -> None:
    shutil.copytree(two_packs / "beta", place / "sda1/beta")
    seen = [signature(sticks_in(place))]
    assert signature(sticks_in(place)) == seen[0]
    os.utime(place / "sda1/beta/manifest.json", ns=(1, 1))
    seen.append(signature(sticks_in(place)))
    shutil.copytree(two_packs / "alpha", place / "sda1/alpha")
    seen.append(signature(sticks_in(place)))
    shutil.rmtree(place / "sda1")
    seen.append(signature(sticks_in(place)))
    assert len(set(seen)) == len(seen)
