"""Which page is shown: the home page, pages that come up for a while, and the system pages.

Pages that come up (instrument, envelope, ...) lie over the page that stays, for page_s after the
last movement. The two outer buttons together open the system pages, where the buttons mean what
device.screens.legends says. Pad, encoders and pots work whatever page is shown.
"""

from __future__ import annotations

import math
from dataclasses import replace

from device.effects import Effect, ListenTo, OpenPack, Play, RunSelfTest, SoundTestTone
from device.events import ChannelSelected, Panicked
from device.instrument.state import State, Step
from device.screens import legends
from device.screens.legends import meaning
from device.settings import PanelSettings
from device.view import Screen

SYSTEM_PAGES = (Screen.STATUS, Screen.MONITOR, Screen.CHANNEL, Screen.PACKS, Screen.SELFTEST)
LAST_CHANNEL = 16
FAULT_PAGES = 3  # times page_s that a new fault is shown


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
    if not forward:
        return replace(state, base=Screen.HOME, over=None), ()
    after = SYSTEM_PAGES.index(state.base) + 1 if state.base in SYSTEM_PAGES else 0
    page = SYSTEM_PAGES[after % len(SYSTEM_PAGES)]
    effects: tuple[Effect, ...] = (RunSelfTest(),) if page is Screen.SELFTEST else ()
    return replace(state, base=page, over=None, held=()), effects


def press(state: State, button: int) -> Step:
    """A button on a system page does what its legend says."""
    state = replace(state, over=None)
    match meaning(state.base, button):
        case legends.BACK:
            return turn_page(state, forward=False)
        case legends.NEXT:
            return turn_page(state, forward=True)
        case legends.PANIC:
            return state, (Play(Panicked()),)
        case legends.TONE:
            return state, (SoundTestTone(),)
        case legends.AGAIN:
            return state, (RunSelfTest(),)
        case legends.LESS | legends.MORE as word:
            return _step_choice(state, 1 if word == legends.MORE else -1)
    return state, ()


def _step_choice(state: State, step: int) -> Step:
    if state.base is Screen.CHANNEL:
        return select_channel(state, (state.channel + step) % (LAST_CHANNEL + 1))
    if not state.packs:
        return state, ()
    return state, (OpenPack((pack_index(state) + step) % len(state.packs)),)


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
    if is_new and state.base is Screen.HOME and state.over is None:
        until_s = now_s + FAULT_PAGES * panel.page_s
        return replace(state, over=Screen.STATUS, over_until_s=until_s)
    return state


def clear_fault(state: State, part: str) -> State:
    """A part works again; with the last fault its page goes too."""
    state = replace(state, faults=tuple(fault for fault in state.faults if fault[0] != part))
    if not state.faults and state.over is Screen.STATUS:
        return replace(state, over=None)
    return state
