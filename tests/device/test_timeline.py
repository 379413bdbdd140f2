"""Arrival times to frames: one constant delay through blocks, jitter, drift and drop-outs."""

from __future__ import annotations

import random

import pytest

from device.timeline import WINDOW_S, Timeline

RATE = 48000
BLOCK = 256


def run(seconds: float, drift: float = 0.0, gap_s: float = 0.0, seed: int = 1) -> list[float]:
    """Delays in frames, from true audio time to the frame given, of arrivals at random moments.

    The counter is read every 5 ms or so, late by up to 3 ms, as a busy computer reads it.
    """
    chance = random.Random(seed)
    timeline, delays, now = Timeline(RATE), [], 0.0
    while now < seconds:
        now += 0.002 + chance.random() * 0.003
        played = max(0.0, now - (gap_s if now > seconds / 2 else 0.0)) * RATE * (1 + drift)
        timeline.observe((int(played) // BLOCK + 1) * BLOCK, now)
        if now > 0.2:
            arrival = now - chance.random() * 0.002
            true = max(0.0, arrival - (gap_s if arrival > seconds / 2 else 0.0))
            delays.append(timeline.frame_at(arrival) - true * RATE * (1 + drift))
    return delays


@pytest.mark.parametrize("drift", [0.0, 2e-4, -2e-4])
def test_delay_is_one_block_within_two_tenths_of_a_millisecond(drift: float) -> None:
    delays = run(10, drift)[200:]
    assert max(abs(delay - BLOCK) for delay in delays) < 0.0003 * RATE
    assert max(delays) - min(delays) < 0.0004 * RATE


def test_frames_never_lie_before_what_is_still_to_be_rendered() -> None:
    timeline = Timeline(RATE)
    timeline.observe(512, 1.0)
    assert timeline.frame_at(1.0) == 512
    timeline.observe(512, 1.004)
    assert timeline.frame_at(1.004) == 512 + round(0.004 * RATE)


def test_a_drop_out_is_forgotten_after_the_window() -> None:
    delays = run(6, gap_s=0.05)
    settled = delays[-round((3 - WINDOW_S) / 0.0035) + 50 :]
    assert max(abs(delay - BLOCK) for delay in settled) < 0.0003 * RATE
