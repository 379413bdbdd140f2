"""The patch store: slots, damaged files, cards that are full or read-only."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import DeviceError, PatchError, PatchWriteError
from device.patches import Patch, PatchStore

Make = Callable[[str], Patch]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "patches.json"


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB of its own."""
    mounted = tmp_path / "card"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(mounted)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    yield mounted
    subprocess.run(["umount", mounted], check=True)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The kernel lets no file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def test_a_missing_file_is_empty_and_nothing_is_written(path: Path) -> None:
    store = PatchStore(path)
    assert (store.slots(), store.warnings, store.is_stored) == ((), [], True)
    assert store.recall(0) is None
    assert not path.parent.exists()


def test_saved_patches_are_there_after_the_next_start(path: Path, make_patch: Make) -> None:
    store = PatchStore(path)
    store.save(127, make_patch("last"))
    store.save(0, make_patch("first"))
    again = PatchStore(path)
    assert again.slots() == (0, 127)
    assert again.recall(127) == make_patch("last")
    assert again.patches() == store.patches()
    assert again.warnings == []
    assert names(path) == ["patches.json", "patches.json.previous"]


def test_a_removed_patch_stays_removed(path: Path, make_patch: Make) -> None:
    store = PatchStore(path)
    store.save(3, make_patch("x"))
    store.remove(3)
    store.remove(4)
    assert PatchStore(path).slots() == ()


def test_slots_out_of_range_are_refused_and_change_nothing(path: Path, make_patch: Make) -> None:
    store = PatchStore(path)
    with pytest.raises(PatchError, match=r"slots are 0\.\.127"):
        store.save(128, make_patch("x"))
    with pytest.raises(PatchError, match=r"slots are 0\.\.127"):
        store.recall(-1)
    with pytest.raises(PatchError, match=r"slots are 0\.\.127"):
        store.remove(128)
    assert store.slots() == ()


def test_the_previous_copy_is_the_save_before(path: Path, make_patch: Make) -> None:
    store = PatchStore(path)
    for name in ("one", "two", "three"):
        store.save(0, make_patch(name))
    path.unlink()
    again = PatchStore(path)
    assert again.recall(0) == make_patch("two")
    assert again.warnings == [f"{path} is missing: its previous copy {path}.previous is used"]


def test_what_power_cuts_left_half_written_is_taken_away(path: Path, make_patch: Make) -> None:
    path.parent.mkdir()
    for name in (".patches.json.17.0a1b2c3d.tmp", ".patches.json.previous.17.0a1b2c3d.tmp"):
        (path.parent / name).write_bytes(b"hal")
    (path.parent / ".memory.json.17.0a1b2c3d.tmp").write_bytes(b"another's")
    PatchStore(path).save(0, make_patch("one"))
    left = [file.name for file in path.parent.glob(".*")]
    assert left == [".memory.json.17.0a1b2c3d.tmp"]


def test_saving_the_same_again_writes_nothing(path: Path, make_patch: Make) -> None:
    store = PatchStore(path)
    store.save(0, make_patch("one"))
    store.save(0, make_patch("two"))
    before = path.stat().st_mtime_ns, path.stat().st_ino
    store.save(0, make_patch("two"))
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    path.unlink()
    assert PatchStore(path).recall(0) == make_patch("one")


@pytest.mark.parametrize("damage", [b"", b"{", b"\0" * 500, b'{"format": "latentpad patches"}'])
def test_a_damaged_file_is_kept_aside_and_its_previous_copy_used(
    path: Path, make_patch: Make, damage: bytes
) -> None:
    store = PatchStore(path)
    for name in ("one", "two"):
        store.save(0, make_patch(name))
    path.write_bytes(damage)
    again = PatchStore(path)
    assert again.recall(0) == make_patch("one")
    assert len(again.warnings) == 2
    assert again.warnings[0].startswith(f"{path}: ")
    assert path.read_bytes() == damage, "opening must not write"
    again.save(1, make_patch("new"))
    assert path.with_name("patches.json.aside-1").read_bytes() == damage
    assert again.warnings[-1].endswith("is kept as " + str(path.with_name("patches.json.aside-1")))
    assert PatchStore(path).patches() == {0: make_patch("one"), 1: make_patch("new")}


def test_no_damaged_file_ever_replaces_another(path: Path, make_patch: Make) -> None:
    for number in range(3):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"damage %d" % number)
        PatchStore(path).save(0, make_patch(f"{number}"))
    kept = [path.with_name(f"patches.json.aside-{number}").read_bytes() for number in (1, 2, 3)]
    assert kept == [b"damage 0", b"damage 1", b"damage 2"]


