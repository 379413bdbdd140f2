"""Damaged checkpoints: the same tensors or a CheckpointError, never wrong ones or a crash."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audio_pipeline.errors import CheckpointError
from audio_pipeline.nsynth.tf_checkpoint import Checkpoint

Arrays = dict[str, NDArray[Any]]
ARRAYS: Arrays = {
    "a/W": np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2),
    "a/W/Adam": np.ones((1, 3, 2, 2), np.float32),
    "a/biases": np.array([0.5, -0.5], np.float32),
    "global_step": np.array(7, np.int32),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefix; each example writes its files anew."""
    folder: Path = tmp_path_factory.mktemp("damage")
    return folder / "model.ckpt-7"


def files_of(prefix: Path) -> tuple[Path, Path]:
    data = prefix.with_name(f"{prefix.name}.data-00000-of-00001")
    return prefix.with_name(f"{prefix.name}.index"), data


def outcome(prefix: Path) -> Arrays | None:
    """All tensors, or None where the checkpoint is refused."""
    try:
        checkpoint = Checkpoint.open(prefix)
        return {name: checkpoint.read(name) for name in checkpoint.entries}
    except CheckpointError:
        return None


def assert_same_or_refused(found: Arrays | None) -> None:
    if found is not None:
        assert set(found) == set(ARRAYS)
        for name, array in ARRAYS.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


def test_every_flipped_bit(bundle_writer: ModuleType, place: Path) -> None:
    for number in (0, 1):
        bundle_writer.write_bundle(place, ARRAYS, per_block=2)
        path = files_of(place)[number]
        good = path.read_bytes()
        passed = 0
        for bit in range(8 * len(good)):
            damaged = bytearray(good)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            found = outcome(place)
            assert_same_or_refused(found)
            passed += found is not None
        padding = 48 - 8 - 2  # the footer without magic and handles, each of which is ≥ 2 bytes
        assert passed <= (8 * padding if number == 0 else 0)


def test_every_truncation(bundle_writer: ModuleType, place: Path) -> None:
    for number in (0, 1):
        bundle_writer.write_bundle(place, ARRAYS, per_block=2)
        path = files_of(place)[number]
        good = path.read_bytes()
        for length in range(len(good)):
            path.write_bytes(good[:length])
            assert outcome(place) is None


@settings(max_examples=300)
@given(data=st.data())
def test_nonsense_with_right_checksums(
    bundle_writer: ModuleType, place: Path, data: st.DataObject
) -> None:
    """A block's bytes are changed before its checksum is made, so that the parser sees them."""

    def change(body: bytes) -> bytes:
        changed = bytearray(body)
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(changed)))
            stop = data.draw(st.integers(start, min(len(changed), start + 3)))
            changed[start:stop] = data.draw(st.binary(max_size=6))
        return bytes(changed)

    entries, content = bundle_writer.entries_of(ARRAYS)
    table = bundle_writer.table_of(entries)
    table.change = change
    index, shard = files_of(place)
    index.write_bytes(table.encoded())
    shard.write_bytes(content)
    found = outcome(place)  # may be tensors under other names or shapes, but no other exception
    for array in (found or {}).values():
        assert array.nbytes <= len(content)


@settings(max_examples=200)
@given(entry=st.binary(max_size=40), head=st.binary(max_size=12))
def test_nonsense_for_messages(
    bundle_writer: ModuleType, place: Path, entry: bytes, head: bytes
) -> None:
    for items in ([(b"", bundle_writer.header()), (b"a", entry)], [(b"", head)]):
        index, shard = files_of(place)
        index.write_bytes(bundle_writer.Table(items).encoded())
        shard.write_bytes(bytes(16))
        outcome(place)


@settings(max_examples=200)
@given(content=st.binary(max_size=80), footer=st.binary(max_size=40))
def test_nonsense_for_a_table(place: Path, content: bytes, footer: bytes) -> None:
    index, _ = files_of(place)
    magic = (0xDB4775248B80FB57).to_bytes(8, "little")
    index.write_bytes(content + footer.ljust(40, b"\0") + magic)
    assert outcome(place) in (None, {})
