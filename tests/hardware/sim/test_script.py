"""Scripts for the simulated instrument: what each line does, and what is said of a bad one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.config import BoardConfig
from hardware.errors import (
    ChipMissingError,
    GpioUnavailableError,
    MidiUnavailableError,
    ScriptError,
)
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived
from hardware.panel import Panel
from hardware.sim.instrument import SimInstrument
from hardware.sim.performance import PERFORMANCE
from hardware.sim.script import VERBS, parse_script, read_script


def act(text: str, instrument: SimInstrument | None = None) -> SimInstrument:
    instrument = instrument or SimInstrument(wait=lambda seconds: None)
    for action in parse_script(text):
        action.act(instrument)
    return instrument


def readings(instrument: SimInstrument) -> object:
    return Panel(instrument.i2c, instrument.config.panel_address).read()


def test_panel_verbs_move_what_the_panel_sends() -> None:
    instrument = act("0 touch 3 7\n1 turn 2 -1\n1 turn 0 5\n1 pot 1 0.2\n1 pot 5 1")
    message = Panel(instrument.i2c, 0x47).read()
    assert message.touch is not None
    assert (message.touch.x, message.touch.y) == (0.3, 0.7)
    assert message.encoders == (5, 0, 255, 0)
    assert message.pots is not None
    assert message.pots[1::4] == (0.2, 1.0)
    act("0 lift", instrument)
    assert Panel(instrument.i2c, 0x47).read().touch is None


def test_buttons_close_their_lines() -> None:
    instrument = act("0 press 0\n0 press 3\n1 release 0")
    lines = instrument.config.button_lines
    assert [instrument.gpio.level(line) for line in lines] == [True, True, True, False]


def test_bytes_come_in_at_the_sockets() -> None:
    instrument = act("0 midi 90 3c 64 F8\n0 usb Keys 90 40 64\n0.1 usb Keys\n0.2 pull Keys")
    assert instrument.din.read(0) == bytes((0x90, 0x3C, 0x64, 0xF8))
    reports = instrument.keyboards.receive(0)
    assert [type(report) for report in reports] == [MidiPortOpened, MidiReceived, MidiPortLost]
    assert {report.port for report in reports} == {"Keys"}


def test_plugs_are_pulled_and_put_back() -> None:
    instrument = act("0 unplug panel\n0 unplug buttons\n0 unplug usb")
    with pytest.raises(ChipMissingError):
        readings(instrument)
    with pytest.raises(GpioUnavailableError):
        instrument.gpio.level(5)
    with pytest.raises(MidiUnavailableError):
        instrument.keyboards.receive(0)
    act("0 plug panel\n0 plug buttons\n0 plug usb", instrument)
    readings(instrument)
    assert instrument.gpio.level(5)
    assert instrument.keyboards.receive(0) == []


def test_noise_spoils_the_panels_messages() -> None:
    instrument = act("0 noise 1")
    panel = Panel(instrument.i2c, 0x47)
    with pytest.raises(Exception, match="6 broken messages"):
        panel.read()
    act("0 noise 0", instrument)
    panel.read()


def test_actions_come_in_the_order_of_time_then_of_lines() -> None:
    actions = parse_script("2 lift\n\n  # nothing\n1 touch 1 1 # one\n1 touch 2 2\n0.5 lift")
    assert [(action.time_s, *action.words) for action in actions] == [
        (0.5,), (1.0, "1", "1"), (1.0, "2", "2"), (2.0,),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("soon lift", "could not convert"),
        ("-1 lift", "0 or more seconds, not -1"),
        ("nan lift", "0 or more seconds"),
        ("inf lift", "0 or more seconds"),
        ("1", "'' is not one of touch, lift"),
        ("1 hit 3", "'hit' is not one of touch, lift"),
        ("1 touch 3", "wanted is COLUMN ROW"),
        ("1 lift 3", "wanted is nothing more"),
        ("1 touch 11 0", "column is 0..10, not 11"),
        ("1 touch 0 -1", "row is 0..10, not -1"),
        ("1 touch a b", "invalid literal"),
        ("1 turn 4 1", "corner is 0..3, not 4"),
        ("1 turn 0 1000", "steps are -255..255"),
        ("1 pot 6 0", "pot is 0..5, not 6"),
        ("1 pot 0 inf", "turn is 0..1, not inf"),
        ("1 pot 0 nan", "turn is 0..1, not nan"),
        ("1 press -1", "button is 0..3, not -1"),
        ("1 midi 100", "range"),
        ("1 midi zz", "invalid literal"),
        ("1 usb", "wanted is NAME BYTES"),
        ("1 unplug door", "'door', allowed is one of panel, oled"),
        ("1 noise 2", "probability is 0..1"),
    ],
)
def test_a_bad_line_is_named(line: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(complaint)) as caught:
        parse_script(f"0 lift\n{line}", "tour.txt")
    assert str(caught.value).startswith(f"tour.txt, line 2: {line!r}: ")


WORD = st.one_of(
    st.sampled_from([*VERBS, "panel", "usb", "#", "nan", "inf", "1e999", "9" * 400]),
    st.integers(-300, 300).map(str),
    st.floats().map(str),
    st.text(max_size=5),
)


@given(st.one_of(st.text(), st.lists(st.lists(WORD, max_size=5).map(" ".join)).map("\n".join)))
def test_any_text_is_a_script_or_a_script_error(text: str) -> None:
    try:
        actions = parse_script(text)
    except ScriptError as error:
        assert re.match(r"script, line \d+: ", str(error))  # noqa: PT017
        return
    assert list(actions) == sorted(actions, key=lambda action: action.time_s)
    act(text)


@pytest.mark.parametrize("board", ["sim", "gpio"])
def test_the_built_in_performance_acts(board: str) -> None:
    actions = parse_script(PERFORMANCE)
    assert {"touch", "turn", "pot", "press", "midi", "unplug"} <= {one.verb for one in actions}
    act(PERFORMANCE, SimInstrument(BoardConfig(board=board), wait=lambda seconds: None))


def test_a_performance_suits_an_instrument_without_buttons() -> None:
    act(PERFORMANCE, SimInstrument(BoardConfig(board="sim", button_lines=())))


def test_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tour.txt"
    path.write_text("1 lift\n", "utf-8")
    assert [action.verb for action in read_script(path)] == ["lift"]
    path.write_bytes(b"\xff")
    for bad in (path, tmp_path / "none.txt", tmp_path):
        with pytest.raises(ScriptError, match=re.escape(f"{bad}: cannot be read")):
            read_script(bad)
