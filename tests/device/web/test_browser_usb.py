"""USB sticks, notices and the time of the start in a real browser."""

from __future__ import annotations

import dataclasses
from typing import Any

from playwright.sync_api import Page, expect

from device.events import InstallAsked, InstallStopAsked, Offer, Standing
from device.usb.view import InstallPhase, InstallView, UsbView
from device.view import Playable, View

Instrument = Any  # of conftest.py, which no test can import
OFFERS = (
    Offer("/usb/a", "Orchestra", "1", 312_400_000, Standing.SAME),
    Offer("/usb/b", "Toys <b>", "2", 4_100_000, Standing.NEW),
    Offer("/usb/c", "Winds", "3", 1_420_000_000, Standing.OTHER),
)
USB = UsbView(1, OFFERS, 1)
RUNNING = InstallView("Toys <b>", InstallPhase.RUNNING, 1_000_000, 4_000_000, 65.0)


def test_a_pack_of_a_stick_is_installed(page: Page, instrument: Instrument) -> None:
    card, text, button = page.locator("#usb"), page.locator("#usb-text"), page.locator("#install")
    expect(card).to_be_hidden()
    instrument.show(usb=USB)
    expect(card).to_be_visible()
    expect(text).to_have_text("4.1 MB, not on the card yet")
    expect(page.locator("#offers option")).to_have_text(["✓ Orchestra", "Toys <b>", "▪ Winds"])
    page.locator("#offers").select_option(index=0)
    expect(button).to_be_disabled()
    page.locator("#offers").select_option(index=2)
    expect(text).to_have_text("1.4 GB, another version is on the card")
    expect(button).to_have_text("Replace")
    button.click()
    instrument.wait_event(InstallAsked(2))
    instrument.show(usb=dataclasses.replace(USB, install=RUNNING))
    expect(text).to_have_text("Toys <b>: 25 %, 1:05 left")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    button.click()
    instrument.wait_event(InstallStopAsked())
    failed = InstallView("Toys <b>", InstallPhase.FAILED, text="the stick was pulled out")
    instrument.show(usb=UsbView(install=failed))
    expect(text).to_have_text("Toys <b>: the stick was pulled out")
    expect(button).to_be_disabled()
    instrument.show(usb=UsbView())
    expect(card).to_be_hidden()


def test_a_stick_without_packs_says_so(page: Page, instrument: Instrument) -> None:
    instrument.show(usb=UsbView(1))
    expect(page.locator("#usb-text")).to_have_text("no sound pack on it")
    expect(page.locator("#offers")).to_be_hidden()


def test_notices_and_the_start_are_told(page: Page, instrument: Instrument, a_view: View) -> None:
    expect(page.locator("#notices")).to_be_hidden()
    status = dataclasses.replace(a_view.status, playable=Playable(9.84, 1.42))
    instrument.show(notices=("release 0.2.0 refused",), status=status)
    expect(page.locator("#notices li")).to_have_text("release 0.2.0 refused")
    start = "playable 9.8 s after the kernel started, 1.4 s after its own start"
    expect(page.locator("#facts")).to_contain_text(start)
