"""The reset line of a display module."""

from __future__ import annotations

import time
from collections.abc import Callable

from hardware.errors import GpioUnavailableError
from hardware.interfaces import GpioLines

LOW_S = 0.001  # SSD1306 asks for 3 us, SH1106 for 10 us; capacitors on modules for more


class ResetLine:
    """Resets a display that has its RES# pin on a line of the header, by BCM number."""

    def __init__(
        self, lines: GpioLines, line: int, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """The pause waits for some seconds."""
        self._lines, self._line, self._pause = lines, line, pause
        self.fault = ""  # why the last pulse was not possible, for the self-test

    def pulse(self) -> None:
        """Low for LOW_S, then high.

        Without GPIO nothing happens: most modules reset themselves as well, so a display that
        cannot be reset is still worth talking to.
        """
        try:
            self._lines.drive(self._line, level=False)
            self._pause(LOW_S)
            self._lines.drive(self._line, level=True)
            self.fault = ""
        except GpioUnavailableError as error:
            self.fault = f"OLED reset: {error}"