def test_both_copies_damaged_is_empty_and_both_are_kept(path: Path, make_patch: Make) -> None:
    path.parent.mkdir()
    path.write_bytes(b"first")
    path.with_name("patches.json.previous").write_bytes(b"second")
    store = PatchStore(path)
    assert store.slots() == ()
    assert store.warnings[-1] == f"{path}: no whole copy is left: all slots are empty"
    store.save(0, make_patch("a"))
    store.save(0, make_patch("b"))
    assert {path.with_name(f"patches.json.aside-{n}").read_bytes() for n in (1, 2)} == {
        b"first",
        b"second",
    }


def test_a_newer_file_is_told_and_never_overwritten(path: Path, make_patch: Make) -> None:
    PatchStore(path).save(0, make_patch("one"))
    newer = path.read_bytes().replace(b'"version": 1', b'"version": 9')
    path.write_bytes(newer)
    store = PatchStore(path)
    assert "written by a newer latentpad" in store.warnings[0]
    store.save(0, make_patch("two"))
    assert path.with_name("patches.json.aside-1").read_bytes() == newer


def test_clamped_values_are_told(path: Path, make_patch: Make) -> None:
    PatchStore(path).save(0, make_patch("one"))
    path.write_bytes(path.read_bytes().replace(b'"x": 0.125', b'"x": 7'))
    store = PatchStore(path)
    assert store.warnings == [f"{path}: patches[0].x: outside 0..1, taken as 1"]
    patch = store.recall(0)
    assert patch is not None
    assert patch.x == 1.0


def test_a_full_card_keeps_the_patch_in_memory_until_there_is_room(
    card: Path, make_patch: Make
) -> None:
    store = PatchStore(card / "patches.json")
    store.save(0, make_patch("old"))
    filler = card / "song.wav"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(2**20))
    with pytest.raises(PatchWriteError, match=r"patches\.json.*No space left on device") as caught:
        store.save(1, make_patch("new"))
    assert isinstance(caught.value, (DeviceError, OSError))
    assert not store.is_stored
    assert store.recall(1) == make_patch("new")
    assert PatchStore(card / "patches.json").patches() == {0: make_patch("old")}
    filler.unlink()
    store.save(2, make_patch("newer"))
    assert store.is_stored
    assert PatchStore(card / "patches.json").slots() == (0, 1, 2)


def test_a_card_that_becomes_read_only_loses_nothing(card: Path, make_patch: Make) -> None:
    store = PatchStore(card / "patches.json")
    store.save(0, make_patch("old"))
    subprocess.run(["mount", "-o", "remount,ro", card], check=True)
    with pytest.raises(PatchWriteError, match="Read-only file system"):
        store.save(1, make_patch("new"))
    assert not store.is_stored
    assert PatchStore(card / "patches.json").slots() == (0,)
    subprocess.run(["mount", "-o", "remount,rw", card], check=True)
    store.write()
    assert store.is_stored
    assert PatchStore(card / "patches.json").slots() == (0, 1)


def test_a_file_that_may_not_grow_loses_nothing(path: Path, make_patch: Make) -> None:
    """The same as a full card, for those who may not mount one."""
    store = PatchStore(path)
    store.save(0, make_patch("old"))
    with files_of_at_most(100), pytest.raises(PatchWriteError, match=r"patches\.json.*too large"):
        store.save(1, make_patch("new"))
    assert not store.is_stored
    assert store.recall(1) == make_patch("new")
    assert PatchStore(path).patches() == {0: make_patch("old")}
    assert names(path) == ["patches.json"], "nothing half-written is left"
    store.remove(0)
    assert store.is_stored
    assert PatchStore(path).patches() == {1: make_patch("new")}


def test_no_directory_can_be_made(tmp_path: Path, make_patch: Make) -> None:
    (tmp_path / "file").write_text("not a directory")
    store = PatchStore(tmp_path / "file" / "patches.json")
    with pytest.raises(PatchWriteError, match=r"file/patches\.json: cannot be written"):
        store.save(0, make_patch("x"))
    assert store.recall(0) == make_patch("x")


def test_a_directory_in_the_place_of_the_file_is_set_aside(path: Path, make_patch: Make) -> None:
    path.mkdir(parents=True)
    store = PatchStore(path)
    assert "cannot be read: Is a directory" in store.warnings[0]
    store.save(0, make_patch("x"))
    assert PatchStore(path).slots() == (0,)
    assert path.with_name("patches.json.aside-1").is_dir()


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "b"])), max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_file_always_says_what_memory_says(
    tmp_path_factory: pytest.TempPathFactory, make_patch: Make, steps: list[tuple[int, str]]
) -> None:
    path = tmp_path_factory.mktemp("store") / "patches.json"
    store, model = PatchStore(path), {}
    for slot, name in steps:
        if name:
            store.save(slot, make_patch(name))
            model[slot] = make_patch(name)
        else:
            store.remove(slot)
            model.pop(slot, None)
        assert PatchStore(path).patches() == store.patches() == model
