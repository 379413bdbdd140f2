"""Pitch: exact to 0.01 cent over half a minute, for packs of any rate on devices of any rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, NOW, Envelope, Mixer, Row
from device.engine.quality import INTERPOLATIONS, Interpolation

HELD_S = 30
TOLERANCE_CENTS = 0.01
WINDOW_S = 0.1
GATE = Envelope(0.0, 0.0, 1.0, 0.0)
ODD_SEMITONES = (0.0, 7.0, -4.37, 11.93)


def sine_row(frequency_hz: int, rate_hz: int) -> Row:
    """One second, looped: whole periods."""
    wave = 16000 * np.sin(2 * np.pi * frequency_hz * np.arange(rate_hz) / rate_hz)
    return Row(np.round(wave).astype(np.int16), 1.0, 0, rate_hz, 0.0, rate_hz)


def phases(
    sound: NDArray[np.floating], per_frame: float, frames: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(middle frame, phase beside the expected one) of each window of so many frames."""
    count = len(sound) // frames
    at = np.arange(count * frames).reshape(count, frames)
    turning = sound[: at.size].reshape(at.shape) * np.exp(-2j * np.pi * ((at * per_frame) % 1))
    spun = (turning * np.hanning(frames)).sum(axis=1)
    return at.mean(axis=1), np.unwrap(np.angle(spun))


def cents_off(sound: NDArray[np.floating], per_frame: float, frames: int) -> float:
    """By regression of the phase over the whole sound."""
    middles, turned = phases(sound, per_frame, frames)
    slope = np.polyfit(middles, turned, 1)[0] / (2 * np.pi)
    return 1200 * math.log2(1 + slope / per_frame)


@pytest.mark.parametrize("semitones", ODD_SEMITONES)
@pytest.mark.parametrize("output_hz", [44100, 48000, 96000])
def test_a_nsynth_note_keeps_its_pitch_for_half_a_minute(output_hz: int, semitones: float) -> None:
    step = 16000 / output_hz * 2 ** (semitones / 12)
    mixer = Mixer(output_hz)
    mixer.note_on(0, 0, [sine_row(440, 16000)], [1.0], step=step, gain=0.9, envelope=GATE)
    sound = mixer.render(HELD_S * output_hz)[LATENCY_FRAMES + 4800 :, 0].astype(np.float64)
    per_frame, window = 440 * step / 16000, round(WINDOW_S * output_hz)
    assert abs(cents_off(sound, per_frame, window)) < TOLERANCE_CENTS
    _, turned = phases(sound, per_frame, window)
    assert np.ptp(turned) < 2 * np.pi * 1e-3, "no step anywhere in between"


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("pack_hz", [8000, 22050, 32000, 44100, 48000, 96000])
def test_packs_of_any_rate_play_at_their_pitch(pack_hz: int, interpolation: Interpolation) -> None:
    output_hz = 48000
    mixer = Mixer(output_hz, interpolation=interpolation)
    step = pack_hz / output_hz
    mixer.note_on(0, 0, [sine_row(440, pack_hz)], [1.0], step=step, gain=0.9, envelope=GATE)
    sound = mixer.render(3 * output_hz)[LATENCY_FRAMES + 4800 :, 0].astype(np.float64)
    assert abs(cents_off(sound, 440 / output_hz, 4800)) < TOLERANCE_CENTS


def test_a_bent_note_arrives_exactly_and_returns_exactly() -> None:
    mixer = Mixer(48000)
    mixer.note_on(0, 0, [sine_row(440, 16000)], [1.0], step=1 / 3, gain=0.9, envelope=GATE)
    for semitones in (1.0, -2.0, 0.0):
        step = 2 ** (semitones / 12) / 3
        mixer.set_step(NOW, 0, step)
        mixer.render(2000)
        sound = mixer.render(5 * 48000)[:, 0].astype(np.float64)
        assert abs(cents_off(sound, 440 * step / 16000, 4800)) < TOLERANCE_CENTS


def test_a_fiftieth_of_a_cent_would_be_found() -> None:
    step = 2 ** (0.02 / 1200)
    mixer = Mixer(48000)
    mixer.note_on(0, 0, [sine_row(440, 48000)], [1.0], step=step, gain=0.9, envelope=GATE)
    sound = mixer.render(10 * 48000)[LATENCY_FRAMES + 4800 :, 0].astype(np.float64)
    assert cents_off(sound, 440 / 48000, 4800) == pytest.approx(0.02, abs=0.001)
