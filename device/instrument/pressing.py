"""What the four buttons do on a system page: what its legends say."""

from __future__ import annotations

from dataclasses import replace

from device.effects import OpenPack, Play, RunSelfTest, SoundTestTone
from device.events import Panicked
from device.instrument import pages, sticks, web
from device.instrument.state import State, Step
from device.screens import legends
from device.view import Screen

LAST_CHANNEL = 16


def press(state: State, button: int, now_s: float) -> Step:
    """A button of the page that stays."""
    state = replace(state, over=None)
    match pages.legends_of(state)[button]:
        case legends.BACK:
            return pages.turn_page(state, forward=False)
        case legends.NEXT:
            return pages.turn_page(state, forward=True)
        case legends.PANIC:
            return state, (Play(Panicked()),)
        case legends.TONE:
            return state, (SoundTestTone(),)
        case legends.AGAIN:
            return state, (RunSelfTest(),)
        case legends.NEW:
            return web.ask(state), ()
        case legends.YES if state.base is Screen.TOKEN:
            return web.renew(state)
        case legends.YES:
            return sticks.ask(state, state.usb.chosen, now_s)
        case legends.STOP:
            return sticks.stop(state)
        case legends.LESS | legends.MORE as word:
            return _step_choice(state, 1 if word == legends.MORE else -1)
    return state, ()


def _step_choice(state: State, step: int) -> Step:
    if state.base is Screen.USB:
        return sticks.step_choice(state, step), ()
    if state.base is Screen.CHANNEL:
        return pages.select_channel(state, (state.channel + step) % (LAST_CHANNEL + 1))
    if not state.packs:
        return state, ()
    return state, (OpenPack((pages.pack_index(state) + step) % len(state.packs)),)
