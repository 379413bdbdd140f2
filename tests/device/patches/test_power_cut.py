"""A power cut at any moment of a save leaves the patches of before or those of after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from device.patches import Patch, PatchStore
from device.patches.codec import encode

Make = Callable[[str], Patch]
WATCHED = ("open", "replace", "rename", "link", "unlink", "fsync", "close", "mkdir")


class Card:
    """Every state that a directory may be found in after a power cut during what is recorded.

    Before and after every system call that changes something, the directory is remembered twice: as
    it is, and with all files emptied that were never synchronised, as a journal that orders names
    but not contents may leave them. A cut can also undo names that were not synchronised yet, back
    to an earlier remembered state, so all remembered states together are what may be found.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._safe = {self._inode(path) for path in directory.iterdir()}
        self.states: list[dict[str, bytes]] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Remember states until the block ends."""
        with pytest.MonkeyPatch.context() as patch:
            for name in WATCHED:
                patch.setattr(os, name, self._watched(name, getattr(os, name)))
            yield
        self._remember()

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            self._remember()
            result = call(*arguments, **named)
            if name == "fsync":
                self._safe.add(os.fstat(arguments[0]).st_ino)
            self._remember()
            return result

        return watched

    def _remember(self) -> None:
        files = [path for path in self._directory.iterdir() if path.is_file()]
        present = {path.name: path.read_bytes() for path in files}
        lost = {p.name: present[p.name] if self._inode(p) in self._safe else b"" for p in files}
        self.states += [state for state in (present, lost) if state not in self.states]

    @staticmethod
    def _inode(path: Path) -> int:
        return path.stat().st_ino


def found_after(state: dict[str, bytes], directory: Path) -> PatchStore:
    """The store as it is opened on a card in this state."""
    directory.mkdir()
    for name, data in state.items():
        (directory / name).write_bytes(data)
    return PatchStore(directory / "patches.json")


def bad_states(card: Card, tmp_path: Path, good: list[dict[int, Patch]]) -> list[dict[str, bytes]]:
    """States in which neither the old nor the new patches are found."""
    stores = [found_after(state, tmp_path / f"cut-{n}") for n, state in enumerate(card.states)]
    return [card.states[n] for n, store in enumerate(stores) if store.patches() not in good]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "card").mkdir()
    return tmp_path / "card" / "patches.json"


@pytest.mark.parametrize("saves_before", [0, 1, 2, 3])
def test_a_cut_at_any_moment_of_a_save(
    path: Path, tmp_path: Path, make_patch: Make, saves_before: int
) -> None:
    store = PatchStore(path)
    for number in range(saves_before):
        store.save(number, make_patch(f"{number}"))
    before = store.patches()
    card = Card(path.parent)
    with card.recording():
        store.save(9, make_patch("new"))
    assert len(card.states) > 4
    assert bad_states(card, tmp_path, [before, store.patches()]) == []


@pytest.mark.parametrize("damaged", ["patches.json", "patches.json.previous"])
def test_a_cut_at_any_moment_of_a_save_after_damage(
    path: Path, tmp_path: Path, make_patch: Make, damaged: str
) -> None:
    store = PatchStore(path)
    for number in range(3):
        store.save(number, make_patch(f"{number}"))
    path.with_name(damaged).write_bytes(b"")
    store = PatchStore(path)
    before = store.patches()
    assert len(before) >= 2
    card = Card(path.parent)
    with card.recording():
        store.save(9, make_patch("new"))
    assert bad_states(card, tmp_path, [before, store.patches()]) == []


def test_the_store_can_be_saved_to_after_every_cut(
    path: Path, tmp_path: Path, make_patch: Make
) -> None:
    store = PatchStore(path)
    store.save(0, make_patch("old"))
    card = Card(path.parent)
    with card.recording():
        store.save(1, make_patch("new"))
    for number, state in enumerate(card.states):
        found = found_after(state, tmp_path / f"again-{number}")
        found.save(2, make_patch("after"))
        again = PatchStore(tmp_path / f"again-{number}" / "patches.json")
        assert again.patches() == found.patches()


def plain_write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def unsynchronised_rename(path: Path, data: bytes) -> None:
    path.with_suffix(".new").write_bytes(data)
    os.replace(path.with_suffix(".new"), path)  # noqa: PTH105


@pytest.mark.parametrize("careless", [plain_write, unsynchronised_rename])
def test_the_check_would_notice_careless_writing(
    path: Path, tmp_path: Path, make_patch: Make, careless: Callable[[Path, bytes], None]
) -> None:
    before, after = {0: make_patch("old")}, {0: make_patch("new")}
    path.write_bytes(encode(before))
    card = Card(path.parent)
    with card.recording():
        careless(path, encode(after))
        card._safe.discard(path.stat().st_ino)
        card._remember()
    assert bad_states(card, tmp_path, [before, after]) != []
