"""The mouse as a hand: what a button down, a movement and the wheel do where they happen."""

from __future__ import annotations

from hardware.sim.window.hands import Hands
from hardware.sim.window.layout import ENCODERS, KEYS, Kind, Spot, hit, pad_at

HOLDER = "mouse"
DRAG_PX = 160  # up, for a whole turn of a knob
WHEEL_TURN = 0.02  # of a knob, per notch
SOFTEST, LOUDEST = 30, 127


class Mouse:
    """Coordinates are those of the layout; only one button counts."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._place = (0.0, 0.0)
        self._grip: Spot | None = None  # what was pressed, until the button is let go
        self._zero = 0.0  # where a knob would be at 0, in pixels from the top

    def down(self, x: float, y: float) -> None:
        """Press the button."""
        self._place = x, y
        self._grip = spot = hit(x, y)
        if spot is None:
            return
        if spot.kind is Kind.POT:
            self._take_hold(spot.index)
        elif spot.kind is Kind.ENCODER:
            self._hands.turn(spot.index, 1 if x >= ENCODERS[spot.index].x else -1)
        elif spot.kind is Kind.BUTTON:
            self._hands.press(HOLDER, spot.index)
        else:
            self.move(x, y)

    def move(self, x: float, y: float) -> None:
        """Move, perhaps with the button down: then what was pressed stays in the hand."""
        self._place = x, y
        if self._grip is None:
            return
        if self._grip.kind is Kind.PAD:
            self._touch(x, y)
        elif self._grip.kind is Kind.POT:
            self._hands.pot(self._grip.index, (self._zero - y) / DRAG_PX)
        elif self._grip.kind is Kind.KEY:
            self._glide(x, y)

    def up(self) -> None:
        """Let the button go."""
        self._grip = None
        self._hands.let_go(HOLDER)

    def wheel(self, notches: int) -> None:
        """Turn the wheel, away from oneself positive, over an encoder or a knob."""
        spot = hit(*self._place)
        if spot is not None and spot.kind is Kind.ENCODER:
            self._hands.turn(spot.index, notches)
        elif spot is not None and spot.kind is Kind.POT:
            turn = self._hands.pose.turns[spot.index] + notches * WHEEL_TURN
            self._hands.pot(spot.index, turn)
            self._take_hold(spot.index)

    def _take_hold(self, pot: int) -> None:
        self._zero = self._place[1] + self._hands.pose.turns[pot] * DRAG_PX

    def _touch(self, x: float, y: float) -> None:
        place = pad_at(x, y)
        if self._hands.pose.finger != place:
            self._hands.touch(HOLDER, *place)

    def _glide(self, x: float, y: float) -> None:
        spot = hit(x, y)
        held = self._hands.held_note(HOLDER)
        if spot is None or spot.kind is not Kind.KEY:
            self._hands.let_go(HOLDER)
        elif held != self._hands.pose.lowest + spot.index:
            self._hands.let_go(HOLDER)
            self._hands.play(HOLDER, spot.index, velocity(spot.index, y))


def velocity(key: int, y: float) -> int:
    """A key that is struck further down is louder."""
    rect = KEYS[key]
    depth = min(max((y - rect.top) / (0.8 * rect.height), 0.0), 1.0)
    return round(SOFTEST + depth * (LOUDEST - SOFTEST))
