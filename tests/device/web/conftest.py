"""Fixtures of the web panel's tests: an instrument behind a panel, and a real browser before it."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from device.events import Event
from device.parameters import PARAMETERS, written
from device.view import CornerView, MidiLine, PotView, Screen, StatusView, View
from device.web import WebPanel
from hardware.interfaces import FRAME_BYTES

WAIT_S = 20.0  # that something may take on a busy machine before a test gives up
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]

_NAMES = ("Flute", "Cello", "Glass", "Voice", "Marimba")
_TURNS = (0.0, 0.25, 0.5, 0.8, 0.6, 0.9)
_VIEW = View(
    screen=Screen.HOME,
    time_s=0.0,
    pack="Four Winds",
    packs=("Four Winds", "Glasshouse"),
    pack_index=0,
    corners=(
        CornerView(_NAMES, ("FL", "CE", "GL", "VO", "MA"), 0),
        CornerView(_NAMES, ("FL", "CE", "GL", "VO", "MA"), 1),
        CornerView(_NAMES, ("FL", "CE", "GL", "VO", "MA"), 2),
        CornerView(_NAMES, ("FL", "CE", "GL", "VO", "MA"), 3),
    ),
    corner=0,
    x=0.3,
    y=0.6,
    is_touched=False,
    pots=tuple(
        PotView(item.name, item.label, turn, written(index, turn), None, True)
        for index, (item, turn) in enumerate(zip(PARAMETERS, _TURNS, strict=True))
    ),
    pot=1,
    patch=None,
    patch_slots=(0, 4, 100),
    midi=(MidiLine("Keys", "1 on C4 100", True), MidiLine("DIN MIDI", "5 cc 74 33", False)),
    channel=0,
    faults=(),
    checks=(),
    status=StatusView(load=0.23, voices=5, max_voices=32, memory_free_mb=412, latency_ms=6.7),
)


class Instrument:
    """Stands for the app: remembers events, and shows what a test sets."""

    def __init__(self) -> None:
        self.shown: View | None = _VIEW
        self.frame = bytes(FRAME_BYTES)
        self.events: list[Event] = []
        self.reports: list[str] = []
        self._news = threading.Condition()
        self._panels: list[WebPanel] = []

    def post(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def show(self, **changes: Any) -> None:  # noqa: ANN401 (fields of View)
        assert self.shown is not None
        self.shown = dataclasses.replace(self.shown, **changes)

    def wait_for(self, is_there: Callable[[list[Event]], bool]) -> list[Event]:
        """The events so far, as soon as they are as asked."""
        with self._news:
            arrived = self._news.wait_for(lambda: is_there(self.events), WAIT_S)
            assert arrived, f"only got {self.events}"
            return list(self.events)

    def wait_event(self, *events: Event) -> list[Event]:
        return self.wait_for(lambda seen: all(event in seen for event in events))

    def serve(self, **options: Any) -> WebPanel:  # noqa: ANN401 (of WebPanel)
        parts: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "token": "", **options}
        panel = WebPanel(
            post=self.post,
            view=lambda: self.shown,
            frame=lambda: self.frame,
            report=self.reports.append,
            **parts,
        )
        self._panels.append(panel)
        panel.start()
        return panel

    def close(self) -> None:
        for panel in self._panels:
            panel.close()


@pytest.fixture
def instrument() -> Iterator[Instrument]:
    instrument = Instrument()
    yield instrument
    instrument.close()


@pytest.fixture
def a_view() -> View:
    """What an instrument in use shows."""
    return _VIEW


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        pytest.skip(f"{CHROMIUM} is not there; the package chromium brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(WAIT_S * 1000)
    yield context
    context.close()


def _open(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('#connection[data-state="open"]')
    page.wait_for_selector(".knob:nth-child(6)")
    return page


@pytest.fixture
def open_page() -> Callable[[BrowserContext, str], Page]:
    """Opens the panel in a browser and waits until it shows the instrument."""
    return _open


@pytest.fixture
def page(context: BrowserContext, instrument: Instrument) -> Page:
    """One page of desktop size that is connected."""
    return _open(context, instrument.serve().address)
