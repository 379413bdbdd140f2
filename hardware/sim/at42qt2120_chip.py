"""The registers of an AT42QT2120 whose keys are a row of touch pads (datasheet 9634E)."""

from __future__ import annotations

KEYS = 12
CHIP_ID, FIRMWARE = 0x3E, 0x15
STATUS, KEYS_LOW, KEYS_HIGH, CALIBRATE, RESET, THRESHOLDS = 2, 3, 4, 6, 7, 16
KEY_CONTROL, SIGNALS, REFERENCES, LAST = 28, 52, 76, 99
WRITABLE = range(6, 52)
CALIBRATING, ANY_KEY = 0x80, 0x01
DEFAULTS = {0: CHIP_ID, 1: FIRMWARE, 8: 1, 9: 20, 10: 5, 11: 4, 12: 255, 13: 25}
DEFAULT_THRESHOLD = 10
REST_SIGNAL = 500
FINGER = 100  # counts that a finger adds to the pad right under it
REACH = 1.3  # in pads, as far as a finger is felt


class At42qt2120Chip:
    """Write and read transfers of one chip; a calibration lasts for some reads of the status."""

    def __init__(self, calibration_reads: int = 2) -> None:
        """`calibration_reads` is for how many reads of the status a calibration lasts."""
        self._calibration_reads = calibration_reads
        self._fingers: list[float] = []
        self._faulty: dict[int, int] = {}
        self.calibrations = 0  # since it was made
        self.power_cycle()

    def touch(self, pad: float) -> None:
        """Put the one finger on a pad, or between pads."""
        self._fingers = [pad]

    def touch_also(self, pad: float) -> None:
        """Put another finger down."""
        self._fingers.append(pad)

    def lift(self) -> None:
        """Take all fingers away."""
        self._fingers = []

    def pretend(self, register: int, value: int) -> None:
        """Answer with this value from now on, whatever is written: another chip, a defect."""
        self._faulty[register] = value

    def power_cycle(self) -> None:
        """All registers as after a loss of power, which includes a calibration."""
        self._pointer = 0
        self._memory = bytearray(LAST + 1)
        for register, value in DEFAULTS.items():
            self._memory[register] = value
        self._memory[THRESHOLDS : THRESHOLDS + KEYS] = bytes([DEFAULT_THRESHOLD]) * KEYS
        self._calibrate()

    def wait_for_recalibration(self) -> None:
        """Let the touch recalibration delay pass with the fingers where they are."""
        if self._memory[12] and self._touched():
            self._calibrate()

    def write(self, data: bytes) -> None:
        """A write transfer: the address pointer, then perhaps values."""
        self._pointer = data[0]
        for value in data[1:]:
            self._store(self._pointer, value)
            self._pointer += 1

    def read(self, length: int) -> bytes:
        """A read transfer from the address pointer on."""
        self._measure()
        end = self._pointer + length
        found = bytes(
            self._faulty.get(register, self._memory[register] if register <= LAST else 0xFF)
            for register in range(self._pointer, end)
        )
        if self._pointer <= STATUS < end and self._left_reads:
            self._left_reads -= 1
        self._pointer = end
        return found

    def _store(self, register: int, value: int) -> None:
        if register == RESET and value:
            self.power_cycle()
        elif register == CALIBRATE and value:
            self._calibrate()
        elif register in WRITABLE and register != CALIBRATE:
            self._memory[register] = value

    def _calibrate(self) -> None:
        """What is felt now, fingers included, is from now on nothing."""
        self.calibrations += 1
        self._left_reads = self._calibration_reads
        self._references = self._signals()

    def _signals(self) -> list[int]:
        return [
            REST_SIGNAL + 3 * key + round(sum(self._felt(key, finger) for finger in self._fingers))
            for key in range(KEYS)
        ]

    @staticmethod
    def _felt(key: int, finger: float) -> float:
        return FINGER * max(0.0, 1 - abs(key - finger) / REACH)

    def _touched(self) -> list[int]:
        return [
            key
            for key, signal in enumerate(self._signals())
            if signal - self._references[key] >= self._memory[THRESHOLDS + key]
            and not self._memory[KEY_CONTROL + key] & 1
        ]

    def _measure(self) -> None:
        touched = [] if self._left_reads else self._touched()
        keys = sum(1 << key for key in touched)
        self._memory[STATUS] = CALIBRATING if self._left_reads else (ANY_KEY if touched else 0)
        self._memory[KEYS_LOW], self._memory[KEYS_HIGH] = keys & 0xFF, keys >> 8
        for first, values in ((SIGNALS, self._signals()), (REFERENCES, self._references)):
            for key, value in enumerate(values):
                self._memory[first + 2 * key : first + 2 * key + 2] = value.to_bytes(2, "big")
