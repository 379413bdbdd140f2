"""USB sticks: the page that offers their packs, and what becomes of an install.

A stick that brings something new opens the page; one that does not is only shown for a while. An
install goes on behind whatever page is shown, and tells how it ended.
"""

from __future__ import annotations

from dataclasses import replace

from device.effects import InstallPack, StopInstall
from device.events import InstallEnded, InstallMoved, Offer, Standing, SticksSeen
from device.instrument import pages
from device.instrument.state import State, Step
from device.settings import PanelSettings
from device.usb.view import InstallPhase, InstallView, UsbView
from device.view import Screen


def seen(state: State, event: SticksSeen, now_s: float, panel: PanelSettings) -> State:
    """Sticks have come or gone, or what is on them is not as it was."""
    before = state.usb
    usb = replace(
        before,
        sticks=event.sticks,
        offers=event.offers,
        trouble=event.trouble,
        chosen=_still_chosen(before, event.offers),
    )
    state = replace(state, usb=usb)
    if state.base is Screen.BOOT:
        return state  # see after_boot
    if event.sticks > before.sticks:
        return after_boot(pages.pop_up(state, Screen.USB, now_s, panel))
    return _off_an_empty_page(state)


def after_boot(state: State) -> State:
    """What is new is offered, unless an install has the page."""
    if state.usb.is_installing or not any(map(_is_news, state.usb.offers)):
        return state
    return replace(state, base=Screen.USB, over=None, held=())


def step_choice(state: State, steps: int) -> State:
    """Another offer; how the last install ended has been read."""
    usb, count = _without_result(state.usb), max(1, len(state.usb.offers))
    usb = replace(usb, chosen=(usb.chosen + steps) % count)
    return _off_an_empty_page(replace(state, usb=usb))


def ask(state: State, index: int, now_s: float) -> Step:
    """Install an offer, if it is not on the card already and nothing else is being installed."""
    usb = state.usb
    if usb.is_installing or not 0 <= index < len(usb.offers):
        return state, ()
    offer = usb.offers[index]
    if not _is_news(offer):
        return replace(state, usb=replace(usb, chosen=index)), ()
    install = InstallView(offer.name, InstallPhase.RUNNING, began_s=now_s)
    base = Screen.INSTALL if state.base is Screen.USB else state.base
    usb = replace(usb, chosen=index, install=install)
    return replace(state, base=base, usb=usb), (InstallPack(offer),)


def stop(state: State) -> Step:
    """Give the install up; its end is told."""
    return state, (StopInstall(),) if state.usb.is_installing else ()


def moved(state: State, event: InstallMoved, now_s: float) -> State:
    """The install has come further."""
    install = state.usb.install
    if install is None or not state.usb.is_installing:
        return state
    written, total = event.written_bytes, event.total_bytes
    passed_s = now_s - install.began_s
    left_s = passed_s * (total - written) / written if 0 < written <= total else None
    install = replace(install, written_bytes=written, total_bytes=total, left_s=left_s)
    return replace(state, usb=replace(state.usb, install=install))


def ended(state: State, event: InstallEnded, now_s: float, panel: PanelSettings) -> State:
    """The install is over: its page gives way, or that of the sticks comes up for a while."""
    install = state.usb.install
    if install is None:
        return state
    phase = InstallPhase.FAILED if event.error else InstallPhase.DONE
    install = replace(install, phase=phase, text=event.error, left_s=None)
    state = replace(state, usb=replace(state.usb, install=install))
    if state.base is Screen.INSTALL:
        return replace(state, base=Screen.USB)
    return pages.pop_up(state, Screen.USB, now_s, panel)


def _off_an_empty_page(state: State) -> State:
    if state.base is Screen.USB and not state.usb.is_of_interest:
        return replace(state, base=Screen.HOME)
    return state


def _is_news(offer: Offer) -> bool:
    return offer.standing is not Standing.SAME


def _still_chosen(before: UsbView, offers: tuple[Offer, ...]) -> int:
    """The same offer as before, else the first that is new."""
    paths = [offer.path for offer in offers]
    chosen = before.offers[before.chosen].path if before.offers else ""
    if chosen in paths:
        return paths.index(chosen)
    return next((index for index, offer in enumerate(offers) if _is_news(offer)), 0)


def _without_result(usb: UsbView) -> UsbView:
    return usb if usb.is_installing else replace(usb, install=None)
