"""What a page may say: one JSON object per message, checked strictly and made an event.

An object has a "type" and that type's fields, nothing else:

    touch x y · lift · encoder corner steps · button button down · button_lost button
    pot pot turn · parameter parameter turn
    on note velocity · off note · bend amount · sustain down · control controller value
    instrument corner index · combination index · pack index
    patch_recall slot · patch_save slot · channel channel · page forward · panic
    install index · install_stop

What the server says is in sections.py and link.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from device import events as happened
from device.errors import ProtocolError
from device.events import BUTTONS, Event, Origin
from device.pack.corners import CORNERS
from device.parameters import PARAMETERS
from device.web.fields import Flag, Number, Rule, Whole, check_fields, shown

MAX_MESSAGE_BYTES = 512  # the longest real message has 60
MOST_STEPS = 32  # of an encoder in one message
MOST_CHOICES = 10_000  # of any list: only a bound for what makes no sense at all

_TURN, _SEVEN_BITS = Number(0.0, 1.0), Whole(0, 127)
_CORNER, _CHOICE = Whole(0, len(CORNERS) - 1), Whole(0, MOST_CHOICES - 1)
_BUTTON, _PARAMETER = Whole(0, BUTTONS - 1), Whole(0, len(PARAMETERS) - 1)


def _lost(button: int) -> Event:
    return happened.ButtonReleased(button, is_lost=True)


def _button(button: int, down: bool) -> Event:
    return happened.ButtonPressed(button) if down else happened.ButtonReleased(button)


# type -> its fields and the event they make; those of the second table come from an Origin
_PANEL: dict[str, tuple[dict[str, Rule], Callable[..., Event]]] = {
    "touch": ({"x": Number(0.0, 1.0), "y": Number(0.0, 1.0)}, happened.TouchMoved),
    "lift": ({}, happened.TouchLifted),
    "encoder": (
        {"corner": _CORNER, "steps": Whole(-MOST_STEPS, MOST_STEPS)},
        happened.EncoderTurned,
    ),
    "button": ({"button": _BUTTON, "down": Flag()}, _button),
    "button_lost": ({"button": _BUTTON}, _lost),
    "pot": ({"pot": _PARAMETER, "turn": _TURN}, happened.PotMoved),
    "parameter": ({"parameter": _PARAMETER, "turn": _TURN}, happened.ParameterSet),
    "instrument": ({"corner": _CORNER, "index": _CHOICE}, happened.InstrumentSelected),
    "combination": ({"index": _CHOICE}, happened.CombinationSelected),
    "pack": ({"index": _CHOICE}, happened.PackSelected),
    "patch_recall": ({"slot": _SEVEN_BITS}, happened.PatchRecalled),
    "patch_save": ({"slot": _SEVEN_BITS}, happened.PatchSaved),
    "channel": ({"channel": Whole(0, 16)}, happened.ChannelSelected),
    "page": ({"forward": Flag()}, happened.PageTurned),
    "panic": ({}, happened.Panicked),
    "install": ({"index": _CHOICE}, happened.InstallAsked),
    "install_stop": ({}, happened.InstallStopAsked),
}
_MUSIC: dict[str, tuple[dict[str, Rule], Callable[..., Event]]] = {
    "on": ({"note": _SEVEN_BITS, "velocity": Whole(1, 127)}, happened.NoteOn),
    "off": ({"note": _SEVEN_BITS}, happened.NoteOff),
    "bend": ({"amount": Number(-1.0, 1.0)}, happened.Bend),
    "sustain": ({"down": Flag()}, happened.Sustain),
    "control": ({"controller": _SEVEN_BITS, "value": _SEVEN_BITS}, happened.Control),
}
MESSAGE_TYPES = (*_PANEL, *_MUSIC)


def event_of(message: str | bytes, port: str) -> Event:
    """The event that a message of the page at `port` means, or a ProtocolError that says why not.

    Errors name the type, the field, its value and the allowed range.
    """
    fields = dict(_object(message))
    kind = fields.pop("type", None)
    if isinstance(kind, str) and kind in _PANEL:
        rules, make = _PANEL[kind]
        return make(*check_fields(kind, rules, fields))
    if isinstance(kind, str) and kind in _MUSIC:
        rules, make = _MUSIC[kind]
        return make(Origin(port, 0), *check_fields(kind, rules, fields))
    raise ProtocolError(f"type: {shown(kind)} is not one of {', '.join(MESSAGE_TYPES)}")


def _object(message: str | bytes) -> Mapping[str, object]:
    if not isinstance(message, str):
        raise ProtocolError("a message must be text, not binary")
    if len(message) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"{len(message)} characters; a message has {MAX_MESSAGE_BYTES} at most")
    try:
        read = json.loads(message, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except ProtocolError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"{shown(message)} is not JSON: {error}") from None
    if not isinstance(read, dict):
        raise ProtocolError(f"{shown(message)} is not a JSON object")
    return read


def _no_constant(name: str) -> NoReturn:
    raise ProtocolError(f"{name} is not a number of JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ProtocolError("a field is there twice")
    return read
