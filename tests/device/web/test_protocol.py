"""What a page may say: every message that counts, and none that does not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import events
from device.errors import DeviceError, ProtocolError
from device.events import Event, Origin
from device.web.protocol import MAX_MESSAGE_BYTES, MESSAGE_TYPES, event_of

WEB = Origin("web 1", 0)

GOOD: list[tuple[dict[str, object], Event]] = [
    ({"type": "touch", "x": 0, "y": 0.25}, events.TouchMoved(0.0, 0.25)),
    ({"type": "lift"}, events.TouchLifted()),
    ({"type": "encoder", "corner": 3, "steps": -2}, events.EncoderTurned(3, -2)),
    ({"type": "button", "button": 2, "down": True}, events.ButtonPressed(2)),
    ({"type": "button", "button": 2, "down": False}, events.ButtonReleased(2)),
    ({"type": "button_lost", "button": 1}, events.ButtonReleased(1, is_lost=True)),
    ({"type": "pot", "pot": 5, "turn": 1}, events.PotMoved(5, 1.0)),
    ({"type": "parameter", "parameter": 0, "turn": 0.5}, events.ParameterSet(0, 0.5)),
    ({"type": "instrument", "corner": 1, "index": 7}, events.InstrumentSelected(1, 7)),
    ({"type": "combination", "index": 4}, events.CombinationSelected(4)),
    ({"type": "pack", "index": 1}, events.PackSelected(1)),
    ({"type": "patch_recall", "slot": 127}, events.PatchRecalled(127)),
    ({"type": "patch_save", "slot": 0}, events.PatchSaved(0)),
    ({"type": "channel", "channel": 16}, events.ChannelSelected(16)),
    ({"type": "page", "forward": False}, events.PageTurned(False)),
    ({"type": "panic"}, events.Panicked()),
    ({"type": "install", "index": 3}, events.InstallAsked(3)),
    ({"type": "install_stop"}, events.InstallStopAsked()),
    ({"type": "on", "note": 60, "velocity": 1}, events.NoteOn(WEB, 60, 1)),
    ({"type": "off", "note": 127}, events.NoteOff(WEB, 127)),
    ({"type": "bend", "amount": -1}, events.Bend(WEB, -1.0)),
    ({"type": "sustain", "down": True}, events.Sustain(WEB, True)),
    ({"type": "control", "controller": 1, "value": 127}, events.Control(WEB, 1, 127)),
]


@pytest.mark.parametrize(("message", "event"), GOOD, ids=lambda item: str(item)[:40])
def test_every_message_has_its_event(message: dict[str, object], event: Event) -> None:
    assert event_of(json.dumps(message), "web 1") == event


def test_every_type_is_tested() -> None:
    assert {message["type"] for message, _ in GOOD} == set(MESSAGE_TYPES)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('{"type":"touch","x":1.5,"y":0}', "touch: x: 1.5 is outside 0..1"),
        ('{"type":"touch","x":1e999,"y":0}', "touch: x: inf is outside 0..1"),
        ('{"type":"touch","x":NaN,"y":0}', "NaN is not a number of JSON"),
        ('{"type":"touch","x":"0","y":0}', "touch: x: '0' is not a number"),
        ('{"type":"touch","x":true,"y":0}', "touch: x: True is not a number"),
        ('{"type":"touch","x":0}', "touch: the field y is missing"),
        ('{"type":"touch","x":0,"x":1,"y":0}', "a field is there twice"),
        ('{"type":"lift","x":0}', "lift: unknown field 'x'; its fields: none"),
        ('{"type":"on","note":60,"velocity":0}', "on: velocity: 0 is outside 1..127"),
        ('{"type":"on","note":60.0,"velocity":1}', "on: note: 60.0 is not a whole number"),
        ('{"type":"button","button":4,"down":true}', "button: button: 4 is outside 0..3"),
        ('{"type":"button","button":0,"down":1}', "button: down: 1 is neither true nor false"),
        ('{"type":"reboot"}', "type: 'reboot' is not one of touch, lift"),
        ('{"type":["on"]}', "type: ['on'] is not one of"),
        ("{}", "type: None is not one of"),
        ("[1]", "'[1]' is not a JSON object"),
        ("touch", "'touch' is not JSON"),
        ("[" * MAX_MESSAGE_BYTES, "is not JSON"),
        (" " * (MAX_MESSAGE_BYTES + 1), f"a message has {MAX_MESSAGE_BYTES} at most"),
        (b'{"type":"lift"}', "must be text"),
    ],
)
def test_refuses_and_says_why(message: str | bytes, told: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        event_of(message, "web 1")
    assert told in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_error_is_typed() -> None:
    assert issubclass(ProtocolError, DeviceError)
    assert issubclass(ProtocolError, ValueError)


@given(st.one_of(st.text(max_size=600), st.binary(max_size=600)))
def test_anything_at_all_is_an_event_or_refused(message: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        event_of(message, "web 1")


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([])
)


@given(st.sampled_from(GOOD), st.data())
def test_a_changed_field_is_in_range_or_refused(
    good: tuple[dict[str, object], Event], data: st.DataObject
) -> None:
    """Whatever a field is set to, nothing out of its range comes through."""
    message = dict(good[0])
    name = data.draw(st.sampled_from(sorted(message)))
    message[name] = data.draw(_VALUES)
    try:
        event = event_of(json.dumps(message), "web 1")
    except ProtocolError:
        return
    for value in vars(event).values():
        assert isinstance(value, Origin | bool | int | float)
        assert isinstance(value, Origin) or -32 <= value < 10_000
