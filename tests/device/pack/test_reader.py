"""Tests of device/pack/reader.py and open_cell.py: packs that are as they should be."""

from __future__ import annotations

import shutil
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from device.pack import (
    Codec,
    Manifest,
    Pack,
    PackDamagedError,
    PackInvalidError,
    PackNotFoundError,
    archive,
    encode_cell,
    encode_note,
    open_pack,
    write_cell,
    write_manifest,
)
from device.pack import reader as reader_module
from device.pack.members import cell_names


@pytest.fixture(params=["directory", "archive", "foreign archive"])
def pack(request: pytest.FixtureRequest, test_pack: Path, tmp_path: Path) -> Path:
    """The same small pack in each form; a foreign ZIP tool does not align the cells."""
    if request.param == "directory":
        return test_pack
    path = tmp_path / "small.onsp"
    if request.param == "archive":
        archive(test_pack, path)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
            file.writestr("odd", b"x")
            for member in sorted(test_pack.rglob("*")):
                file.write(member, member.relative_to(test_pack))
            file.comment = b"made by hand"
    return path


def test_a_pack_says_what_was_written(pack: Path, test_pack: Path) -> None:
    with open_pack(str(pack)) as opened:
        assert opened.path == pack
        assert opened.manifest.pitches == (48, 60, 72)
        with open_pack(test_pack) as original:
            assert opened.manifest == original.manifest


def test_cells_give_heads_and_notes(pack: Path, packs: ModuleType) -> None:
    with open_pack(pack) as opened:
        for name in cell_names(opened.manifest):
            cell = opened.cell(name)
            assert cell.rate_hz == 16_000
            assert cell.head_frames == 1600
            assert cell.loops == opened.manifest.loops
            assert sum(weight for _, weight in cell.recipe.sources) == pytest.approx(1)
            assert cell.heads().shape == (3, 1600)
            for index, (pitch, note) in enumerate(cell.notes.items()):
                samples = cell.decode(pitch)
                head = cell.head(pitch)
                assert samples.dtype == head.dtype == np.int16
                assert len(samples) == note.frames
                assert np.array_equal(samples[:1600], head)
                assert np.array_equal(cell.heads()[index], head)
                assert head.flags.aligned
                assert not head.flags.writeable
    top_left = opened.manifest.combinations[0].cells[0][0]
    cell_note = packs.make_note(72, 0.0, 16_000, 0.5, None)
    with open_pack(pack) as opened:
        decoded = opened.cell(top_left).decode(72) / 32768
    np.testing.assert_allclose(decoded, cell_note.samples, atol=0.51 / 32768)


def test_blocks_are_parts_of_the_note(pack: Path) -> None:
    with open_pack(pack) as opened:
        cell = opened.cell(cell_names(opened.manifest)[0])
        whole = cell.decode(48)
        for start, frames in ((0, 10), (0, 0), (4095, 3), (4500, 1200), (len(whole), 0)):
            block = cell.decode_block(48, start, frames)
            assert np.array_equal(block, whole[start : start + frames])
        with cell.open_note(48) as note:
            blocks = [note.read(start, 500) for start in range(0, len(whole) - 500, 500)]
            assert np.array_equal(np.concatenate(blocks), whole[: len(blocks) * 500])
            assert np.array_equal(note.read(7, 11), whole[7:18])
            with pytest.raises(PackDamagedError, match="ends at frame"):
                note.read(len(whole) - 5, 10)
        note.close()


@pytest.mark.parametrize(("start", "frames"), [(-1, 1), (0, -1), (0, 10**9), (10**9, 1)])
def test_blocks_outside_the_note_are_refused(test_pack: Path, start: int, frames: int) -> None:
    with open_pack(test_pack) as opened:
        cell = opened.cell(cell_names(opened.manifest)[0])
        with pytest.raises(PackInvalidError, match=r"are not in 0\.\.\d+"):
            cell.decode_block(48, start, frames)
        with pytest.raises(PackInvalidError, match="has no pitch 50, only 48, 60, 72"):
            cell.head(50)


def test_plain_samples_decode_like_flac(
    packs: ModuleType, tmp_path: Path, make_test_pack: Callable[..., Manifest]
) -> None:
    manifest = make_test_pack(tmp_path, columns=2, rows=2)
    with open_pack(tmp_path) as opened:
        cell = opened.cell(manifest.combinations[0].cells[0][0])
        notes = [
            encode_note(packs.make_note(pitch, 0.0, 16_000, 0.5, manifest.loops.get(pitch)), 16_000)
            for pitch in manifest.pitches
        ]
        plain = encode_cell(
            16_000, cell.recipe, "test", "1", notes, manifest.loops, codec=Codec.PCM_S16LE
        )
        name = packs.replace_cell(tmp_path, plain)
        with open_pack(tmp_path) as changed:
            for pitch in manifest.pitches:
                assert np.array_equal(changed.cell(name).decode(pitch), cell.decode(pitch))
                block = changed.cell(name).decode_block(pitch, 100, 50)
                assert np.array_equal(block, cell.decode_block(pitch, 100, 50))


