"""Arrival times to frames: one constant delay through blocks, jitter, drift and drop-outs."""

from __future__ import annotations

import random

import pytest

from device.timeline import WINDOW_S, Timeline

RATE = 48000
BLOCK = 256
LOOK_S = 0.005
JITTER_S = 0.0002


def run(
    seconds: float, drift: float = 0.0, gap_s: float = 0.0, block: int = BLOCK, seed: int = 1
) -> list[float]:
    """Delays in frames, from true audio time to the frame given, of arrivals at random moments.

    The card asks for a block on time, but is served late: by 0.1 ms or so, sometimes by several.
    The player looks every 5 ms, and when something arrives.
    """
    chance = random.Random(seed)
    timeline, delays, now, served = Timeline(RATE), [], 0.0, (0, 0.0)
    block_s = block / RATE / (1 + drift)
    while now < seconds:
        now += min(LOOK_S + chance.random() * 0.0002, chance.expovariate(20))
        gap = gap_s if now > seconds / 2 else 0.0
        asked = int((now - gap) / block_s)
        begun = asked * block_s + gap + chance.choice([1, 1, 1, 1, 30]) * 1e-4 * chance.random()
        if (asked + 1) * block > served[0] and begun <= now:
            served = ((asked + 1) * block, begun)
        timeline.observe(*served)
        if now > 0.2:
            true = now - gap
            delays.append(timeline.frame_at(now) - true * RATE * (1 + drift))
    return delays


@pytest.mark.parametrize("block", [32, 64, 128, 240, 256, 480, 512, 1024])
@pytest.mark.parametrize("drift", [0.0, 1e-4, -1e-4])
def test_delay_is_one_block_and_steadier_than_two_tenths_of_a_millisecond(
    drift: float, block: int
) -> None:
    delays = run(30, drift, block=block)[200:]
    assert max(abs(delay - block) for delay in delays) < JITTER_S * RATE
    assert max(delays) - min(delays) < JITTER_S * RATE


def test_frames_never_lie_before_what_is_still_to_be_rendered() -> None:
    timeline = Timeline(RATE)
    timeline.observe(512, 1.0)
    assert timeline.frame_at(1.0) == 512
    timeline.observe(512, 1.004)
    assert timeline.frame_at(1.004) == 512 + round(0.004 * RATE)


def test_a_drop_out_is_forgotten_after_the_window() -> None:
    delays = run(6, gap_s=0.05)
    settled = delays[-round((3 - WINDOW_S) / (2 * LOOK_S)) :]
    assert max(abs(delay - BLOCK) for delay in settled) < JITTER_S * RATE
