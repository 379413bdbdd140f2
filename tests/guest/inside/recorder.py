"""The other end of the kernel's loopback sound card: all that is played, sample by sample."""

from __future__ import annotations

import threading

import numpy as np
import sounddevice
from numpy.typing import NDArray

RATE_HZ = 48000
PLAYED, RECORDED = "hw:0,0", "hw:0,1"
SILENCE = 1e-5  # linear; what is below counts as nothing
READ_FRAMES, QUIET_PARTS = RATE_HZ // 20, 5


class Recorder:
    """Records from when it is made until close()."""

    def __init__(self) -> None:
        settings = {"samplerate": RATE_HZ, "channels": 2, "dtype": "float32", "latency": 2.0}
        self._stream = sounddevice.RawInputStream(device=RECORDED, **settings)
        self._parts: list[NDArray[np.float32]] = []
        self._frames = 0
        self.overflows = 0
        self._stopping = threading.Event()
        self._stream.start()
        self._thread = threading.Thread(target=self._record)
        self._thread.start()

    @property
    def frames(self) -> int:
        """How many have been recorded."""
        return self._frames

    def heard(self, since: int) -> NDArray[np.float32]:
        """Everything from a frame on: float32 [frames, 2]."""
        parts, before = [], 0
        for part in list(self._parts):
            if before + len(part) > since:
                parts.append(part[max(0, since - before) :])
            before += len(part)
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def is_silent(self) -> bool:
        """Nothing has been heard for a moment: longer than it takes from a key to here."""
        return all(float(np.abs(part).max()) < SILENCE for part in self._parts[-QUIET_PARTS:])

    def close(self) -> None:
        """Stop recording."""
        self._stopping.set()
        self._thread.join()
        self._stream.close()

    def _record(self) -> None:
        while not self._stopping.is_set():
            data, overflowed = self._stream.read(READ_FRAMES)
            self.overflows += overflowed
            part = np.frombuffer(bytes(data), np.float32).reshape(-1, 2)
            self._parts.append(part)
            self._frames += len(part)


def from_onset(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sound from its first frame that is not silent."""
    loud = np.flatnonzero(np.abs(sound).max(axis=1) >= SILENCE)
    return sound[loud[0] :] if len(loud) else sound[:0]
