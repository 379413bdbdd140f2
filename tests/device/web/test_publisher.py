"""How often pages are told, and what becomes of slow and dead ones; time is ours here."""

from __future__ import annotations

import dataclasses
import json
import threading

import pytest
from websockets.exceptions import ConnectionClosed

from device.view import View
from device.web.link import PONG_TIMEOUT_S, Link
from device.web.publisher import FRAME_RATE_HZ, VIEW_RATE_HZ, Publisher


class Wire:
    """A page that answers pings when told to."""

    def __init__(self) -> None:
        self.told: list[str | bytes] = []
        self.pongs: list[threading.Event] = []
        self.is_fast, self.is_closed, self.is_cut = True, False, False

    def tell(self, message: str | bytes) -> None:
        if self.is_closed:
            raise ConnectionClosed(None, None)
        self.told.append(message)

    def ping(self) -> threading.Event:
        pong = threading.Event()
        self.pongs.append(pong)
        if self.is_fast:
            pong.set()
        return pong

    def cut(self) -> None:
        self.is_cut = True

    def frames(self) -> list[bytes]:
        return [message for message in self.told if isinstance(message, bytes)]

    def texts(self, kind: str) -> list[dict[str, object]]:
        texts = [json.loads(message) for message in self.told if isinstance(message, str)]
        return [text for text in texts if text["type"] == kind]


class Source:
    """An instrument whose picture and view change at every look."""

    def __init__(self, view: View) -> None:
        self.view, self.looks = view, 0

    def read_view(self) -> View:
        self.looks += 1
        self.view = dataclasses.replace(self.view, channel=self.looks % 17)
        return self.view

    def read_frame(self) -> bytes:
        self.looks += 1
        return self.looks.to_bytes(4, "big")


@pytest.fixture
def source(a_view: View) -> Source:
    return Source(a_view)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def link(wire: Wire) -> Link:
    return Link(wire, {"port": "web 1", "knobs": True})


def publish(publisher: Publisher, link: Link, start_s: float, seconds: float) -> float:
    for tick in range(round(seconds * 1000)):
        publisher.publish(start_s + tick / 1000, [link])
    return start_s + seconds


def test_a_fast_page_gets_at_most_the_rates(source: Source, wire: Wire, link: Link) -> None:
    publish(Publisher(source.read_view, source.read_frame), link, 100.0, 10.0)
    assert 10 * FRAME_RATE_HZ - 2 <= len(wire.frames()) <= 10 * FRAME_RATE_HZ + 1
    assert 10 * VIEW_RATE_HZ - 2 <= len(wire.texts("view")) <= 10 * VIEW_RATE_HZ + 1


def test_hello_comes_first_and_once(source: Source, wire: Wire, link: Link) -> None:
    publish(Publisher(source.read_view, source.read_frame), link, 0.0, 1.0)
    hello = {"type": "hello", "port": "web 1", "knobs": True}
    assert isinstance(wire.told[0], str)
    assert json.loads(wire.told[0]) == hello
    assert wire.texts("hello") == [hello]


def test_what_stays_the_same_is_told_once(a_view: View, wire: Wire, link: Link) -> None:
    publish(Publisher(lambda: a_view, lambda: b"picture"), link, 0.0, 3.5)
    assert wire.frames() == [b"picture"]
    assert len(wire.texts("view")) == 1
    assert len(wire.texts("alive")) == 3


def test_a_slow_page_skips_to_the_latest(source: Source, wire: Wire, link: Link) -> None:
    publisher, wire.is_fast = Publisher(source.read_view, source.read_frame), False
    now_s = publish(publisher, link, 0.0, 2.0)
    assert len(wire.frames()) == 1
    wire.pongs[-1].set()
    publish(publisher, link, now_s, 0.001)
    assert len(wire.frames()) == 2
    assert int.from_bytes(wire.frames()[-1], "big") >= source.looks - 1


def test_a_page_that_never_answers_is_cut(source: Source, wire: Wire, link: Link) -> None:
    publisher, wire.is_fast = Publisher(source.read_view, source.read_frame), False
    now_s = publish(publisher, link, 0.0, PONG_TIMEOUT_S)
    assert not wire.is_cut
    publish(publisher, link, now_s, 0.5)
    assert wire.is_cut
    assert link.is_gone
    assert len(wire.frames()) == 1


def test_a_closed_page_is_left_alone(source: Source, wire: Wire, link: Link) -> None:
    wire.is_closed = True
    publish(Publisher(source.read_view, source.read_frame), link, 0.0, 0.1)
    assert link.is_gone


def test_many_refusals_are_one_message(a_view: View, wire: Wire, link: Link) -> None:
    publisher = Publisher(lambda: a_view, lambda: b"")
    now_s = publish(publisher, link, 0.0, 0.1)
    for number in range(1000):
        link.refuse(f"bad {number}")
    publish(publisher, link, now_s, 0.1)
    assert wire.texts("error") == [{"type": "error", "text": "bad 999", "count": 1000}]
