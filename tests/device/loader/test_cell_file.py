"""Cells read through the card layer: the same notes, no more than needed, the card failing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from device.loader.card_stream import PIECE_BYTES
from device.loader.cell_file import CellFile
from device.pack import Codec, Manifest, PackDamagedError, PackError, archive, open_pack

PITCHES = (48, 60, 72)
RATE = 16_000


class CountingFile:
    """A file on the card that counts, and breaks after a while if told so."""

    def __init__(self, data: bytes) -> None:
        self.path, self.size = Path("card/x.cell"), len(data)
        self.bytes_read = 0
        self.breaks_after = 10**9
        self.is_closed = False
        self._data = data

    def read(self, offset: int, size: int) -> bytes:
        self.bytes_read += size
        if self.bytes_read > self.breaks_after:
            raise PackDamagedError(self.path, "cannot be read: Input/output error")
        assert offset + size <= self.size
        return self._data[offset : offset + size]

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def manifest(test_pack: Path) -> Iterator[Manifest]:
    with open_pack(test_pack) as pack:
        yield pack.manifest


def make_file(packs: ModuleType, manifest: Manifest, codec: Codec, seconds: float) -> CountingFile:
    data = packs.make_cell((1, 0, 0, 0), PITCHES, RATE, seconds, manifest.loops, codec=codec)
    return CountingFile(data)


@pytest.mark.parametrize("codec", list(Codec))
def test_blocks_are_those_of_the_whole_note(
    packs: ModuleType, manifest: Manifest, codec: Codec
) -> None:
    file = make_file(packs, manifest, codec, 6.0)
    cell = CellFile("x", file, manifest)
    note = cell.open_note(72)
    frames = cell.header.notes[72].frames
    blocks = [note.read(start, min(1600, frames - start)) for start in range(0, frames, 1600)]
    sound = np.concatenate(blocks)
    assert len(sound) == 6 * RATE
    again = cell.open_note(72)
    for start in (50_000, 10, 90_000, 0, 95_999):
        count = min(700, frames - start)
        np.testing.assert_array_equal(again.read(start, count), sound[start : start + count])
    expected = packs.make_note(72, 0.0, RATE, 6.0, None).samples
    scaled = sound / 32768 * cell.header.notes[72].gain
    assert np.abs(scaled - expected).max() <= 1 / 32768


def test_no_more_is_read_than_is_needed(packs: ModuleType, manifest: Manifest) -> None:
    file = make_file(packs, manifest, Codec.PCM_S16LE, 20.0)
    cell = CellFile("x", file, manifest)
    assert file.bytes_read == 4096
    note = cell.open_note(72)
    note.read(0, 1600)
    assert file.bytes_read == 4096 + PIECE_BYTES
    note.read(1600, 1600)
    assert file.bytes_read == 4096 + PIECE_BYTES, "the piece has several blocks"
    assert cell.head(72) is None
    notes, frames = cell.heads_shape
    heads = cell.read_heads(0, notes * frames)
    cell.keep_heads(heads.reshape(notes, frames))
    head = cell.head(72)
    assert head is not None
    np.testing.assert_array_equal(head, note.read(0, frames))


@pytest.mark.parametrize("codec", list(Codec))
def test_an_error_of_the_card_is_told_as_such(
    packs: ModuleType, manifest: Manifest, codec: Codec
) -> None:
    file = make_file(packs, manifest, codec, 20.0)
    cell = CellFile("x", file, manifest)
    note = cell.open_note(72)
    note.read(0, 1600)
    file.breaks_after = file.bytes_read
    with pytest.raises(PackDamagedError, match="Input/output error"):
        note.read(1600, 18 * RATE)
    with pytest.raises(PackDamagedError, match="Input/output error"):
        cell.open_note(60).read(0, 10)


@pytest.mark.parametrize("kept", [0, 3, 100, 5000])
def test_a_cell_that_is_cut_off_is_refused(
    packs: ModuleType, manifest: Manifest, kept: int
) -> None:
    whole = make_file(packs, manifest, Codec.FLAC, 0.5)
    with pytest.raises(PackError, match=r"x\.cell"):
        CellFile("x", CountingFile(whole.read(0, kept)), manifest)


def test_a_cell_of_another_pack_is_refused(packs: ModuleType, manifest: Manifest) -> None:
    data = packs.make_cell((1, 0, 0, 0), (48, 60), RATE, 0.5, manifest.loops)
    with pytest.raises(PackError, match="pitches"):
        CellFile("x", CountingFile(data), manifest)


def test_the_file_stays_open_as_long_as_a_note_is_read(
    packs: ModuleType, manifest: Manifest
) -> None:
    file = make_file(packs, manifest, Codec.FLAC, 0.5)
    note: Any = CellFile("x", file, manifest).open_note(48)
    assert not file.is_closed
    note.read(0, 100)
    del note
    assert file.is_closed


def test_an_archive_plays_like_its_directory(test_pack: Path, tmp_path: Path) -> None:
    archive(test_pack, tmp_path / "pack.onsp")
    with open_pack(test_pack) as folder, open_pack(tmp_path / "pack.onsp") as packed:
        name = folder.manifest.combinations[0].cells[0][0]
        cell = CellFile(name, packed.open_cell_file(name), packed.manifest)
        for pitch, note in cell.header.notes.items():
            got = cell.open_note(pitch).read(0, note.frames)
            np.testing.assert_array_equal(got, folder.cell(name).decode(pitch))
