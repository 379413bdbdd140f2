"""Pots at ADS1115 converters: nobody waits, every channel comes round, faults are told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from hardware.adc_ads1115 import ADDRESSES, BUSY_READS, Ads1115Pots
from hardware.errors import BusFaultError, ChipMismatchError, ChipMissingError
from hardware.sim.ads1115_chip import Ads1115Chip
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_bus import SimI2CBus

POLL_S = 0.005


@dataclass
class Panel:
    """Two converters, the time that they take, and the driver."""

    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.chips = [Ads1115Chip(self.clock.now_s) for _ in ADDRESSES]
        self.bus = SimI2CBus(dict(zip(ADDRESSES, self.chips, strict=True)))
        self.driver = Ads1115Pots(self.bus)

    def turn(self, pot: int, turn: float) -> None:
        self.chips[pot // 4].pot(pot % 4, turn)

    def poll(self, times: int) -> tuple[float, ...] | None:
        pots = None
        for _ in range(times):
            pots = self.driver.read().pots
            self.clock.advance(POLL_S)
        return pots


@pytest.fixture
def panel() -> Panel:
    return Panel()


def test_six_pots_in_order(panel: Panel) -> None:
    turns = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    for pot, turn in enumerate(turns):
        panel.turn(pot, turn)
    assert panel.poll(5) == pytest.approx(turns, abs=1e-4)


def test_nothing_is_said_before_all_have_been_measured(panel: Panel) -> None:
    assert panel.poll(4) is None
    assert panel.poll(1) == (0.0,) * 6


def test_a_turned_pot_is_seen_within_one_round(panel: Panel) -> None:
    panel.poll(8)
    panel.turn(3, 0.5)
    pots = panel.poll(5)
    assert pots is not None
    assert pots[3] == pytest.approx(0.5, abs=1e-4)


def test_polled_faster_than_conversions_end_the_old_values_stay(panel: Panel) -> None:
    panel.poll(8)
    for _ in range(20):
        panel.clock.advance(0.0001)
        assert panel.driver.read().pots == (0.0,) * 6


def test_full_scale_and_beyond(panel: Panel) -> None:
    panel.driver = Ads1115Pots(panel.bus, full_scale_v=1.65)
    panel.turn(0, 0.25)
    panel.turn(1, 0.9)
    pots = panel.poll(8)
    assert pots is not None
    assert pots[0] == pytest.approx(0.5, abs=1e-4)
    assert pots[1] == 1.0


def test_one_converter_has_four_pots() -> None:
    clock = ManualClock()
    driver = Ads1115Pots(SimI2CBus({0x48: Ads1115Chip(clock.now_s)}), (0x48,))
    for _ in range(5):
        pots = driver.read().pots
        clock.advance(POLL_S)
    assert pots == (0.0,) * 4


def test_a_read_holds_the_bus_for_less_than_a_millisecond(panel: Panel) -> None:
    panel.poll(8)
    panel.bus.transfers.clear()
    panel.poll(1)
    assert panel.bus.transfers.total_s(400_000) < 0.001


def test_a_missing_converter_is_named_and_comes_back(panel: Panel) -> None:
    panel.poll(8)
    panel.bus.unplug(0x49)
    with pytest.raises(ChipMissingError, match="0x49"):
        panel.driver.read()
    panel.bus.plug(0x49)
    panel.turn(5, 0.7)
    pots = panel.poll(6)
    assert pots is not None
    assert pots[5] == pytest.approx(0.7, abs=1e-4)


def test_a_chip_that_lost_power_or_is_another_is_told_once(panel: Panel) -> None:
    panel.poll(7)
    panel.chips[0].power_cycle()
    with pytest.raises(ChipMismatchError, match="0x48"):
        panel.driver.read()
    assert panel.poll(6) == (0.0,) * 6


def test_a_conversion_that_never_ends_is_told(panel: Panel) -> None:
    panel.chips[1].is_stuck = True
    with pytest.raises(BusFaultError, match="0x49 does not finish"):
        panel.poll(BUSY_READS + 1)


def test_close_begins_afresh(panel: Panel) -> None:
    panel.poll(8)
    panel.driver.close()
    panel.driver.close()
    assert panel.poll(1) is None
