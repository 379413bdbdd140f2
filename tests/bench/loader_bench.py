"""How soon another pad can be played, and what notes and decoding cost beside it.

A pad is 81 cells x 16 pitches at 48 kHz, 2.6 s stored per note, as the harmonic renderer makes
them. Warm: the files are in the system's page cache, but their heads are not in the loader's
memory; the loader's thread runs. Card: 20 and 4 MB/s with 5 ms per seek, on a simulated clock, so
these figures depend on no machine; `busy` is with eight notes held and a finger in motion.

    python tests/bench/loader_bench.py [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import report

from device.engine.mixer import Mixer
from device.events import CombinationSelected, NoteOff, NoteOn, Origin, TouchMoved
from device.grid import Grid
from device.loader.loader import Loader
from device.pack.model import Loop
from device.pack.reader import Pack, open_pack
from device.play import THREAD_SWITCH_S
from device.player import CONTROL_S, Player
from device.rows import PadState
from device.settings import Settings

HELPERS = Path(__file__).parent.parent / "device" / "loader"
RATE = 48_000
PERIOD = 160
NOTE = Loop(300 * PERIOD, 468 * PERIOD)
LIMIT_BYTES = 2**27
HERE = Origin("bench", 0)
CARDS = {"20 MB/s": 20.0, "4 MB/s": 4.0}


def spread(seconds: Iterable[float], digits: int = 3) -> dict[str, float]:
    """Median, 99th percentile and largest, in milliseconds."""
    values = np.array(list(seconds)) * 1e3
    names = {"p50_ms": 50, "p99_ms": 99, "max_ms": 100}
    return {name: round(float(np.percentile(values, q)), digits) for name, q in names.items()}


def live(pack: Pack) -> tuple[Mixer, Loader, Player]:
    """A player as the play command makes it, without a stream."""
    sys.setswitchinterval(THREAD_SWITCH_S)
    mixer = Mixer(RATE)
    loader = Loader(pack, LIMIT_BYTES, RATE, clock=lambda: mixer.frame)
    loader.run_in_background()
    grid = Grid(pack.manifest, pack.manifest.combinations[0])
    player = Player(mixer, loader, grid, pack.manifest, Settings(), wait_for_rows=False)
    loader.wait_for_pad()
    gc.freeze()
    return mixer, loader, player


def warm_switches(pack: Pack, count: int) -> dict[str, float]:
    """From the click to the tick in which new notes take the new pad."""
    mixer, loader, player = live(pack)
    times, pads = [], pack.manifest.combinations
    finger = np.random.default_rng(1).uniform(size=(count, 2))
    for n, (x, y) in enumerate(finger):
        player.handle(mixer.frame, TouchMoved(float(x), float(y)))
        begin_s = time.perf_counter()
        player.handle(mixer.frame, CombinationSelected((n + 1) % len(pads)))
        while loader.pad_state() is PadState.OPENING:
            time.sleep(CONTROL_S / 5)
        while player.combination is not pads[(n + 1) % len(pads)]:
            mixer.render(round(CONTROL_S * RATE))
            player.advance(mixer.frame)
        times.append(time.perf_counter() - begin_s + CONTROL_S)  # the tick may just have been
    loader.close()
    return spread(times, 1)


class Listener:
    """Notes the moment at which a note-on reaches the engine."""

    def __init__(self, mixer: Mixer) -> None:
        self._note_on = mixer.note_on
        self.at_s = self.cpu_s = 0.0
        mixer.note_on = self  # type: ignore[method-assign]

    def __call__(self, *what: Any, **how: Any) -> bool:  # noqa: ANN401
        """The engine's note_on."""
        sent = self._note_on(*what, **how)
        self.at_s, self.cpu_s = time.perf_counter(), time.thread_time()
        return sent


