"""A worker's heart: tells in its claim, every few seconds, that it is alive and how far it is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

from audio_pipeline.nsynth.job.claims import BEATS_PER_EXPIRY, Claim, Claims

STUCK_S = 1800.0  # a worker that has finished no frame for so long stops saying that it works


class ClaimLostError(Exception):
    """Another worker has taken the shard over: this one was taken for dead."""


@dataclass
class Heart:
    """Beats while a shard is worked on; a context manager."""

    claims: Claims
    shard: str
    claim: Claim
    lost: bool = False
    _moved_s: float = field(default_factory=time.monotonic)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Heart:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def move(self, frames: int) -> None:
        """So many frames are finished. Raises ClaimLostError."""
        with self._lock:
            self._moved_s = time.monotonic()
            self.claim = replace(self.claim, frames=max(frames, self.claim.frames))
        if self.lost:
            raise ClaimLostError(self.shard)

    def _run(self) -> None:
        while not self._stop.wait(self.claims.expiry_s / BEATS_PER_EXPIRY):
            if time.monotonic() - self._moved_s > STUCK_S:
                continue
            with self._lock:
                beaten = self.claims.beat(self.shard, self.claim)
                self.lost = beaten is None
                self.claim = beaten or self.claim
            if self.lost:
                return
