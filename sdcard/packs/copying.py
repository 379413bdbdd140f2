"""Copies cells to a card: every byte hashed on its way, while the card takes those before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sdcard.packs.durable import fill, sync_many
from sdcard.packs.layout import shared_cell
from sdcard.packs.parallel import in_parallel
from sdcard.packs.source import Source

_CHUNK_BYTES = 1 << 20
GROUP_BYTES = 16 << 20  # what the card confirms at once

OnBytes = Callable[[int], None]  # told of bytes that are safe on the card, from any thread


def copy_cells(source: Source, sizes: Mapping[str, int], shelf: Path, on_bytes: OnBytes) -> None:
    """Write cells, each under its own name, for which no manifest on the card asks yet.

    `sizes`: names and bytes. One group is copied while the card confirms the one before it.

    Raises PackDamagedError for one whose bytes are not those of its name, the other errors of a
    cell, and PackWriteError. Cells that are whole stay then: the next attempt goes on with them.
    """

    def put(name: str, chunks: Iterable[bytes]) -> None:
        fill(shared_cell(shelf, name), chunks)

    def confirm(group: list[str]) -> None:
        sync_many([shared_cell(shelf, name) for name in group], shelf)
        on_bytes(sum(sizes[name] for name in group))

    source.request(list(sizes))
    with ThreadPoolExecutor(1) as confirming:
        previous: Future[None] | None = None
        for group in _groups(sizes):
            source.deliver(group, put)
            if previous is not None:
                previous.result()
            previous = confirming.submit(confirm, group)
        if previous is not None:
            previous.result()


def _groups(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Names, in groups of about GROUP_BYTES."""
    group: list[str] = []
    group_bytes = 0
    for name, size in sizes.items():
        group.append(name)
        group_bytes += size
        if group_bytes >= GROUP_BYTES:
            yield group
            group, group_bytes = [], 0
    if group:
        yield group


def damaged_cells(names: Iterable[str], shelf: Path, on_bytes: OnBytes) -> list[str]:
    """Cells on the card without the bytes of their name; `on_bytes` hears of the others."""
    damaged: list[str] = []

    def check(name: str) -> None:
        size = _check_cell(shared_cell(shelf, name), name)
        if size is None:
            damaged.append(name)
        else:
            on_bytes(size)

    in_parallel(check, names)
    return sorted(damaged)


def _check_cell(path: Path, name: str) -> int | None:
    """The size of a cell on the card; None if its bytes are not those of its name."""
    digest, size = hashlib.blake2b(digest_size=32), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    except OSError:  # the card cannot read it: it is written anew
        return None
    return size if digest.hexdigest() == name else None
