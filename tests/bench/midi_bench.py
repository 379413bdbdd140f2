"""How long from a MIDI byte to the first sample of its note, through everything between.

Bytes written into one end of a pseudo-terminal are read at the other, parsed, posted to the live
session, played by the player with its loader and mixed by the C callback, which a C thread paces
like a sound card (card.c), 128 frames at 48 kHz, SCHED_FIFO if allowed. Counted from just before
the last byte of a note-on to the moment at which its first sample is due at the card, if the card
plays a buffer as soon as it has it; what a real card adds is AudioStream.latency_s. If allowed, all
threads but the spinning one go before other programs; a thread that only waits for 5 ms again and
again tells how much later than that the machine lets any Python thread go on.

The last case is the whole instrument as it runs: its own serial driver and threads at their own
priorities, the panel polled and the display animated on a simulated bus.

    python tests/bench/midi_bench.py [--notes 1000] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import select
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import report
from card import Card
from numpy.typing import NDArray

from device.app import App
from device.engine._mixer import ffi, lib
from device.engine.mixer import LATENCY_FRAMES, Mixer
from device.grid import Grid
from device.loader.loader import Loader
from device.midi_events import message_event
from device.pack.reader import open_pack
from device.parameters import ATTACK, DECAY, RELEASE, VOLUME
from device.play import THREAD_SWITCH_S
from device.player import Player
from device.session import Session
from device.settings import EnvelopeSettings, FilesSettings, Settings
from device.urgency import BELOW_AUDIO, urgent
from device.worker import WorkerThreads
from hardware.clock import SystemClock
from hardware.config import BoardConfig
from hardware.instrument_board import build
from hardware.midi import MidiParser
from hardware.serial_port import LinuxSerialPort
from hardware.sim.instrument import SimInstrument

PITCH, NOTE_S, GAP_S, WAIT_S = 60, 0.03, 0.05, 0.005
QUIET_FRAMES, SILENCE = 480, 1e-5
TARGET_BUFFERS, TARGET_MS = 1, 1.0
CACHE_BYTES = 64 * 2**20
PLAIN = Settings()
SETTINGS = dataclasses.replace(
    PLAIN, envelope=EnvelopeSettings(attack_s=0.0, decay_s=0.0, sustain=1.0, release_s=0.002)
)
Maker = Callable[[Path, bool, float, int], AbstractContextManager[tuple[Callable[[], None], Card]]]
RATE_HZ, BLOCK = SETTINGS.audio.rate_hz, SETTINGS.audio.block_frames


def read_midi(port: int, session: Session, clock: SystemClock, done: threading.Event) -> None:
    """What a reader thread does: wait, stamp, parse, post."""
    parser = MidiParser()
    while not done.is_set():
        if select.select([port], [], [], 0.1)[0]:
            now_s = clock.now_s()
            for message in parser.feed(os.read(port, 64)):
                event = message_event(message, "pty", 0)
                if event is not None:
                    session.post(event, now_s)


def write_notes(port: int, notes: int, clock: SystemClock, sent_s: list[float]) -> None:
    """Notes at irregular times, far enough apart to be told apart."""
    rng = np.random.default_rng(3)
    time.sleep(1.5)
    for _ in range(notes):
        os.write(port, bytes([0x90, PITCH]))
        sent_s.append(clock.now_s())
        os.write(port, bytes([100]))
        time.sleep(NOTE_S)
        os.write(port, bytes([0x80, PITCH, 0]))
        time.sleep(GAP_S + float(rng.uniform(0, 0.01)))


def onsets(sound: NDArray[np.float32]) -> NDArray[np.int64]:
    """Frames at which sound begins after silence."""
    loud = np.flatnonzero(np.abs(sound).max(1) > SILENCE)
    return loud[np.diff(loud, prepend=-QUIET_FRAMES) >= QUIET_FRAMES]


@contextmanager
def spinning(wanted: bool) -> Iterator[None]:
    """A Python thread that never rests, if wanted."""
    done = threading.Event()

    def spin() -> None:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # of this thread alone
        report.stream_piece().spin(done)

    thread = threading.Thread(target=spin)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if wanted:
            thread.join()


def watch_wakes(clock: SystemClock, done: threading.Event, late_s: list[float]) -> None:
    """How late a thread of Python wakes that has nothing to do with the instrument."""
    while not done.is_set():
        due_s = clock.now_s() + WAIT_S
        time.sleep(WAIT_S)
        late_s.append(clock.now_s() - due_s)


def paced_card(mixer: Mixer, fifo: bool, seconds: float) -> Card:
    """A card that plays a mixer and keeps the sound."""
    return Card(
        int(ffi.cast("uintptr_t", ffi.addressof(lib, "lp_mixer_callback"))),
        int(ffi.cast("uintptr_t", mixer.cdata)),
        calls=round(seconds * RATE_HZ / BLOCK),
        frames=BLOCK,
        rate_hz=RATE_HZ,
        fifo=fifo,
        keep_sound=True,
    )


def make_pack(folder: Path) -> Path:
    """A small pack."""
    report.load(report.HERE.parent / "packs.py").make_test_pack(folder / "pack", rate_hz=RATE_HZ)
    return folder / "pack"


class SerialInstrument(SimInstrument):
    """A simulated instrument whose DIN socket is a terminal of this machine."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        for pot, turn in ((ATTACK, 0.0), (DECAY, 0.0), (RELEASE, 0.1), (VOLUME, 1.0)):
            self.pot(pot, turn)

    def serial(self, config: BoardConfig) -> LinuxSerialPort:
        """The terminal's far end."""
        return LinuxSerialPort(os.ttyname(self._port), "31250")


