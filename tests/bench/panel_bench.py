"""How long from a finger on the pad to the engine, with the display busy on the same bus.

The whole instrument with live threads, its drivers and a simulated panel and OLED on one I2C bus
whose transfers take the time that they take at 400 kHz; a C thread paces the mixer like a sound
card (card.c). Four notes are held. Counted from the moment at which another pad is touched on the
panel's chip to the moment at which the conductor has handled that TouchMoved, and on to the moment
at which the first voice is told of it, which waits for the player's next control tick. The home
page moves at 25 pictures a second; beside it, in turns, the same instrument without a display. A
thread that only waits for 5 ms again and again tells how much later than that this machine lets
any Python thread go on.

    python tests/bench/panel_bench.py [--touches 300] [--rounds 3] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import report
from card import Card

from device.app import App
from device.daemon import THREAD_SWITCH_S
from device.engine._mixer import ffi, lib
from device.events import Event, NoteOn, Origin, TouchMoved
from device.player import CONTROL_S
from device.settings import FilesSettings, PanelSettings, Settings
from device.urgency import BELOW_AUDIO, urgent
from device.worker import WorkerThreads
from hardware.clock import SystemClock
from hardware.config import BoardConfig
from hardware.instrument_board import Board, build
from hardware.interfaces import I2CBus
from hardware.sim.instrument import SimInstrument
from hardware.sim.transfers import Transfer

Moved = TypeVar("Moved")
BUS_HZ = 400_000
TARGET_MS = 10.0
PANEL = PanelSettings()
DOWN_S, UP_S, WAIT_S = 0.06, 0.04, 0.005
LAST_PAD = 10
CHORD = (48, 55, 60, 64)
STRIKE_EVERY = 20  # touches
BEGIN_S = 2.0  # for the pack, the self-test and the first pictures


class TimedBus:
    """An I2CBus on which each transfer holds the bus as long as at BUS_HZ."""

    def __init__(self, bus: I2CBus) -> None:
        self._bus = bus
        self._lock = threading.Lock()

    def write(self, address: int, data: bytes) -> None:
        """One write transfer."""
        self._hold(lambda: self._bus.write(address, data), Transfer(address, len(data), 0))

    def read(self, address: int, length: int) -> bytes:
        """One read transfer."""
        transfer = Transfer(address, 0, length)
        return self._hold(lambda: self._bus.read(address, length), transfer)

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start."""
        transfer = Transfer(address, len(data), length)
        return self._hold(lambda: self._bus.write_read(address, data, length), transfer)

    def close(self) -> None:
        """Nothing to give back."""

    def _hold(self, move: Callable[[], Moved], transfer: Transfer) -> Moved:
        with self._lock:
            end_s = time.monotonic() + transfer.time_s(BUS_HZ)
            moved = move()
            time.sleep(max(0.0, end_s - time.monotonic()))
            return moved


class TimedInstrument(SimInstrument):
    """A SimInstrument whose bus takes its time."""

    def bus(self, number: int) -> I2CBus:  # type: ignore[override]
        """The one bus there is."""
        return TimedBus(self.i2c)


class Watch:
    """Notes when touches happen, when the conductor has handled them, when a voice is told."""

    def __init__(self, app: App, clock: SystemClock) -> None:
        self.touched_s, self.handled_s, self.told_s = list[float](), list[float](), list[float]()
        self._now_s = clock.now_s
        self._wanted: tuple[float, float] | None = None
        self._is_told = True
        self._handle, self._set_cells = app.conductor.handle, app.mixer.set_cells
        app.conductor.handle = self._conduct  # type: ignore[method-assign]
        app.mixer.set_cells = self._tell  # type: ignore[method-assign, assignment]

    def touch(self, hands: SimInstrument, column: int, row: int) -> None:
        """Another pad is touched, now."""
        self._wanted = (column / LAST_PAD, row / LAST_PAD)
        self.touched_s.append(self._now_s())
        hands.touch(column, row)

    @property
    def is_done(self) -> bool:
        """All touches have come through."""
        return len(self.touched_s) == len(self.handled_s) == len(self.told_s)

    def _conduct(self, frame: int, event: Event) -> None:
        if not isinstance(event, TouchMoved) or (event.x, event.y) != self._wanted:
            self._handle(frame, event)
            return
        self._wanted, self._is_told = None, False
        self._handle(frame, event)
        self.handled_s.append(self._now_s())

    def _tell(self, *arguments: Any) -> bool:  # noqa: ANN401 (those of Mixer.set_cells)
        sent = self._set_cells(*arguments)
        if not self._is_told:
            self._is_told = True
            self.told_s.append(self._now_s())
        return sent


