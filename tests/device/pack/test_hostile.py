"""Packs made to do harm: each is refused with a PackError, quickly and without taking memory."""

from __future__ import annotations

import os
import shutil
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.pack import (
    Cell,
    PackDamagedError,
    PackError,
    PackInvalidError,
    PackNotFoundError,
    PackUnsafeError,
    archive,
    open_pack,
    parse_header,
    verify_pack,
)
from device.pack.files import open_regular, read_at
from device.pack.stores import Extent

MOST_BYTES = 64 * 2**20


def problem_of(path: Path) -> PackError:
    """The first problem of a pack; asserts that finding it took little memory."""
    tracemalloc.start()
    try:
        report = verify_pack(path)
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
    assert not report.is_ok
    return report.problems[0]


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_directory(path: Path) -> None:
    path.mkdir()


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have no more than 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name[-20:])
        Path(path.name[-20:]).rename(path.name)
    finally:
        os.chdir(here)


def make_link_out(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (make_fifo, "is a pipe, not a file"),
        (make_directory, "is a directory, not a file"),
        (make_socket, "is a device or socket, not a file"),
        (make_link_out, "is a link, not a file"),
        (make_link_to_itself, "is a link, not a file"),
    ],
)
@pytest.mark.parametrize("member", ["manifest.json", "cell", "preview.ogg"])
def test_only_regular_files_are_read(
    packs: ModuleType, pack_dir: Path, member: str, make: Callable[[Path], None], problem: str
) -> None:
    packs.edit_manifest(
        pack_dir, lambda document: packs.altered(document, ("preview",), "preview.ogg")
    )
    path = packs.first_cell(pack_dir) if member == "cell" else pack_dir / member
    path.unlink(missing_ok=True)
    make(path)
    found = next(one for one in verify_pack(pack_dir).problems if one.path == str(path))
    assert isinstance(found, PackUnsafeError)
    assert found.detail == problem


@pytest.mark.parametrize("make", [make_fifo, make_socket])
def test_a_pack_is_a_file_or_a_directory(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "pack")
    assert isinstance(problem_of(tmp_path / "pack"), PackUnsafeError)
    assert isinstance(problem_of(Path("/dev/zero")), PackUnsafeError)


def test_cells_reached_through_a_link_are_unsafe(pack_dir: Path, tmp_path: Path) -> None:
    (pack_dir / "cells").rename(tmp_path / "elsewhere")
    (pack_dir / "cells").symlink_to(tmp_path / "elsewhere")
    found = problem_of(pack_dir)
    assert isinstance(found, PackUnsafeError)
    assert found.detail == "is not a plain directory"
    (pack_dir / "cells").unlink()
    (pack_dir / "cells").write_bytes(b"")
    assert isinstance(problem_of(pack_dir), PackUnsafeError)


def test_a_preview_that_leaves_the_pack_is_unsafe(packs: ModuleType, pack_dir: Path) -> None:
    for name in ("../../etc/passwd", "/etc/passwd", "cells/../../x"):
        packs.edit_manifest(
            pack_dir, lambda document, name=name: packs.altered(document, ("preview",), name)
        )
        found = problem_of(pack_dir)
        assert isinstance(found, PackUnsafeError)
        assert name in found.detail


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"[" * 10_000_000, PackUnsafeError),
        (b'{"a":' * 20_000, PackUnsafeError),
        (b"[" + b"1," * 8_000_000 + b"1]", PackUnsafeError),
        (b" " * (16 * 2**20 + 1), PackUnsafeError),
        (b'"' + b"x" * 15_000_000 + b'"', PackInvalidError),
        (b"9" * 15_000_000, PackInvalidError),
        (b"\xff" * 1000, PackInvalidError),
        (b"", PackInvalidError),
    ],
    ids=[
        "deep lists",
        "deep objects",
        "long list",
        "large",
        "text",
        "number",
        "not UTF-8",
        "empty",
    ],
)
def test_manifests_that_would_take_the_memory(
    pack_dir: Path, content: bytes, kind: type[PackError]
) -> None:
    (pack_dir / "manifest.json").write_bytes(content)
    assert isinstance(problem_of(pack_dir), kind)