@contextmanager
def whole_instrument(
    folder: Path, fifo: bool, seconds: float, port: int
) -> Iterator[tuple[Callable[[], None], Card]]:
    """The app with all its threads; gives its step and the card."""
    files = FilesSettings(packs=str(make_pack(folder)), patches=str(folder / "patches.json"))
    settings = dataclasses.replace(SETTINGS, files=files)
    board = build(settings.board, SerialInstrument(port))
    with ExitStack() as stack:
        clock = SystemClock()
        app = App(settings, board, clock, lambda text: None)
        stack.callback(app.close)
        threads = WorkerThreads(clock.now_s, lambda name, error: print(name, repr(error)))
        stack.callback(threads.close)
        card = stack.enter_context(paced_card(app.mixer, fifo, seconds))
        priority = settings.audio.realtime_priority - BELOW_AUDIO if fifo else 0
        for worker in app.workers:
            threads.start(worker, priority if worker in app.hands else 0)
        while app.conductor.deck is None:
            app.step(WAIT_S)
        with urgent(priority):
            yield lambda: app.step(WAIT_S), card


@contextmanager
def instrument(
    folder: Path, fifo: bool, seconds: float, port: int
) -> Iterator[tuple[Callable[[], None], Card]]:
    """A session on a small pack with a reader of its own; gives its step and the card."""
    make_pack(folder)
    with ExitStack() as stack:
        pack = stack.enter_context(open_pack(folder / "pack"))
        loader = Loader(pack, CACHE_BYTES, RATE_HZ)
        stack.callback(loader.close)
        loader.run_in_background()
        mixer = Mixer(RATE_HZ)
        grid = Grid(pack.manifest, pack.manifest.combinations[0])
        player = Player(mixer, loader, grid, pack.manifest, SETTINGS, wait_for_rows=False)
        loader.wait_for_pad()
        card = stack.enter_context(paced_card(mixer, fifo, seconds))
        clock, done = SystemClock(), threading.Event()
        session = Session(player, mixer, clock, RATE_HZ, SETTINGS.audio.event_margin_s, print)
        reader = threading.Thread(target=read_midi, args=(port, session, clock, done))
        reader.start()
        stack.callback(reader.join)
        stack.callback(done.set)
        yield session.step, card


