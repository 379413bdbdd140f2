"""How fast a pack is put on a card, beside writing the same bytes to it as one plain file.

    python tests/bench/install_bench.py [--target FOLDER] [--quick] [--out FILE]

FOLDER may be one of a mounted card; a folder is made in it and taken away. Both ways end when all
is safe on the disk, and they take turns; the source is in memory by then. Disks faster than any
card leave the processor to set the pace, so the same is timed on disks that the kernel holds to a
card's speed, or, where it cannot, with writing slowed down to it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import report
from held_disk import NotHeldError, held_disk

from device.pack import Codec, write_cell
from device.pack.atomic import sync_directory
from sdcard.packs import durable, install

ROUNDS, QUICK_ROUNDS = 9, 3
COLUMNS, ROWS, QUICK_ROWS = 20, 15, 4
CARDS = {"20 MB/s": (20e6, 0.02), "90 MB/s": (90e6, 0.005)}  # bytes/s, s to confirm
CARD_ROUNDS, CARD_ROWS = 3, 5
TARGET_RATIO = 0.8
CHUNK_BYTES = 4 << 20
SOUND = {"pitches": (36, 48, 60, 72, 84), "rate_hz": 48000, "seconds": 2.0}


def make_source(path: Path, rows: int) -> int:
    """A pack of COLUMNS x rows cells of 1 MB; returns the bytes of its cells.

    One cell is rendered; the others have its header, and noise in the place of its sound.
    """
    packs = report.load(report.HERE.parent / "packs.py")
    packs.make_test_pack(path, columns=2, rows=2, is_looped=False, **SOUND)
    shutil.rmtree(path / "cells")
    one = packs.make_cell((1, 0, 0, 0), **SOUND, loops={}, codec=Codec.PCM_S16LE)
    header = one[: 16 + int.from_bytes(one[12:16], "little")]
    noise = np.random.default_rng(1)

    def cell() -> str:
        return write_cell(path, header + noise.bytes(len(one) - len(header)))

    def change(document: Any) -> Any:  # noqa: ANN401
        document["combinations"][0]["cells"] = [
            [cell() for _ in range(COLUMNS)] for _ in range(rows)
        ]
        return document | {"grid": {"columns": COLUMNS, "rows": rows}}

    packs.edit_manifest(path, change)
    return len(one) * COLUMNS * rows


def write_plain(folder: Path, size: int, data: bytes) -> float:
    """Seconds to write so many bytes as one file."""
    begin_s = time.perf_counter()
    descriptor = os.open(folder / "plain", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    while size:
        size -= os.write(descriptor, data[: min(size, len(data))])
    os.fsync(descriptor)
    os.close(descriptor)
    sync_directory(folder)
    return time.perf_counter() - begin_s


def put_pack(source: Path, folder: Path) -> float:
    """Seconds to install the pack."""
    begin_s = time.perf_counter()
    install(source, folder)
    return time.perf_counter() - begin_s


class SlowCard:
    """Lets what was written reach the disk at a card's pace, when it is to be made safe."""

    def __init__(self, bytes_per_s: float, confirm_s: float) -> None:
        self._bytes_per_s, self._confirm_s = bytes_per_s, confirm_s
        self._waiting, self._count, self._busy = 0, threading.Lock(), threading.Lock()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Until the block ends."""
        sync = durable._sync_file_system
        with (
            mock.patch.object(os, "write", self._counting(os.write)),
            mock.patch.object(os, "fsync", self._slowly(os.fsync)),
            mock.patch.object(durable, "_sync_file_system", self._slowly(sync)),
        ):
            yield

    def _counting(self, write: Callable[..., int]) -> Callable[..., int]:
        def counting(descriptor: int, data: bytes) -> int:
            written = write(descriptor, data)
            with self._count:
                self._waiting += written
            return written

        return counting

    def _slowly(self, sync: Callable[..., None]) -> Callable[..., None]:
        def slowly(what: Any) -> None:  # noqa: ANN401
            with self._busy:
                end_s = time.perf_counter() + self._confirm_s
                with self._count:
                    end_s += self._waiting / self._bytes_per_s
                    self._waiting = 0
                sync(what)
                time.sleep(max(0.0, end_s - time.perf_counter()))

        return slowly


def measure(source: Path, size: int, target: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of each round: installs, plain files."""
    data = np.random.default_rng(2).bytes(CHUNK_BYTES)
    installs, plains = [], []
    for _ in range(rounds):
        for times, work in (
            (plains, lambda folder: write_plain(folder, size, data)),
            (installs, lambda folder: put_pack(source, folder)),
        ):
            with tempfile.TemporaryDirectory(dir=target) as folder:
                times.append(work(Path(folder)))
            os.sync()  # what one leaves behind is not the other's to wait for
    return installs, plains


def figures_of(size: int, installs: list[float], plains: list[float]) -> dict[str, Any]:
    """Rates of both, and the ratio in the median round, where both saw the same machine."""
    ratios = [plain / one for plain, one in zip(plains, installs, strict=True)]
    return {
        "mb": round(size / 1e6, 1),
        "install_mb_s": round(size / 1e6 / statistics.median(installs), 1),
        "plain_mb_s": round(size / 1e6 / statistics.median(plains), 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


@contextmanager
def own_disk(target: Path) -> Iterator[tuple[str, Path]]:
    """A file system that nobody else writes to, as a card's is, if it can be had: name, folder."""
    with ExitStack() as stack:
        try:
            found = "a disk's own file system", stack.enter_context(held_disk(0))
        except NotHeldError:
            found = "this disk", target
        yield found


def all_cases(folder: Path, target: Path, is_quick: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and figures of each case."""
    size = make_source(folder / "big", QUICK_ROWS if is_quick else ROWS)
    os.sync()
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    with own_disk(target) as (name, place):
        yield name, figures_of(size, *measure(folder / "big", size, place, rounds))
    size = make_source(folder / "small", CARD_ROWS)
    rounds = 1 if is_quick else CARD_ROUNDS
    for name, card in CARDS.items():
        try:
            with held_disk(int(card[0])) as disk:
                yield (
                    f"disk held to {name}",
                    figures_of(size, *measure(folder / "small", size, disk, rounds)),
                )
        except NotHeldError as error:
            print(f"simulated, for a real one {error}")
            with SlowCard(*card).in_place():
                times = measure(folder / "small", size, target, rounds)
            yield f"card of {name}", figures_of(size, *times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, help="else the folder of temporary files")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds, less data")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cases = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case, figures in all_cases(folder, options.target or folder, options.quick):
            cases[case] = figures
            print(
                f"{case}: install {figures['install_mb_s']} MB/s, plain file "
                f"{figures['plain_mb_s']} MB/s, ratio {figures['ratio']:.2f}; "
                f"target: >= {TARGET_RATIO}"
            )
    report.write(options.out, {"cases": cases, "target_ratio": TARGET_RATIO})


if __name__ == "__main__":
    main()
