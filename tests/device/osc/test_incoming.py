"""What every OSC address means, and how what means nothing is refused."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import device.osc
from device.errors import OscMessageError
from device.events import (
    Bend,
    ButtonPressed,
    ButtonReleased,
    ChannelSelected,
    CombinationSelected,
    Control,
    EncoderTurned,
    InstallAsked,
    InstallStopAsked,
    InstrumentSelected,
    NoteOff,
    NoteOn,
    Origin,
    PackSelected,
    PageTurned,
    Panicked,
    ParameterSet,
    PatchRecalled,
    PatchSaved,
    ProgramChange,
    Sustain,
    TouchLifted,
    TouchMoved,
)
from device.osc.incoming import ADDRESSES, Heard, Meaning, Pinged, Subscribed, meaning
from device.osc.packet import Argument, OscCall
from device.pack.corners import CORNERS
from device.parameters import ATTACK, PARAMETERS, VOLUME
from device.view import CornerView, View

HERE = Origin("osc 10.0.0.7", 0)


def means(address: str, *arguments: Argument, view: View | None = None) -> Meaning:
    return meaning(OscCall(address, arguments), Heard(HERE, view))


@pytest.mark.parametrize(
    ("address", "arguments", "expected"),
    [
        ("/on", (60, 1.0), NoteOn(HERE, 60, 127)),
        ("/on", (60, 0.5), NoteOn(HERE, 60, 64)),
        ("/on", (60, 0.0001), NoteOn(HERE, 60, 1)),
        ("/on", (60.0, 1), NoteOn(HERE, 60, 127)),
        ("/on", (60, 0), NoteOff(HERE, 60)),
        ("/off", (60,), NoteOff(HERE, 60)),
        ("/install", (2,), InstallAsked(2)),
        ("/install/stop", (), InstallStopAsked()),
        ("/install/stop", (0,), None),
        ("/volume", (0.25,), ParameterSet(VOLUME, 0.25)),
        ("/volume", (1,), ParameterSet(VOLUME, 1.0)),
        ("/patch/load", (0,), PatchRecalled(0)),
        ("/patch/save", (127.0,), PatchSaved(127)),
        ("/pad", (0, 0.75), TouchMoved(0.0, 0.75)),
        ("/pad/lift", (), TouchLifted()),
        ("/pad/lift", (1,), TouchLifted()),
        ("/pad/lift", (0.0,), None),
        ("/parameter/attack", (0.5,), ParameterSet(ATTACK, 0.5)),
        ("/combination", (3,), CombinationSelected(3)),
        ("/channel", (0,), ChannelSelected(0)),
        ("/channel", (16,), ChannelSelected(16)),
        ("/bend", (-1,), Bend(HERE, -1.0)),
        ("/sustain", (True,), Sustain(HERE, True)),
        ("/sustain", (0,), Sustain(HERE, False)),
        ("/control", (1, 127), Control(HERE, 1, 127)),
        ("/control", (64, 64), Sustain(HERE, True)),
        ("/control", (64, 63), Sustain(HERE, False)),
        ("/program", (12,), ProgramChange(HERE, 12)),
        ("/panic", (), Panicked()),
        ("/panic", (False,), None),
        ("/page", (), PageTurned(True)),
        ("/page", (0,), PageTurned(False)),
        ("/encoder", (2, -3), EncoderTurned(2, -3)),
        ("/encoder", ("bottom_right", 1), EncoderTurned(3, 1)),
        ("/button", (3, 1), ButtonPressed(3)),
        ("/button", (3, 0.0), ButtonReleased(3)),
        ("/subscribe", (), Subscribed(None)),
        ("/subscribe", (9000,), Subscribed(9000)),
        ("/ping", (), Pinged()),
    ],
)
def test_meanings(address: str, arguments: tuple[Argument, ...], expected: Meaning) -> None:
    assert means(address, *arguments) == expected


@pytest.mark.parametrize("index", range(len(PARAMETERS)))
def test_every_parameter_has_an_address(index: int) -> None:
    assert means(f"/parameter/{PARAMETERS[index].name}", 0.5) == ParameterSet(index, 0.5)


def test_instruments_by_index_and_by_name_at_corners_by_both(view: View) -> None:
    for corner, name in enumerate(CORNERS):
        assert means(f"/instrument/{corner}", 1, view=view) == InstrumentSelected(corner, 1)
        assert means(f"/instrument/{name}", 0, view=view) == InstrumentSelected(corner, 0)
    assert means("/instrument/0", "flute", view=view) == InstrumentSelected(0, 1)
    assert means("/instrument/bottom_right", "BASS", view=view) == InstrumentSelected(3, 2)


def test_packs_by_index_and_by_name(view: View) -> None:
    assert means("/pack", 1, view=view) == PackSelected(1)
    assert means("/pack", "second", view=view) == PackSelected(1)
    assert means("/pack", 5) == PackSelected(5)


@pytest.mark.parametrize(
    ("address", "arguments", "named"),
    [
        ("/nothing", (), "/nothing: no such address"),
        ("/parameter/*", (0.5,), "no such address"),
        ("/on", (), r"/on: note \(0\.\.127\) is missing"),
        ("/on", (60,), r"velocity \(0\.\.1\) is missing"),
        ("/on", (60, 100), r"velocity must be 0\.\.1, not 100"),
        ("/on", (128, 1), r"note must be a whole number 0\.\.127, not 128"),
        ("/on", (60.5, 1), r"not 60\.5"),
        ("/on", ("60", 1), "not '60'"),
        ("/on", (60, 1, 1), "1 arguments too many"),
        ("/on", (math.nan, 1), "not nan"),
        ("/on", (math.inf, 1), "not inf"),
        ("/volume", (math.nan,), "not nan"),
        ("/pad", (0.5, -0.01), r"y must be 0\.\.1"),
        ("/patch/load", (128,), r"0\.\.127"),
        ("/sustain", (2,), r"0\.\.1, not 2"),
        ("/encoder", ("centre", 1), "corner must be one of top_left"),
        ("/encoder", (4, 1), r"0\.\.3"),
        ("/instrument/0", (2,), r"instrument must be a whole number 0\.\.1, not 2"),
        ("/instrument/0", ("oboe",), "one of BRASS, FLUTE, not 'oboe'"),
        ("/pack", (2,), r"0\.\.1"),
        ("/subscribe", (0,), r"1\.\.65535"),
        ("/ping", (1,), "too many"),
        ("/" + "x" * 5000, (), "^/x{39}: no such address$"),
    ],
)
def test_refusals_name_address_and_range(
    view: View, address: str, arguments: tuple[Argument, ...], named: str
) -> None:
    with pytest.raises(OscMessageError, match=named):
        means(address, *arguments, view=view)


def test_without_a_pack_there_is_no_instrument_to_choose(view: View) -> None:
    empty = CornerView((), (), 0)
    bare = replace(view, corners=(empty,) * 4, packs=())
    for address, argument in (("/instrument/0", 0), ("/instrument/0", "x"), ("/pack", 0)):
        with pytest.raises(OscMessageError, match=r"no instrument|no pack|one of none"):
            means(address, argument, view=bare)


@given(
    st.sampled_from(sorted(ADDRESSES)),
    st.lists(st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=5)), max_size=4),
)
def test_any_arguments_mean_something_or_are_refused(
    address: str, arguments: list[Argument]
) -> None:
    with suppress(OscMessageError):
        means(address, *arguments)


def documented(section: str) -> set[str]:
    """The addresses in one table of the package's documentation."""
    return set(re.findall(r"^    (/[a-z/<>]+)", section, re.MULTILINE))


def heard_addresses() -> set[str]:
    """All that are heard, written as the documentation writes them."""
    plain = {re.sub(r"^/parameter/.*", "/parameter/<name>", address) for address in ADDRESSES}
    return {re.sub(r"^/instrument/.*", "/instrument/<corner>", address) for address in plain}


def test_the_documentation_lists_exactly_what_is_heard() -> None:
    assert device.osc.__doc__ is not None
    heard, told = device.osc.__doc__.split("Told to the targets")
    assert documented(heard) == heard_addresses()
    assert documented(told) & {"/pad", "/meters", "/fault", "/error", "/pong"}
    for name in [p.name for p in PARAMETERS] + [*CORNERS]:
        assert name in heard
