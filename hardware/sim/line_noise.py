"""Bits that arrive wrong: a fixed number of transfers, or each with some probability."""

from __future__ import annotations

from random import Random


class LineNoise:
    """Garbles bytes in one direction between one bus and one chip."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = Random(seed)
        self._next = 0
        self._probability = 0.0

    def corrupt_next(self, transfers: int) -> None:
        """One bit is wrong in each of this many transfers from now on."""
        self._next = transfers

    def set_probability(self, probability: float, rng: Random | None = None) -> None:
        """In each transfer one bit is wrong with this probability, 0..1."""
        self._probability = probability
        self._rng = rng or self._rng

    def pass_through(self, data: bytes) -> bytes:
        """What arrives when this is sent."""
        is_wrong = self._next > 0 or self._rng.random() < self._probability
        self._next = max(0, self._next - 1)
        if not data or not is_wrong:
            return data
        bit = self._rng.randrange(8 * len(data))
        arrived = bytearray(data)
        arrived[bit // 8] ^= 1 << bit % 8
        return bytes(arrived)
