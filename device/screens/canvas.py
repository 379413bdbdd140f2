"""The picture of one screen: 128 x 64 dots, and the few shapes that screens are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from PIL import Image, ImageDraw

from device.screens.font import raster
from device.screens.letters import CAPITAL_HEIGHT
from device.screens.wording import elided, plain, wrapped

WIDTH, HEIGHT_DOTS = 128, 64  # as hardware.interfaces, which drawings do not know
TITLE_HEIGHT = 10
FOOTER_TOP = HEIGHT_DOTS - 10
LINE_HEIGHT = 10
BODY_TOP = TITLE_HEIGHT + 3
BODY_LINES = (FOOTER_TOP - BODY_TOP) // LINE_HEIGHT  # between title and footer
EDGE = 2  # dots between text and the end of a lit bar

Align = Literal["left", "centre", "right"]
Point = tuple[float, float]


class Canvas:
    """A dark picture to draw on; whatever would lie outside is cut off."""

    def __init__(self) -> None:
        self.image = Image.new("1", (WIDTH, HEIGHT_DOTS))
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self,
        left: int,
        top: int,
        text: str,
        *,
        room: int | None = None,
        scale: int = 1,
        align: Align = "left",
        is_lit: bool = True,
    ) -> int:
        """Write a text, cut with "…" to `room` dots from `left` (to the edge); its width in dots.

        `top` is the top of the capitals; tails reach 2 * scale dots below them.
        """
        space = WIDTH - left if room is None else min(room, WIDTH - left)
        fitting = elided(plain(text), space, scale)
        if not fitting:
            return 0
        picture = raster(fitting, scale)
        slack = space - picture.width
        left += {"left": 0, "centre": slack // 2, "right": slack}[align]
        self._stamp(left, top, picture, is_lit)
        return picture.width

    def _stamp(self, left: int, top: int, picture: Image.Image, is_lit: bool) -> None:
        self._draw.bitmap((left, top), picture, fill=int(is_lit))

    def lines(self, left: int, top: int, text: str, room: int, count: int) -> None:
        """Write a text as at most `count` lines; the last one is cut if there would be more."""
        rows = wrapped(plain(text), room)
        if len(rows) > count:
            rows[count - 1] = " ".join(rows[count - 1 :])
        for row, line in enumerate(rows[:count]):
            self.text(left, top + row * LINE_HEIGHT, line, room=room)

    def label(self, left: int, top: int, text: str, *, is_lit: bool = True) -> None:
        """Write a text dark on a lit bar of its width, or lit on a dark one; `top` of capitals."""
        picture = raster(plain(text), 1)
        self.box(left, top - 1, picture.width + 2 * EDGE, CAPITAL_HEIGHT + 2, is_lit=is_lit)
        self._stamp(left + EDGE, top, picture, not is_lit)

    def box(self, left: int, top: int, width: int, height: int, *, is_lit: bool = True) -> None:
        """Fill a box."""
        if width > 0 and height > 0:
            corners = (left, top, left + width - 1, top + height - 1)
            self._draw.rectangle(corners, fill=int(is_lit))

    def frame(self, left: int, top: int, width: int, height: int) -> None:
        """Draw the outline of a box."""
        self._draw.rectangle((left, top, left + width - 1, top + height - 1), outline=1)

    def bar(self, left: int, top: int, width: int, height: int, part: float) -> None:
        """Draw an outlined bar that is filled from the left by a part 0..1."""
        self.frame(left, top, width, height)
        self.box(left + 2, top + 2, round((width - 4) * clamped(part)), height - 4)

    def dots(self, points: Iterable[Point], *, is_lit: bool = True) -> None:
        """Light single dots, or darken them."""
        self._draw.point(list(points), fill=int(is_lit))

    def line(self, points: Iterable[Point], *, is_lit: bool = True) -> None:
        """Join points by lines one dot wide."""
        self._draw.line(list(points), fill=int(is_lit))

    def polygon(self, points: Iterable[Point], *, is_lit: bool = True) -> None:
        """Fill a polygon."""
        self._draw.polygon(list(points), fill=int(is_lit))

    def ring(self, x: float, y: float, radius: float) -> None:
        """Draw a circle."""
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=1)

    def title(self, left: str, right: str = "") -> None:
        """Write a dark title on a lit bar across the top, with something short at its right."""
        self.box(0, 0, WIDTH, TITLE_HEIGHT)
        used = self.text(EDGE, 1, right, room=WIDTH - 2 * EDGE, align="right", is_lit=False)
        self.text(EDGE, 1, left, room=WIDTH - 4 * EDGE - used, is_lit=False)

    def footer(self, legends: tuple[str, ...]) -> None:
        """Write what the buttons mean above them: a lit tab for each that means anything."""
        pitch = WIDTH // len(legends)
        for button, legend in enumerate(legends):
            if legend:
                left = button * pitch + button // 2
                self.box(left, FOOTER_TOP, pitch - 1, HEIGHT_DOTS - FOOTER_TOP)
                self.text(
                    left, FOOTER_TOP + 1, legend, room=pitch - 1, align="centre", is_lit=False
                )


def clamped(part: float) -> float:
    """A part within 0..1."""
    return min(max(part, 0.0), 1.0)
