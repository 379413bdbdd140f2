"""The command language of SSD1306 and SH1106, as the chips understand it.

Written from the command tables of the two datasheets, not from our driver: the driver is tested
against this. A command takes 0 to 6 argument bytes, which may come in a later transfer.
"""

from __future__ import annotations

ARGUMENTS = {
    "ssd1306": {
        0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1, 0xA3: 2,
        0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
    },
    "sh1106": {0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1},
}  # fmt: skip

PLAIN = {
    "ssd1306": {0x2E, 0x2F, 0xE3},
    "sh1106": {*range(0x30, 0x34), 0xE0, 0xE3, 0xEE},
}
"""Commands that have no argument, and no effect on what this model shows."""


class OledRegisters:
    """What the commands so far have set; the state after reset is that of the datasheets."""

    def __init__(self, driver: str) -> None:
        self._driver = driver
        self._arguments, self._plain = ARGUMENTS[driver], PLAIN[driver]
        self.unknown: list[int] = []  # commands that this chip does not have
        self.reset()

    def reset(self) -> None:
        """As after a pulse on RES#: settings gone."""
        self._pending: list[int] = []
        self.is_on = self.is_reversed = self.is_scan_reversed = False
        self.is_inverted = self.is_all_lit = False
        self.start_line = self.page = self.column = 0
        self.column_range, self.page_range = (0, 127), (0, 7)
        self.values = {0x81: 0x7F, 0xA8: 0x3F, 0xD3: 0x00, 0xDA: 0x12, 0x20: 0x02, 0x8D: 0x10}
        if self._driver == "sh1106":
            self.values |= {0x81: 0x80, 0xAD: 0x8B}

    @property
    def is_paged(self) -> bool:
        """Data goes on within one page: the only mode of an SH1106."""
        return self.values[0x20] & 3 == 2

    @property
    def has_high_voltage(self) -> bool:
        """The converter that feeds the dots is switched on."""
        if self._driver == "sh1106":
            return self.values[0xAD] == 0x8B
        return self.values[0x8D] & 4 != 0

    def take(self, byte: int) -> None:
        """One byte that is a command or an argument."""
        self._pending.append(byte)
        command, *arguments = self._pending
        if len(arguments) < self._arguments.get(command, 0):
            return
        self._pending = []
        if arguments:
            self._set(command, arguments)
        else:
            self._do(command)

    def _set(self, command: int, arguments: list[int]) -> None:
        self.values[command] = arguments[0]
        if command == 0x21:
            self.column_range = (arguments[0] & 127, arguments[1] & 127)
            self.column = self.column_range[0]
        elif command == 0x22:
            self.page_range = (arguments[0] & 7, arguments[1] & 7)
            self.page = self.page_range[0]

    def _do(self, command: int) -> None:
        if command < 0x20 or 0xB0 <= command < 0xB8:
            self._point(command)
        elif 0x40 <= command < 0x80:
            self.start_line = command & 63
        elif 0xC0 <= command < 0xD0:
            self.is_scan_reversed = command & 8 != 0
        elif command in (0xA0, 0xA1):
            self.is_reversed = command == 0xA1
        elif command in (0xA4, 0xA5):
            self.is_all_lit = command == 0xA5
        elif command in (0xA6, 0xA7):
            self.is_inverted = command == 0xA7
        elif command in (0xAE, 0xAF):
            self.is_on = command == 0xAF
        elif command not in self._plain:
            self.unknown.append(command)

    def _point(self, command: int) -> None:
        if not self.is_paged:  # SSD1306: "only for page addressing mode"
            return
        if command >= 0xB0:
            self.page = command & 7
        elif command >= 0x10:
            self.column = self.column & 15 | (command & 15) << 4
        else:
            self.column = self.column & 0xF0 | command & 15