def note_ons(pack: Pack, count: int) -> dict[str, dict[str, float]]:
    """From the event to the command in the engine's ring: four cells, whose rows are not there."""
    mixer, loader, player = live(pack)
    listener = Listener(mixer)
    wall, cpu = [], []
    rng = np.random.default_rng(2)
    while len(wall) < count:
        x, y, note = rng.uniform(), rng.uniform(), int(rng.integers(36, 84))
        player.handle(mixer.frame, TouchMoved(x, y))
        begin_s, begin_cpu_s = time.perf_counter(), time.thread_time()
        player.handle(mixer.frame, NoteOn(HERE, note, 100))
        wall.append(listener.at_s - begin_s)
        cpu.append(listener.cpu_s - begin_cpu_s)
        player.handle(mixer.frame, NoteOff(HERE, note))
        for _ in range(40):
            mixer.render(round(CONTROL_S * RATE))
            player.advance(mixer.frame)
    loader.close()
    return {"wall": spread(wall), "cpu": spread(cpu)}


def steps(pack: Pack, count: int) -> dict[str, dict[str, float]]:
    """One step of the loader: a block of 100 ms decoded, a header or a piece of heads read."""
    loader = Loader(pack, LIMIT_BYTES, RATE)
    cells = [name for row in pack.manifest.combinations[0].cells for name in row]
    loader.open_pad(cells, 4, 0)
    heads = timed_steps(loader)
    loader.expect((name, pitch) for pitch in pack.manifest.pitches for name in cells)
    decoding = timed_steps(loader, count)
    return {"heads": spread(heads), "block": spread(decoding)}


def timed_steps(loader: Loader, most: int = 10**9) -> list[float]:
    """Seconds of CPU of each step of this thread until there is nothing to do."""
    times: list[float] = []
    while len(times) < most:
        begin_s = time.thread_time()
        if not loader.work():
            break
        times.append(time.thread_time() - begin_s)
    return times


def card_switches(pack: Pack, speed: float, count: int, *, busy: bool) -> dict[str, Any]:
    """Clicks every three seconds in simulated time."""
    slow = report.load(HELPERS / "slow_world.py")
    world = slow.World(pack, slow.SlowCard(speed, 0.005), limit_bytes=LIMIT_BYTES)
    rng = np.random.default_rng(3)
    events: list[tuple[float, object]] = [(0.0, TouchMoved(0.4, 0.6))]
    for n in range(count):
        spot = TouchMoved(*map(float, rng.uniform(size=2)))
        events += [(2.9 + 3 * n, spot), (3.0 + 3 * n, CombinationSelected((n + 1) % 3))]
    if busy:
        events += [(1.0, NoteOn(HERE, note, 100)) for note in range(36, 84, 6)]
        moves = rng.uniform(size=(count * 3 * 10, 2))
        events += [(1.05 + 0.1 * n, TouchMoved(*map(float, xy))) for n, xy in enumerate(moves)]
    world.play(events, 3.0 * count + 3.0)
    starved = world.mixer.counters().starved_rows
    return {**spread(world.switched_s, 1), "clicks": count, "starved_rows": starved}


def measure(folder: Path, quick: bool) -> dict[str, Any]:
    """All figures, of a pack made in `folder`."""
    make = report.load(HELPERS / "periodic_pack.py").write_pack
    make(folder / "pack", side=9, combinations=3, loop=NOTE)
    clicks = 8 if quick else 100
    with open_pack(folder / "pack") as pack:
        header = pack.cell(pack.manifest.combinations[0].cells[0][0]).header
        return {
            "flac_bytes_per_note": round(np.mean([size for _, size in header.data.values()])),
            "switch_warm": warm_switches(pack, clicks),
            "note_on_to_command": note_ons(pack, 20 if quick else 400),
            "loader_step_cpu": steps(pack, 200 if quick else 4000),
            "switch_card": {
                f"{name}, {state}": card_switches(pack, speed, clicks // 4, busy=state == "busy")
                for name, speed in CARDS.items()
                for state in ("idle", "busy")
            },
        }


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.quick)
    for name, value in figures.items():
        print(f"{name}: {value}")
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
