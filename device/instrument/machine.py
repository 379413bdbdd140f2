"""The step function: a state, an event and the time give the next state and what is to be done."""

from __future__ import annotations

from dataclasses import replace

from device import events as happened
from device.effects import Effect, OpenPack, Play
from device.events import Event
from device.instrument import pages, patching, playing, sticks, web
from device.instrument.state import State, Step
from device.pack_facts import PackFacts, choice_of_names
from device.parts import CARD, PACK, SAFE_MODE, SAVING
from device.settings import Settings
from device.view import CheckView, MidiLine, Screen

MONITOR_LINES = 32


def handle(state: State, event: Event, now_s: float, settings: Settings) -> Step:
    """Let an event happen at a time of the output; times do not decrease."""
    panel = settings.panel
    match event:
        case happened.TouchMoved(x, y):
            return playing.touch(state, x, y)
        case happened.TouchLifted():
            return replace(state, is_touched=False), ()
        case happened.EncoderTurned(_, steps) if state.screen is Screen.USB:
            return sticks.step_choice(state, steps), ()
        case happened.EncoderTurned(corner, steps):
            return playing.turn_encoder(state, corner, steps, now_s, panel)
        case happened.PotMoved(pot, turn):
            return playing.turn_pot(state, pot, turn, now_s, panel)
        case happened.ParameterSet(parameter, turn):
            return playing.set_parameter(state, parameter, turn, now_s, panel)
        case happened.InstrumentSelected(corner, index):
            return playing.select_instrument(state, corner, index, now_s, panel)
        case happened.CombinationSelected(index):
            return playing.select_combination(state, index)
        case happened.Control():
            return playing.control(state, event, now_s, settings.midi, panel)
        case happened.ButtonPressed(button):
            return patching.press(state, button, now_s, panel)
        case happened.ButtonReleased(button, is_lost):
            if is_lost:
                return patching.drop(state, button), ()
            return patching.release(state, button, now_s, panel)
        case happened.PatchRecalled(slot) | happened.ProgramChange(program=slot):
            return patching.recall(state, slot, now_s, panel)
        case happened.PatchSaved(slot):
            return patching.save(state, slot, now_s, panel)
        case happened.PatchStored(slot, error):
            return patching.stored(state, slot, error, now_s, panel)
    return _system(state, event, now_s, settings)


def _system(state: State, event: Event, now_s: float, settings: Settings) -> Step:
    """What is neither a hand on the panel nor a patch."""
    match event:
        case happened.PageTurned(forward):
            return pages.turn_page(state, forward)
        case happened.ChannelSelected(channel):
            return pages.select_channel(state, channel)
        case happened.PackSelected(index):
            return (state, (OpenPack(index),)) if 0 <= index < len(state.packs) else (state, ())
        case happened.PacksListed(packs):
            return replace(state, packs=packs), ()
        case happened.MidiSeen(port, text, is_heard):
            lines = (*state.midi, MidiLine(port, text, is_heard))[-MONITOR_LINES:]
            return replace(state, midi=lines), ()
        case happened.PortFound(port):
            return replace(state, ports=(*_without(state.ports, port), port)), ()
        case happened.PortLost(port):
            return replace(state, ports=_without(state.ports, port)), (Play(event),)
        case happened.Fault(part, text):
            if part == PACK:  # what was to be recalled with it must not come with another pack
                state = replace(state, awaited_patch=None)
            return pages.add_fault(state, part, text, now_s, settings.panel), ()
        case happened.FaultCleared(part):
            return pages.clear_fault(state, part), ()
        case happened.Checked(part, result, detail):
            return _checked(state, CheckView(part, result, detail)), ()
        case happened.SelfTested():
            return _tested(state, now_s, settings), ()
        case happened.Noticed(text):
            return replace(state, notices=(*state.notices, text)), ()
        case happened.AccessChanged(access):
            return web.changed(state, access), ()
    return _of_sticks(state, event, now_s, settings)


def _of_sticks(state: State, event: Event, now_s: float, settings: Settings) -> Step:
    """What has to do with USB sticks; all else is for the player."""
    match event:
        case happened.SticksSeen():
            return sticks.seen(state, event, now_s, settings.panel), ()
        case happened.InstallAsked(index):
            return sticks.ask(state, index, now_s)
        case happened.InstallStopAsked():
            return sticks.stop(state)
        case happened.InstallMoved():
            return sticks.moved(state, event, now_s), ()
        case happened.InstallEnded():
            return sticks.ended(state, event, now_s, settings.panel), ()
    return state, (Play(event),)


def tick(state: State, now_s: float, settings: Settings) -> Step:
    """Time passes: pages go, buttons that are held save."""
    return patching.tick(pages.tick(state, now_s), now_s, settings.panel)


def pack_opened(state: State, facts: PackFacts, now_s: float, settings: Settings) -> Step:
    """Another pack is open and plays its first combination: tell its player how everything stands.

    Instruments that were chosen are chosen again if this pack has them; a patch that has waited
    for the pack is recalled.
    """
    names = state.pack.names(state.choice) if state.pack is not None else state.remembered
    slot = state.awaited_patch
    state = replace(state, pack=facts, choice=facts.choices[0], awaited_patch=None)
    effects: list[Effect] = [
        Play(happened.ParameterSet(index, pot.turn)) for index, pot in enumerate(state.pots)
    ]
    effects.append(Play(happened.TouchMoved(state.x, state.y)))
    again = choice_of_names(facts, names) if names else ""
    if not isinstance(again, str):
        state, chosen = playing.choose(state, again)
        effects += chosen
    if slot is not None:
        state, recalled = patching.recall(state, slot, now_s, settings.panel)
        effects += recalled
    return pages.clear_fault(pages.clear_fault(state, PACK), CARD), tuple(effects)


def _tested(state: State, now_s: float, settings: Settings) -> State:
    """The boot page is over, unless it has something to tell; what else is news has its turn."""
    if state.base is not Screen.BOOT:
        return state
    state = sticks.after_boot(pages.awake(state))
    if state.notices or {SAFE_MODE, SAVING} & dict(state.faults).keys():
        return pages.pop_up(state, Screen.STATUS, now_s, settings.panel)
    if all(check.result != "FAIL" for check in state.checks):
        return state
    return pages.show(state, Screen.BOOT, now_s, settings.panel)


def _checked(state: State, check: CheckView) -> State:
    """A part that is tested again begins the list afresh."""
    known = [one.part for one in state.checks]
    if check.part not in known:
        return replace(state, checks=(*state.checks, check))
    place = known.index(check.part)
    return replace(state, checks=(*state.checks[:place], check, *state.checks[place + 1 :]))


def _without(ports: tuple[str, ...], port: str) -> tuple[str, ...]:
    return tuple(name for name in ports if name != port)
