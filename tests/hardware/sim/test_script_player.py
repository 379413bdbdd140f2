"""The hands that play a script, in steps of a clock that the test moves."""

from __future__ import annotations

from hardware.sim.instrument import SimInstrument
from hardware.sim.script import parse_script
from hardware.sim.script_player import TAIL_S, ScriptPlayer


def test_each_action_is_due_at_its_time_from_the_first_step_on() -> None:
    instrument = SimInstrument()
    actions = parse_script("0 midi 01\n1 midi 02\n1 midi 03\n4 midi 04")
    player = ScriptPlayer(actions, instrument, lambda: None)
    assert player.step(100) == 101
    assert instrument.din.read(0) == b"\x01"
    assert player.step(100.5) == 101
    assert player.step(101) == 104
    assert instrument.din.read(0) == b"\x02\x03"
    player.step(104)
    assert instrument.din.read(0) == b"\x04"


def test_the_end_is_told_once_after_the_tail() -> None:
    ends: list[str] = []
    player = ScriptPlayer(parse_script("1 lift"), SimInstrument(), lambda: ends.append("over"))
    player.step(10)
    assert player.step(11) == 11 + TAIL_S
    assert ends == []
    next_s = player.step(11 + TAIL_S)
    assert ends == ["over"]
    assert next_s > 12 + TAIL_S  # it rests, whatever the caller makes of the end
    player.step(next_s)
    assert ends == ["over"]
    player.close()


def test_an_empty_script_ends() -> None:
    ends: list[str] = []
    player = ScriptPlayer((), SimInstrument(), lambda: ends.append("over"))
    player.step(player.step(0))
    assert ends == ["over"]
