"""The computer keyboard as a hand: what a key does while it is down.

A window hears keys come up, which a terminal does not: so this map is the window's own.
"""

from __future__ import annotations

from hardware.panel import TOUCH_STEPS
from hardware.sim.window.hands import Hands

PIANO = "awsedftgyhujk"  # semitones from C
BUTTONS = "1234"
ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
OCTAVES = {"z": -1, "x": 1}
VELOCITY = 100
FINGER = "arrows"
HINT = "letters: notes  ·  z x: octave  ·  1 2 3 4: patches  ·  arrows: finger  ·  esc: close"


class Keys:
    """Keys by their names; a key that repeats while it is down only moves the finger on."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._down: set[str] = set()
        self._place = (TOUCH_STEPS // 2, TOUCH_STEPS // 2)

    def down(self, key: str) -> None:
        """A key goes down, or repeats."""
        if key in ARROWS:
            self._step(*ARROWS[key])
        elif key in self._down:
            return
        elif len(key) == 1 and key in PIANO:
            self._hands.play(key, PIANO.index(key), VELOCITY)
        elif len(key) == 1 and key in BUTTONS:
            self._hands.press(key, BUTTONS.index(key))
        elif key in OCTAVES:
            self._hands.shift(OCTAVES[key])
        self._down.add(key)

    def up(self, key: str) -> None:
        """A key comes up."""
        self._down.discard(key)
        if key not in ARROWS:
            self._hands.let_go(key)
        elif not self._down & set(ARROWS):
            self._hands.let_go(FINGER)

    def forget(self) -> None:
        """The keyboard belongs to somebody else now: nothing more will be heard of its keys."""
        self._down.clear()

    def _step(self, across: int, down: int) -> None:
        column, row = self._hands.pose.finger or self._place
        last = TOUCH_STEPS - 1
        self._place = (min(max(column + across, 0), last), min(max(row + down, 0), last))
        self._hands.touch(FINGER, *self._place)
