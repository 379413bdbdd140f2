"""What must not be heard: steals, kills, parameter changes and starts inside a note leave no click.

A click is sound where the music has none. The music here is sines below 2 kHz, so everything above
6 kHz is residue; its loudest 5 ms are set against the level of what sounds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, Envelope, Mixer, Row
from device.engine.quality import INTERPOLATIONS, Interpolation

RATE_HZ, SOURCE_HZ = 48000, 44100
RESIDUE_FROM_HZ = 6000
INAUDIBLE_DB = -60.0
CLICK_DB = -35.0  # a hard cut is louder than this
HELD = Envelope(0.003, 0.0, 1.0, 0.1)
AT = 4801  # frame at which it happens


def sine_row(frequency_hz: float, seconds: float = 1.0, loop: bool = True) -> Row:
    """Whole periods of a sine, looped over all its length."""
    frames = round(seconds * SOURCE_HZ)
    cycles = round(frequency_hz * seconds)
    wave = 0.4 * 32767 * np.sin(2 * np.pi * cycles * np.arange(frames) / frames)
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, frames)  # dither
    return Row(np.round(wave + noise).astype(np.int16), 1.0, 0, frames * loop, 0.0, SOURCE_HZ)


def start(mixer: Mixer, voice: int, row: Row, frame: int = 0, start_frame: float = 0.0) -> None:
    step = SOURCE_HZ / RATE_HZ
    mixer.note_on(
        frame, voice, [row], [1.0], step=step, gain=0.8, start_frame=start_frame, envelope=HELD
    )


def residue_db(sound: NDArray[np.floating]) -> float:
    """The loudest 5 ms above 6 kHz around AT, relative to the sounding level before it."""
    left = sound[:, 0].astype(np.float64)
    k = np.arange(-128, 129)
    cut = 2 * RESIDUE_FROM_HZ / RATE_HZ
    low_pass = cut * np.sinc(cut * k) * np.blackman(len(k))
    high = left - np.convolve(left, low_pass / low_pass.sum(), "same")
    power = np.convolve(high**2, np.full(240, 1 / 240), "same")
    around = power[AT + LATENCY_FRAMES - 480 : AT + LATENCY_FRAMES + 2400]
    level = np.mean(left[2400:AT] ** 2)
    return float(10 * np.log10(around.max() / level))


Happening = Callable[[Mixer], object]


def happenings() -> dict[str, Happening]:
    """What may happen to a sounding note at frame AT."""
    low, high = sine_row(330), sine_row(1700)
    loud = Envelope(0.003, 0.0, 0.3, 0.1)
    return {
        "steal": lambda m: start(m, 0, high, AT),
        "steal of four": lambda m: [
            *(start(m, v, sine_row(440 + 110 * v)) for v in range(1, 4)),
            *(start(m, v, sine_row(1700 - 130 * v), AT) for v in range(4)),
        ],
        "kill": lambda m: m.kill(AT, 0),
        "panic": lambda m: m.panic(AT),
        "release": lambda m: m.note_off(AT, 0),
        "shortest release": lambda m: [
            m.set_envelope(AT - 1, 0, Envelope(0.0, 0.0, 1.0, 0.005)), m.note_off(AT, 0)
        ],
        "gain": lambda m: m.set_gain(AT, 0, 0.05),
        "pan": lambda m: m.set_pan(AT, 0, 1.0),
        "master": lambda m: m.set_master(AT, 0.1),
        "bend": lambda m: m.set_step(AT, 0, 2 ** (7 / 12) * SOURCE_HZ / RATE_HZ),
        "envelope": lambda m: m.set_envelope(AT, 0, loud),
        "morph": lambda m: m.set_cells(AT, 0, [low, high], [0.5, 0.5]),
        "morph again and again": lambda m: [
            m.set_cells(AT + 48 * i, 0, [(low, high)[i % 2]], [1.0]) for i in range(40)
        ],
        "start at the beginning": lambda m: start(m, 1, high, AT),
        "start inside": lambda m: start(m, 1, high, AT, start_frame=6543.21),
        "start far beyond the loop": lambda m: start(m, 1, high, AT, start_frame=1e7 + 0.5),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(happenings()))
def test_nothing_that_happens_clicks(name: str) -> None:
    mixer = Mixer(RATE_HZ, interpolation="high")
    start(mixer, 0, sine_row(440))
    happenings()[name](mixer)
    assert residue_db(mixer.render(9600)) < INAUDIBLE_DB


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_a_steal_adds_nothing_to_what_the_interpolator_leaves(interpolation: Interpolation) -> None:
    heard = []
    for steal in (False, True):
        mixer = Mixer(RATE_HZ, interpolation=interpolation)
        start(mixer, 0, sine_row(440))
        if steal:
            start(mixer, 0, sine_row(660), AT)
        heard.append(residue_db(mixer.render(9600)))
    assert heard[1] < max(heard[0] + 6, INAUDIBLE_DB)


def test_a_hard_cut_would_be_found() -> None:
    mixer = Mixer(RATE_HZ, interpolation="high")
    start(mixer, 0, sine_row(440))
    sound = mixer.render(9600)
    sound[AT + LATENCY_FRAMES + 30 :] = 0
    assert residue_db(sound) > CLICK_DB


@pytest.mark.parametrize("position", [0.0, 0.13, 0.5, 0.77, 0.999, 1.0])
def test_wherever_a_note_starts_its_loop_is_respected(position: float) -> None:
    """Attack and loop have different pitches; after the start only the loop's place decides."""
    attack, loop = np.arange(8000), np.arange(8000)
    wave = np.concatenate([np.sin(attack * 0.02), np.sin(2 * np.pi * loop * 50 / 8000)])
    row = Row(np.round(12000 * wave).astype(np.int16), 1.0, 8000, 8000, 0.0, RATE_HZ)
    mixer = Mixer(RATE_HZ, interpolation="high")
    begin = position * 16000
    mixer.note_on(0, 0, [row], [1.0], step=1.0, gain=1.0, start_frame=begin, envelope=HELD)
    sound = mixer.render(40000 + LATENCY_FRAMES)[LATENCY_FRAMES:, 0]
    frames = np.arange(1000, 40000) + begin
    index = np.where(frames < 16000, frames, 8000 + (frames - 16000) % 8000).astype(int)
    np.testing.assert_allclose(sound[1000:], row.samples[index] / 32768, rtol=0, atol=4e-3)
