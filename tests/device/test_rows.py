"""Rows of a pack: identity, the limit, the background decoder, and damage."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.pack import Pack, PackDamagedError, PlayMode, open_pack
from device.rows import RowStore

PATIENCE_S = 20


@pytest.fixture
def pack(test_pack: Path) -> Iterator[Pack]:
    with open_pack(test_pack) as opened:
        yield opened


def cells_of(pack: Pack) -> list[str]:
    return [name for row in pack.manifest.combinations[0].cells for name in row]


def wait_until_ready(store: RowStore, cell: str, pitch: int) -> bool:
    """Ask until the background decoder has brought the row."""
    pause = threading.Event()
    for _ in range(PATIENCE_S * 1000):
        if store.ready(cell, pitch) is not None:
            return True
        pause.wait(0.001)
    return False


def test_a_row_says_what_its_note_says(pack: Pack) -> None:
    cell = pack.cell(cells_of(pack)[4])
    for pitch, note in cell.notes.items():
        row = RowStore(pack, 10**8).get(cell.name, pitch)
        assert (row.samples == cell.decode(pitch)).all()
        assert (row.gain, row.decay_db_per_s) == (note.gain, note.decay_db_per_s)
        assert row.rate_hz == pack.manifest.sample_rate_hz
        loop = cell.loops.get(pitch)
        if note.mode is PlayMode.LOOP:
            assert (row.loop_start_frame, row.loop_length_frames) == (
                loop.start_frame, loop.length_frames,
            )  # fmt: skip
        else:
            assert row.loop_length_frames == 0


def test_the_same_object_while_cached_or_in_use_and_freed_after(pack: Pack) -> None:
    names = cells_of(pack)
    store = RowStore(pack, limit_bytes=1)
    held = store.get(names[0], 60)
    store.get(names[1], 60)  # pushes the first one out of the cache
    assert store.get(names[0], 60) is held
    store.get(names[1], 60)
    del held
    gc.collect()
    assert len(store._alive) == 1


def test_the_limit_is_kept_and_the_longest_unused_go_first(pack: Pack) -> None:
    names = cells_of(pack)
    size = RowStore(pack, 10**8).get(names[0], 60).samples.nbytes
    store = RowStore(pack, limit_bytes=3 * size)
    for name in (*names[:3], names[0], names[3]):
        store.get(name, 60)
    gc.collect()
    assert {cell for cell, _ in store._alive} == {names[2], names[0], names[3]}


def test_threads_share_one_decoding(pack: Pack) -> None:
    store = RowStore(pack, 10**8)
    name = cells_of(pack)[0]
    start = threading.Barrier(8)
    got: list[object] = []

    def ask() -> None:
        start.wait()
        got.append(store.get(name, 48))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_expected_rows_come_by_themselves(pack: Pack) -> None:
    store = RowStore(pack, 10**8)
    names = cells_of(pack)
    store.expect((name, 72) for name in names)
    assert all(wait_until_ready(store, name, 72) for name in names)
    assert wait_until_ready(store, names[0], 48), "ready() itself asks for what is missing"
    store.close()
    store.close()
    assert store.get(names[0], 60) is store.ready(names[0], 60)


def test_expectations_fill_at_most_half_of_the_cache(pack: Pack) -> None:
    names = cells_of(pack)
    size = RowStore(pack, 10**8).get(names[0], 60).samples.nbytes
    store = RowStore(pack, limit_bytes=4 * size)
    store.expect((name, 60) for name in names)
    assert wait_until_ready(store, names[8], 60), "what is asked for still comes"
    store.close()
    assert {cell for cell, _ in store._alive} <= {names[0], names[1], names[8]}


def test_a_damaged_row_is_told_to_who_plays_it_and_others_still_come(
    test_pack: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "pack"
    shutil.copytree(test_pack, damaged)
    with open_pack(damaged) as pack:
        names = cells_of(pack)
        path = next(damaged.rglob(f"{names[0]}*"))
        data = bytearray(path.read_bytes())
        offset, length = pack.cell(names[0]).header.data[72]
        data[offset + length // 2 : offset + length] = bytes(length - length // 2)
        path.write_bytes(data)
    with open_pack(damaged) as pack:
        store = RowStore(pack, 10**8)
        store.expect([(names[0], 72), (names[1], 72)])
        assert wait_until_ready(store, names[1], 72)
        assert store.ready(names[0], 72) is None
        with pytest.raises(PackDamagedError, match="72"):
            store.get(names[0], 72)
        store.close()
