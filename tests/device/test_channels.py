"""Controllers of a channel: gains, the bend range by registered parameter, and the reset."""

from __future__ import annotations

import pytest

from device.channels import (
    DATA_ENTRY,
    DATA_ENTRY_FINE,
    EXPRESSION,
    MODULATION,
    NRPN_COARSE,
    PAN,
    RPN_COARSE,
    RPN_FINE,
    VOLUME,
    ChannelState,
)


@pytest.fixture
def channel() -> ChannelState:
    return ChannelState(bend_range_semitones=2)


def test_untouched_is_unity(channel: ChannelState) -> None:
    assert (channel.gain, channel.pan, channel.modulation, channel.bend_semitones) == (1, 0, 0, 0)


def test_volume_and_expression_multiply(channel: ChannelState) -> None:
    channel.control(VOLUME, 50)
    channel.control(EXPRESSION, 64)
    assert channel.gain == pytest.approx(0.25 * (64 / 127) ** 2)


def test_bend_range_by_registered_parameter(channel: ChannelState) -> None:
    channel.bend = -1
    for controller, value in ((RPN_COARSE, 0), (RPN_FINE, 0), (DATA_ENTRY, 12)):
        channel.control(controller, value)
    assert channel.bend_semitones == -12
    channel.control(DATA_ENTRY_FINE, 50)
    assert channel.bend_semitones == -12.5


@pytest.mark.parametrize("selection", [[(RPN_COARSE, 0), (RPN_FINE, 1)], [(RPN_COARSE, 127)], []])
def test_data_entry_for_other_parameters_changes_nothing(
    channel: ChannelState, selection: list[tuple[int, int]]
) -> None:
    for controller, value in [*selection, (DATA_ENTRY, 12)]:
        channel.control(controller, value)
    assert channel.bend_range_semitones == 2


def test_an_unregistered_parameter_deselects(channel: ChannelState) -> None:
    for controller, value in ((RPN_COARSE, 0), (RPN_FINE, 0), (NRPN_COARSE, 0), (DATA_ENTRY, 12)):
        channel.control(controller, value)
    assert channel.bend_range_semitones == 2


def test_reset_leaves_volume_pan_and_bend_range(channel: ChannelState) -> None:
    channel.bend = 1
    for controller in (MODULATION, VOLUME, PAN, EXPRESSION):
        channel.control(controller, 0)
    channel.reset()
    assert (channel.bend, channel.modulation, channel.pan, channel.gain) == (0, 0, -1, 0)
    channel.control(VOLUME, 100)
    assert channel.gain == 1