def measure(notes: int, busy: bool, fifo: bool, make: Maker = instrument) -> dict[str, Any]:
    """Latency and jitter of so many notes."""
    clock, sent_s, done = SystemClock(), list[float](), threading.Event()
    wakes_s = list[float]()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    seconds = notes * (NOTE_S + GAP_S + 0.02) + 5
    with tempfile.TemporaryDirectory() as folder, spinning(busy):
        with make(Path(folder), fifo, seconds, theirs) as (step, card):
            writer = threading.Thread(target=write_notes, args=(ours, notes, clock, sent_s))
            waker = threading.Thread(target=watch_wakes, args=(clock, done, wakes_s))
            for thread in (waker, writer):
                thread.start()
            while writer.is_alive():
                step()
            done.set()
            waker.join()
        sound, begin_s = card.sound[: card.done * BLOCK], card.begin_s
    os.close(ours)
    os.close(theirs)
    wakes_ms = {f"p{p}": 1000 * float(np.percentile(wakes_s, p)) for p in (50, 99)}
    heard = figures(np.array(sent_s), begin_s + onsets(sound) / RATE_HZ)
    return {**heard, "python_wakes_late_ms": wakes_ms}


def figures(sent_s: NDArray[np.float64], heard_s: NDArray[np.float64]) -> dict[str, Any]:
    """Every note's delay: from its byte to the next beginning of sound."""
    found = np.searchsorted(heard_s, sent_s)
    whole = found < len(heard_s)
    delay_ms = 1000 * (heard_s[found[whole]] - sent_s[whole])
    near = delay_ms < 1000 * GAP_S
    p1, p50, p99, most = np.percentile(delay_ms[near], [1, 50, 99, 100])
    return {
        "notes": len(sent_s),
        "heard": int(near.sum()),
        "ms": {"p1": p1, "p50": p50, "p99": p99, "max": most},
        "jitter_ms": {"std": float(np.std(delay_ms[near])), "p99_less_p50": p99 - p50},
    }


def main() -> None:
    """Measure with Python at rest and busy, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="100 notes")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sys.setswitchinterval(THREAD_SWITCH_S)
    fifo = report.may_run_realtime()
    if fifo:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # threads inherit it
    buffer_ms = 1000 * BLOCK / RATE_HZ
    target_ms = TARGET_BUFFERS * buffer_ms + TARGET_MS
    results = {}
    heads = f"{'notes':>6} {'p50 ms':>7} {'p99':>7} {'max':>7} {'p99-p50':>8} {'wakes p99':>10}"
    print(f"{'':20} {heads}   target: p99 <= {target_ms:.2f}")
    cases: tuple[tuple[str, bool, Maker], ...] = (
        ("Python at rest", False, instrument),
        ("Python busy", True, instrument),
        ("whole instrument", False, whole_instrument),
    )
    for name, busy, make in cases:
        result = measure(100 if options.quick else options.notes, busy, fifo, make)
        results[name], ms = result, result["ms"]
        jitter, wakes = result["jitter_ms"]["p99_less_p50"], result["python_wakes_late_ms"]["p99"]
        print(
            f"{name:20} {result['heard']:6} {ms['p50']:7.2f} {ms['p99']:7.2f} {ms['max']:7.2f} "
            f"{jitter:8.2f} {wakes:10.2f}"
        )
    parts = {
        "buffer_ms": buffer_ms,
        "margin_ms": 1000 * SETTINGS.audio.event_margin_s,
        "limiter_ms": 1000 * LATENCY_FRAMES / RATE_HZ,
    }
    print("made of:", ", ".join(f"{name} {value:.2f}" for name, value in parts.items()))
    report.write(options.out, {"fifo": fifo, "target_ms": target_ms, **parts, "cases": results})


if __name__ == "__main__":
    main()
