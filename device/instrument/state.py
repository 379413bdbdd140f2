"""The state of the instrument: one frozen record, and what a step of the machine gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from device import parameters
from device.effects import Effect
from device.events import NO_ACCESS, Access
from device.instrument.pots import Pot
from device.pack_facts import Choice, PackFacts
from device.patches import Patch
from device.settings import Settings
from device.usb.view import NO_STICKS, UsbView
from device.view import CheckView, MidiLine, PatchView, Screen

NO_PATCHES: Mapping[int, Patch] = MappingProxyType({})


@dataclass(frozen=True)
class State:
    """All that the panel, the screens and the patches know; never changed, only replaced."""

    pots: tuple[Pot, ...]  # in order of PARAMETERS
    channel: int  # MIDI channel 1..16, 0 for all
    pack: PackFacts | None = None
    packs: tuple[tuple[str, str], ...] = ()  # (name, pack id) of all there are
    choice: Choice = (0, 0, 0, 0)
    x: float = 0.5
    y: float = 0.5
    is_touched: bool = False
    patches: Mapping[int, Patch] = field(default_factory=lambda: NO_PATCHES)
    patch: PatchView | None = None  # the last that was done with a patch
    remembered: tuple[str, ...] = ()  # instruments that were played before the power was cut
    remembered_pack: str = ""  # and the id of their pack
    awaited_patch: int | None = None  # to recall once its pack is open
    base: Screen = Screen.BOOT  # the page that stays: boot, home or a system page
    over: Screen | None = None  # a page on top of it for a while
    over_until_s: float = math.inf
    corner: int = 0  # that the instrument page is about
    pot: int = parameters.ATTACK  # that the envelope page is about
    held: tuple[tuple[int, float], ...] = ()  # (button, since) of buttons that will act when up
    midi: tuple[MidiLine, ...] = ()
    ports: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    usb: UsbView = NO_STICKS
    access: Access = NO_ACCESS
    checks: tuple[CheckView, ...] = ()

    @property
    def screen(self) -> Screen:
        """What is shown."""
        return self.over or self.base


Step = tuple[State, tuple[Effect, ...]]
"""The state after an event, and what is to be done."""


def initial_state(settings: Settings, patches: Mapping[int, Patch]) -> State:
    """At power up, before any knob has been seen."""
    shape = settings.envelope
    turns = (
        shape.start_position,
        parameters.turn_of_seconds(parameters.ATTACK, shape.attack_s),
        parameters.turn_of_seconds(parameters.DECAY, shape.decay_s),
        shape.sustain,
        parameters.turn_of_seconds(parameters.RELEASE, shape.release_s),
        1.0,
    )
    pots = tuple(Pot(turn) for turn in turns)
    return State(pots, settings.midi.channel, patches=MappingProxyType(dict(patches)))
