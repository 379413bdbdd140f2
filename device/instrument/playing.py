"""What hands on pad, encoders and pots do to the sound."""

from __future__ import annotations

from dataclasses import replace

from device import parameters
from device.effects import Effect, Play
from device.events import CombinationSelected, Control, ParameterSet, TouchMoved
from device.instrument import pages, pots
from device.instrument.state import State, Step
from device.pack_facts import Choice, turned, with_instrument
from device.settings import MidiSettings, PanelSettings
from device.view import Screen

_SCREENS = {parameters.POSITION: Screen.POSITION, parameters.VOLUME: Screen.VOLUME}


def touch(state: State, x: float, y: float, is_finger: bool = True) -> Step:
    """The pad is played at (x, y); a controller or a remote is no finger."""
    x, y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    state = pages.awake(replace(state, x=x, y=y, is_touched=is_finger or state.is_touched))
    return state, (Play(TouchMoved(x, y)),)


def turn_encoder(state: State, corner: int, steps: int, now_s: float, panel: PanelSettings) -> Step:
    """Another instrument at a corner."""
    state = pages.show(replace(state, corner=corner), Screen.INSTRUMENT, now_s, panel)
    if state.pack is None:
        return state, ()
    return choose(state, turned(state.pack, state.choice, corner, steps))


def select_instrument(
    state: State, corner: int, index: int, now_s: float, panel: PanelSettings
) -> Step:
    """Play an instrument of the list of a corner, if the pack has a combination with it."""
    state = pages.show(replace(state, corner=corner), Screen.INSTRUMENT, now_s, panel)
    found = state.pack and with_instrument(state.pack, state.choice, corner, index)
    return choose(state, found) if found else (state, ())


def select_combination(state: State, index: int) -> Step:
    """A combination by its index, if the pack has so many."""
    if state.pack is None or not 0 <= index < len(state.pack.choices):
        return state, ()
    return choose(state, state.pack.choices[index])


def choose(state: State, choice: Choice) -> Step:
    """Play these four instruments."""
    assert state.pack is not None
    if choice == state.choice:
        return state, ()
    effects = (Play(CombinationSelected(state.pack.choices.index(choice))),)
    return replace(state, choice=choice), effects


def turn_pot(state: State, index: int, physical: float, now_s: float, panel: PanelSettings) -> Step:
    """A knob was turned by hand; its first reading of all only tells where it stands."""
    before = state.pots[index]
    after = pots.moved(before, min(max(physical, 0.0), 1.0), panel.pot_takeover)
    state = _with_pot(state, index, after)
    if before.physical is not None:
        state = _show_parameter(state, index, now_s, panel)
    return state, _sounding(before, after, index)


def set_parameter(
    state: State, index: int, turn: float, now_s: float, panel: PanelSettings
) -> Step:
    """A parameter was set from afar."""
    before = state.pots[index]
    after = pots.set_to(before, min(max(turn, 0.0), 1.0))
    state = _show_parameter(_with_pot(state, index, after), index, now_s, panel)
    return state, _sounding(before, after, index)


def control(
    state: State, event: Control, now_s: float, midi: MidiSettings, panel: PanelSettings
) -> Step:
    """A MIDI controller: the pad's two, one per pot, or one for the player."""
    part = event.value / 127
    if event.controller == midi.pad_x_controller:
        return touch(state, part, state.y, is_finger=False)
    if event.controller == midi.pad_y_controller:
        return touch(state, state.x, part, is_finger=False)
    if event.controller in midi.pot_controllers:
        index = midi.pot_controllers.index(event.controller)
        return set_parameter(state, index, part, now_s, panel)
    return state, (Play(event),)


def _with_pot(state: State, index: int, pot: pots.Pot) -> State:
    changed = (*state.pots[:index], pot, *state.pots[index + 1 :])
    shown = index if index in range(parameters.ATTACK, parameters.VOLUME) else state.pot
    return replace(state, pots=changed, pot=shown)


def _show_parameter(state: State, index: int, now_s: float, panel: PanelSettings) -> State:
    return pages.show(state, _SCREENS.get(index, Screen.ENVELOPE), now_s, panel)


def _sounding(before: pots.Pot, after: pots.Pot, index: int) -> tuple[Effect, ...]:
    return (Play(ParameterSet(index, after.turn)),) if before.turn != after.turn else ()
