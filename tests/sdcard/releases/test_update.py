"""Putting a release on: it is there whole, tried next, and nothing is lost when it is not."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.folder_lock import folder_lock
from sdcard.releases import errors, room
from sdcard.releases.choice import BASE, Attempt, Choice, Refusal, next_attempt
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.listing import choose, list_releases
from sdcard.releases.manifest import NAME, parse_manifest
from sdcard.releases.places import BASE_NOTE, DEVICE_PROGRAM, Places, of_state
from sdcard.releases.release_reader import ReleaseReader
from sdcard.releases.update import Updated, update, versions

MakeRelease = Callable[..., Path]
MakeEnvironment = Callable[..., Path]
AddRelease = Callable[..., Path]


def put_on(release: Path, places: Places) -> Updated:
    return update(ReleaseReader(io.BytesIO(release.read_bytes()), release.name), places)


def is_exact(folder: Path) -> bool:
    """Whether a release is what its manifest says, byte for byte."""
    manifest = parse_manifest((folder / NAME).read_bytes(), "")
    for file in manifest.files:
        path = folder / file.path
        if file.link is None and hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            return False
    return True


def test_a_release_is_there_and_tried_next(based: Places, make_release: MakeRelease) -> None:
    done = put_on(make_release(), based)
    assert done == Updated("0.2.0", based.releases / "0.2.0", ())
    assert is_exact(done.path)
    assert based.is_whole("0.2.0")
    assert read_choice(based.choice) == Choice(trial="0.2.0")
    assert {path.name for path in based.releases.iterdir()} == {"0.2.0", BASE_NOTE}


def test_the_current_one_stays_and_others_go(based: Places, make_release: MakeRelease) -> None:
    for version in ("0.2.0", "0.3.0", "0.4.0"):
        put_on(make_release(version=version), based)
        write_choice(Choice(version, "0.2.0"), based.choice)
    refusal = Refusal("0.3.0", "bad")
    write_choice(Choice("0.4.0", "0.3.0", refusal=refusal), based.choice)
    (based.releases / ".new").mkdir()
    (based.releases / ".gone-0.1.0").mkdir()
    done = put_on(make_release(version="0.5.0"), based)
    assert done.removed == ("0.3.0",)
    assert versions(based) == ["0.4.0", "0.5.0"]
    assert read_choice(based.choice) == Choice("0.4.0", trial="0.5.0")
    assert not list(based.releases.glob(".*"))
    assert put_on(make_release(version="0.6.0"), based).removed == ("0.5.0",)


def test_the_same_release_again_is_tried_again(based: Places, make_release: MakeRelease) -> None:
    put_on(make_release(), based)
    write_choice(Choice(refusal=Refusal("0.2.0", "bad")), based.choice)
    assert put_on(make_release(), based).removed == ()
    assert read_choice(based.choice) == Choice(trial="0.2.0")


def test_the_one_that_runs_is_not_replaced(based: Places, make_release: MakeRelease) -> None:
    put_on(make_release(), based)
    write_choice(Choice("0.2.0"), based.choice)
    with pytest.raises(errors.ReleaseInUseError, match=r"runs a release 0\.2\.0 already"):
        put_on(make_release(), based)
    assert based.is_whole("0.2.0")


@pytest.mark.parametrize("other", [{"machine": 62}, {"python": "3.13"}])
def test_a_release_for_another_machine_is_refused(
    based: Places, make_release: MakeRelease, other: dict[str, object]
) -> None:
    with pytest.raises(errors.WrongMachineError, match=r"the instrument has aarch64 with Python 3"):
        put_on(make_release(**other), based)
    assert versions(based) == []


class SmallCard:
    """What statvfs says of a card with so many bytes and files free."""

    def __init__(self, free: int, files: int) -> None:
        self.f_frsize, self.f_bavail, self.f_files, self.f_favail = 4096, free // 4096, 999, files


@pytest.mark.parametrize(
    ("spare_bytes", "spare_files", "fits"), [(0, 0, True), (-4096, 0, False), (0, -1, False)]
)
def test_one_that_does_not_fit_is_refused_before_anything_is_deleted(
    based: Places, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch,
    spare_bytes: int, spare_files: int, fits: bool,
) -> None:  # fmt: skip
    release, old = make_release(), based.releases / "0.0.1"
    old.mkdir()
    files = ReleaseReader(io.BytesIO(release.read_bytes()), "x").manifest.files
    folders = {above for one in files for above in Path(one.path).parents}
    blocks = sum(-(-one.size // 4096) for one in files) + len(folders)
    free = (blocks + spare_bytes // 4096) * 4096 + room.SPARE_BYTES - old.stat().st_blocks * 512
    free_files = len(files) + len(folders) - 1 + spare_files  # the old folder is one
    monkeypatch.setattr(os, "statvfs", lambda path: SmallCard(-(-free // 4096) * 4096, free_files))
    if fits:
        put_on(release, based)
        assert not old.exists()
        return
    with pytest.raises(errors.NoRoomError, match=r"release 0\.2\.0 needs .* MB to spare"):
        put_on(release, based)
    assert old.exists()
    assert not based.choice.exists()


def test_a_full_disk_in_the_middle_leaves_the_old_one(
    based: Places, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    release = make_release()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", full)
        with pytest.raises(errors.ReleaseWriteError, match="No space left"):
            put_on(release, based)
    assert {path.name for path in based.releases.iterdir()} == {BASE_NOTE}
    assert read_choice(based.choice) == Choice()
    put_on(release, based)


def test_a_damaged_file_leaves_the_old_one(based: Places, make_release: MakeRelease) -> None:
    release = make_release()
    data = bytearray(release.read_bytes())
    data[-100] ^= 1
    release.write_bytes(data)
    with pytest.raises(errors.ReleaseDamagedError):
        put_on(release, based)
    assert versions(based) == []
    assert not list(based.releases.glob(".*"))


def test_only_an_instrument_is_updated(make_release: MakeRelease, tmp_path: Path) -> None:
    places = of_state(tmp_path / "state")
    with pytest.raises(errors.NotAnInstrumentError, match="no state of an instrument"):
        put_on(make_release(), places)
    places.releases.mkdir(parents=True)
    (places.releases / BASE_NOTE).write_text("{}")
    with pytest.raises(errors.ReleaseDamagedError, match="format"):
        put_on(make_release(), places)


def test_an_instrument_may_look_at_its_base(
    places: Places, make_release: MakeRelease, make_environment: MakeEnvironment
) -> None:
    assert places.base is not None
    shutil.copytree(make_environment("0.1.0"), places.base, symlinks=True)
    with pytest.raises(errors.WrongMachineError, match="the instrument has aarch64"):
        put_on(make_release(machine=62), places)
    put_on(make_release(), places)


def test_two_at_once_are_refused(based: Places, make_release: MakeRelease) -> None:
    with (
        folder_lock(based.releases, RuntimeError("busy")),
        pytest.raises(errors.UpdateBusyError, match="another process"),
    ):
        put_on(make_release(), based)


def test_a_damaged_choice_is_over_with_an_update(based: Places, make_release: MakeRelease) -> None:
    based.choice.write_text("{")
    put_on(make_release(), based)
    assert read_choice(based.choice) == Choice(trial="0.2.0")


@pytest.fixture
def small_release(make_environment: MakeEnvironment, make_release: MakeRelease) -> MakeRelease:
    """Without links, of which the card that remembers its changes knows nothing."""

    def make(version: str) -> Path:
        environment = make_environment(version)
        for path in (*environment.glob("bin/python"), *environment.glob("lib/*.so.2")):
            path.unlink()
        return make_release(environment)

    return make


def test_a_power_cut_at_any_moment(
    based: Places,
    small_release: MakeRelease,
    power_cut: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is started then is one that was there before, or the new one, byte for byte."""
    monkeypatch.setattr(shutil, "_use_fd_functions", False)
    for version in ("0.2.0", "0.3.0"):
        put_on(small_release(version), based)
        write_choice(Choice(version, "0.2.0"), based.choice)
    newest = small_release("0.4.0")
    root = based.choice.parents[3]
    card = power_cut.Card(root)
    with card.recording():
        put_on(newest, based)
    states = card.states(chances=1)
    assert states[-1] == power_cut.tree_of(root)
    assert len(states) > 50
    seen = set()
    for number, state in enumerate(states):
        found = power_cut.lay_out(state, tmp_path / f"cut-{number}")
        seen.add(starts_next(moved(based, found)))
        shutil.rmtree(found)
    assert seen == {"0.3.0", "0.4.0"}
    for number, state in enumerate(card.final_states()):
        found = power_cut.lay_out(state, tmp_path / f"end-{number}")
        assert starts_next(moved(based, found)) == "0.4.0"


