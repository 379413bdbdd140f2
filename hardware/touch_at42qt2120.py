"""The touch pad of two AT42QT2120: one for the columns, one for the rows, 11 pads each.

Registers are those of Microchip's datasheet 9634E. The chip's address is fixed, so each needs an
I2C bus of its own. Its appendix A.6 says that every transfer must end with a stop condition and
that the chip may not answer properly to a repeated start: registers are read by a write and a
separate read.

A pad that stays touched (something lies on it) is calibrated away by the chip itself after TRD x
0.16 s, here its longest, 40.8 s. That also happens to a finger held still for so long: the touch
is then reported as lifted and the sound stays where it is.
"""

from __future__ import annotations

from hardware.errors import ChipMismatchError, HardwareError
from hardware.interfaces import I2CBus, Readings
from hardware.touch_pads import StillFinger, position

ADDRESS = 0x1C
PADS = 11  # of the 12 keys; KEY11 is left alone
CHIP_ID = 0x3E
REG_CHIP_ID, REG_STATUS, REG_CALIBRATE = 0, 2, 6
REG_SIGNALS, REG_REFERENCES = 52, 76  # 16 bits each, most significant byte first
CALIBRATING = 0x80  # in the status
SETUP = {  # register: value
    8: 1,  # low-power mode: measure every 16 ms while untouched, without a pause while touched
    11: 2,  # detect integrator: so many measurements must agree
    12: 255,  # touch recalibration delay, in 0.16 s
    14: 0,  # neither slider nor wheel
}


class At42qt2120Row:
    """One chip as a row of pads."""

    def __init__(self, bus: I2CBus, axis: str, address: int = ADDRESS) -> None:
        """`axis` is how errors call it."""
        self._bus, self._axis, self._address = bus, axis, address
        self._is_ready = False

    def read(self) -> float | None:
        """The finger's place 0..1 along the row, None without; raises a HardwareError leaf."""
        try:
            if not self._is_ready:
                self._set_up()
            return self._measure()
        except HardwareError as error:
            self.close()
            raise type(error)(f"touch, {self._axis} axis: {error}") from error

    def close(self) -> None:
        """Look at the chip afresh at the next read."""
        self._is_ready = False

    def _set_up(self) -> None:
        chip = self._registers(REG_CHIP_ID, 1)[0]
        if chip != CHIP_ID:
            raise ChipMismatchError(
                f"the chip at 0x{self._address:02x} says it is 0x{chip:02x}, "
                f"an AT42QT2120 would say 0x{CHIP_ID:02x}"
            )
        # A chip that is still set up has only been out of reach: calibrating it would make a
        # finger on the pad part of "untouched".
        if any(self._registers(register, 1)[0] != value for register, value in SETUP.items()):
            for register, value in SETUP.items():
                self._bus.write(self._address, bytes([register, value]))
            self._bus.write(self._address, bytes([REG_CALIBRATE, 1]))
        self._is_ready = True

    def _measure(self) -> float | None:
        status, keys_low, keys_high = self._registers(REG_STATUS, 3)
        keys = keys_low | keys_high << 8
        touched = [bool(keys >> pad & 1) for pad in range(PADS)]
        if status & CALIBRATING or not any(touched):
            return None
        return position(self._signals(touched), touched)

    def _signals(self, touched: list[bool]) -> list[int]:
        """How far each touched pad and its neighbours are from their references."""
        first = max(0, touched.index(True) - 1)
        last = min(PADS - 1, PADS - touched[::-1].index(True))
        length = 2 * (last - first + 1)  # only these: a bit-banged bus takes 0.1 ms for each byte
        signals = self._registers(REG_SIGNALS + 2 * first, length)
        references = self._registers(REG_REFERENCES + 2 * first, length)
        found = [0] * PADS
        for pad in range(first, last + 1):
            high = 2 * (pad - first)
            signal = int.from_bytes(signals[high : high + 2], "big")
            found[pad] = abs(signal - int.from_bytes(references[high : high + 2], "big"))
        return found

    def _registers(self, first: int, length: int) -> bytes:
        self._bus.write(self._address, bytes([first]))
        return self._bus.read(self._address, length)


class At42qt2120Touch:
    """Controls "touch" over a chip for x and a chip for y: no touch unless both feel it."""

    name = "touch"

    def __init__(self, bus_x: I2CBus, bus_y: I2CBus, address: int = ADDRESS) -> None:
        """The buses may be shared with other drivers: whoever made them closes them.

        Pad 0 of x is the leftmost, pad 0 of y the topmost.
        """
        self._x = At42qt2120Row(bus_x, "x", address)
        self._y = At42qt2120Row(bus_y, "y", address)
        self._finger = StillFinger()

    def read(self) -> Readings:
        """Where the finger is; raises a HardwareError leaf naming axis, address and cause."""
        try:
            touch = self._finger.follow(self._x.read(), self._y.read())
        except HardwareError:
            self._finger.follow(None, None)
            raise
        return Readings(has_touch=True, touch=touch)

    def close(self) -> None:
        """Look at both chips afresh at the next read."""
        self._x.close()
        self._y.close()
        self._finger.follow(None, None)
