"""Which rows and notes the kernel still holds: nothing is freed before it has come back."""

from __future__ import annotations

from collections.abc import Iterable

from device.engine._mixer import ffi, lib
from device.engine.row import Row

BATCH = 256


class KeepAlive:
    """Counts references handed to the kernel and takes those that it returns."""

    def __init__(self, max_voices: int) -> None:
        self._rows: dict[int, list[Row]] = {}  # address -> one entry per reference out
        self._generations = [0] * max_voices  # of the latest note of each voice
        self._ended: list[int] = []
        self._batch = ffi.new("LpReturn[]", BATCH)
        self.out = 0  # references and notes that will come back

    def next_generation(self, voice: int) -> int:
        """The number by which the end of the next note of a voice is told from the one before."""
        return (self._generations[voice] + 1) & 0xFFFFFFFF

    def hand_out(self, rows: Iterable[Row]) -> None:
        """These references are with the kernel now."""
        for row in rows:
            self._rows.setdefault(row.address, []).append(row)
            self.out += 1

    def note_started(self, voice: int) -> None:
        """A note with next_generation is with the kernel now."""
        self._generations[voice] = self.next_generation(voice)
        self.out += 1

    def note_refused(self, voice: int) -> None:
        """A note never reached the kernel: its voice counts as ended."""
        self._ended.append(voice)

    def take_returns(self, mixer: object) -> None:
        """Forgets whatever has come back."""
        while count := lib.lp_mixer_returns(mixer, self._batch, BATCH):
            for back in self._batch[0:count]:
                self._take(back.row, back.voice, back.generation)

    def _take(self, address: int, voice: int, generation: int) -> None:
        self.out -= 1
        if address:
            held = self._rows[address]
            held.pop()
            if not held:
                del self._rows[address]
        elif self._generations[voice] == generation:
            self._ended.append(voice)

    def ended(self) -> list[int]:
        """Voices whose latest note has ended since the last call."""
        ended, self._ended = self._ended, []
        return ended

    @property
    def rows(self) -> int:
        """Rows that the kernel holds."""
        return len(self._rows)
