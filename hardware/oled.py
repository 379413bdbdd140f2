"""A 128 x 64 OLED display with SSD1306 or SH1106 on an I2C bus that others need too.

Our own writer and not luma.oled, because that sends a frame as one transfer of 1 KiB whatever has
changed, which keeps the panel off the bus for 23 ms at 400 kHz; here no transfer takes over 0.8 ms.
"""

from __future__ import annotations

import contextlib

from hardware.errors import BoardConfigError, DisplayFrameError, HardwareError
from hardware.interfaces import FRAME_BYTES, I2CBus
from hardware.oled_commands import (
    COLUMN_OFFSETS,
    CONTRAST,
    DISPLAY_OFF,
    DISPLAY_ON,
    initialisation,
    known,
)
from hardware.oled_link import SPAN_COST_BYTES, OledLink
from hardware.oled_pages import PAGE_BYTES, PAGES, changed_spans, page_of
from hardware.oled_reset import ResetLine

USUAL_CONTRAST = 0xCF
SHOWS_PER_RENEWAL = 8


class Oled:
    """Implements interfaces.Display; call show() at the frame rate, changed or not.

    A display whose power failed for a moment acknowledges everything but stays dark. Not every
    module can be asked about that, so all are told again and again: every SHOWS_PER_RENEWAL frames
    the settings, then one page, since an SSD1306 stores pages as its settings say; after the last
    page also to be on. So within 64 frames, 2.1 s at 30 a second, everything is renewed, for 1.5 %
    of the bus at 400 kHz.
    """

    name = "oled"

    def __init__(
        self,
        bus: I2CBus,
        driver: str = "ssd1306",
        address: int = 0,
        column_offset: int = -1,
        *,
        is_rotated: bool = False,
        reset: ResetLine | None = None,
    ) -> None:
        """Address 0 is whichever of 0x3c, 0x3d answers, column offset -1 the driver's usual one.

        Raises BoardConfigError for an unknown driver; nothing is sent before the first show().
        """
        usual_offset = known(driver, COLUMN_OFFSETS)
        self._column_offset = usual_offset if column_offset < 0 else column_offset
        self._link, self._reset = OledLink(bus, address), reset
        self._driver, self._is_rotated = driver, is_rotated
        self._contrast = self._contrast_sent = USUAL_CONTRAST
        self._is_begun = False
        self._shows = 0
        self._forget()

    @property
    def address(self) -> int:
        """Where the display was found; 0 while it is not."""
        return self._link.address

    def show(self, frame: bytes) -> None:
        """Send what has changed since the last frame.

        Raises DisplayFrameError for a wrong size, ChipMissingError when no display acknowledges,
        BusUnavailableError or BusFaultError of the bus. After an error the next call begins
        afresh with reset, settings and the whole picture.
        """
        if len(frame) != FRAME_BYTES:
            raise DisplayFrameError(f"OLED: a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        try:
            is_complete = self._keep_up() if self._is_begun else self._begin()
            self._draw(frame)
            if is_complete:  # only now: nobody needs to see what the memory held after power-on
                self._link.command(DISPLAY_ON)
                self._is_begun = True
        except HardwareError:
            self._forget()
            raise

    def set_contrast(self, contrast: int) -> None:
        """Brightness 0..255, from the next show() on; raises BoardConfigError out of range."""
        if not 0 <= contrast <= 255:
            raise BoardConfigError(f"OLED contrast is 0..255, not {contrast}")
        self._contrast = contrast

    def close(self) -> None:
        """Switch the display off, if it can be reached, and let the bus go."""
        if self._is_begun:
            with contextlib.suppress(HardwareError):
                self._link.command(DISPLAY_OFF)
            self._link.close()
        self._forget()

    def _forget(self) -> None:
        self._is_begun = False
        self._link.lose()
        self._rows = bytes(FRAME_BYTES)
        self._pages: list[bytes | None] = [None] * PAGES  # in its memory; None: not known

    def _begin(self) -> bool:
        """Prepare for the first picture; True: with the next drawing it is complete."""
        if self._reset is not None:
            self._reset.pulse()
        self._link.find(DISPLAY_OFF)
        self._send_settings()
        return True

    def _keep_up(self) -> bool:
        """Renew a part if it is time; True: with the next drawing all parts were renewed."""
        self._shows += 1
        step, rest = divmod(self._shows, SHOWS_PER_RENEWAL)
        page = step % PAGES
        if rest == 0:
            self._send_settings()
            self._pages[page] = None
        elif self._contrast != self._contrast_sent:
            contrast = self._contrast
            self._link.command(CONTRAST, contrast)
            self._contrast_sent = contrast
        return rest == 0 and page == PAGES - 1

    def _send_settings(self) -> None:
        contrast = self._contrast
        self._link.command(*initialisation(self._driver, self._is_rotated, contrast))
        self._contrast_sent = contrast

    def _draw(self, frame: bytes) -> None:
        for page in range(PAGES):
            rows = slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
            old = self._pages[page]
            if old is not None and frame[rows] == self._rows[rows]:
                continue
            new = page_of(frame, page)
            whole = [(0, PAGE_BYTES)]
            spans = whole if old is None else changed_spans(old, new, SPAN_COST_BYTES)
            for start, end in spans:
                self._link.put(page, self._column_offset + start, new[start:end])
            self._pages[page] = new
        self._rows = bytes(frame)
