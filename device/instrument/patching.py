"""Patches by the four buttons: a click recalls, holding on saves; program changes recall, too."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from device.effects import Effect, OpenPack, Play, StorePatch
from device.events import BUTTONS, CombinationSelected, ParameterSet, TouchMoved
from device.instrument import pages, pots, pressing
from device.instrument.state import State, Step
from device.pack_facts import choice_of_names
from device.parameters import PARAMETERS
from device.parts import PATCHES
from device.patches import Patch
from device.settings import PanelSettings
from device.view import PatchAction, PatchView, Screen

OUTER = frozenset({0, BUTTONS - 1})


def press(state: State, button: int, now_s: float, panel: PanelSettings) -> Step:
    """A button goes down: what it will do is decided by how long it stays there."""
    if state.base in pages.SYSTEM_PAGES:
        return pressing.press(state, button, now_s)
    if {button, *(held for held, _ in state.held)} >= OUTER:
        return pages.turn_page(replace(pages.awake(state), held=()), forward=True)
    state = replace(state, held=(*drop(state, button).held, (button, now_s)))
    return _told(state, button, PatchAction.HOLDING, _contents(state, button), now_s, panel), ()


def release(state: State, button: int, now_s: float, panel: PanelSettings) -> Step:
    """A button comes up before it was held long enough to save: its patch is recalled."""
    if button not in dict(state.held):
        return state, ()  # it has saved already, or had its say on a system page
    return recall(drop(state, button), button, now_s, panel)


def drop(state: State, button: int) -> State:
    """Forget that a button is down."""
    return replace(state, held=tuple(item for item in state.held if item[0] != button))


def tick(state: State, now_s: float, panel: PanelSettings) -> Step:
    """Save where a button has been down for hold_s; show how far it has come before."""
    if not state.held:
        return state, ()
    button, since_s = state.held[-1]
    progress = min(1.0, (now_s - since_s) / panel.hold_s)
    if progress >= 1:
        return save(drop(state, button), button, now_s, panel)
    if state.patch is None:
        return state, ()
    patch = replace(state.patch, slot=button, action=PatchAction.HOLDING, progress=progress)
    return pages.show(replace(state, patch=patch), Screen.PATCH, now_s, panel), ()


def save(state: State, slot: int, now_s: float, panel: PanelSettings) -> Step:
    """Store the present sound."""
    if state.pack is None:
        return _failed(state, slot, "no pack, no sound to save", now_s, panel)
    patch = Patch(
        name="",
        pack_id=state.pack.pack_id,
        instruments=state.pack.names(state.choice),
        turns=tuple(pot.turn for pot in state.pots),
        x=state.x,
        y=state.y,
    )
    state = replace(state, patches=MappingProxyType({**state.patches, slot: patch}))
    state = _told(state, slot, PatchAction.SAVED, _contents(state, slot), now_s, panel)
    return state, (StorePatch(slot, patch),)


def stored(state: State, slot: int, error: str, now_s: float, panel: PanelSettings) -> Step:
    """The patch of a slot was written to the card, or could not be: it is kept in memory then."""
    if not error:
        return pages.clear_fault(state, PATCHES), ()
    state = pages.add_fault(state, PATCHES, error, now_s, panel)
    return _failed(state, slot, "kept, but not on the card", now_s, panel)


def recall(state: State, slot: int, now_s: float, panel: PanelSettings) -> Step:
    """Sound like a stored patch; if that cannot be, nothing changes and the reason is shown."""
    patch = state.patches.get(slot)
    if patch is None:
        return _failed(state, slot, "empty: hold to save", now_s, panel)
    ids = [pack_id for _, pack_id in state.packs]
    if (state.pack is None or state.pack.pack_id != patch.pack_id) and patch.pack_id in ids:
        return replace(state, awaited_patch=slot), (OpenPack(ids.index(patch.pack_id)),)
    if state.pack is None:
        return _failed(state, slot, "no pack", now_s, panel)
    choice = choice_of_names(state.pack, patch.instruments)
    if isinstance(choice, str):
        return _failed(state, slot, f"no {choice} in this pack", now_s, panel)
    recalled = tuple(map(pots.set_to, state.pots, patch.turns))
    effects: list[Effect] = [
        Play(ParameterSet(index, recalled[index].turn))
        for index in range(len(PARAMETERS))
        if recalled[index].turn != state.pots[index].turn
    ]
    effects.append(Play(TouchMoved(patch.x, patch.y)))
    if choice != state.choice:
        effects.append(Play(CombinationSelected(state.pack.choices.index(choice))))
    state = replace(state, pots=recalled, choice=choice, x=patch.x, y=patch.y)
    state = _told(state, slot, PatchAction.RECALLED, _contents(state, slot), now_s, panel)
    return state, tuple(effects)


def _contents(state: State, slot: int) -> str:
    patch = state.patches.get(slot)
    return "empty" if patch is None else patch.name or ", ".join(patch.instruments)


def _failed(state: State, slot: int, text: str, now_s: float, panel: PanelSettings) -> Step:
    return _told(state, slot, PatchAction.FAILED, text, now_s, panel), ()


def _told(
    state: State, slot: int, action: PatchAction, text: str, now_s: float, panel: PanelSettings
) -> State:
    view = PatchView(slot, action, 0.0, text)
    return pages.show(replace(state, patch=view), Screen.PATCH, now_s, panel)
