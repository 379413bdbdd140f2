"""What is to be seen of a state: the one place that makes a View."""

from __future__ import annotations

from device import parameters
from device.instrument import pages
from device.instrument.pots import Pot
from device.instrument.state import State
from device.view import NO_BUTTONS, CornerView, PotView, StatusView, View

NO_CORNER = CornerView((), (), 0)


def view_of(state: State, status: StatusView, time_s: float) -> View:
    """The view of a state at a time of the clock, with what was measured of the machine."""
    return View(
        screen=state.screen,
        time_s=time_s,
        pack=state.pack.name if state.pack else "",
        packs=tuple(name for name, _ in state.packs),
        pack_index=pages.pack_index(state),
        corners=(_corner(state, 0), _corner(state, 1), _corner(state, 2), _corner(state, 3)),
        corner=state.corner,
        x=state.x,
        y=state.y,
        is_touched=state.is_touched,
        pots=tuple(_pot(index, pot) for index, pot in enumerate(state.pots)),
        pot=state.pot,
        patch=state.patch,
        patch_slots=tuple(sorted(state.patches)),
        midi=state.midi,
        channel=state.channel,
        faults=state.faults,
        checks=state.checks,
        status=status,
        buttons=pages.legends_of(state) if state.over is None else NO_BUTTONS,
        notices=state.notices,
        usb=state.usb,
        access=state.access,
    )


def _corner(state: State, corner: int) -> CornerView:
    if state.pack is None:
        return NO_CORNER
    instruments = state.pack.corners[corner]
    return CornerView(
        tuple(instrument.display for instrument in instruments),
        tuple(instrument.abbreviation for instrument in instruments),
        state.choice[corner],
    )


def _pot(index: int, pot: Pot) -> PotView:
    parameter = parameters.PARAMETERS[index]
    return PotView(
        name=parameter.name,
        label=parameter.label,
        turn=pot.turn,
        text=parameters.written(index, pot.turn),
        physical=pot.physical,
        is_caught=pot.is_caught,
    )
