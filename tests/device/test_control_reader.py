"""Readings of any panel become events: what has changed, once each, and nothing that has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.control_reader import COUNTER_RANGE, DEADBAND, ControlReader
from device.events import (
    ButtonPressed,
    ButtonReleased,
    EncoderTurned,
    Event,
    Fault,
    FaultCleared,
    PotMoved,
    TouchLifted,
    TouchMoved,
)
from device.part_watch import FORGIVEN_S, RETRY_S
from device.settings import PanelSettings
from hardware.errors import ChecksumError, ChipMissingError, HardwareError
from hardware.interfaces import Readings, Touch

PANEL = PanelSettings(poll_hz=200, touch_smoothing_s=0.0)
POLL_S = 1 / PANEL.poll_hz
REST = Readings((0, 0, 0, 0), (0.5,) * 6, (False,) * 4, has_touch=True)


class Source:
    """Controls that stand where a test says, or fail as it says."""

    name = "panel"

    def __init__(self) -> None:
        self.now = REST
        self.error: HardwareError | None = None
        self.is_closed = False

    def read(self) -> Readings:
        if self.error is not None:
            raise self.error
        return self.now

    def close(self) -> None:
        self.is_closed = True


class Bench:
    """A reader that is stepped in time."""

    def __init__(self) -> None:
        self.source, self.told = Source(), list[Event]()
        self.time_s = 50.0
        self.reader = ControlReader(self.source, PANEL, self.told.append)

    def poll(self, **now: object) -> list[Event]:
        """Readings change and are read once: what was told of."""
        self.source.now = replace(self.source.now, **now)  # type: ignore[arg-type]
        self.told.clear()
        self.time_s = self.reader.step(self.time_s)
        return list(self.told)

    def fail(self, seconds: float, error: HardwareError | None = None) -> list[Event]:
        self.source.error = error or ChipMissingError("no chip at 0x47")
        self.told.clear()
        end_s = self.time_s + seconds
        while self.time_s < end_s:
            self.time_s = self.reader.step(self.time_s)
        self.source.error = None
        return list(self.told)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.poll()
    return made


def test_the_first_reading_tells_where_knobs_stand_and_nothing_else() -> None:
    told = Bench().poll(encoders=(3, 250, 0, 9), buttons=(True, False, False, True))
    assert told == [PotMoved(pot, 0.5) for pot in range(6)]


def test_nothing_changes_nothing_is_told(bench: Bench) -> None:
    assert [event for _ in range(100) for event in bench.poll()] == []


def test_it_is_read_at_the_polls_rate(bench: Bench) -> None:
    assert bench.reader.step(7.0) == pytest.approx(7.0 + POLL_S)


def test_touch_moves_and_lifts_once(bench: Bench) -> None:
    assert bench.poll(touch=Touch(0.3, 0.4)) == [TouchMoved(0.3, 0.4)]
    assert bench.poll() == []
    assert bench.poll(touch=Touch(0.5, 0.4)) == [TouchMoved(0.5, 0.4)]
    assert bench.poll(touch=None) == [TouchMoved(0.5, 0.4), TouchLifted()]
    assert bench.poll() == []


def test_a_source_without_a_pad_lifts_nothing() -> None:
    bench = Bench()
    bench.poll(has_touch=False)
    assert bench.poll(encoders=(1, 0, 0, 0)) == [EncoderTurned(0, 1)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-40, 40)), max_size=50))
def test_detents_add_up_whatever_the_counters_do(turns: list[tuple[int, int]]) -> None:
    bench, counters, told = Bench(), [0, 100, 200, 255], [0] * 4
    bench.poll(encoders=tuple(counters))
    for corner, steps in turns:
        counters[corner] = (counters[corner] + steps) % COUNTER_RANGE
        for event in bench.poll(encoders=tuple(counters)):
            assert isinstance(event, EncoderTurned)
            told[event.corner] += event.steps
    assert told == [sum(steps for at, steps in turns if at == corner) for corner in range(4)]


@pytest.mark.parametrize("away_s", [POLL_S, FORGIVEN_S / 2, 3 * FORGIVEN_S, 5.0])
@pytest.mark.parametrize("error", [ChipMissingError("gone"), ChecksumError("0xff only")])
def test_counters_after_a_failure_are_a_new_beginning(
    bench: Bench, away_s: float, error: HardwareError
) -> None:
    bench.poll(encoders=(20, 30, 40, 250))
    bench.fail(away_s, error)
    events = bench.poll(encoders=(0, 0, 0, 0))
    assert not [event for event in events if isinstance(event, EncoderTurned)]
    assert bench.poll(encoders=(0, 1, 0, 255)) == [EncoderTurned(1, 1), EncoderTurned(3, -1)]


@given(st.lists(st.integers(0, 255), min_size=1, max_size=300))
def test_the_told_place_of_a_knob_is_never_far_from_the_true_one(values: list[int]) -> None:
    bench = Bench()
    bench.poll()
    told = 0.5
    for value in values:
        events = bench.poll(pots=(value / 255, *(0.5,) * 5))
        for event in events:
            assert isinstance(event, PotMoved)
            assert event.pot == 0
            assert event.turn != told
            told = event.turn
        assert len(events) <= 1
        assert abs(told - value / 255) < DEADBAND
        if value in (0, 255):
            assert told == value / 255


def test_a_knob_that_wavers_by_one_step_is_told_of_once(bench: Bench) -> None:
    events = [
        event
        for tick in range(100)
        for event in bench.poll(pots=((128 + tick % 2) / 255, *(0.5,) * 5))
    ]
    assert len(events) <= 1


def test_buttons_press_and_release_once(bench: Bench) -> None:
    assert bench.poll(buttons=(False, True, False, False)) == [ButtonPressed(1)]
    assert bench.poll() == []
    assert bench.poll(buttons=(True, False, False, False)) == [ButtonPressed(0), ButtonReleased(1)]
    assert bench.poll(buttons=(False,) * 4) == [ButtonReleased(0)]


def test_a_button_that_is_stuck_at_power_up_does_nothing_until_it_is_seen_up() -> None:
    bench, held = Bench(), (True, False, False, False)
    for _ in range(10):
        assert not [one for one in bench.poll(buttons=held) if isinstance(one, ButtonPressed)]
    assert bench.poll(buttons=(False,) * 4) == []
    assert bench.poll(buttons=held) == [ButtonPressed(0)]


def test_a_short_failure_lets_nothing_go(bench: Bench) -> None:
    bench.poll(touch=Touch(0.1, 0.1), buttons=(True, False, False, False))
    assert bench.fail(FORGIVEN_S / 2) == []
    assert bench.poll() == []


def test_a_lost_panel_lets_everything_go_once_and_comes_back(bench: Bench) -> None:
    bench.poll(touch=Touch(0.1, 0.2), buttons=(True, False, True, False))
    told = bench.fail(3.0)
    assert told == [
        Fault("panel", "no chip at 0x47"),
        TouchMoved(0.1, 0.2),
        TouchLifted(),
        ButtonReleased(0, is_lost=True),
        ButtonReleased(2, is_lost=True),
    ]
    events = bench.poll(touch=Touch(0.9, 0.9), pots=(0.8, *(0.5,) * 5))
    assert events == [FaultCleared("panel"), TouchMoved(0.9, 0.9), PotMoved(0, 0.8)]
    assert bench.poll(buttons=(False, False, True, False)) == []  # neither has been pressed anew
    assert bench.poll(buttons=(True, False, False, False)) == [ButtonPressed(0)]


def test_a_lost_panel_is_tried_rarely(bench: Bench) -> None:
    bench.fail(1.0)
    bench.source.error = ChipMissingError("no chip")
    assert bench.reader.step(bench.time_s) == pytest.approx(bench.time_s + RETRY_S)


def test_closing_lets_go_of_the_hardware(bench: Bench) -> None:
    bench.reader.close()
    assert bench.source.is_closed


state = st.tuples(
    st.one_of(st.none(), st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.just(0.5))),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.booleans(),  # it fails
)


@given(st.lists(state, max_size=80))
def test_presses_and_touches_always_take_turns_with_releases(
    states: Sequence[tuple[tuple[float, float] | None, list[bool], bool]],
) -> None:
    bench = Bench()
    bench.poll()
    down, is_touched = set[int](), False
    for touch, buttons, fails in states:
        now = {"touch": touch and Touch(*touch), "buttons": tuple(buttons)}
        for event in bench.fail(0.06) if fails else bench.poll(**now):
            match event:
                case ButtonPressed(button):
                    assert button not in down
                    down.add(button)
                case ButtonReleased(button):
                    down.remove(button)
                case TouchMoved():
                    is_touched = True
                case TouchLifted():
                    assert is_touched
                    is_touched = False
                case _:
                    assert isinstance(event, Fault | FaultCleared)
