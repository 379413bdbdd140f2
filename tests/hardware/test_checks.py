"""The self-tests of parts, each against a part that is well and one that is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware import checks
from hardware.checks import described
from hardware.config import BoardConfig
from hardware.instrument_board import Board, build
from hardware.interfaces import CheckResult, Readings, Touch
from hardware.power import check_power
from hardware.sim.instrument import SimInstrument
from hardware.sim.manual_clock import ManualClock


class Bench:
    """A simulated board on a clock that goes on while a check waits."""

    def __init__(self, config: BoardConfig) -> None:
        self.clock = ManualClock()
        self.waiting: list[Callable[[], object]] = []  # what happens while a check waits
        self.hands = SimInstrument(config, self.clock, wait=self.clock.advance)
        self.board: Board = build(config, self.hands, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for act in self.waiting:
            act()

    def run(self) -> dict[str, CheckResult]:
        return {check.part: check.run() for check in self.board.checks}


@pytest.fixture
def onss() -> Bench:
    return Bench(BoardConfig(board="sim"))


@pytest.fixture
def gpio() -> Bench:
    return Bench(BoardConfig(board="gpio"))


def test_a_healthy_original(onss: Bench) -> None:
    onss.hands.press(1)
    onss.hands.turn(3, -1)
    assert onss.run() == {
        "panel": CheckResult(
            "PASS",
            "touch none, encoders 0 0 0 255, pots 0.00 0.20 0.50 1.00 0.60 0.90; 0% broken",
        ),
        "buttons": CheckResult("PASS", "buttons -x--"),
        "oled": CheckResult("PASS", "acknowledges at 0x3d"),
        "DIN MIDI": CheckResult("PASS", "open, 0 bytes/s"),
        "USB MIDI": CheckResult("NONE", "no keyboard is plugged in"),
        "power": check_power(),
    }


def test_a_healthy_instrument_on_gpio(gpio: Bench) -> None:
    gpio.hands.keyboards.plug("Keys")
    gpio.hands.keyboards.plug("Pads")
    assert gpio.run() == {
        "touch": CheckResult("PASS", "touch none"),
        "pots": CheckResult("PASS", "pots 0.00 0.20 0.50 1.00 0.60 0.90"),
        "encoders": CheckResult("PASS", "encoders 0 0 0 0"),
        "buttons": CheckResult("PASS", "buttons ----"),
        "oled": CheckResult("PASS", "acknowledges at 0x3d"),
        "DIN MIDI": CheckResult("PASS", "open, 0 bytes/s"),
        "USB MIDI": CheckResult("PASS", "Keys, Pads"),
        "power": check_power(),
    }


@pytest.mark.parametrize(
    ("part", "failing", "cause"),
    [
        ("panel", ["panel"], "no chip acknowledges address 0x47"),
        ("oled", ["oled"], "no OLED display at 0x3c, 0x3d"),
        ("buttons", ["buttons"], "header is unplugged"),
        ("usb", ["USB MIDI"], "out of order"),
    ],
)
def test_what_is_unplugged_fails_alone(
    onss: Bench, part: str, failing: list[str], cause: str
) -> None:
    onss.hands.unplug(part)
    found = onss.run()
    assert [name for name, check in found.items() if check.result == "FAIL"] == failing
    assert cause in found[failing[0]].detail


def test_without_its_chips_the_gpio_board_fails_by_part(gpio: Bench) -> None:
    gpio.hands.unplug("panel")
    found = gpio.run()
    assert [name for name, check in found.items() if check.result == "FAIL"] == ["touch", "pots"]
    assert "address 0x48" in found["pots"].detail


def test_din_counts_what_its_reader_hears(onss: Bench) -> None:
    din = dict(onss.board.midi)["DIN MIDI"]()
    onss.waiting = [lambda: onss.hands.midi(bytes(100)), lambda: din.receive(0)]
    din.receive(0)
    assert onss.run()["DIN MIDI"] == CheckResult("PASS", "open, 200 bytes/s")
    onss.hands.unplug("din")
    onss.waiting = []
    din.receive(0)
    found = onss.run()["DIN MIDI"]
    assert (found.result, "unplugged" in found.detail) == ("FAIL", True)


def test_some_broken_messages_are_told_many_fail(onss: Bench) -> None:
    onss.hands.noise(0.05)
    found = onss.run()["panel"]
    assert found.result == "PASS"
    assert not found.detail.endswith(" 0% broken")
    onss.hands.noise(0.4)
    found = onss.run()["panel"]
    assert (found.result, "broken" in found.detail) == ("FAIL", True)


def test_old_trouble_with_the_panel_is_not_counted(onss: Bench) -> None:
    onss.hands.noise(0.5)
    assert onss.run()["panel"].result == "FAIL"
    onss.hands.noise(0)
    assert onss.run()["panel"].detail.endswith("; 0% broken")


def test_a_converter_that_never_ends_fails() -> None:
    config = BoardConfig(board="gpio")
    board = build(config, SimInstrument(config, ManualClock()), wait=lambda seconds: None)
    pots = next(check for check in board.checks if check.part == "pots")
    assert pots.run() == CheckResult("FAIL", "answers, but has measured nothing in 0.25 s")


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        (Readings(), ""),
        (Readings(has_touch=True), "touch none"),
        (Readings(has_touch=True, touch=Touch(0.5, 1)), "touch 0.50 1.00"),
        (Readings(encoders=(1, 2), pots=(0.25,)), "encoders 1 2, pots 0.25"),
        (Readings(buttons=(True, False)), "buttons x-"),
    ],
)
def test_readings_in_words(readings: Readings, words: str) -> None:
    assert described(readings) == words


def test_a_board_of_nothing_checks_usb_and_power() -> None:
    bench = Bench(
        BoardConfig(
            board="gpio", touch_chip="none", adc_addresses=(), encoder_lines=(),
            button_lines=(), oled_driver="none", din_rate="none",
        )
    )  # fmt: skip
    assert [check.part for check in bench.board.checks] == ["USB MIDI", "power"]


def test_many_of_the_panels_messages_are_looked_at(onss: Bench) -> None:
    (panel,) = (check for check in onss.board.checks if isinstance(check, checks.PanelCheck))
    panel.run()
    assert panel.panel.messages == checks.PANEL_READS
