"""The sound card of card.c for Python: paces a callback and keeps what it saw."""

from __future__ import annotations

import ctypes
import functools
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
FIFO_PRIORITY = 70
SPREAD = 8  # calls that one stall of the machine may disturb around it


class _Card(ctypes.Structure):
    _fields_ = [
        ("callback", ctypes.c_void_p),
        ("user", ctypes.c_void_p),
        ("period_ns", ctypes.c_int64),
        ("calls", ctypes.c_int64),
        ("frames", ctypes.c_int32),
        ("priority", ctypes.c_int32),
        ("cpu", ctypes.c_int32),
        ("begin_ns", ctypes.c_int64),
        ("minor_faults", ctypes.c_int64),
        ("major_faults", ctypes.c_int64),
        ("late_us", ctypes.c_void_p),
        ("took_us", ctypes.c_void_p),
        ("sound", ctypes.c_void_p),
        ("done", ctypes.c_int64),
        ("stop", ctypes.c_int32),
        ("thread", ctypes.c_ulong),
    ]


@functools.cache
def _library() -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "card.so"
        command = ["gcc", "-std=gnu11", "-O2", "-shared", "-fPIC", "-pthread", "-o", str(library)]
        subprocess.run([*command, str(HERE / "card.c")], check=True)
        return ctypes.CDLL(str(library))


def idle_callback() -> int:
    """The address of a callback that does nothing: it tells how the machine itself keeps pace."""
    address = ctypes.cast(_library().card_idle, ctypes.c_void_p).value
    assert address is not None
    return address


class Card:
    """Calls `callback` (its address) `calls` times, once per `frames` frames of rate_hz.

    A context manager: leaving it stops the card. fifo: at real-time priority; PermissionError if
    the system refuses. cpu: the one to stay on. keep_sound: all output in `sound`.
    """

    def __init__(
        self,
        callback: int,
        user: int,
        *,
        calls: int,
        frames: int,
        rate_hz: int,
        fifo: bool,
        cpu: int = -1,
        keep_sound: bool = False,
    ) -> None:
        self.late_us = np.zeros(calls, np.float32)
        self.took_us = np.zeros(calls, np.float32)
        self.sound: NDArray[np.float32] = np.full((calls * frames * keep_sound, 2), 0, np.float32)
        self.period_us = 1e6 * frames / rate_hz
        card = _Card(callback, user, round(1000 * self.period_us), calls, frames)
        card.cpu = cpu
        card.priority = FIFO_PRIORITY if fifo else 0
        card.late_us, card.took_us = self.late_us.ctypes.data, self.took_us.ctypes.data
        card.sound = self.sound.ctypes.data if keep_sound else None
        for array in (self.late_us, self.took_us, self.sound):
            array[:] = 0.0  # memory is there before the thread writes it
        self._card = card

    @property
    def done(self) -> int:
        """Calls so far."""
        return int(self._card.done)

    @property
    def begin_s(self) -> float:
        """When call 0 was due, on time.monotonic()."""
        return float(self._card.begin_ns) / 1e9

    def __enter__(self) -> Self:
        error = _library().card_start(ctypes.byref(self._card))
        if error:
            raise PermissionError(error, "the system refuses a real-time thread")
        return self

    def __exit__(self, *_: object) -> None:
        self._card.stop = 1
        _library().card_wait(ctypes.byref(self._card))

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Calls that ended after the next one was due: the buffer was not there in time."""
        return (self.late_us + self.took_us)[: self.done] > self.period_us

    def stalls_near(self, calls: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether this card was late by half a buffer around each of these calls."""
        late = self.late_us[: self.done] > self.period_us / 2
        around = np.convolve(late, np.ones(2 * SPREAD + 1), mode="same") > 0
        return around[np.clip(calls, 0, len(around) - 1)]

    def figures(self) -> dict[str, Any]:
        """Lateness and duration in us, missed buffers and the thread's page faults."""
        late, took = self.late_us[: self.done], self.took_us[: self.done]
        missed = int(self.missed.sum())
        return {
            "buffers": self.done,
            "missed": missed,
            "missed_percent": round(100 * missed / max(1, self.done), 4),
            "late_us": {f"p{p}": round(float(np.percentile(late, p)), 1) for p in (50, 99, 100)},
            "took_us": {f"p{p}": round(float(np.percentile(took, p)), 1) for p in (50, 99, 100)},
            "minor_faults": int(self._card.minor_faults),
            "major_faults": int(self._card.major_faults),
        }
