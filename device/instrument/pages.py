"""Which page is shown: the home page, pages that come up for a while, and the system pages.

Pages that come up (instrument, envelope, ...) lie over the page that stays, for page_s after the
last movement. The two outer buttons together open the system pages, where the buttons mean what
device.screens.legends says. Pad, encoders and pots work whatever page is shown.
"""

from __future__ import annotations

import math
from dataclasses import replace

from device.effects import Effect, ListenTo, Play, RunSelfTest
from device.events import ChannelSelected
from device.instrument.state import State, Step
from device.screens.legends import LEGENDS, NEW, NOTHING, Legends
from device.settings import PanelSettings
from device.usb.view import UsbView
from device.view import NO_BUTTONS, Screen

SYSTEM_PAGES = tuple(LEGENDS)
NEWS_PAGES = 3  # times page_s that a new fault and other news are shown


def show(state: State, screen: Screen, now_s: float, panel: PanelSettings) -> State:
    """Bring a page up for a while; at the first movement the boot page is over."""
    base = Screen.HOME if state.base is Screen.BOOT else state.base
    return replace(state, base=base, over=screen, over_until_s=now_s + panel.page_s)


def awake(state: State) -> State:
    """The musician has begun: the boot page is over."""
    return replace(state, base=Screen.HOME) if state.base is Screen.BOOT else state


def tick(state: State, now_s: float) -> State:
    """Let a page go whose time is over."""
    if state.over is None or now_s < state.over_until_s:
        return state
    return replace(state, over=None, over_until_s=math.inf)


def turn_page(state: State, forward: bool) -> Step:
    """The next system page, or back to playing."""
    ring, is_asked = _ring(state.usb), state.base is Screen.TOKEN
    here = Screen.WEB if is_asked else state.base
    after = ring.index(here) + 1 if here in ring else 0
    back = Screen.WEB if is_asked else Screen.HOME
    page = ring[after % len(ring)] if forward else back
    state = replace(state, base=page, over=None, held=())
    if page not in (Screen.USB, Screen.INSTALL) and not state.usb.is_installing:
        state = replace(state, usb=replace(state.usb, install=None))  # its end has been read
    effects: tuple[Effect, ...] = (RunSelfTest(),) if page is Screen.SELFTEST else ()
    return state, effects


def _ring(usb: UsbView) -> tuple[Screen, ...]:
    """The system pages in their order: sticks have one while there is something to see."""
    sticks = Screen.INSTALL if usb.is_installing else Screen.USB
    of_sticks = (sticks,) if usb.is_of_interest else ()
    playing = (Screen.STATUS, Screen.MONITOR, Screen.CHANNEL, Screen.PACKS)
    return (*playing, *of_sticks, Screen.WEB, Screen.SELFTEST)


def legends_of(state: State) -> Legends:
    """What the buttons mean on the page that stays."""
    words = LEGENDS.get(state.base, NO_BUTTONS)
    if state.base is not Screen.WEB or state.access.can_renew:
        return words
    first, second, third, fourth = (NOTHING if word == NEW else word for word in words)
    return first, second, third, fourth


def select_channel(state: State, channel: int) -> Step:
    """Listen to another channel; notes that the old one holds are let go."""
    if channel == state.channel:
        return state, ()
    effects = (ListenTo(channel), Play(ChannelSelected(channel)))
    return replace(state, channel=channel), effects


def pack_index(state: State) -> int:
    """Where the open pack is in the list; 0 if it is not there."""
    ids = [pack_id for _, pack_id in state.packs]
    if state.pack is None or state.pack.pack_id not in ids:
        return 0
    return ids.index(state.pack.pack_id)


def add_fault(state: State, part: str, text: str, now_s: float, panel: PanelSettings) -> State:
    """A part does not work. One that was well until now is shown for a while over the home page."""
    is_new = part not in dict(state.faults)
    others = tuple(fault for fault in state.faults if fault[0] != part)
    state = replace(state, faults=(*others, (part, text)))
    return pop_up(state, Screen.STATUS, now_s, panel) if is_new else state


def pop_up(state: State, screen: Screen, now_s: float, panel: PanelSettings) -> State:
    """Show news for a while, if nothing but the home page is in the way; buttons stay patches."""
    if state.base is not Screen.HOME or state.over is not None:
        return state
    return replace(state, over=screen, over_until_s=now_s + NEWS_PAGES * panel.page_s)


def clear_fault(state: State, part: str) -> State:
    """A part works again; with the last fault its page goes too."""
    state = replace(state, faults=tuple(fault for fault in state.faults if fault[0] != part))
    if not state.faults and not state.notices and state.over is Screen.STATUS:
        return replace(state, over=None)
    return state
