"""The touch pad of one MPR121: electrodes 0..5 are six columns, 6..11 six rows.

Registers and start values are those of NXP's datasheet MPR121 rev. 4 and application note AN3944,
except: the sample interval is 1 ms (AN3944: 16 ms, so that four filtered samples take 64 ms), and
the levels that automatic configuration aims at are for 3.3 V.

The chip does not move a baseline while its electrode is touched, so whatever stays on the pad
would be a touch for ever. A touch that has not moved for STUCK_S makes the driver load the
baselines anew; a finger held still for so long is then reported as lifted, and the sound stays
where it is.
"""

from __future__ import annotations

from hardware.errors import BusFaultError, ChipMismatchError, HardwareError
from hardware.interfaces import Clock, I2CBus, Readings, Touch
from hardware.touch_pads import StillFinger, position

ADDRESS = 0x5A
COLUMNS, ROWS = 6, 6
ELECTRODES = COLUMNS + ROWS
STUCK_S = 60.0
MOVED = 0.05  # of an axis: less is not a hand that plays
CHECK_S = 1.0  # how often to look whether the chip still runs

REG_STATUS, REG_FILTERED, REG_BASELINES, REG_THRESHOLDS = 0x00, 0x04, 0x1E, 0x41
REG_CONFIG2, REG_ELECTRODES, REG_RESET = 0x5D, 0x5E, 0x80
RESET_KEY = 0x63
CONFIG2_AT_RESET = 0x24  # there is no identification register; this one has a telling value
OVER_CURRENT = 0x8000
TOUCH_THRESHOLD, RELEASE_THRESHOLD = 15, 10  # of 1024 counts
RUNNING = 0x80 | ELECTRODES  # baselines start at the first measurement

UPPER_LEVEL = round((3.3 - 0.7) / 3.3 * 256)  # the datasheet's formulas for automatic configuration
SETUP = (  # first register, values from it on; written while the chip is stopped
    (0x2B, (1, 1, 0, 0, 1, 1, 0xFF, 2, 0, 0, 0)),  # baselines: rise fast, sink slowly, hold
    (REG_THRESHOLDS, (TOUCH_THRESHOLD, RELEASE_THRESHOLD) * ELECTRODES),
    (0x5B, (0, 0x10, 0x20)),  # no debounce; 6 samples of 16 uA, 0.5 us; 4 of these every 1 ms
    (0x7B, (0x0B, 0, UPPER_LEVEL, round(0.65 * UPPER_LEVEL), round(0.9 * UPPER_LEVEL))),
)


class Mpr121Touch:
    """Controls "touch": no touch unless a column and a row feel it."""

    name = "touch"

    def __init__(self, bus: I2CBus, clock: Clock, address: int = ADDRESS) -> None:
        """The bus may be shared: whoever made it closes it. The clock times stuck touches."""
        self._bus, self._clock, self._address = bus, clock, address
        self._is_ready = False
        self._checked_s = 0.0
        self._anchor: Touch | None = None  # where it has been since
        self._anchored_s: float | None = None  # also when only one axis feels it
        self._finger = StillFinger()

    def read(self) -> Readings:
        """Where the finger is; raises a HardwareError leaf naming address and cause."""
        try:
            if not self._is_ready or self._has_forgotten():
                self._set_up()
            return Readings(has_touch=True, touch=self._measure())
        except HardwareError as error:
            self.close()
            raise type(error)(f"touch: {error}") from error

    def close(self) -> None:
        """Set the chip up afresh at the next read."""
        self._is_ready = False
        self._anchored_s = None
        self._finger.follow(None, None)

    def _set_up(self) -> None:
        self._write(REG_RESET, RESET_KEY)
        found = self._registers(REG_CONFIG2, 1)[0]
        if found != CONFIG2_AT_RESET:
            raise ChipMismatchError(
                f"the chip at 0x{self._address:02x} is no MPR121: register 0x{REG_CONFIG2:02x} is "
                f"0x{found:02x} after a reset, not 0x{CONFIG2_AT_RESET:02x}"
            )
        for first, values in SETUP:
            self._write(first, *values)
        self._calibrate()
        self._is_ready = True
        self._checked_s = self._clock.now_s()

    def _calibrate(self) -> None:
        """Stopping and starting loads the baselines with what is measured now."""
        self._write(REG_ELECTRODES, 0)
        self._write(REG_ELECTRODES, RUNNING)
        self._anchored_s = None
        self._finger.follow(None, None)

    def _has_forgotten(self) -> bool:
        """A chip that lost power is stopped and would feel nothing, without any error."""
        now_s = self._clock.now_s()
        if now_s - self._checked_s < CHECK_S:
            return False
        self._checked_s = now_s
        return self._registers(REG_ELECTRODES, 1)[0] != RUNNING

    def _measure(self) -> Touch | None:
        status = int.from_bytes(self._registers(REG_STATUS, 2), "little")
        if status & OVER_CURRENT:
            raise BusFaultError(
                f"the MPR121 at 0x{self._address:02x} stopped itself (over-current): "
                "look for a short at its REXT pin, which wants 75 kilohms to ground"
            )
        touched = [bool(status >> electrode & 1) for electrode in range(ELECTRODES)]
        if not any(touched):
            self._anchored_s = None
            return self._finger.follow(None, None)
        signals = self._signals()
        touch = self._finger.follow(
            position(signals[:COLUMNS], touched[:COLUMNS]),
            position(signals[COLUMNS:], touched[COLUMNS:]),
        )
        self._watch_for_stuck(touch)
        return touch

    def _watch_for_stuck(self, touch: Touch | None) -> None:
        now_s = self._clock.now_s()
        if self._anchored_s is None or _has_moved(self._anchor, touch):
            self._anchor, self._anchored_s = touch, now_s
        elif now_s - self._anchored_s >= STUCK_S:
            self._calibrate()

    def _signals(self) -> list[int]:
        """Counts below the baseline of each electrode: a finger takes charge away."""
        length = REG_BASELINES + ELECTRODES - REG_FILTERED
        data = self._registers(REG_FILTERED, length)
        filtered = [
            int.from_bytes(data[2 * electrode : 2 * electrode + 2], "little")
            for electrode in range(ELECTRODES)
        ]
        baselines = [value << 2 for value in data[REG_BASELINES - REG_FILTERED :]]
        return [baseline - now for baseline, now in zip(baselines, filtered, strict=True)]

    def _registers(self, first: int, length: int) -> bytes:
        return self._bus.write_read(self._address, bytes([first]), length)

    def _write(self, first: int, *values: int) -> None:
        self._bus.write(self._address, bytes([first, *values]))


def _has_moved(before: Touch | None, now: Touch | None) -> bool:
    if before is None or now is None:
        return before is not now
    return max(abs(before.x - now.x), abs(before.y - now.y)) > MOVED