def strike(app: App) -> None:
    """The chord, again: looped sounds die away, too."""
    for note in CHORD:
        app.post(NoteOn(Origin("bench", 0), note, 100))


def play(app: App, watch: Watch, hands: SimInstrument, touches: int, done: threading.Event) -> None:
    """A finger that comes down on one pad after another, at irregular times."""
    rng = random.Random(5)
    pads = [(column, row) for column in range(LAST_PAD + 1) for row in range(LAST_PAD + 1)]
    last = (5, 5)
    time.sleep(BEGIN_S)
    for pad in pads:  # so that every sound is in memory
        hands.touch(*pad)
        time.sleep(WAIT_S)
    hands.lift()
    time.sleep(UP_S)
    for number in range(touches):
        if number % STRIKE_EVERY == 0:
            strike(app)
            time.sleep(UP_S)
        last = rng.choice([pad for pad in pads if pad != last])
        watch.touch(hands, *last)
        time.sleep(DOWN_S + rng.uniform(0, 0.01))
        hands.lift()
        time.sleep(UP_S + rng.uniform(0, 0.01))
    done.set()


def watch_wakes(clock: SystemClock, done: threading.Event, late_s: list[float]) -> None:
    """How late a thread of Python wakes that has nothing to do with the instrument."""
    while not done.is_set():
        due_s = clock.now_s() + WAIT_S
        time.sleep(WAIT_S)
        late_s.append(clock.now_s() - due_s)


@contextmanager
def live(folder: Path, has_oled: bool, seconds: float) -> Iterator[tuple[App, Board, Any]]:
    """The instrument with its threads, as device.daemon runs it, but for the sound card."""
    config = BoardConfig(board="sim", oled_driver="ssd1306" if has_oled else "none")
    files = FilesSettings(str(folder / "pack"), str(folder / "patches.json"), memory=False)
    settings = dataclasses.replace(Settings(), board=config, files=files, panel=PANEL)
    clock = SystemClock()
    hands = TimedInstrument(config, clock)
    board = build(config, hands)
    priority = settings.audio.realtime_priority - BELOW_AUDIO
    with ExitStack() as stack:
        stack.callback(board.close)
        app = App(settings, board, clock, print, is_watched=lambda: False)
        stack.callback(app.close)
        stack.enter_context(sound_card(app, settings, seconds))
        threads = WorkerThreads(clock.now_s, lambda name, error: print(f"{name}: {error!r}"))
        stack.callback(threads.close)
        threads.start(app.painter)
        threads.start(app.chores)
        for worker in app.hands:
            threads.start(worker, priority)
        stack.enter_context(urgent(priority))
        yield app, board, hands


def sound_card(app: App, settings: Settings, seconds: float) -> Card:
    """A paced card that plays the app's mixer."""
    rate_hz, block = settings.audio.rate_hz, settings.audio.block_frames
    return Card(
        int(ffi.cast("uintptr_t", ffi.addressof(lib, "lp_mixer_callback"))),
        int(ffi.cast("uintptr_t", app.mixer.cdata)),
        calls=round(seconds * rate_hz / block),
        frames=block,
        rate_hz=rate_hz,
        fifo=report.may_run_realtime(),
    )


