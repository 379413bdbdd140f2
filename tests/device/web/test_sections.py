"""The view in sections: only what changed is written and told."""

from __future__ import annotations

import dataclasses
import json

from device.events import Access, Reach
from device.view import PatchAction, PatchView, Screen, View
from device.web.sections import SECTIONS, Sections


def told(sections: Sections, seen: dict[str, int]) -> dict[str, object]:
    message = sections.message(seen)
    return {} if message is None else json.loads(message)


def test_first_all_then_only_changes(a_view: View) -> None:
    sections, seen = Sections(), dict[str, int]()
    assert told(sections, seen) == {}
    sections.update(a_view)
    assert told(sections, seen).keys() == {"type", *SECTIONS}
    assert told(sections, seen) == {}
    sections.update(dataclasses.replace(a_view, x=0.5, time_s=9.0))
    assert told(sections, seen) == {"type": "view", "pad": [0.5, 0.6, False]}


def test_noise_in_the_last_digits_is_no_change(a_view: View) -> None:
    sections, seen = Sections(), dict[str, int]()
    sections.update(a_view)
    told(sections, seen)
    status = dataclasses.replace(a_view.status, load=a_view.status.load + 1e-4)
    sections.update(dataclasses.replace(a_view, status=status, time_s=1.0))
    assert told(sections, seen) == {}


def test_a_late_reader_gets_only_the_latest(a_view: View) -> None:
    sections, seen = Sections(), dict[str, int]()
    sections.update(a_view)
    told(sections, seen)
    for channel in (3, 4, 5):
        sections.update(dataclasses.replace(a_view, channel=channel))
    chosen = told(sections, seen)["chosen"]
    assert isinstance(chosen, dict)
    assert chosen["channel"] == 5


def test_how_parts_are_written(a_view: View) -> None:
    sections = Sections()
    patch = PatchView(4, PatchAction.HOLDING, 0.5, "Flute")
    sections.update(dataclasses.replace(a_view, patch=patch))
    content = told(sections, {})
    assert content["patch"] == {"slot": 4, "action": "holding", "progress": 0.5, "text": "Flute"}
    assert content["midi"] == [
        {"port": "Keys", "text": "1 on C4 100", "is_heard": True},
        {"port": "DIN MIDI", "text": "5 cc 74 33", "is_heard": False},
    ]
    assert content["instruments"] == [list(a_view.corners[0].names)] * 4


def test_no_view_yet_changes_nothing(a_view: View) -> None:
    sections = Sections()
    sections.update(None)
    assert sections.message({}) is None


def test_the_token_is_in_no_section(a_view: View) -> None:
    """The display's picture has it; sections are what a page may keep or hand on."""
    sections = Sections()
    access = Access(Reach.OPEN, "192.168.1.20", 8080, "K7QFZ3MXWB2HD")
    sections.update(dataclasses.replace(a_view, access=access, screen=Screen.WEB))
    message = sections.message({})
    assert message is not None
    assert access.token not in message
