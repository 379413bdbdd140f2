"""The STM32 of the Open NSynth Super panel, as its I2C master sees it.

Its firmware copies the inputs into the outgoing message whenever it is addressed for writing,
whatever is written; each read transfer sends that message from its first byte, and zeros after
its end. Written from the message layout in the firmware of the original (Apache-2.0).
"""

from __future__ import annotations

from threading import Lock

from hardware.panel import MESSAGE_BYTES, NO_TOUCH, TOUCH_STEPS, checksum

ENCODERS, POTS = 4, 6


class PanelChip:
    """Touch pad of 11 x 11, four encoders, six pots; verbs move what a hand would move."""

    def __init__(self) -> None:
        self._touch = [NO_TOUCH, NO_TOUCH]
        self._encoders = [0] * ENCODERS
        self._pots = [0] * POTS
        self._message = bytes(MESSAGE_BYTES)
        self._frozen = False
        self._lock = Lock()

    # --- what hands do ---

    def touch(self, x: int, y: int) -> None:
        """Put a finger on column x from the left and row y from the top, 0..10 each."""
        for name, value in (("column", x), ("row", y)):
            if not 0 <= value < TOUCH_STEPS:
                raise ValueError(f"touch {name} is 0..{TOUCH_STEPS - 1}, not {value}")
        with self._lock:
            self._touch = [x, y]

    def touch_column(self, x: int) -> None:
        """Only the column strip feels the finger, as at the very edge of the pad."""
        with self._lock:
            self._touch = [x, NO_TOUCH]

    def lift(self) -> None:
        """Take the finger away."""
        with self._lock:
            self._touch = [NO_TOUCH, NO_TOUCH]

    def turn(self, encoder: int, steps: int) -> None:
        """Turn encoder 0..3 by this many detents, to the right if positive."""
        with self._lock:
            self._encoders[encoder] = (self._encoders[encoder] + steps) % 256

    def pot(self, index: int, value: int) -> None:
        """Turn pot 0..5 to 0..255."""
        if not 0 <= value <= 255:
            raise ValueError(f"a pot stands at 0..255, not {value}")
        with self._lock:
            self._pots[index] = value

    # --- what goes wrong ---

    def freeze(self) -> None:
        """The processor stops: its I2C unit acknowledges, and sends 0xff for want of data."""
        self._frozen = True

    def restart(self) -> None:
        """Reset the processor: it runs again, all counters at 0."""
        with self._lock:
            self._frozen = False
            self._encoders = [0] * ENCODERS
            self._message = bytes(MESSAGE_BYTES)

    # --- Chip ---

    def write(self, data: bytes) -> None:
        """Being written to is the sign to take a new message; the data does not matter."""
        with self._lock:
            inputs = bytes([*self._touch, *self._encoders, *self._pots])
            self._message = inputs + checksum(inputs).to_bytes(4, "little")

    def read(self, length: int) -> bytes:
        """The message that was taken at the last write, then zeros."""
        with self._lock:
            if self._frozen:
                return b"\xff" * length
            return (self._message + bytes(length))[:length]
