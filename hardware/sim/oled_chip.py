"""An OLED module with SSD1306 or SH1106: what it is sent, and the picture that one sees on it."""

from __future__ import annotations

from random import Random

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH, FRAME_BYTES
from hardware.sim.oled_registers import OledRegisters

PAGES = 8
COLUMNS = {"ssd1306": 128, "sh1106": 132}
FIRST_SEGMENT = {"ssd1306": 0, "sh1106": 2}  # where the 128 columns of glass are connected


class OledChip:
    """Implements Chip; the module is mounted so that both directions reversed is upright."""

    def __init__(self, driver: str = "ssd1306", seed: int = 0) -> None:
        """Switched on for the first time: dark, its memory full of what `seed` makes of it."""
        self._driver, self._columns = driver, COLUMNS[driver]
        self._rng = Random(seed)
        self.registers = OledRegisters(driver)
        self.power_cycle()

    def power_cycle(self) -> None:
        """The power fails for a moment: settings gone, memory random."""
        self.registers.reset()
        self._memory = [bytearray(self._rng.randbytes(self._columns)) for _ in range(PAGES)]

    def reset(self) -> None:
        """A low pulse on RES#: settings gone, memory kept."""
        self.registers.reset()

    @property
    def contrast(self) -> int:
        """0..255, as last set."""
        return self.registers.values[0x81]

    def unknown_commands(self) -> list[int]:
        """Commands so far that this chip does not have; a good driver sends none."""
        return list(self.registers.unknown)

    # --- Chip ---

    def write(self, data: bytes) -> None:
        """Control bytes, each followed by what it announces.

        Bit 6 tells data from commands; with bit 7 one byte follows and then a control byte
        again, without it all the rest follows.
        """
        position = 0
        while position < len(data):
            control = data[position]
            end = position + 2 if control & 0x80 else len(data)
            for byte in data[position + 1 : end]:
                if control & 0x40:
                    self._store(byte)
                else:
                    self.registers.take(byte)
            position = end

    def read(self, length: int) -> bytes:
        """The status byte: bit 6 is set while the display is off."""
        return bytes([0 if self.registers.is_on else 0x40]) * length

    # --- what one sees ---

    def picture(self) -> bytes:
        """FRAME_BYTES in the order of Display.show(): a set bit is a lit dot."""
        if not self.registers.is_on or not self.registers.has_high_voltage:
            return bytes(FRAME_BYTES)
        if self.registers.is_all_lit:
            return b"\xff" * FRAME_BYTES
        return b"".join(self._glass_row(y) for y in range(DISPLAY_HEIGHT))

    def _glass_row(self, y: int) -> bytes:
        registers = self.registers
        pin = DISPLAY_HEIGHT - 1 - y
        # The glass alternates its rows between two sides; told otherwise, the chip takes the one
        # side for rows 0 to 31 and the other for the rest.
        is_alternating = registers.values[0xDA] & 0x10
        common = pin if is_alternating else pin // 2 + pin % 2 * DISPLAY_HEIGHT // 2
        last = registers.values[0xA8] & 63
        scan = last - common if registers.is_scan_reversed else common
        if not 0 <= scan <= last:
            return bytes(DISPLAY_WIDTH // 8)
        row = (scan + registers.start_line + registers.values[0xD3]) % DISPLAY_HEIGHT
        dots = bytes(byte >> row % 8 & 1 for byte in self._segments(row // 8))
        bits = int(dots[::-1].translate(_DIGITS), 2)
        if registers.is_inverted:
            bits ^= (1 << DISPLAY_WIDTH) - 1
        return bits.to_bytes(DISPLAY_WIDTH // 8, "big")

    def _segments(self, page: int) -> bytes:
        """The bytes of a page in order of the glass's segments, right to left when upright."""
        columns = self._memory[page]
        if self._driver == "sh1106" and self.registers.is_reversed:
            columns = columns[::-1]
        first = FIRST_SEGMENT[self._driver]
        return bytes(columns[first : first + DISPLAY_WIDTH])

    # --- memory ---

    def _store(self, byte: int) -> None:
        registers = self.registers
        if registers.column < self._columns:
            # An SSD1306 reverses when data is written ("only affects subsequent data input"), an
            # SH1106 when it is shown.
            is_mirrored = self._driver == "ssd1306" and registers.is_reversed
            column = self._columns - 1 - registers.column if is_mirrored else registers.column
            self._memory[registers.page][column] = byte
        self._advance()

    def _advance(self) -> None:
        registers = self.registers
        if self._driver == "sh1106":
            registers.column = min(registers.column + 1, self._columns)  # stops after the last
        elif registers.is_paged:
            registers.column = (registers.column + 1) % self._columns
        elif registers.values[0x20] & 3 == 0:
            registers.column, carry = _step(registers.column, registers.column_range)
            if carry:
                registers.page, _ = _step(registers.page, registers.page_range)
        else:
            registers.page, carry = _step(registers.page, registers.page_range)
            if carry:
                registers.column, _ = _step(registers.column, registers.column_range)


def _step(value: int, limits: tuple[int, int]) -> tuple[int, bool]:
    """The next value within limits, and whether it went round."""
    return (limits[0], True) if value == limits[1] else (value + 1, False)


_DIGITS = bytes([ord("0"), ord("1")]).ljust(256, b"?")
