"""Resident memory of a player with 32 voices in motion on a pack of 256 combinations.

Four instruments per corner give 256 pads of 81 cells, 13008 of them different, at 16 pitches and
48 kHz. Their audio would take 15 GB, so that cells share a few hundred files by hard links; the
loader knows nothing of that, and what it reads is not mapped. The measured process imports what
the play command imports, and plays in real time: 32 held notes, a finger that never rests, another
pad every two seconds.

    python tests/bench/memory_bench.py [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import report

from device.engine.mixer import Mixer
from device.events import CombinationSelected, NoteOn, Origin, TouchMoved
from device.grid import Grid
from device.loader.loader import Loader
from device.pack import WEIGHT_LAWS, Combination, Instrument, write_manifest
from device.pack.model import Loop
from device.pack.reader import open_pack
from device.play import MEBIBYTE, THREAD_SWITCH_S
from device.player import CONTROL_S, Player
from device.settings import Settings

HELPERS = Path(__file__).parent.parent / "device" / "loader"
PERIOD = 160
NOTE = Loop(300 * PERIOD, 468 * PERIOD)
SIDE, CHOICES = 9, 4
HERE = Origin("bench", 0)
TARGET_MB = 256


def make(path: Path) -> None:
    """A pack with a few real pads, whose files are linked under the names of all others."""
    periodic = report.load(HELPERS / "periodic_pack.py")
    manifest = periodic.write_pack(path, side=SIDE, combinations=3, loop=NOTE)
    files = sorted((path / "cells").rglob("*.cell"))
    names: dict[str, Path] = {}
    pads = []
    for choice in product(range(CHOICES), repeat=4):
        pads.append(Combination(choice, tuple(cell_names(choice, files, names))))
    for name, source in names.items():
        link = path / source.relative_to(path).with_name(f"{name}.cell")
        link.parent.mkdir(exist_ok=True)
        os.link(source, link)
    instruments = tuple(Instrument(f"i{n}", f"i{n}", f"i{n}") for n in range(CHOICES))
    write_manifest(path, replace(manifest, combinations=tuple(pads), corners=(instruments,) * 4))


def cell_names(
    choice: tuple[int, ...], files: list[Path], names: dict[str, Path]
) -> list[tuple[str, ...]]:
    """Names of the cells of a pad; a cell is known by its active instruments and their weights."""
    grid = []
    for row in range(SIDE):
        line = []
        for column in range(SIDE):
            weights = WEIGHT_LAWS["bilinear"](column / (SIDE - 1), row / (SIDE - 1))
            recipe = repr([(n, choice[n], weights[n]) for n in range(4) if weights[n] > 0])
            name = hashlib.blake2b(recipe.encode(), digest_size=32).hexdigest()
            names.setdefault(name, files[len(names) % len(files)])
            line.append(name)
        grid.append(tuple(line))
    return grid


def resident_mb(field: str) -> float:
    """VmRSS (now) or VmHWM (the most so far) of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field + ":"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise KeyError(field)


def play(path: Path, seconds: float) -> dict[str, Any]:
    """What the play command would have in memory, without the libraries of a sound card."""
    sys.setswitchinterval(THREAD_SWITCH_S)
    settings, begun_mb = Settings(), resident_mb("VmRSS")
    with open_pack(path) as pack:
        opened_mb = resident_mb("VmRSS")
        mixer = Mixer(settings.audio.rate_hz)
        limit = settings.playing.row_cache_mb * MEBIBYTE
        loader = Loader(pack, limit, settings.audio.rate_hz, clock=lambda: mixer.frame)
        loader.run_in_background()
        grid = Grid(pack.manifest, pack.manifest.combinations[0])
        player = Player(mixer, loader, grid, pack.manifest, settings, wait_for_rows=False)
        loader.wait_for_pad()
        perform(mixer, player, settings.audio.rate_hz, seconds)
        counters, engine = loader.counters(), mixer.counters()
        now_mb = resident_mb("VmRSS")
        loader.close()
    return {
        "python_and_libraries_mb": begun_mb,
        "with_manifest_mb": opened_mb,
        "playing_mb": now_mb,
        "most_mb": resident_mb("VmHWM"),
        "rows_mb": round(counters.row_bytes / 1e6, 1),
        "heads_mb": round((counters.locked_bytes + counters.refused_bytes) / 1e6, 1),
        "heads_not_locked_mb": round(counters.refused_bytes / 1e6, 1),
        "limit_mb": round(limit / 1e6, 1),
        "active_voices": engine.active_voices,
        "starved_rows": engine.starved_rows,
        "faults": counters.faults,
    }


def perform(mixer: Mixer, player: Player, rate_hz: int, seconds: float) -> None:
    """At real-time pace: the loader's thread has the time that it would have."""
    block = round(CONTROL_S * rate_hz)
    begin_s, rng = time.monotonic(), np.random.default_rng(1)
    for voice in range(32):
        player.handle(mixer.frame, NoteOn(HERE, 36 + voice, 100))
    while mixer.frame < seconds * rate_hz:
        time.sleep(max(0.0, begin_s + mixer.frame / rate_hz - time.monotonic()))
        turns = 2 * np.pi * mixer.frame / rate_hz
        spot = 0.5 + 0.5 * np.sin([0.31 * turns, 0.47 * turns])
        player.handle(mixer.frame, TouchMoved(float(spot[0]), float(spot[1])))
        if mixer.frame // block % 400 == 399:
            player.handle(mixer.frame, CombinationSelected(int(rng.integers(256))))
            player.handle(mixer.frame, NoteOn(HERE, int(rng.integers(36, 68)), 100))
        player.advance(mixer.frame + block - 1)
        mixer.render(block)


def main() -> None:
    """Make the pack here, measure in a fresh process, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    seconds = 6.0 if options.quick else 60.0
    if options.play is not None:
        print(json.dumps(play(options.play, seconds)))
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "pack")
        quick = ["--quick"] if options.quick else []
        command = [sys.executable, __file__, "--play", f"{folder}/pack", *quick]
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures = {"target_mb": TARGET_MB, **json.loads(ran.stdout)}
    for name, value in figures.items():
        print(f"{name}: {value}")
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