def measure(touches: int, has_oled: bool) -> dict[str, Any]:
    """Latency of so many touches, and what panel and display reached meanwhile."""
    seconds = BEGIN_S + touches * (DOWN_S + UP_S + 0.01) * 1.5 + 5
    clock, done, wakes_s = SystemClock(), threading.Event(), list[float]()
    with (
        tempfile.TemporaryDirectory() as name,
        live(pack_in(Path(name)), has_oled, seconds) as (app, board, hands),
    ):
        watch, pictures = Watch(app, clock), count_pictures(board)
        finger = threading.Thread(target=play, args=(app, watch, hands, touches, done))
        waker = threading.Thread(target=watch_wakes, args=(clock, done, wakes_s))
        polls, begin_s = count_polls(hands), clock.now_s()
        for thread in (finger, waker):
            thread.start()
        while not (done.is_set() and watch.is_done) and clock.now_s() < begin_s + seconds:
            app.step(CONTROL_S)
        passed_s = clock.now_s() - begin_s
        counters = app.mixer.counters()
    assert watch.is_done, "a touch did not come through"
    assert counters.dropped_commands == counters.nonfinite == 0
    touched = np.array(watch.touched_s)
    return {
        "touches": touches,
        "handled_ms": spread(np.array(watch.handled_s) - touched),
        "engine_ms": spread(np.array(watch.told_s) - touched),
        "polls_per_s": len(polls) / passed_s,
        "pictures_per_s": len(pictures) / passed_s,
        "changed_pictures": sum(a != b for a, b in pairwise(pictures)) / max(1, len(pictures)),
        "python_wakes_late_ms": spread(np.array(wakes_s)),
    }


def pack_in(folder: Path) -> Path:
    """A small pack of full rate in the folder."""
    rate_hz = Settings().audio.rate_hz
    report.load(report.HERE.parent / "packs.py").make_test_pack(folder / "pack", rate_hz=rate_hz)
    return folder


def count_polls(hands: SimInstrument) -> list[float]:
    """Times at which the panel's chip is asked to take a message."""
    polls: list[float] = []
    take = hands.panel.write

    def counting(data: bytes) -> None:
        polls.append(time.monotonic())
        take(data)

    hands.panel.write = counting  # type: ignore[method-assign]
    return polls


def count_pictures(board: Board) -> list[bytes]:
    """The pictures that the display has shown."""
    shown: list[bytes] = []
    if board.display is not None:
        show = board.display.show

        def counting(frame: bytes) -> None:
            show(frame)
            shown.append(frame)

        board.display.show = counting  # type: ignore[method-assign]
    return shown


def spread(times_s: Any) -> dict[str, float]:  # noqa: ANN401 (an array)
    """Percentiles in ms."""
    return {f"p{p}": round(1000 * float(np.percentile(times_s, p)), 3) for p in (50, 99, 100)}


def medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median over rounds of every figure."""
    first = rounds[0]
    return {
        name: medians([one[name] for one in rounds])
        if isinstance(first[name], dict)
        else round(statistics.median(one[name] for one in rounds), 3)
        for name in first
    }


def main() -> None:
    """Measure with and without the display in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--touches", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round of 40 touches")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    touches, rounds = (40, 1) if options.quick else (options.touches, options.rounds)
    sys.setswitchinterval(THREAD_SWITCH_S)
    load = os.getloadavg()[0]
    names = {"OLED moving": True, "no OLED": False}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, has_oled in names.items():
            found[name].append(measure(touches, has_oled))
    cases = {name: medians(results) for name, results in found.items()}
    print(f"{'':12} handled p50    p99 | engine p50    p99 | polls/s  pict/s | wakes late p99")
    for name, case in cases.items():
        handled, engine = case["handled_ms"], case["engine_ms"]
        print(
            f"{name:12} {handled['p50']:11.2f} {handled['p99']:6.2f} | {engine['p50']:10.2f} "
            f"{engine['p99']:6.2f} | {case['polls_per_s']:7.0f} {case['pictures_per_s']:7.1f} | "
            f"{case['python_wakes_late_ms']['p99']:.2f} ms"
        )
    ratios = {
        what: {
            p: round(
                statistics.median(
                    busy[what][p] / rest[what][p]
                    for busy, rest in zip(*found.values(), strict=True)
                ),
                3,
            )
            for p in ("p50", "p99")
        }
        for what in ("handled_ms", "engine_ms")
    }
    print(f"with the OLED against without: {ratios}; load of the machine {load:.1f}")
    figures = {
        "target_ms": TARGET_MS,
        "fifo": report.may_run_realtime(),
        "load_before": round(load, 2),
        "rounds": rounds,
        "cases": cases,
        "oled_against_none": ratios,
        "p99_of_rounds": {
            name: [one["engine_ms"]["p99"] for one in results] for name, results in found.items()
        },
    }
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
