"""The plug is pulled at every moment of an install or a removal, and the card must still play."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device import shelf
from device.pack import PackWriteError, open_pack, verify_pack
from device.pack.members import cell_names, shared_cell_member
from sdcard.packs import copying, durable, install, remove

MakePack = Callable[..., Path]
Do = Callable[[Path], object]
OLD = {"Alpha": 1, "Beta": 1}  # name -> combinations


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only checks need not wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(durable, "_sync_file_system", lambda directory: None)


@pytest.fixture
def changes(make_pack: MakePack) -> dict[str, tuple[Do, dict[str, int]]]:
    """What is done to the card, and what it must hold then."""
    same = make_pack("Alpha", sounds=2, preview=b"second")
    other = make_pack("Alpha", sounds=3, preview=b"third", preview_name="media/other.ogg")
    beta = make_pack("Beta", pitch=50, sounds=2)
    delta = make_pack("Delta", sounds=2)
    gamma = make_pack("Gamma", pitch=70, sounds=2, preview=b"gamma")
    return {
        "a new pack": (lambda card: install(gamma, card), OLD | {"Gamma": 2}),
        "one that shares cells": (lambda card: install(delta, card), OLD | {"Delta": 2}),
        "a new version": (lambda card: install(same, card), OLD | {"Alpha": 2}),
        "a new version's preview": (lambda card: install(other, card), OLD | {"Alpha": 3}),
        "a new version of a file": (lambda card: install(beta, card), OLD | {"Beta": 2}),
        "a removal": (lambda card: remove("Alpha", card), {"Beta": 1}),
        "a removal of a file": (lambda card: remove("Beta", card), {"Alpha": 1}),
    }  # fmt: skip


CHANGES = ("a new pack", "one that shares cells", "a new version", "a new version's preview",
           "a new version of a file", "a removal", "a removal of a file")  # fmt: skip


def playable(card: Path) -> list[tuple[str, int]]:
    """(name, combinations) of what the instrument shows; every byte of it must be right."""
    looked = shelf.look(card)
    assert all(line.startswith("no sound pack") for line in looked.troubles), looked.troubles
    found = []
    for one in looked.packs:
        report = verify_pack(one.path, decode=False)
        assert report.is_ok, report.problems
        with open_pack(one.path) as pack:
            found.append((one.name, len(pack.manifest.combinations)))
    return sorted(found)


def allowed(before: dict[str, int], after: dict[str, int]) -> list[list[tuple[str, int]]]:
    """Before, after, and both versions side by side while one in another form is replaced."""
    both = sorted({*before.items(), *after.items()})
    return [sorted(before.items()), sorted(after.items()), both]


def is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def assert_tidy(card: Path) -> None:
    """No leftovers: all that is there belongs to a pack, or is a folder that awaits its pack."""
    own = {card / "cells", *(path for path in card.glob("*") if is_empty_folder(path))}
    for one in shelf.look(card).packs:
        own.add(one.path)
        if one.path.is_dir():
            with open_pack(one.path) as pack:
                files = [card / shared_cell_member(name) for name in cell_names(pack.manifest)]
                names = filter(None, ["manifest.json", pack.manifest.preview])
            for path in [*files, *(one.path / name for name in names)]:
                own |= {path, *path.parents}
    assert [path for path in card.rglob("*") if path not in own] == []


@pytest.mark.parametrize("has_syncfs", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_a_cut_at_any_moment(
    card: Path,
    has_syncfs: bool,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, tuple[Do, dict[str, int]]],
    change: str,
    make_pack: MakePack,
    power_cut: ModuleType,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    do, after = changes[change]
    if not has_syncfs:
        monkeypatch.setattr(durable, "_syncfs", None)
    monkeypatch.setattr(copying, "GROUP_BYTES", 20_000)  # a few cells
    recorded = power_cut.Card(card)
    with recorded.recording():
        do(card)
    states = recorded.states(chances=2)
    assert states[-1] == power_cut.tree_of(card)  # nothing escaped the recording
    assert playable(card) == sorted(after.items())
    assert_tidy(card)
    request.getfixturevalue("no_sync")
    for number, state in enumerate(recorded.final_states()):
        assert playable(power_cut.lay_out(state, tmp_path / f"done-{number}")) == playable(card)
    epsilon = make_pack("Epsilon", pitch=80)
    for number, state in enumerate(states):
        found = power_cut.lay_out(state, tmp_path / f"cut-{number}")
        left = playable(found)
        assert left in allowed(OLD, after), (number, left)
        install(epsilon, found)  # sweeps
        assert playable(found) == sorted([*left, ("Epsilon", 1)])
        assert_tidy(found)


def test_a_cut_while_an_earlier_cut_is_tidied_up(
    card: Path,
    make_pack: MakePack,
    changes: dict[str, tuple[Do, dict[str, int]]],
    power_cut: ModuleType,
    tmp_path: Path,
    no_sync: None,
) -> None:
    epsilon = make_pack("Epsilon", pitch=80)
    do, _ = changes["a new pack"]
    recorded = power_cut.Card(card)
    with recorded.recording():
        do(card)
    states = recorded.states()
    for number in (len(states) // 3, len(states) * 2 // 3, len(states) - 4):
        again = power_cut.lay_out(states[number], tmp_path / f"again-{number}")
        left = dict(playable(again))
        recorded = power_cut.Card(again)
        with recorded.recording():
            install(epsilon, again)
        for second, state in enumerate(recorded.states(chances=1)):
            found = power_cut.lay_out(state, tmp_path / f"cut-{number}-{second}")
            assert playable(found) in allowed(left, left | {"Epsilon": 1})


def test_what_the_repair_of_a_fat_leaves_is_taken_away(
    card: Path, make_pack: MakePack, no_sync: None
) -> None:
    """Clusters without a name, and files that lost the long one of their two names."""
    shard = next((card / "cells").iterdir())
    for name in ("FSCK0000.REC", f"cells/{shard.name}/D4806C~1.CEL", "Alpha/LATENT~1", "LATENT~2"):
        (card / name).write_bytes(b"anything")
    (card / "cells" / "f").mkdir(exist_ok=True)
    (card / "cells" / "f").rename(card / "cells" / "F")
    (card / "cells" / "F" / f"{'f' * 64}.cell").write_bytes(b"in a folder that lost its name")
    install(make_pack("Epsilon", pitch=80), card)
    assert playable(card) == sorted([*OLD.items(), ("Epsilon", 1)])
    assert_tidy(card)


def test_the_check_would_notice_a_card_that_is_not_synchronised(
    card: Path,
    changes: dict[str, tuple[Do, dict[str, int]]],
    power_cut: ModuleType,
    tmp_path: Path,
    no_sync: None,
) -> None:
    recorded = power_cut.Card(card)
    recorded._fsync = recorded._sync_all = lambda call, what: None
    with recorded.recording():
        changes["a new pack"][0](card)
    bad = 0
    for number, state in enumerate(recorded.states()):
        found = power_cut.lay_out(state, tmp_path / f"cut-{number}")
        try:
            bad += playable(found) not in allowed(OLD, changes["a new pack"][1])
        except AssertionError:
            bad += 1
    assert bad > 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_card_that_is_pulled_out_at_any_operation(
    filled: Path,
    changes: dict[str, tuple[Do, dict[str, int]]],
    change: str,
    power_cut: ModuleType,
    tmp_path: Path,
    no_sync: None,
) -> None:
    do, after = changes[change]
    number = 0
    while True:
        card = power_cut.lay_out(power_cut.tree_of(filled), tmp_path / f"pull-{number}")
        recorded = power_cut.Card(card)
        recorded.on_change = Pull(number)
        with recorded.recording():
            try:
                do(card)
            except PackWriteError as error:
                if "Input/output error" not in str(error):
                    raise
        assert playable(card) in allowed(OLD, after)
        if recorded.on_change.left > 0:
            break
        if number % 4 == 0:
            do_again(do, card, after)
        number += 1
    assert number > 5


class Pull:
    """Lets some operations through, then the card is gone."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def do_again(do: Do, card: Path, after: dict[str, int]) -> None:
    """Once the card is back, the same thing works, or has been done."""
    if playable(card) != sorted(after.items()):
        do(card)
    assert playable(card) == sorted(after.items())