def test_a_sparse_manifest_of_a_terabyte_is_not_read(pack_dir: Path) -> None:
    with (pack_dir / "manifest.json").open("r+b") as file:
        file.truncate(2**40)
    found = problem_of(pack_dir)
    assert isinstance(found, PackUnsafeError)
    assert found.detail == "1099511627776 bytes; at most 16777216 are allowed"


def test_a_sparse_cell_of_a_terabyte_is_not_mapped(packs: ModuleType, pack_dir: Path) -> None:
    cell = packs.first_cell(pack_dir)
    with cell.open("r+b") as file:
        file.truncate(2**40)
    with open_pack(pack_dir) as pack, pytest.raises(PackUnsafeError, match="at most 2147483647"):
        pack.cell(cell.stem)
    assert isinstance(problem_of(pack_dir), PackUnsafeError)


def test_an_empty_cell_is_damage(packs: ModuleType, pack_dir: Path) -> None:
    cell = packs.first_cell(pack_dir)
    cell.write_bytes(b"")
    with open_pack(pack_dir) as pack, pytest.raises(PackDamagedError, match="cell of 0 bytes"):
        pack.cell(cell.stem)


def test_a_sparse_archive_of_a_terabyte_is_refused_at_once(onsp: Path) -> None:
    with onsp.open("r+b") as file:
        file.truncate(2**40)
    assert isinstance(problem_of(onsp), PackDamagedError)


def test_a_note_of_a_minute_that_is_not_there(
    packs: ModuleType, pack_dir: Path, cell_data: bytes
) -> None:
    """The longest note that a header may claim, in a stream that claims it too."""
    frames = 60 * 16_000
    offset, _ = parse_header(cell_data, "x").data[72]
    word = int.from_bytes(cell_data[offset + 18 : offset + 26], "big") >> 36 << 36 | frames
    data = cell_data[: offset + 18] + word.to_bytes(8, "big") + cell_data[offset + 26 :]
    data = packs.edit_header(
        data, lambda header: packs.altered(header, ("notes", 2, "frames"), frames)
    )
    packs.replace_cell(pack_dir, data)
    assert isinstance(problem_of(pack_dir), PackDamagedError)


def test_a_directory_cut_off_anywhere_is_refused(pack_dir: Path) -> None:
    manifest = pack_dir / "manifest.json"
    data = manifest.read_bytes().rstrip()
    for size in range(0, len(data), 7):
        manifest.write_bytes(data[:size])
        with pytest.raises(PackInvalidError, match="not valid JSON"):
            open_pack(pack_dir)


def test_an_archive_cut_off_at_any_boundary_is_refused(onsp: Path) -> None:
    data = onsp.read_bytes()
    marks = [data.index(magic) for magic in (b"PK\x01\x02", b"PK\x05\x06")]
    for size in [0, 1, 4095, 4096, *marks, marks[0] + 46, marks[1] + 21, len(data) - 1]:
        onsp.write_bytes(data[:size])
        with pytest.raises(PackDamagedError):
            open_pack(onsp)


