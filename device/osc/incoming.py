"""OSC messages to events: all addresses that are heard, and what each of them means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from device import events as happened
from device.errors import OscMessageError
from device.events import BUTTONS, Event, Origin
from device.midi_events import message_event
from device.osc.arguments import Arguments
from device.osc.packet import OscCall
from device.pack.corners import CORNERS
from device.pack.limits import COMBINATIONS, INSTRUMENTS
from device.parameters import PARAMETERS, VOLUME
from device.patches.patch import SLOTS
from device.view import View
from hardware.midi import MidiKind, MidiMessage

MOST_STEPS = 127
MOST_PACKS = 10_000  # while it is not known yet how many there are


@dataclass(frozen=True)
class Pinged:
    """The sender wants to know whether anyone is here."""


@dataclass(frozen=True)
class Subscribed:
    """The sender wants to be told of everything for a while."""

    port: int | None  # where it listens; None: where it sends from


@dataclass(frozen=True)
class Heard:
    """What a message may depend on beside itself."""

    origin: Origin
    view: View | None  # None before the first one


Meaning = Event | Pinged | Subscribed | None
Handler = Callable[[Arguments, Heard], Meaning]


def meaning(call: OscCall, heard: Heard) -> Meaning:
    """What a message means, None if nothing; raises OscMessageError naming address and range."""
    handler = ADDRESSES.get(call.address)
    if handler is None:
        raise OscMessageError(f"{ascii(call.address[:40])[1:-1]}: no such address")
    arguments = Arguments(call)
    found = handler(arguments, heard)
    arguments.finish()
    return found


def _on(arguments: Arguments, heard: Heard) -> Meaning:
    note, velocity = _note(arguments), arguments.number("velocity", 0, 1)
    if velocity == 0:
        return happened.NoteOff(heard.origin, note)
    return happened.NoteOn(heard.origin, note, max(1, round(velocity * 127)))


def _off(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.NoteOff(heard.origin, _note(arguments))


def _note(arguments: Arguments) -> int:
    return arguments.whole("note", 0, 127)


def _parameter(index: int, arguments: Arguments, heard: Heard) -> Meaning:
    return happened.ParameterSet(index, arguments.number("turn", 0, 1))


def _load(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.PatchRecalled(arguments.whole("slot", 0, SLOTS - 1))


def _save(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.PatchSaved(arguments.whole("slot", 0, SLOTS - 1))


def _pad(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.TouchMoved(arguments.number("x", 0, 1), arguments.number("y", 0, 1))


def _lift(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.TouchLifted() if arguments.switch_if_any("state") else None


def _instrument(corner: int, arguments: Arguments, heard: Heard) -> Meaning:
    if heard.view is None:
        return happened.InstrumentSelected(corner, arguments.whole("index", 0, INSTRUMENTS[1] - 1))
    names = heard.view.corners[corner].names
    return happened.InstrumentSelected(corner, arguments.one_of("instrument", names, len(names)))


def _combination(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.CombinationSelected(arguments.whole("index", 0, COMBINATIONS[1] - 1))


def _pack(arguments: Arguments, heard: Heard) -> Meaning:
    names: Sequence[str] = heard.view.packs if heard.view else ()
    count = len(names) if heard.view else MOST_PACKS
    return happened.PackSelected(arguments.one_of("pack", names, count))


def _install(arguments: Arguments, heard: Heard) -> Meaning:
    names = [offer.name for offer in heard.view.usb.offers] if heard.view else []
    count = len(names) if heard.view else MOST_PACKS
    return happened.InstallAsked(arguments.one_of("pack", names, count))


def _stop_install(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.InstallStopAsked() if arguments.switch_if_any("state") else None


def _channel(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.ChannelSelected(arguments.whole("channel", 0, 16))


def _bend(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.Bend(heard.origin, arguments.number("amount", -1, 1))


def _sustain(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.Sustain(heard.origin, arguments.switch("down"))


def _control(arguments: Arguments, heard: Heard) -> Meaning:
    controller, value = arguments.whole("controller", 0, 127), arguments.whole("value", 0, 127)
    message = MidiMessage(MidiKind.CONTROL, heard.origin.channel, controller, value)
    return message_event(message, heard.origin.port, 0)


def _program(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.ProgramChange(heard.origin, arguments.whole("program", 0, 127))


def _panic(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.Panicked() if arguments.switch_if_any("state") else None


def _page(arguments: Arguments, heard: Heard) -> Meaning:
    return happened.PageTurned(arguments.switch_if_any("forward"))


def _encoder(arguments: Arguments, heard: Heard) -> Meaning:
    corner = arguments.one_of("corner", CORNERS, len(CORNERS))
    return happened.EncoderTurned(corner, arguments.whole("steps", -MOST_STEPS, MOST_STEPS))


def _button(arguments: Arguments, heard: Heard) -> Meaning:
    button = arguments.whole("button", 0, BUTTONS - 1)
    return (
        happened.ButtonPressed(button)
        if arguments.switch("down")
        else happened.ButtonReleased(button)
    )


def _subscribe(arguments: Arguments, heard: Heard) -> Meaning:
    return Subscribed(arguments.whole("port", 1, 65535) if arguments else None)


def _ping(arguments: Arguments, heard: Heard) -> Meaning:
    return Pinged()


ADDRESSES: dict[str, Handler] = {
    "/on": _on,
    "/off": _off,
    "/volume": partial(_parameter, VOLUME),
    "/patch/load": _load,
    "/patch/save": _save,
    "/pad": _pad,
    "/pad/lift": _lift,
    **{f"/parameter/{p.name}": partial(_parameter, index) for index, p in enumerate(PARAMETERS)},
    **{f"/instrument/{index}": partial(_instrument, index) for index in range(len(CORNERS))},
    **{f"/instrument/{name}": partial(_instrument, index) for index, name in enumerate(CORNERS)},
    "/combination": _combination,
    "/pack": _pack,
    "/install": _install,
    "/install/stop": _stop_install,
    "/channel": _channel,
    "/bend": _bend,
    "/sustain": _sustain,
    "/control": _control,
    "/program": _program,
    "/panic": _panic,
    "/page": _page,
    "/encoder": _encoder,
    "/button": _button,
    "/subscribe": _subscribe,
    "/ping": _ping,
}