def test_cells_are_opened_once_and_lazily(pack_dir: Path) -> None:
    with open_pack(pack_dir) as opened:
        first, second, *_ = cell_names(opened.manifest)
        assert opened.cell(first) is opened.cell(first)
        (pack_dir / "cells" / f"{second}.cell").unlink()
        with pytest.raises(PackNotFoundError, match=f"{second}.cell: is not there"):
            opened.cell(second)


def test_only_so_many_cells_stay_open(test_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MOST_OPEN_CELLS", 2)
    with open_pack(test_pack) as opened:
        first, second, third, *_ = cell_names(opened.manifest)
        cell = opened.cell(first)
        before = count_descriptors()
        opened.cell(second)
        opened.cell(first)
        opened.cell(third)  # puts out the second, the one used longest ago
        assert opened.cell(first) is cell
        assert count_descriptors() == before + 1
        opened.cell(second)  # puts out the third
        opened.cell(third)  # puts out the first, which is still in use here
        assert opened.cell(first) is not cell
        assert len(cell.head(48)) == 1600


def count_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_closing_gives_everything_back_and_leaves_heads_readable(pack: Path) -> None:
    before = count_descriptors()
    opened = open_pack(pack)
    name = cell_names(opened.manifest)[0]
    head = opened.cell(name).head(60)
    copy = head.copy()
    opened.close()
    opened.close()
    assert np.array_equal(head, copy)
    del head
    assert count_descriptors() == before
    with pytest.raises(ValueError, match="is closed"):
        opened.cell(name)


def test_many_threads_get_the_same_cells(pack: Path) -> None:
    found: list[list[object]] = []

    def look(opened: Pack) -> None:
        cells = [opened.cell(name) for name in cell_names(opened.manifest)]
        found.append([*cells, *(cell.decode(60).tobytes() for cell in cells)])

    with open_pack(pack) as opened:
        threads = [threading.Thread(target=look, args=(opened,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 4
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("name", ["", "../manifest", "0" * 63, "G" * 64, "0" * 65])
def test_what_is_no_cell_name_is_not_looked_for(test_pack: Path, name: str) -> None:
    with open_pack(test_pack) as opened, pytest.raises(PackInvalidError, match="is not the name"):
        opened.cell(name)


def test_a_missing_pack_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackNotFoundError, match="no sound pack here"):
        open_pack(tmp_path / "nothing")
    with pytest.raises(PackNotFoundError, match=r"manifest\.json: is not there"):
        open_pack(tmp_path)
    with pytest.raises(PackNotFoundError, match="no sound pack here"):
        open_pack("nul\0byte")


def test_a_cell_must_fit_its_pack(
    packs: ModuleType, pack_dir: Path, tmp_path: Path, make_test_pack: Callable[..., Manifest]
) -> None:
    loops = packs.shared_loops((48, 60), 16_000)
    other_loops = packs.shared_loops((48, 60), 15_000)
    weights = (1.0, 0.0, 0.0, 0.0)
    for data, problem in (
        (packs.make_cell(weights, (48, 60, 72), 8000, 0.5, {}), "sample rate 8000, the manifest"),
        (
            packs.make_cell(weights, (48, 60), 16_000, 0.5, loops),
            r"pitches \(48, 60\), the manifest",
        ),
        (packs.make_cell(weights, (48, 60, 72), 16_000, 0.5, other_loops), "pitch 48 has Loop"),
    ):
        name = packs.replace_cell(pack_dir, data)
        with open_pack(pack_dir) as opened, pytest.raises(PackInvalidError, match=problem):
            opened.cell(name)


def test_a_one_shot_may_stand_among_looped_notes(packs: ModuleType, pack_dir: Path) -> None:
    data = packs.make_cell((1.0, 0.0, 0.0, 0.0), (48, 60, 72), 16_000, 0.5, {})
    name = packs.replace_cell(pack_dir, data)
    with open_pack(pack_dir) as opened:
        assert opened.cell(name).loops == {}


def test_a_pack_may_be_reached_through_a_link(pack: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(pack)
    with open_pack(link) as opened:
        assert opened.cell(cell_names(opened.manifest)[0]).notes


def test_cells_may_be_shared_by_combinations(
    test_pack: Path, tmp_path: Path, make_test_pack: Callable[..., Manifest]
) -> None:
    manifest = make_test_pack(tmp_path / "two", instruments_per_corner=2, columns=2, rows=2)
    assert len(manifest.combinations) == 2
    assert len(cell_names(manifest)) == 8
    again = shutil.copytree(tmp_path / "two", tmp_path / "again")
    write_manifest(again, manifest)
    data = next((again / "cells").iterdir()).read_bytes()
    write_cell(again, data)
    assert len(list((again / "cells").iterdir())) == 8
