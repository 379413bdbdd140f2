"""The loader: rows from heads at once, whole ones in the end, identity, the limit, and damage."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.engine.mixer import Row
from device.loader.loader import Loader
from device.pack import Pack, PackDamagedError, PackError, PlayMode, open_pack
from device.rows import PadState, Reach, is_complete, ready_frames

PATIENCE_S = 20
RATE = 48000
HERE = Reach(0, 0.0, 1.0)


@pytest.fixture
def pack(test_pack: Path) -> Iterator[Pack]:
    with open_pack(test_pack) as opened:
        yield opened


@pytest.fixture
def loader(pack: Pack) -> Iterator[Loader]:
    loader = Loader(pack, 10**8, RATE)
    yield loader
    loader.close()


def cells_of(pack: Pack) -> list[str]:
    return [name for row in pack.manifest.combinations[0].cells for name in row]


def finish(loader: Loader) -> int:
    """Let it do all it has to do; how many steps that took."""
    steps = 0
    while loader.work():
        steps += 1
    return steps


def wait_until_ready(loader: Loader, cell: str, pitch: int) -> bool:
    """Ask until the background thread has brought the whole row."""
    pause = threading.Event()
    for _ in range(PATIENCE_S * 1000):
        row = loader.ready(cell, pitch, HERE)
        if row is not None and is_complete(row):
            return True
        pause.wait(0.001)
    return False


def test_a_row_says_what_its_note_says(pack: Pack, loader: Loader) -> None:
    cell = pack.cell(cells_of(pack)[4])
    for pitch, note in cell.notes.items():
        row = loader.get(cell.name, pitch)
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


def test_a_note_starts_from_its_head_and_the_rest_follows(pack: Pack, loader: Loader) -> None:
    cell = pack.cell(cells_of(pack)[4])
    loader.open_pad(cells_of(pack), 1, 0)
    finish(loader)
    row = loader.start(cell.name, 72)
    assert row is not None
    assert ready_frames(row) == cell.head_frames
    assert (row.samples[: cell.head_frames] == cell.head(72)).all()
    loader.plays(0, [(cell.name, 72)], HERE)
    before = 0
    while not is_complete(row):
        assert loader.work()
        assert ready_frames(row) >= before
        before = ready_frames(row)
        assert (row.samples[:before] == cell.decode(72)[:before]).all()
    assert loader.start(cell.name, 72) is row
    assert loader.ready(cell.name, 72, Reach(0, 1e9, 1.0)) is row


def test_a_pad_opens_its_nearest_cells_first(pack: Pack, loader: Loader) -> None:
    names = cells_of(pack)
    loader.open_pad(names, 2, 0)
    while loader.pad_state() is PadState.OPENING:
        assert loader.work()
    assert all(loader.start(name, 48) is not None for name in names[:2])
    assert loader.counters().open_cells == 2
    loader.near(names[::-1])
    while loader.counters().open_cells < 5:
        loader.work()
    assert [loader.start(name, 72) is not None for name in names] == [True] * 2 + [False] * 3 + [
        False, False, True, True,
    ]  # fmt: skip
    finish(loader)
    assert all(loader.start(name, 48) is not None for name in names)


def test_heads_are_in_locked_memory_or_counted(pack: Pack, loader: Loader) -> None:
    loader.open_pad(cells_of(pack), 1, 0)
    finish(loader)
    counters = loader.counters()
    cell = pack.cell(cells_of(pack)[0])
    heads_bytes = 9 * 3 * cell.head_frames * 2
    assert counters.locked_bytes + counters.refused_bytes >= heads_bytes
    locked_kib = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmLck")
    )
    assert locked_kib * 1024 >= counters.locked_bytes


def test_memory_that_the_system_will_not_lock_is_counted(
    pack: Pack, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.loader.memory._lock", lambda memory: False)
    loader.open_pad(cells_of(pack)[:1], 1, 0)
    finish(loader)
    assert loader.counters().refused_bytes > 0
    assert loader.start(cells_of(pack)[0], 60) is not None


def test_the_same_object_while_cached_or_in_use_and_freed_after(pack: Pack) -> None:
    names = cells_of(pack)
    loader = Loader(pack, 1, RATE)
    held = loader.get(names[0], 60)
    loader.get(names[1], 60)  # pushes the first one out of the cache
    assert loader.get(names[0], 60) is held
    loader.get(names[1], 60)
    del held
    gc.collect()
    assert loader.counters().rows == 1


def test_the_limit_is_kept_and_the_longest_unused_go_first(pack: Pack) -> None:
    names = cells_of(pack)
    probe = Loader(pack, 10**8, RATE)
    kept = probe.get(names[0], 60)
    size = probe.counters().row_bytes
    loader = Loader(pack, 3 * size, RATE)
    for name in (*names[:3], names[0], names[3]):
        loader.get(name, 60)
    assert loader.counters().rows == 3
    assert loader.counters().row_bytes == 3 * size
    assert (loader.get(names[0], 60).samples == kept.samples).all()
    assert loader.counters().steps == 5 - 1, "four were decoded, the second of the first was cached"


def test_memory_is_used_again(pack: Pack) -> None:
    loader = Loader(pack, 1, RATE)
    first = loader.get(cells_of(pack)[0], 60)
    place = first.samples.ctypes.data
    del first
    second = loader.get(cells_of(pack)[1], 60)  # the first one is let go when this one is made
    third = loader.get(cells_of(pack)[2], 60)
    assert place in (second.samples.ctypes.data, third.samples.ctypes.data)
    assert not np.shares_memory(second.samples, third.samples)


def test_threads_share_one_decoding(pack: Pack, loader: Loader) -> None:
    name = cells_of(pack)[0]
    start = threading.Barrier(8)
    got: list[Row] = []

    def ask() -> None:
        start.wait()
        got.append(loader.get(name, 48))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_expected_rows_come_by_themselves(pack: Pack, loader: Loader) -> None:
    loader.run_in_background()
    names = cells_of(pack)
    loader.expect((name, 72) for name in names)
    assert all(wait_until_ready(loader, name, 72) for name in names)
    assert wait_until_ready(loader, names[0], 48), "ready() itself asks for what is missing"
    assert loader.get(names[1], 48) is loader.get(names[1], 48), "the thread brings it"
    loader.close()
    loader.close()
    assert loader.get(names[0], 60) is loader.start(names[0], 60)


def test_expectations_fill_at_most_half_of_the_limit(pack: Pack) -> None:
    names = cells_of(pack)
    probe = Loader(pack, 10**8, RATE)
    probe.get(names[0], 60)
    loader = Loader(pack, 4 * probe.counters().row_bytes, RATE)
    loader.expect((name, 60) for name in names)
    finish(loader)
    assert loader.counters().rows == 2
    assert loader.ready(names[8], 60, HERE) is None
    finish(loader)
    assert loader.ready(names[8], 60, HERE) is not None, "what is asked for still comes"


@pytest.fixture
def damaged_pack(test_pack: Path, tmp_path: Path) -> Path:
    """The first cell has a broken stream at pitch 72; the second one has no header."""
    damaged = tmp_path / "pack"
    shutil.copytree(test_pack, damaged)
    with open_pack(damaged) as pack:
        names = cells_of(pack)
        first, second = (next(damaged.rglob(f"{name}*")) for name in names[:2])
        data = bytearray(first.read_bytes())
        offset, length = pack.cell(names[0]).header.data[72]
        data[offset + length // 2 : offset + length] = bytes(length - length // 2)
        first.write_bytes(data)
        second.write_bytes(bytes(5000))
    return damaged


def test_a_damaged_row_is_told_to_who_plays_it_and_others_still_come(damaged_pack: Path) -> None:
    with open_pack(damaged_pack) as pack:
        names = cells_of(pack)
        loader = Loader(pack, 10**8, RATE)
        loader.expect([(names[0], 72), (names[2], 72)])
        finish(loader)
        assert loader.ready(names[2], 72, HERE) is not None
        assert loader.ready(names[0], 72, HERE) is None
        with pytest.raises(PackDamagedError, match="72"):
            loader.get(names[0], 72)
        (fault,) = loader.faults.take()
        assert names[0] in fault
        assert loader.faults.take() == []
        assert loader.counters().faults == 1


def test_a_pad_without_its_first_cells_fails_and_another_can_be_opened(damaged_pack: Path) -> None:
    with open_pack(damaged_pack) as pack:
        names = cells_of(pack)
        loader = Loader(pack, 10**8, RATE)
        loader.open_pad(names[1:], 1, 0)
        with pytest.raises(PackError, match="cell"):
            loader.wait_for_pad()
        assert loader.pad_state() is PadState.FAILED
        assert "the pad cannot be opened" in loader.faults.take()[0]
        loader.open_pad(names, 1, 0)
        loader.wait_for_pad()
        finish(loader)
        assert loader.start(names[1], 60) is None
        assert all(loader.start(name, 60) is not None for name in [names[0], *names[2:]])
        assert "a cell cannot be played" in loader.faults.take()[0]
