"""What is where in the window: pure geometry, in pixels from its top left corner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH
from hardware.panel import TOUCH_STEPS

WIDTH, HEIGHT = 1024, 600
DOT = 4  # of the display's picture
OCTAVES = 2
BLACK_STEPS = (1, 3, 6, 8, 10)  # semitones above C
TOP_KEY = 12 * OCTAVES


class Kind(Enum):
    """What a hand can be on."""

    PAD = "pad"
    ENCODER = "encoder"
    POT = "pot"
    BUTTON = "button"
    KEY = "key"


@dataclass(frozen=True)
class Spot:
    """Something that a hand can be on; the number counts those of its kind, keys from the left."""

    kind: Kind
    index: int = 0


@dataclass(frozen=True)
class Rect:
    """A rectangle; its right and lower edges do not belong to it."""

    left: int
    top: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """The point in the middle."""
        return self.left + self.width // 2, self.top + self.height // 2

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return 0 <= x - self.left < self.width and 0 <= y - self.top < self.height


@dataclass(frozen=True)
class Disc:
    """A round thing."""

    x: int
    y: int
    radius: int

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return (x - self.x) ** 2 + (y - self.y) ** 2 <= self.radius**2


OLED = Rect(32, 26, DISPLAY_WIDTH * DOT, DISPLAY_HEIGHT * DOT)
BEZEL = Rect(OLED.left - 8, OLED.top - 8, OLED.width + 16, OLED.height + 16)
POTS = tuple(Disc(76 + 85 * pot, 336, 26) for pot in range(6))
BUTTONS = tuple(Rect(36 + 130 * button, 402, 114, 34) for button in range(4))
PAD_STEP = 28
PAD = Rect(632, 82, PAD_STEP * TOUCH_STEPS, PAD_STEP * TOUCH_STEPS)
ENCODERS = tuple(Disc(x, y, 27) for y in (52, 420) for x in (602, 970))
PIANO = Rect(32, 460, 960, 104)
WHITE_KEYS = 7 * OCTAVES + 1
BLACK_WIDTH, BLACK_HEIGHT = 38, 62
HINT = (WIDTH // 2, 582)


def is_black(key: int) -> bool:
    """Whether a key, counted from a C, is one of the black ones."""
    return key % 12 in BLACK_STEPS


def _key_rect(key: int) -> Rect:
    whites_before = sum(not is_black(other) for other in range(key))
    width = PIANO.width // WHITE_KEYS
    left = PIANO.left + whites_before * width
    if is_black(key):
        return Rect(left - BLACK_WIDTH // 2, PIANO.top, BLACK_WIDTH, BLACK_HEIGHT)
    return Rect(left, PIANO.top, width, PIANO.height)


KEYS = tuple(_key_rect(key) for key in range(TOP_KEY + 1))


def hit(x: float, y: float) -> Spot | None:
    """What is at a point; black keys lie over white ones."""
    if PAD.holds(x, y):
        return Spot(Kind.PAD)
    for kind, discs in ((Kind.ENCODER, ENCODERS), (Kind.POT, POTS)):
        for index, disc in enumerate(discs):
            if disc.holds(x, y):
                return Spot(kind, index)
    for index, rect in enumerate(BUTTONS):
        if rect.holds(x, y):
            return Spot(Kind.BUTTON, index)
    for key in sorted(range(len(KEYS)), key=is_black, reverse=True):
        if KEYS[key].holds(x, y):
            return Spot(Kind.KEY, key)
    return None


def pad_at(x: float, y: float) -> tuple[int, int]:
    """Column and row of the touch pad nearest to a point."""
    column, row = (x - PAD.left) // PAD_STEP, (y - PAD.top) // PAD_STEP
    last = TOUCH_STEPS - 1
    return int(min(max(column, 0), last)), int(min(max(row, 0), last))
