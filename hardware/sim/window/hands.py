"""What the hands in the window hold, turn and play on a simulated instrument."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.midi import MidiKind
from hardware.sim.instrument import USUAL_TURNS, SimInstrument
from hardware.sim.window.layout import ENCODERS

MIDDLE_C = 60
HIGHEST = 96  # of the piano's first key: all of its keys are MIDI notes
Place = tuple[int, int]


@dataclass(frozen=True)
class Pose:
    """How everything stands, for whoever draws it."""

    finger: Place | None
    turns: tuple[float, ...]  # of the knobs, 0..1
    detents: tuple[int, ...]  # of the encoders since the start
    buttons: frozenset[int]
    notes: frozenset[int]
    lowest: int  # MIDI note of the piano's first key


class Hands:
    """Verbs by holder: the mouse, or a key of the computer keyboard, each of which holds one thing.

    What two of them hold is let go when both have let go.
    """

    def __init__(self, instrument: SimInstrument) -> None:
        self._instrument = instrument
        self._lowest = MIDDLE_C
        self._turns = list(USUAL_TURNS)
        self._detents = [0] * len(ENCODERS)
        self._fingers: dict[str, Place] = {}  # the newest last: that is felt
        self._buttons: dict[str, int] = {}
        self._notes: dict[str, int] = {}

    @property
    def pose(self) -> Pose:
        """How everything stands."""
        return Pose(
            next(reversed(self._fingers.values()), None),
            tuple(self._turns),
            tuple(self._detents),
            frozenset(self._buttons.values()),
            frozenset(self._notes.values()),
            self._lowest,
        )

    def touch(self, holder: str, column: int, row: int) -> None:
        """Put the holder's finger on a pad, or move it there."""
        self._fingers.pop(holder, None)
        self._fingers[holder] = (column, row)
        self._instrument.touch(column, row)

    def turn(self, corner: int, steps: int) -> None:
        """Turn an encoder by detents, clockwise positive."""
        self._detents[corner] += steps
        self._instrument.turn(corner, steps)

    def pot(self, pot: int, turn: float) -> None:
        """Turn a knob to 0..1; it stops at either end."""
        self._turns[pot] = min(max(turn, 0.0), 1.0)
        self._instrument.pot(pot, self._turns[pot])

    def press(self, holder: str, button: int) -> None:
        """Hold a patch button down."""
        self._buttons[holder] = button
        self._instrument.press(button)

    def play(self, holder: str, key: int, velocity: int) -> None:
        """Hold a key of the piano down, counted from its lowest."""
        note = self._lowest + key
        if note not in self._notes.values():
            self._instrument.midi(bytes((MidiKind.NOTE_ON, note, velocity)))
        self._notes[holder] = note

    def let_go(self, holder: str) -> None:
        """Let go of whatever this holder holds."""
        if self._fingers.pop(holder, None) is not None:
            self._lift()
        button, note = self._buttons.pop(holder, None), self._notes.pop(holder, None)
        if button is not None and button not in self._buttons.values():
            self._instrument.release(button)
        if note is not None and note not in self._notes.values():
            self._instrument.midi(bytes((MidiKind.NOTE_OFF, note, 0)))

    def let_go_of_all(self) -> None:
        """Nobody holds anything."""
        for holder in [*self._fingers, *self._buttons, *self._notes]:
            self.let_go(holder)

    def held_note(self, holder: str) -> int | None:
        """The MIDI note that this holder holds."""
        return self._notes.get(holder)

    def shift(self, octaves: int) -> None:
        """Move the piano; notes that are held stay what they are."""
        self._lowest = min(max(self._lowest + 12 * octaves, 0), HIGHEST)

    def _lift(self) -> None:
        place = self.pose.finger
        if place is None:
            self._instrument.lift()
        else:
            self._instrument.touch(*place)
