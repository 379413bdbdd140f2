"""Finished shards: whole or not there, and damage found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_pipeline.errors import StorageError
from audio_pipeline.nsynth.job.store import Store, note_codes

CODES = np.random.default_rng(0).integers(0, 256, (3, 500)).astype(np.uint8)
KEYS = ("k0", "k1", "k2")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "shards")
    store.keep("s", KEYS, CODES)
    return store


def test_every_note_comes_back(store: Store) -> None:
    assert store.has("s")
    notes = store.notes()
    assert tuple(notes) == KEYS
    for key, row in zip(KEYS, CODES, strict=True):
        np.testing.assert_array_equal(note_codes(*notes[key]), row)
    assert store.remove_damaged() == 0


def test_nothing_is_there_before_something_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "none")
    assert not store.has("s")
    assert store.notes() == {}
    assert store.remove_damaged() == 0


@pytest.mark.parametrize("where", [3, 40, -1, -600])
def test_a_damaged_shard_is_found_and_removed(store: Store, where: int) -> None:
    (path,) = store.folder.iterdir()
    data = bytearray(path.read_bytes())
    data[where] ^= 1
    path.write_bytes(data)
    store.keep("sound", ["k3"], CODES[:1])
    assert store.remove_damaged() == 1
    assert not store.has("s")
    assert list(store.notes()) == ["k3"]


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_a_shard_that_is_cut_short_is_found(store: Store, length: int) -> None:
    (path,) = store.folder.iterdir()
    path.write_bytes(path.read_bytes()[:length])
    assert store.remove_damaged() == 1


def test_a_note_whose_bytes_changed_is_not_given(store: Store) -> None:
    path, header, row = store.notes()["k2"]
    path.write_bytes(path.read_bytes()[:-1] + b"\0" if CODES[-1, -1] else b"\1")
    assert note_codes(path, header, row) is None
    path.unlink()
    assert note_codes(path, header, row) is None


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "shards").write_text("a file in the way")
    with pytest.raises(StorageError, match="shards"):
        Store(tmp_path / "shards").keep("s", KEYS, CODES)
