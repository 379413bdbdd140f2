"""The computer keyboard as a piano: letters are notes, arrows move over the pad.

    black keys     w e   t y u        z x     octave down, up
    white keys    a s d f g h j k     arrows  move over the pad
                  C D E F G A B C     space   hold notes on, off      q  quit
                                      [ ]     earlier, later choice of instruments

Terminals tell of presses only, so each note ends by itself after GATE_S; a key that repeats
because it is held down keeps its note.
"""

from __future__ import annotations

from device.events import CombinationSelected, Event, NoteOff, NoteOn, Origin, Sustain, TouchMoved

KEYS_HELP = (
    "play a w s e d f t g y h u j k · octave z x · pad: arrows · sounds [ ] · space holds · q quits"
)

GATE_S = 0.6
REPEAT_S = 0.12  # keys repeat every 20 to 50 ms; no hand plays one key this fast
STEP = 1 / 32  # of the pad per arrow
LOWEST_OCTAVE, HIGHEST_OCTAVE = 0, 8

_NOTES = {key: semitone for semitone, key in enumerate("awsedftgyhujk")}
_ARROWS = {"left": (-STEP, 0.0), "right": (STEP, 0.0), "up": (0.0, -STEP), "down": (0.0, STEP)}
_TURNS = {"[": -1, "]": 1}
_ORIGIN = Origin("computer keyboard", 0)


class KeyPlayer:
    """Turns key presses into events; tick it often so that notes end on time."""

    def __init__(self, velocity: int = 100, *, combinations: int = 1, combination: int = 0) -> None:
        """`combinations`: how many the pack has; `combination`: the index of the one that plays."""
        self._velocity = velocity
        self._combinations, self._combination = combinations, combination
        self._octave = 4  # the key a is then middle C, 60
        self._place = (0.5, 0.5)
        self._sustain = False
        self._ends: dict[int, float] = {}  # sounding note -> when it ends unless pressed again

    def press(self, key: str, now_s: float) -> list[Event]:
        """What a key does; a key without a use does nothing."""
        if key in _NOTES:
            return self._note(12 * (self._octave + 1) + _NOTES[key], now_s)
        if key in _ARROWS:
            return [self._move(*_ARROWS[key])]
        if key in _TURNS and self._combinations > 1:
            self._combination = (self._combination + _TURNS[key]) % self._combinations
            return [CombinationSelected(self._combination)]
        if key == " ":
            self._sustain = not self._sustain
            return [Sustain(_ORIGIN, self._sustain)]
        if key in ("z", "x"):
            octave = self._octave + (1 if key == "x" else -1)
            self._octave = min(max(octave, LOWEST_OCTAVE), HIGHEST_OCTAVE)
        return []

    def tick(self, now_s: float) -> list[Event]:
        """Ends of notes whose time is over."""
        over = [note for note, end_s in self._ends.items() if now_s >= end_s]
        for note in over:
            del self._ends[note]
        return [NoteOff(_ORIGIN, note) for note in over]

    def _note(self, note: int, now_s: float) -> list[Event]:
        end_s = self._ends.get(note)
        self._ends[note] = now_s + GATE_S
        if end_s is not None and now_s < end_s - GATE_S + REPEAT_S:
            return []
        return [NoteOn(_ORIGIN, note, self._velocity)]

    def _move(self, across: float, down: float) -> TouchMoved:
        x, y = self._place
        self._place = (min(max(x + across, 0.0), 1.0), min(max(y + down, 0.0), 1.0))
        return TouchMoved(*self._place)
