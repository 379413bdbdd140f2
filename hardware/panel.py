"""The control panel of the Open NSynth Super: one STM32 that reads pad, encoders and pots.

A write transfer makes it take a message, a read transfer gets the message. Offset, bytes:

    0   1  touch column from the left, 0..10; 255: nothing touches
    1   1  touch row from the top, 0..10; 255: nothing touches
    2   4  one counter per encoder, wrapping
    6   6  pots 0..255
    12  4  little-endian: 0xaa55aa55 + the sum of the three words before, modulo 2^32

The panel sends while its own interrupts run late: some of its messages are broken on a healthy
instrument, so one read tries several times before it complains.
"""

from __future__ import annotations

import struct

from hardware.errors import ChecksumError
from hardware.interfaces import I2CBus, Readings, Touch

INPUT_BYTES, MESSAGE_BYTES = 12, 16
TOUCH_STEPS, NO_TOUCH = 11, 255
CHECKSUM_SEED = 0xAA55AA55
REGISTER = 0
TRIES = 6  # half of the messages broken: 98 % of reads still succeed; 2.7 ms at 400 kHz at worst


def checksum(inputs: bytes) -> int:
    """The 32-bit checksum of a message's first 12 bytes."""
    words: tuple[int, int, int] = struct.unpack("<3I", inputs)
    return (CHECKSUM_SEED + sum(words)) & 0xFFFFFFFF


def decode(message: bytes) -> Readings:
    """The readings in one message of 16 bytes.

    Raises ChecksumError for another length, a wrong checksum, or a touch position that no pad has.
    """
    if len(message) != MESSAGE_BYTES:
        raise ChecksumError(f"a panel message has {MESSAGE_BYTES} bytes, not {len(message)}")
    inputs, sent = message[:INPUT_BYTES], int.from_bytes(message[INPUT_BYTES:], "little")
    if sent != checksum(inputs):
        raise ChecksumError(
            f"checksum {sent:#010x}, but the data adds up to {checksum(inputs):#010x}"
        )
    return Readings(
        encoders=tuple(inputs[2:6]),
        pots=tuple(value / 255 for value in inputs[6:12]),
        has_touch=True,
        touch=_touch(inputs[0], inputs[1]),
    )


def _touch(x: int, y: int) -> Touch | None:
    for name, value in (("column", x), ("row", y)):
        if value >= TOUCH_STEPS and value != NO_TOUCH:
            raise ChecksumError(
                f"touch {name} {value}: 0..{TOUCH_STEPS - 1}, or {NO_TOUCH} for no touch"
            )
    if NO_TOUCH in (x, y):  # felt by one strip only: not a place on the pad
        return None
    return Touch(x / (TOUCH_STEPS - 1), y / (TOUCH_STEPS - 1))


class Panel:
    """Implements interfaces.Controls over the I2C bus that the panel is on."""

    name = "panel"

    def __init__(self, bus: I2CBus, address: int) -> None:
        """The address has 7 bits; nothing is sent before the first read()."""
        self._bus, self._address = bus, address
        self.messages = 0  # taken so far
        self.broken = 0  # of them, with a wrong checksum or impossible values

    def read(self) -> Readings:
        """The newest readings: encoders, pots and touch.

        Raises ChipMissingError when no panel acknowledges, ChecksumError when one does but sends
        no good message in TRIES attempts, and BusUnavailableError or BusFaultError of the bus.
        """
        seen = bytearray()
        for _ in range(TRIES):
            message = self._take_message()
            try:
                return decode(message)
            except ChecksumError as error:
                self.broken += 1
                seen += message
                cause = error
        raise ChecksumError(self._complaint(bytes(seen), cause)) from cause

    def close(self) -> None:
        """Let the bus go; whoever shares it opens it again with the next transfer."""
        self._bus.close()

    def _take_message(self) -> bytes:
        # Two transfers and not a repeated start, as the original's player does: the firmware
        # copies its inputs in the interrupt of the first and has time for that before the second.
        self._bus.write(self._address, bytes([REGISTER]))
        message = self._bus.read(self._address, MESSAGE_BYTES)
        self.messages += 1
        return message

    def _complaint(self, seen: bytes, last: ChecksumError) -> str:
        where = f"panel at {self._address:#04x}"
        if len(set(seen)) == 1:
            return (
                f"{where} is stuck: it acknowledges, but all it sends is {seen[0]:#04x} "
                "(switch the power off and on; if that does not help, flash its firmware)"
            )
        return f"{where}: {TRIES} broken messages in a row; the last: {last}"