def moved(places: Places, root: Path) -> Places:
    """The same instrument with its files elsewhere, and their modes restored."""
    for path in root.glob(f"**/{DEVICE_PROGRAM}"):
        path.chmod(0o755)
    old = places.choice.parents[3]
    assert places.base is not None
    return Places(
        *(root / path.relative_to(old) for path in (places.base, places.releases, places.choice))
    )


def starts_next(places: Places) -> str:
    _, attempt = next_attempt(read_choice(places.choice), places.is_whole)
    assert attempt.version == BASE or is_exact(places.folder(attempt.version))
    return str(attempt.version)


def test_listing_and_choosing(based: Places, make_release: MakeRelease) -> None:
    for version in ("0.2.0", "0.3.0"):
        put_on(make_release(version=version), based)
        write_choice(Choice("0.2.0"), based.choice)
    write_choice(Choice("0.2.0", trial="0.3.0", attempt=Attempt("0.3.0", "test", 1)), based.choice)
    assert [(one.name, one.state, one.is_wanted) for one in list_releases(based)] == [
        (BASE, "0.1.0, for aarch64 with Python 3.11, always there", False),
        ("0.2.0", "current", False),
        ("0.3.0", "new, is tried at the next start", True),
    ]
    choose(BASE, based)
    assert list_releases(based)[0].is_wanted
    choose("0.2.0", based)
    assert read_choice(based.choice).trial == "0.2.0"
    with pytest.raises(errors.ReleaseNotFoundError, match=r"there is base, 0\.2\.0, 0\.3\.0"):
        choose("0.9", based)
    write_choice(Choice("0.2.0", refusal=Refusal("0.4.0", "bad")), based.choice)
    assert list_releases(based)[-1].state == "refused: bad, is not there, or not whole"
    based.choice.write_text("{")
    assert "release.json" in list_releases(based)[0].state
    choose(BASE, based)
    assert read_choice(based.choice) == Choice()
