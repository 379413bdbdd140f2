"""Checks a whole sound pack: every hash, every header, every note."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from device.pack.errors import PackDamagedError, PackError
from device.pack.members import cell_names
from device.pack.open_cell import Cell
from device.pack.reader import Pack, open_pack

_CHUNK_BYTES = 1 << 20
_MOST_WORKERS = 4
_BATCH = 64  # cells in flight
MOST_PROBLEMS = 100
"""Once so many problems are found, the rest of the cells is not looked at."""


@dataclass(frozen=True)
class VerifyReport:
    """What was checked and what is wrong; nothing is wrong if `is_ok`."""

    path: Path
    name: str = ""  # of the pack; '' if it could not be opened
    cells: int = 0  # looked at, different ones
    notes: int = 0
    seconds: float = 0.0  # of stored sound
    cell_bytes: int = 0
    problems: tuple[PackError, ...] = field(default=())

    @property
    def is_ok(self) -> bool:
        """Whether the pack can be trusted to play."""
        return not self.problems


def verify_pack(path: str | Path, *, decode: bool = True) -> VerifyReport:
    """Check a pack and report every problem; does not raise for what is wrong with the pack.

    `decode` also decodes every note, compares it with its length and with its head; without it
    only hashes and headers are checked, which find all damage done after the pack was made.
    """
    path = Path(path)
    try:
        pack = open_pack(path)
    except PackError as error:
        return VerifyReport(path, problems=(error,))
    with pack:
        return _verify(pack, decode)


def _verify(pack: Pack, decode: bool) -> VerifyReport:
    results = list(_verify_cells(pack, decode))
    problems = [problem for _, _, found in results for problem in found]
    if pack.manifest.preview is not None:
        problems += _verify_preview(pack, pack.manifest.preview)
    return VerifyReport(
        path=pack.path,
        name=pack.manifest.name,
        cells=len(results),
        notes=len(results) * len(pack.manifest.pitches),
        seconds=sum(frames for frames, _, _ in results) / pack.manifest.sample_rate_hz,
        cell_bytes=sum(size for _, size, _ in results),
        problems=tuple(problems),
    )


def _verify_cells(pack: Pack, decode: bool) -> Iterator[tuple[int, int, list[PackError]]]:
    """(frames, bytes, problems) of each cell, until there are too many problems to go on."""
    names = cell_names(pack.manifest)
    count = 0
    workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:  # hashing and decoding leave the interpreter lock
        for first in range(0, len(names), _BATCH):
            batch = names[first : first + _BATCH]
            for result in pool.map(lambda name: _verify_cell(pack, name, decode), batch):
                count += len(result[2])
                yield result
            if count >= MOST_PROBLEMS:
                return


def _verify_preview(pack: Pack, preview: str) -> list[PackError]:
    try:
        pack.open_member(preview).close()
    except PackError as error:
        return [error]
    return []


def _verify_cell(pack: Pack, name: str, decode: bool) -> tuple[int, int, list[PackError]]:
    """(frames, bytes, problems) of a cell. One whose hash is wrong is not looked into."""
    try:
        size = _verify_hash(pack, name)
        cell = pack.cell(name)
    except PackError as error:
        return 0, 0, [error]
    frames = sum(note.frames for note in cell.notes.values())
    return frames, size, list(_verify_notes(cell)) if decode else []


def _verify_hash(pack: Pack, name: str) -> int:
    """The size of a cell in bytes; raises PackDamagedError if its hash is not its name."""
    extent = pack.open_cell_file(name)
    digest = hashlib.blake2b(digest_size=32)
    try:
        for offset in range(0, extent.size, _CHUNK_BYTES):
            digest.update(extent.read(offset, min(_CHUNK_BYTES, extent.size - offset)))
    finally:
        extent.close()
    if digest.hexdigest() != name:
        raise PackDamagedError(extent.path, f"bytes changed: their hash is {digest.hexdigest()}")
    return extent.size


def _verify_notes(cell: Cell) -> Iterator[PackError]:
    for pitch, note in cell.notes.items():
        try:
            samples = cell.decode(pitch)
        except PackError as error:
            yield error
            continue
        head = cell.head(pitch)
        heard = min(note.frames, len(head))
        if not np.array_equal(samples[:heard], head[:heard]) or head[heard:].any():
            yield PackDamagedError(cell.path, f"head of pitch {pitch} is not how its note begins")
