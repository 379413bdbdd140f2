"""How late the audio callback begins while Python is busy: ours in C beside one in Python.

A C thread paces the callback as a sound card does (card.c): 128 frames at 48 kHz, one call every
2.67 ms. 32 voices sound, all morphing, while one Python thread spins and another sends commands.
Missed: not done when the next buffer is due. Beside every case an idle callback of the same
priority on the same processor tells how the machine itself keeps pace; "ours" are buffers missed
while it did.

    python tests/bench/stream_bench.py [--minutes 10] [--reference-s 30] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import report
from card import Card, idle_callback

from device.engine._mixer import ffi, lib
from device.engine.mixer import Mixer

RATE_HZ, BLOCK, LEAD_FRAMES = 48000, 128, 48000
SWITCH_S, DEFAULT_SWITCH_S = 0.0005, 0.005  # the player's, and Python's own
CPU = max(os.sched_getaffinity(0))  # of both callbacks: what stalls one stalls the other
PIECE = report.stream_piece()

_C_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int,
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong),
    *(ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p),
)


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    python: bool  # the callback is Python, which calls the same kernel
    fifo: bool
    switch_s: float


CASES = (
    Case("C callback, SCHED_FIFO", False, True, SWITCH_S),
    Case("C callback, normal priority", False, False, SWITCH_S),
    Case("Python callback, SCHED_FIFO", True, True, SWITCH_S),
    Case("Python callback, 5 ms switch", True, True, DEFAULT_SWITCH_S),
)


def python_callback(mixer: Mixer) -> Any:  # noqa: ANN401
    """The same work from Python: it must get the interpreter before it can begin."""

    def call(_in: int, out: int, frames: int, _time: int, _flags: int, _user: int) -> int:
        lib.lp_mixer_render(mixer.cdata, ffi.cast("float *", out), frames)
        return 0

    return _C_CALLBACK(call)


@contextmanager
def busy(switch_s: float) -> Iterator[None]:
    """A Python thread that spins; commands still get through."""
    done, before_s = threading.Event(), sys.getswitchinterval()
    thread = threading.Thread(target=PIECE.spin, args=(done,))
    sys.setswitchinterval(switch_s)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(before_s)


def measure(case: Case, seconds: float) -> dict[str, Any]:
    """Play for so long; figures of the callback, of the idle one and the mixer's counters."""
    mixer = PIECE.new_mixer()
    calls = round(seconds * RATE_HZ / BLOCK)
    sender = PIECE.Sender(mixer, PIECE.piece(calls * BLOCK), LEAD_FRAMES)
    sender.step()
    callback = python_callback(mixer) if case.python else None
    address = int(ffi.cast("uintptr_t", ffi.addressof(lib, "lp_mixer_callback")))
    if callback is not None:
        address = ctypes.cast(callback, ctypes.c_void_p).value or 0
    user = int(ffi.cast("uintptr_t", mixer.cdata))
    settings: dict[str, Any] = {
        "calls": calls, "frames": BLOCK, "rate_hz": RATE_HZ, "fifo": case.fifo, "cpu": CPU,
    }  # fmt: skip
    card, idle = Card(address, user, **settings), Card(idle_callback(), 0, **settings)
    with busy(case.switch_s), card, idle:
        give_up_s = time.monotonic() + 3 * seconds + 30
        while card.done < calls and time.monotonic() < give_up_s:
            sender.step()
            time.sleep(0.005)
    missed = np.flatnonzero(card.missed)
    counters = asdict(mixer.counters())
    kept = ("late_events", "shed_voices", "nonfinite", "active_voices")
    return {
        **card.figures(),
        "missed_while_machine_kept_pace": int((~idle.stalls_near(missed)).sum()),
        "idle": idle.figures(),
        "counters": {name: counters[name] for name in kept if name in counters},
    }


def row(name: str, figures: dict[str, Any]) -> str:
    """One line of the table."""
    ours = figures.get("missed_while_machine_kept_pace", "")
    late, took = figures["late_us"], figures["took_us"]
    return (
        f"{name:30} {figures['buffers']:8} {figures['missed']:7} "
        f"{figures['missed_percent']:8.3f} {ours:>5} "
        f"{late['p50']:8.0f} {late['p99']:8.0f} {late['p100']:8.0f} {took['p50']:7.0f} "
        f"{took['p99']:7.0f} {figures['minor_faults']:5}"
    )


def main() -> None:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of the first case")
    parser.add_argument("--reference-s", type=float, default=30.0, help="of each of the others")
    parser.add_argument("--quick", action="store_true", help="5 s of each")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    heads = f"{'buffers':>8} {'missed':>7} {'%':>8} {'ours':>5} {'late p50':>8} {'p99':>8}"
    print(f"{'':30} {heads} {'max us':>8} {'took50':>7} {'p99 us':>7} {'flt':>5}")
    results: dict[str, Any] = {}
    for number, case in enumerate(CASES):
        seconds = 60 * options.minutes if number == 0 else options.reference_s
        try:
            results[case.name] = measure(case, 5.0 if options.quick else seconds)
        except PermissionError:
            print(f"{case.name:30} the system refuses a real-time thread")
            continue
        print(row(case.name, results[case.name]))
        print(row("  idle beside it", results[case.name]["idle"]), flush=True)
        report.write(options.out, {"pacing": "C thread, clock_nanosleep", "cases": results})


if __name__ == "__main__":
    main()