def test_an_archive_without_a_cell_says_which(pack_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "pack.onsp"
    archive(pack_dir, path)
    data = path.read_bytes()
    name = max((pack_dir / "cells").iterdir()).name.encode()
    path.write_bytes(data.replace(b"cells/" + name, b"other/" + name))
    found = problem_of(path)
    assert isinstance(found, PackNotFoundError)
    assert str(found) == f"{path}/cells/{name.decode()}: is not in the archive"


def test_a_file_that_vanishes_or_shrinks_while_open(onsp: Path, test_pack: Path) -> None:
    with open_pack(onsp) as pack:
        os.truncate(onsp, 5000)
        with pytest.raises(PackDamagedError):
            pack.cell(max((test_pack / "cells").iterdir()).stem)


def test_a_cell_that_shrinks_before_it_is_mapped_is_damage(
    packs: ModuleType, pack_dir: Path
) -> None:
    path = packs.first_cell(pack_dir)
    with path.open("rb") as file:
        extent = Extent(file.fileno(), 0, path.stat().st_size + 100_000, False, path)
        with pytest.raises(PackDamagedError, match="cannot be mapped"):
            Cell(path.stem, extent)


def test_a_file_replaced_while_it_is_opened_is_looked_at_again(
    pack_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open = os.open
    opened: list[int] = []

    def open_another(path: Path, flags: int) -> int:
        opened.append(real_open(pack_dir, os.O_RDONLY))
        return opened[-1]

    monkeypatch.setattr(os, "open", open_another)
    with pytest.raises(PackUnsafeError, match="is a directory, not a file"):
        open_regular(pack_dir / "manifest.json")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_what_the_system_refuses_is_damage(packs: ModuleType, pack_dir: Path) -> None:
    packs.edit_manifest(
        pack_dir, lambda document: packs.altered(document, ("preview",), "漢" * 200)
    )
    assert "cannot be opened: File name too long" in str(problem_of(pack_dir))
    descriptor = os.open(pack_dir, os.O_RDONLY)
    try:
        with pytest.raises(PackDamagedError, match="cannot be read: Is a directory"):
            read_at(descriptor, 0, 10, pack_dir)
    finally:
        os.close(descriptor)


def play(path: Path) -> None:
    """Use every part of a pack as the instrument does, whether or not its hashes fit."""
    with open_pack(path) as pack:
        for row in pack.manifest.combinations[0].cells:
            for name in row:
                cell = pack.cell(name)
                for pitch, note in cell.notes.items():
                    assert np.abs(cell.head(pitch).astype(int)).max() <= 32768
                    assert len(cell.decode(pitch)) == note.frames


def play_or_refuse(path: Path) -> None:
    """Play a pack; the only exceptions allowed are those that name a place in it."""
    try:
        play(path)
    except PackError as error:
        place = error.path
    else:
        place = str(path)
    assert place.startswith(str(path))


DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "drop", "insert"]), st.floats(0, 1), st.integers(1, 255)
    ),
    min_size=1,
    max_size=3,
)


def damaged(data: bytes, damages: list[tuple[str, float, int]], focus: int) -> bytes:
    """Damage within the first `focus` bytes for one half, anywhere for the other."""
    result = bytearray(data)
    for kind, where, value in damages:
        at = int(where * 2 * focus) if where < 0.5 else int((where - 0.5) * 2 * len(result))
        at = min(at, max(0, len(result) - 1))
        if kind == "flip" and result:
            result[at] ^= value
        elif kind == "cut":
            del result[at:]
        elif kind == "drop":
            del result[at : at + value]
        elif kind == "insert":
            result[at:at] = bytes([value])
    return bytes(result)


PROPERTY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tiny(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest pack there can be, so that damage hits something that matters."""
    path: Path = tmp_path_factory.mktemp("hostile") / "tiny"
    packs.make_test_pack(
        path, rate_hz=8000, columns=2, rows=2, pitches=(60, 96), seconds=0.02, is_looped=False
    )
    return path


@given(damages=DAMAGE)
@PROPERTY
def test_any_damage_to_a_cell_is_played_or_refused(
    tmp_path: Path, tiny: Path, packs: ModuleType, damages: list[tuple[str, float, int]]
) -> None:
    path = tmp_path / "pack"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(tiny, path)
    cell = packs.first_cell(path)
    cell.write_bytes(damaged(cell.read_bytes(), damages, focus=700))
    play_or_refuse(path)
    assert cell.read_bytes() == packs.first_cell(tiny).read_bytes() or not verify_pack(path).is_ok


@given(damages=DAMAGE)
@PROPERTY
def test_any_damage_to_a_manifest_is_played_or_refused(
    tmp_path: Path, tiny: Path, damages: list[tuple[str, float, int]]
) -> None:
    path = tmp_path / "pack"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(tiny, path)
    manifest = path / "manifest.json"
    manifest.write_bytes(damaged(manifest.read_bytes(), damages, focus=2000))
    play_or_refuse(path)


@given(damages=DAMAGE)
@PROPERTY
def test_any_damage_to_an_archive_is_played_or_refused(
    tmp_path: Path, tiny: Path, damages: list[tuple[str, float, int]]
) -> None:
    path = tmp_path / "pack.onsp"
    archive(tiny, path)
    reversed_data = path.read_bytes()[::-1]  # the directory is at the end
    path.write_bytes(damaged(reversed_data, damages, focus=800)[::-1])
    play_or_refuse(path)
