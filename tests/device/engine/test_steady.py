"""A sound output that is unplugged and comes back: noticed, played on unheard, opened again."""

from __future__ import annotations

import numpy as np
import pytest

from device.engine.errors import OutputDeviceMissingError, StreamError
from device.engine.mixer import Envelope, Mixer, Row
from device.engine.steady import LONGEST_CATCH_UP_S, RETRY_S, STALL_S, SteadyStream

RATE_HZ = 48000
STEP_S = 0.005


class FakeStream:
    """A sound card in software: plays while it is there and told to."""

    latency_s = 0.012
    is_realtime = True

    def __init__(self, card: Card) -> None:
        self.card, self.started, self.closed = card, False, False

    @property
    def is_playing(self) -> bool:
        return self.started and not self.closed and self.card.plugged

    def start(self) -> None:
        if self.card.refuses_to_start:
            raise StreamError("busy")
        self.started = True

    def close(self) -> None:
        self.closed = True


class Card:
    """A sound card with a cable, and the clock of the test."""

    def __init__(self) -> None:
        self.mixer = Mixer(RATE_HZ, commands=64)
        self.plugged, self.stuck, self.refuses_to_start = True, False, False
        self.now_s, self.scans = 50.0, 0
        self.streams: list[FakeStream] = []
        self.steady = SteadyStream(
            self.mixer, lambda: self.now_s, opener=self.open, rescan=self.scan
        )
        self.steady.start()

    def open(self) -> FakeStream:
        assert all(stream.closed for stream in self.streams), "the lost stream must be closed first"
        if not self.plugged:
            raise OutputDeviceMissingError("no output device at all")
        self.streams.append(FakeStream(self))
        return self.streams[-1]

    def scan(self) -> None:
        self.scans += 1

    def pass_time(self, seconds: float) -> list[tuple[float, bool]]:
        """(time, is_playing) of the changes that watch() tells."""
        changes = []
        for _ in range(round(seconds / STEP_S)):
            self.now_s += STEP_S
            if self.steady.is_playing and not self.stuck:
                self.mixer.render(round(STEP_S * RATE_HZ))
            if self.steady.watch():
                changes.append((self.now_s, self.steady.is_playing))
        return changes

    def start_note(self, voice: int = 0) -> None:
        row = Row(np.full(4800, 9000, np.int16), 1.0, 0, 4800, 0.0, RATE_HZ)
        shape = Envelope(0.0, 0.0, 1.0, 0.05)
        self.mixer.note_on(
            self.mixer.frame, voice, [row], [1.0], step=1.0, gain=0.5, envelope=shape
        )


@pytest.fixture
def card() -> Card:
    return Card()


def test_a_healthy_device_is_left_alone(card: Card) -> None:
    assert card.pass_time(5) == []
    assert (len(card.streams), card.scans, card.steady.losses) == (1, 0, 0)
    assert card.steady.latency_s == FakeStream.latency_s


def test_a_device_that_returns_is_opened_again_within_the_retry_time(card: Card) -> None:
    card.pass_time(1)
    card.plugged = False
    ((lost_s, playing),) = card.pass_time(3.2)
    assert (lost_s, playing) == (pytest.approx(51.0 + STEP_S), False)
    assert card.streams[0].closed
    assert (card.steady.losses, card.steady.failed_openings, card.scans) == (1, 3, 3)
    assert card.steady.last_error == "no output device at all"
    card.plugged = True
    ((back_s, playing),) = card.pass_time(RETRY_S)
    assert playing
    assert back_s <= 54.2 + RETRY_S
    assert card.pass_time(5) == []
    assert (len(card.streams), card.steady.losses) == (2, 1)


def test_music_goes_on_unheard_at_the_pace_of_the_clock(card: Card) -> None:
    card.start_note()
    card.pass_time(0.1)
    card.plugged = False
    before = card.mixer.frame
    card.pass_time(2)
    assert card.mixer.frame - before == pytest.approx(2 * RATE_HZ, abs=2 * STEP_S * RATE_HZ)
    assert card.mixer.counters().active_voices == 1
    card.plugged = True
    card.pass_time(RETRY_S)
    assert np.abs(card.mixer.render(100)).max() == pytest.approx(4500 / 32768, rel=1e-3)


def test_notes_end_and_the_ring_never_fills_while_there_is_no_device(card: Card) -> None:
    card.start_note()
    card.plugged = False
    card.pass_time(0.1)
    for _ in range(200):
        card.mixer.set_gain(card.mixer.frame, 0, 0.4)
        card.pass_time(STEP_S)
    card.mixer.note_off(card.mixer.frame, 0)
    card.pass_time(0.1)
    assert card.mixer.collect() == [0]
    assert card.mixer.counters().dropped_commands == 0


def test_a_device_that_asks_for_nothing_counts_as_lost(card: Card) -> None:
    card.pass_time(0.5)
    card.stuck = True
    ((lost_s, playing),) = card.pass_time(STALL_S + 0.1)
    assert not playing
    assert lost_s - 50.5 == pytest.approx(STALL_S, abs=2 * STEP_S)
    card.stuck = False
    assert [playing for _, playing in card.pass_time(RETRY_S)] == [True]
    assert card.pass_time(3) == []


def test_a_process_that_was_asleep_does_not_blame_the_device(card: Card) -> None:
    card.now_s += 3600
    assert card.steady.watch() is False
    assert card.pass_time(1) == []


def test_a_sleep_without_a_device_is_not_caught_up_in_full(card: Card) -> None:
    card.plugged = False
    card.pass_time(0.1)
    before = card.mixer.frame
    card.now_s += 3600
    card.steady.watch()
    assert card.mixer.frame - before <= LONGEST_CATCH_UP_S * RATE_HZ


def test_a_device_that_opens_but_does_not_start_is_closed_and_tried_again(card: Card) -> None:
    card.plugged = False
    card.pass_time(0.1)
    card.plugged = card.refuses_to_start = True
    assert card.pass_time(2 * RETRY_S) == []
    assert card.streams[-1].closed
    assert card.steady.last_error == "busy"
    card.refuses_to_start = False
    assert [playing for _, playing in card.pass_time(RETRY_S)] == [True]


def test_without_any_device_at_the_start_there_is_an_error() -> None:
    def no_device() -> FakeStream:
        raise OutputDeviceMissingError("no output device at all")

    with pytest.raises(OutputDeviceMissingError):
        SteadyStream(Mixer(RATE_HZ), lambda: 0.0, opener=no_device)


def test_closing_twice_is_harmless(card: Card) -> None:
    with card.steady:
        pass
    card.steady.close()
    assert card.streams[0].closed
    assert not card.steady.is_playing
