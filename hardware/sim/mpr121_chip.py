"""The registers of an MPR121 with electrodes for columns and rows (datasheet rev. 4)."""

from __future__ import annotations

ELECTRODES = 12
COLUMNS = 6
STATUS, FILTERED, BASELINES, THRESHOLDS = 0x00, 0x04, 0x1E, 0x41
CONFIG1, CONFIG2, ELECTRODE_CONFIG, RESET = 0x5C, 0x5D, 0x5E, 0x80
RESET_KEY = 0x63
DEFAULTS = {CONFIG1: 0x10, CONFIG2: 0x24}
REST = 700  # counts of an untouched electrode
FINGER = 80  # counts that a finger takes from the electrode right under it
REACH = 1.3  # in electrodes, as far as a finger is felt
OVER_CURRENT = 0x8000


class Mpr121Chip:
    """Write and read transfers of one chip; it feels nothing until it has been started."""

    def __init__(self) -> None:
        self._finger: tuple[float, float] | None = None
        self._defective: set[int] = set()
        self.has_over_current = False
        self.calibrations = 0  # since it was made
        self.power_cycle()

    def touch(self, column: float, row: float) -> None:
        """Put the finger on a column and a row, or between two of them."""
        self._finger = (column, row)

    def lift(self) -> None:
        """Take the finger away."""
        self._finger = None

    def disconnect(self, electrode: int) -> None:
        """Break the wire to an electrode: it feels nothing any more."""
        self._defective.add(electrode)

    def power_cycle(self) -> None:
        """All registers as after a loss of power: stopped."""
        self._pointer = 0
        self._memory = bytearray(0x81)
        self._touched = [False] * ELECTRODES
        for register, value in DEFAULTS.items():
            self._memory[register] = value

    def write(self, data: bytes) -> None:
        """A write transfer: the address pointer, then perhaps values."""
        self._pointer = data[0]
        for value in data[1:]:
            self._store(self._pointer, value)
            self._pointer += 1

    def read(self, length: int) -> bytes:
        """A read transfer from the address pointer on."""
        self._measure()
        found = bytes(self._memory[self._pointer : self._pointer + length]).ljust(length, b"\0")
        self._pointer += length
        return found

    def _store(self, register: int, value: int) -> None:
        if register == RESET:
            if value == RESET_KEY:
                self.power_cycle()
        elif register == ELECTRODE_CONFIG:
            was_running, self._memory[register] = self._is_running(), value
            if self._is_running() and not was_running:
                self._start()
        elif not self._is_running() and BASELINES <= register < RESET:
            self._memory[register] = value

    def _is_running(self) -> bool:
        return bool(self._memory[ELECTRODE_CONFIG] & 0x3F)

    def _start(self) -> None:
        """With bit 7 set, baselines begin with what is measured now."""
        self.calibrations += 1
        self._touched = [False] * ELECTRODES
        if self._memory[ELECTRODE_CONFIG] & 0x80:
            baselines = bytes(value >> 2 for value in self._filtered())
            self._memory[BASELINES : BASELINES + ELECTRODES] = baselines

    def _filtered(self) -> list[int]:
        return [REST - 4 * e - round(self._felt(e)) for e in range(ELECTRODES)]

    def _felt(self, electrode: int) -> float:
        if self._finger is None or electrode in self._defective:
            return 0.0
        column, row = self._finger
        away = abs(electrode - column) if electrode < COLUMNS else abs(electrode - COLUMNS - row)
        return FINGER * max(0.0, 1 - away / REACH)

    def _measure(self) -> None:
        if not self._is_running():
            return
        status = OVER_CURRENT if self.has_over_current else 0
        for electrode, value in enumerate(self._filtered()):
            low = FILTERED + 2 * electrode
            self._memory[low : low + 2] = value.to_bytes(2, "little")
            delta = (self._memory[BASELINES + electrode] << 2) - value
            threshold = THRESHOLDS + 2 * electrode + (1 if self._touched[electrode] else 0)
            self._touched[electrode] = delta > self._memory[threshold]
            status |= self._touched[electrode] << electrode
        self._memory[STATUS : STATUS + 2] = status.to_bytes(2, "little")
