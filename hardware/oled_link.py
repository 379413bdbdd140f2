"""Commands and data to one display, in transfers short enough to share the bus."""

from __future__ import annotations

from hardware.errors import ChipMissingError
from hardware.interfaces import I2CBus
from hardware.oled_commands import COMMANDS, DATA, at

ADDRESSES = (0x3C, 0x3D)  # by the module's address pin
TRANSFER_BYTES = 32  # after the control byte: 0.8 ms at 400 kHz, and all that an SMBus takes
SPAN_COST_BYTES = 7  # what it takes to go on elsewhere: 2 addresses, 2 control bytes, 3 commands


class OledLink:
    """The wire to an SSD1306 or SH1106 at this 7-bit address; 0 is whichever of ADDRESSES answers.

    Its methods raise the bus's errors.
    """

    def __init__(self, bus: I2CBus, address: int = 0) -> None:
        self._bus = bus
        self._candidates = (address,) if address else ADDRESSES
        self.address = 0  # where the display was found; 0 while it is not

    def find(self, command: int) -> None:
        """Send this command to each address that may be the display's, until one acknowledges."""
        tried = ", ".join(f"{address:#04x}" for address in self._candidates)
        for address in self._candidates:
            try:
                self._bus.write(address, bytes([COMMANDS, command]))
            except ChipMissingError as error:
                missing = error
            else:
                self.address = address
                return
        raise ChipMissingError(f"no OLED display at {tried} ({missing})") from missing

    def lose(self) -> None:
        """Forget where it was."""
        self.address = 0

    def command(self, *commands: int) -> None:
        """Commands with their arguments, at most TRANSFER_BYTES."""
        self._bus.write(self.address, bytes([COMMANDS, *commands]))

    def put(self, page: int, column: int, data: bytes) -> None:
        """Write data from this page 0..7 and column of the display's memory on."""
        self.command(*at(page, column))
        for start in range(0, len(data), TRANSFER_BYTES):
            chunk = data[start : start + TRANSFER_BYTES]
            self._bus.write(self.address, bytes([DATA]) + chunk)

    def close(self) -> None:
        """Let the bus go; whoever shares it opens it again with the next transfer."""
        self._bus.close()
