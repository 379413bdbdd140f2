"""Time: notes keep their distances through a slow system, and hands are heard to the frame."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.bounce import Bounce
from device.engine.mixer import LATENCY_FRAMES, Envelope, Mixer, Row
from device.events import Bend, Control, Event, NoteOff, NoteOn, Origin, Sustain
from device.mapping import velocity_gain
from device.pack import open_pack
from device.session import Session
from device.settings import EnvelopeSettings, PlayingSettings, Settings

RATE_HZ = 48000
JITTER_S = 0.0002
HERE = Origin("here", 0)
CLICK_FRAMES = 300


class SlowSystem:
    """A sound card, a player and a clock in simulated time; everything is served a little late."""

    def __init__(self, block: int, seed: int) -> None:
        self.mixer = Mixer(RATE_HZ, max_voices=8)
        self.chance = random.Random(seed)
        self.time_s = 0.0
        self.block, self.begun_s = block, 0.0
        self.sound: list[NDArray[np.float32]] = []
        self.row = Row(np.full(CLICK_FRAMES, 20000, np.int16), 1.0, None, 0, 0.0, RATE_HZ)
        self.voices = itertools.cycle(range(8))
        self.session = Session(self, self, self, RATE_HZ, 0.001, print)

    def now_s(self) -> float:
        return self.time_s

    def pulse(self) -> tuple[int, float]:
        return self.mixer.frame, self.time_s - self.begun_s

    def handle(self, frame: int, event: Event) -> None:
        dry = Envelope(0.0, 0.0, 1.0, 0.0)
        self.mixer.note_on(
            frame, next(self.voices), [self.row], [1.0], step=1.0, gain=0.5, envelope=dry
        )

    def advance(self, frame: int) -> None:
        """No control ticks here."""

    def late(self) -> float:
        """Mostly 0.1 ms, now and then most of a millisecond."""
        return self.chance.choice([1, 1, 1, 8]) * 1e-4 * self.chance.random()

    def run(self, arrivals: Sequence[float], seconds: float) -> NDArray[np.float32]:
        """Serves callbacks, looks every 5 ms and arrivals in order of time; the sound."""
        block_s = self.block / RATE_HZ
        callbacks = ((n * block_s + self.late(), 0, 0.0) for n in range(int(seconds / block_s)))
        # Never right after a callback, with blocks of 5 ms: a clock read then would not show it.
        looks = ((n * 0.005 + 0.003 + self.late(), 1, 0.0) for n in range(int(seconds / 0.005)))
        noticed = ((arrival + self.late(), 2, arrival) for arrival in arrivals)
        for self.time_s, kind, arrival in heapq.merge(callbacks, looks, noticed):
            if kind == 0:
                self.begun_s = self.time_s
                self.sound.append(self.mixer.render(self.block)[:, 0])
                continue
            if kind == 2:
                self.session.post(NoteOn(HERE, 60, 100), arrival)
            self.session.step(0)
        return np.concatenate(self.sound)


@pytest.mark.parametrize("block", [64, 128, 240, 256, 512])
def test_live_notes_sound_at_one_constant_delay(block: int) -> None:
    system = SlowSystem(block, seed=block)
    arrivals = [1 + n * 0.0413 + system.chance.random() * 0.02 for n in range(300)]
    sound = system.run(arrivals, seconds=arrivals[-1] + 0.2)
    onsets = np.flatnonzero((sound[1:] != 0) & (sound[:-1] == 0))
    assert len(onsets) == len(arrivals)
    delays_s = (onsets - LATENCY_FRAMES) / RATE_HZ - np.array(arrivals)
    assert system.mixer.counters().late_events == 0
    assert np.ptp(delays_s) <= JITTER_S
    assert np.mean(delays_s) == pytest.approx(block / RATE_HZ + 0.001, abs=JITTER_S)


Performance = list[tuple[int, Event]]


def bounced(pack_path: Path, performance: Performance, **playing: object) -> NDArray[np.float64]:
    """The left channel of what the player makes of events at frames."""
    shape = EnvelopeSettings(attack_s=0.002, decay_s=0.02, sustain=0.7, release_s=0.05)
    settings = Settings(envelope=shape, playing=PlayingSettings(**playing))
    with open_pack(pack_path) as pack:
        work = Bounce(pack, pack.manifest.combinations[0], settings)
        blocks = list(work.blocks(performance, tail_s=0.5))
    return np.concatenate(blocks)[:, 0].astype(np.float64)


HANDS: Performance = [
    (0, NoteOn(HERE, 60, 80)),
    (700, NoteOn(HERE, 61, 110)),
    (1501, Bend(HERE, 0.5)),
    (2203, Sustain(HERE, True)),
    (2900, NoteOff(HERE, 60)),
    (3301, Control(HERE, 66, 127)),
    (3500, NoteOn(HERE, 65, 30)),
    (4100, Sustain(HERE, False)),
    (4407, NoteOff(HERE, 61)),
    (5003, Bend(HERE, -1.0)),
    (6001, Control(HERE, 66, 0)),
    (6100, Control(HERE, 7, 60)),
    (7002, NoteOff(HERE, 65)),
    (9000, NoteOff(HERE, 60)),
]
HEARD_LATER = {2203: 2900, 2900: 4100, 3301: 4407, 4407: 6001}  # by what pedals hold


@pytest.mark.parametrize("crossfade", ["off", "on"])
@pytest.mark.parametrize("shift", [1, 127, 1237])
def test_all_that_hands_do_is_exact_to_the_frame(
    test_pack: Path, shift: int, crossfade: str
) -> None:
    before = bounced(test_pack, HANDS, zone_crossfade=crossfade)
    moved = [(frame + shift, event) for frame, event in HANDS]
    after = bounced(test_pack, moved, zone_crossfade=crossfade)[shift:]
    frames = min(len(before), len(after))
    assert np.abs(before).max() > 0.1
    np.testing.assert_allclose(after[:frames], before[:frames], rtol=0, atol=2e-6)


@pytest.mark.parametrize("index", range(1, len(HANDS) - 1))
def test_each_event_is_heard_from_its_frame_on(test_pack: Path, index: int) -> None:
    frame, event = HANDS[index]
    with_it = bounced(test_pack, HANDS)
    without = bounced(test_pack, [item for item in HANDS if item[1] is not event])
    frames = min(len(with_it), len(without))
    heard = np.flatnonzero(np.abs(with_it[:frames] - without[:frames]) > 1e-6)
    expected = HEARD_LATER.get(frame, frame)
    assert expected <= heard[0] <= expected + 60  # a voice fades or bends from there, not at once


def tone(pack: Path, *events: tuple[int, Event], seconds: float = 0.5) -> NDArray[np.float64]:
    end = (round(seconds * RATE_HZ), NoteOff(HERE, 60))
    return bounced(pack, [*events, end])[: end[0]]


@pytest.mark.parametrize("curve", ["natural", "linear", "fixed"])
def test_velocity_is_a_gain_by_its_curve(test_pack: Path, curve: str) -> None:
    loud, soft = (
        bounced(
            test_pack, [(0, NoteOn(HERE, 60, v)), (4800, NoteOff(HERE, 60))], velocity_curve=curve
        )
        for v in (100, 50)
    )
    expected = velocity_gain(50, curve) / velocity_gain(100, curve)
    np.testing.assert_allclose(soft, loud * expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("semitones", [2, 7, 12])
def test_the_bend_reaches_its_range_exactly(test_pack: Path, semitones: int) -> None:
    ranged = [Control(HERE, 101, 0), Control(HERE, 100, 0), Control(HERE, 6, semitones)]
    setting = [(0, event) for event in ranged]
    bent = tone(test_pack, *setting, (0, Bend(HERE, 1.0)), (0, NoteOn(HERE, 60, 127)))[4800:]
    base_hz = 440 * 2 ** ((60 - 69) / 12)
    phase = np.arange(len(bent)) * 2 * math.pi * base_hz * 2 ** (semitones / 12) / RATE_HZ
    turning = bent * np.exp(-1j * phase)
    window = np.hanning(4801)
    smooth = np.convolve(turning, window / window.sum(), "valid")
    drift = np.polyfit(np.arange(len(smooth)), np.unwrap(np.angle(smooth)), 1)[0]
    cents = 1200 / math.log(2) * drift / (phase[1] - phase[0])
    assert abs(cents) < 0.3
