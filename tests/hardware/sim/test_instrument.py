"""The simulated instrument's verbs and plugs, felt by the real drivers of both ways to build it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from hardware.config import BoardConfig
from hardware.errors import ChecksumError, ChipMismatchError, HardwareError
from hardware.instrument_board import Board, build
from hardware.interfaces import FRAME_BYTES, Readings, Touch
from hardware.panel import Panel
from hardware.sim.instrument import PARTS, USUAL_TURNS, SimInstrument
from hardware.sim.manual_clock import ManualClock

CONFIGS = {
    "onss": BoardConfig(board="sim"),
    "gpio": BoardConfig(board="gpio"),
    "gpio, mpr121": BoardConfig(board="gpio", touch_chip="mpr121"),
    "gpio, odd": BoardConfig(
        board="gpio", i2c_bus=3, encoder_steps="half", encoder_reversed=True, oled_address=0x3C
    ),
}


class Bench:
    """Hands on one side, drivers on the other."""

    def __init__(self, config: BoardConfig) -> None:
        self.clock = ManualClock()
        self.hands = SimInstrument(config, self.clock, wait=self.clock.advance)
        self.board: Board = build(config, self.hands, wait=self.clock.advance)

    def felt(self) -> Readings:
        """All readings after some polls; raises what a driver raises."""
        for _ in range(10):
            self.clock.advance(0.005)
            found = [controls.read() for controls in self.board.controls]
        return Readings(
            encoders=next(one.encoders for one in found if one.encoders is not None),
            pots=next((one.pots for one in found if one.pots is not None), None),
            buttons=next((one.buttons for one in found if one.buttons is not None), None),
            touch=next(one.touch for one in found if one.has_touch),
        )

    def settle(self) -> None:
        """Let each driver find out, and say once, that its chip had lost power."""
        for controls in self.board.controls:
            with suppress(HardwareError):
                controls.read()


@pytest.fixture(params=CONFIGS)
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(CONFIGS[request.param])


def test_it_stands_as_it_is_usually_found(bench: Bench) -> None:
    found = bench.felt()
    assert found.touch is None
    assert found.pots == pytest.approx(USUAL_TURNS, abs=0.002)
    assert found.encoders == (0, 0, 0, 0)
    assert found.buttons == (False,) * 4


@pytest.mark.parametrize("place", [(0, 0), (10, 10), (3, 7), (5, 5), (10, 0)])
def test_the_finger_is_felt_where_it_is(bench: Bench, place: tuple[int, int]) -> None:
    bench.felt()  # chips calibrate without a finger
    bench.hands.touch(*place)
    touch = bench.felt().touch
    assert touch is not None
    assert (touch.x, touch.y) == pytest.approx((place[0] / 10, place[1] / 10), abs=0.05)
    bench.hands.lift()
    assert bench.felt().touch is None


def test_encoders_knobs_and_buttons_are_felt(bench: Bench) -> None:
    bench.felt()
    for corner, steps in enumerate((1, -1, 3, -20)):
        bench.hands.turn(corner, steps)
    for pot in range(6):
        bench.hands.pot(pot, 1 - pot / 5)
    bench.hands.press(0)
    bench.hands.press(3)
    bench.hands.release(0)
    bench.felt()
    found = bench.felt()
    assert found.encoders == (1, 255, 3, 236)
    assert found.pots == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0], abs=0.003)
    assert found.buttons == (False, False, False, True)


def test_the_display_is_seen_and_goes_dark_without_its_plug(bench: Bench) -> None:
    frame, display = bytes(range(256)) * 4, bench.board.display
    assert display is not None
    display.show(frame)
    assert bench.hands.picture() == frame
    bench.hands.unplug("oled")
    assert bench.hands.picture() == bytes(FRAME_BYTES)
    with pytest.raises(HardwareError):
        display.show(bytes(FRAME_BYTES))
    bench.hands.plug("oled")
    display.show(frame)
    assert bench.hands.picture() == frame


@pytest.mark.parametrize("part", ["panel", "buttons"])
def test_a_pulled_plug_is_an_error_until_it_is_back(bench: Bench, part: str) -> None:
    bench.felt()
    bench.hands.touch(2, 2)
    bench.hands.unplug(part)
    with pytest.raises(HardwareError):
        bench.felt()
    bench.hands.lift()
    bench.hands.plug(part)
    bench.settle()
    bench.hands.touch(2, 2)
    assert bench.felt().touch is not None


def test_a_panel_that_lost_power_counts_from_zero() -> None:
    bench = Bench(CONFIGS["onss"])
    bench.hands.turn(1, 5)
    bench.hands.unplug("panel")
    bench.hands.plug("panel")
    assert bench.felt().encoders == (0, 0, 0, 0)


def test_converters_that_lost_power_have_forgotten() -> None:
    bench = Bench(CONFIGS["gpio"])
    bench.felt()
    bench.hands.unplug("panel")
    bench.hands.plug("panel")
    pots = next(controls for controls in bench.board.controls if controls.name == "pots")
    with pytest.raises(ChipMismatchError, match="lost power"):
        pots.read()


def test_unplugging_the_sockets(bench: Bench) -> None:
    midi = dict(bench.board.midi)
    din, usb = midi["DIN MIDI"](), midi["USB MIDI"]()
    bench.hands.midi(bytes((0x90, 60, 100)))
    bench.hands.keyboards.plug("Keys")
    assert [report.port for report in din.receive(0)] == ["DIN MIDI"] * 2
    assert [report.port for report in usb.receive(0)] == ["Keys"]
    bench.hands.unplug("din")
    bench.hands.unplug("usb")
    din.receive(0)
    assert "unplugged" in din.fault
    with pytest.raises(HardwareError):
        usb.receive(0)
    with pytest.raises(HardwareError):
        midi["USB MIDI"]()
    bench.hands.plug("din")
    bench.hands.plug("usb")
    bench.clock.advance(2)
    din.receive(0)
    assert din.ports() == ("DIN MIDI",)
    assert [report.port for report in midi["USB MIDI"]().receive(0)] == ["Keys"]


def test_noise_of_a_panel_is_noticed() -> None:
    bench = Bench(CONFIGS["onss"])
    bench.hands.noise(1)
    with pytest.raises(ChecksumError):
        bench.felt()


@pytest.mark.parametrize(
    ("build_config", "verbs"),
    [
        (BoardConfig(board="sim", button_lines=(5, 6)), [("press", 3), ("release", 3)]),
        (
            BoardConfig(
                board="gpio", touch_chip="none", adc_addresses=(0x48,), encoder_lines=(17, 27)
            ),
            [("touch", 1, 1), ("lift",), ("turn", 3, 1), ("pot", 5, 1.0), ("press", 0)],
        ),
    ],
)
def test_what_is_not_there_can_be_moved(
    build_config: BoardConfig, verbs: list[tuple[str, float]]
) -> None:
    hands = SimInstrument(build_config)
    for verb, *values in verbs:
        getattr(hands, verb)(*values)


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("touch", (11, 0)), ("touch", (0, -1)), ("turn", (4, 1)), ("turn", (-1, 1)),
        ("turn", (0, 256)), ("pot", (6, 0)), ("pot", (0, 1.01)), ("pot", (0, float("nan"))),
        ("press", (4,)), ("release", (-1,)), ("noise", (-0.1,)), ("plug", ("door",)),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_told(verb: str, values: tuple[object, ...]) -> None:
    for config in CONFIGS.values():
        with pytest.raises(ValueError):
            getattr(SimInstrument(config), verb)(*values)


def test_every_part_has_a_plug(bench: Bench) -> None:
    for part in PARTS:
        bench.hands.unplug(part)
        bench.hands.plug(part)
    bench.settle()
    bench.felt()


def test_only_the_original_has_a_panel_chip() -> None:
    hands = SimInstrument()
    hands.panel.touch(4, 4)
    assert Panel(hands.i2c, hands.config.panel_address).read().touch == Touch(0.4, 0.4)
    with pytest.raises(ValueError, match="no panel chip"):
        _ = SimInstrument(CONFIGS["gpio"]).panel
