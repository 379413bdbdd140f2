"""Scripts for the simulated instrument: lines of a time and what hands, cables and noise do.

    # seconds  what
    0.5   touch 3 7           finger on column 3, row 7 of 11 x 11, from the top left
    0.8   lift
    1.0   turn 2 -1           encoder 0..3 by detents
    1.2   pot 1 0.25          knob 0..5 to 0..1
    2.0   press 0             patch button 0..3
    2.1   release 0
    3.0   midi 90 3c 64       bytes into the DIN socket
    3.5   usb Keys 90 40 64   bytes from a USB keyboard of this name, which is plugged in before
    3.9   pull Keys           that keyboard is pulled out
    4.0   unplug panel        panel, oled, buttons, din, usb
    5.0   plug panel
    6.0   noise 0.5           this part of the panel's messages is spoilt

Times need not be in order; what happens at the same time happens in the order of the lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.errors import ScriptError
from hardware.sim.instrument import SimInstrument


@dataclass(frozen=True)
class Verb:
    """What a word in a script makes an instrument do with the words after it."""

    wants: str  # names of those words
    act: Callable[..., None]
    takes_bytes: bool = False  # as many more words as there are

    def check(self, words: tuple[str, ...]) -> None:
        """Raises ValueError for too few or too many words."""
        count = len(self.wants.split())
        if len(words) < count or (len(words) > count and not self.takes_bytes):
            wants = f"{self.wants} BYTES".strip() if self.takes_bytes else self.wants
            raise ValueError(f"what is wanted is {wants or 'nothing more'}")


def _midi(instrument: SimInstrument, *data: str) -> None:
    instrument.midi(_bytes(data))


def _usb(instrument: SimInstrument, name: str, *data: str) -> None:
    instrument.keyboards.plug(name)
    instrument.keyboards.send(name, _bytes(data))


def _bytes(words: tuple[str, ...]) -> bytes:
    return bytes(int(word, 16) for word in words)


VERBS = {
    "touch": Verb("COLUMN ROW", lambda i, column, row: i.touch(int(column), int(row))),
    "lift": Verb("", lambda i: i.lift()),
    "turn": Verb("CORNER STEPS", lambda i, corner, steps: i.turn(int(corner), int(steps))),
    "pot": Verb("POT TURN", lambda i, pot, turn: i.pot(int(pot), float(turn))),
    "press": Verb("BUTTON", lambda i, button: i.press(int(button))),
    "release": Verb("BUTTON", lambda i, button: i.release(int(button))),
    "midi": Verb("", _midi, takes_bytes=True),
    "usb": Verb("NAME", _usb, takes_bytes=True),
    "pull": Verb("NAME", lambda i, name: i.keyboards.unplug(name)),
    "unplug": Verb("PART", lambda i, part: i.unplug(part)),
    "plug": Verb("PART", lambda i, part: i.plug(part)),
    "noise": Verb("PROBABILITY", lambda i, probability: i.noise(float(probability))),
}


@dataclass(frozen=True)
class Action:
    """One line of a script."""

    time_s: float
    verb: str
    words: tuple[str, ...]

    def act(self, instrument: SimInstrument) -> None:
        """Do it."""
        VERBS[self.verb].act(instrument, *self.words)


def read_script(path: Path) -> tuple[Action, ...]:
    """The actions of a file in the order of their times; raises ScriptError naming the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ScriptError(f"{path}: cannot be read: {error}") from error
    return parse_script(text, str(path))


def parse_script(text: str, where: str = "script") -> tuple[Action, ...]:
    """The actions of a text; every line is tried out on an instrument that nobody hears."""
    actions, trial = [], SimInstrument()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            actions.append(_action(words, f"{where}, line {number}", trial))
    return tuple(sorted(actions, key=lambda action: action.time_s))


def _action(words: list[str], where: str, trial: SimInstrument) -> Action:
    try:
        time_s = float(words[0])
        if not 0 <= time_s < float("inf"):
            raise ValueError(f"a time is 0 or more seconds, not {words[0]}")
        verb, details = (words[1] if words[1:] else ""), tuple(words[2:])
        if verb not in VERBS:
            raise ValueError(f"{verb!r} is not one of {', '.join(VERBS)}")
        VERBS[verb].check(details)
        action = Action(time_s, verb, details)
        action.act(trial)
    except ValueError as error:
        raise ScriptError(f"{where}: {' '.join(words)!r}: {error}") from error
    return action
