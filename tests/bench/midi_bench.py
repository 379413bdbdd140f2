"""How long from a MIDI byte to the first sample of its note, through everything between.

Bytes written into one end of a pseudo-terminal are read at the other, parsed, posted to the live
session, played by the player with its loader and mixed by the C callback, which a C thread paces
like a sound card (card.c), 128 frames at 48 kHz, SCHED_FIFO if allowed. Counted from just before
the last byte of a note-on to the moment at which its first sample is due at the card, if the card
plays a buffer as soon as it has it; what a real card adds is AudioStream.latency_s. If allowed, all
threads but the spinning one go before other programs; a thread that only waits for 5 ms again and
again tells how much later than that the machine lets any Python thread go on.

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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import report
from card import Card
from numpy.typing import NDArray

from device.engine._mixer import ffi, lib
from device.engine.mixer import LATENCY_FRAMES, Mixer
from device.grid import Grid
from device.loader.loader import Loader
from device.midi_events import message_event
from device.pack.reader import open_pack
from device.play import THREAD_SWITCH_S
from device.player import Player
from device.session import Session
from device.settings import EnvelopeSettings, Settings
from hardware.clock import SystemClock
from hardware.midi import MidiParser

PITCH, NOTE_S, GAP_S, WAIT_S = 60, 0.03, 0.05, 0.005
QUIET_FRAMES, SILENCE = 480, 1e-5
TARGET_BUFFERS, TARGET_MS = 1, 1.0
CACHE_BYTES = 64 * 2**20
PLAIN = Settings()
SETTINGS = dataclasses.replace(
    PLAIN, envelope=EnvelopeSettings(attack_s=0.0, decay_s=0.0, sustain=1.0, release_s=0.002)
)
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


@contextmanager
def instrument(folder: Path, fifo: bool, seconds: float) -> Iterator[tuple[Session, Card]]:
    """A session on a small pack, playing to a paced card that keeps the sound."""
    report.load(report.HERE.parent / "packs.py").make_test_pack(folder / "pack", rate_hz=RATE_HZ)
    with ExitStack() as stack:
        pack = stack.enter_context(open_pack(folder / "pack"))
        loader = Loader(pack, CACHE_BYTES, RATE_HZ)
        stack.callback(loader.close)
        loader.run_in_background()
        mixer = Mixer(RATE_HZ)
        grid = Grid(pack.manifest, pack.manifest.combinations[0])
        player = Player(mixer, loader, grid, pack.manifest, SETTINGS, wait_for_rows=False)
        loader.wait_for_pad()
        callback = int(ffi.cast("uintptr_t", ffi.addressof(lib, "lp_mixer_callback")))
        card = Card(
            callback,
            int(ffi.cast("uintptr_t", mixer.cdata)),
            calls=round(seconds * RATE_HZ / BLOCK),
            frames=BLOCK,
            rate_hz=RATE_HZ,
            fifo=fifo,
            keep_sound=True,
        )
        stack.enter_context(card)
        margin_s = SETTINGS.audio.event_margin_s
        yield Session(player, mixer, SystemClock(), RATE_HZ, margin_s, print), card


def measure(notes: int, busy: bool, fifo: bool) -> dict[str, Any]:
    """Latency and jitter of so many notes."""
    clock, sent_s, done = SystemClock(), list[float](), threading.Event()
    wakes_s = list[float]()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    seconds = notes * (NOTE_S + GAP_S + 0.02) + 5
    with tempfile.TemporaryDirectory() as folder, spinning(busy):
        with instrument(Path(folder), fifo, seconds) as (session, card):
            writer = threading.Thread(target=write_notes, args=(ours, notes, clock, sent_s))
            reader = threading.Thread(target=read_midi, args=(theirs, session, clock, done))
            waker = threading.Thread(target=watch_wakes, args=(clock, done, wakes_s))
            for thread in (reader, waker, writer):
                thread.start()
            while writer.is_alive():
                session.step()
            done.set()
            reader.join()
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
    for name, busy in (("Python at rest", False), ("Python busy", True)):
        result = measure(100 if options.quick else options.notes, busy, fifo)
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
