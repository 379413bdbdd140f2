"""What a listener would notice: pitch, seconds, clicks, loudness, late samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, NOW, Envelope, Mixer, Row
from device.engine.quality import INTERPOLATIONS, Interpolation

GATE = Envelope(0.0, 0.0, 1.0, 0.0)


def constant_row(level: float = 0.5, frames: int = 4000, rate_hz: int = 16000) -> Row:
    samples = np.full(frames, round(level * 32768), np.int16)
    return Row(samples, 1.0, 0, frames, 0.0, rate_hz)


def sine_row(frequency_hz: float, rate_hz: int, frames: int, level: float = 0.5) -> Row:
    wave = level * 32768 * np.sin(2 * np.pi * frequency_hz / rate_hz * np.arange(frames))
    return Row(np.round(wave).astype(np.int16), 1.0, 0, frames, 0.0, rate_hz)


def sound_of(mixer: Mixer, frames: int) -> NDArray[np.float64]:
    """The left channel, without the latency."""
    return mixer.render(frames + LATENCY_FRAMES)[LATENCY_FRAMES:, 0].astype(np.float64)


def fitted(sound: NDArray[np.float64], cycles_per_frame: float) -> tuple[complex, float]:
    """Amplitude and phase of a sine, and the signal-to-rest ratio in dB."""
    angle = 2 * np.pi * cycles_per_frame * np.arange(len(sound))
    basis = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    (a, b), *_ = np.linalg.lstsq(basis, sound, rcond=None)
    rest = sound - basis @ np.array([a, b])
    return complex(a, -b), float(10 * np.log10(np.mean(sound**2) / np.mean(rest**2)))


SNR_FLOORS_DB: dict[Interpolation, tuple[int, int, int]] = {
    "eco": (41, 21, 7),
    "default": (78, 51, 31),
    "high": (69, 69, 79),
}


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("semitones", [0, 4])
def test_images_are_as_low_as_promised(interpolation: Interpolation, semitones: int) -> None:
    for frequency_hz, floor_db in zip(
        (1000, 3000, 6000), SNR_FLOORS_DB[interpolation], strict=True
    ):
        mixer = Mixer(48000, interpolation=interpolation)
        step = 2 ** (semitones / 12) / 3
        row = sine_row(frequency_hz, 16000, 16000, level=0.88)
        mixer.note_on(0, 0, [row], [1.0], step=step, gain=1.0, envelope=GATE)
        _, snr_db = fitted(sound_of(mixer, 12000)[1000:], frequency_hz * step / 16000)
        assert snr_db > floor_db, (frequency_hz, snr_db)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000])
def test_envelopes_run_in_true_seconds_at_any_rate(rate_hz: int) -> None:
    mixer = Mixer(rate_hz)
    envelope = Envelope(attack_s=0.2, decay_s=0.1, sustain=0.25, release_s=0.3)
    mixer.note_on(0, 0, [constant_row()], [1.0], step=16000 / rate_hz, gain=1.0, envelope=envelope)
    mixer.note_off(rate_hz // 2, 0)
    level = sound_of(mixer, rate_hz) / 0.5

    def at(seconds: float) -> float:
        return float(level[round(seconds * rate_hz)])

    assert np.argmax(level) == pytest.approx(0.2 * rate_hz, abs=2)
    assert at(0.1) == pytest.approx((1 - math.exp(-1)) / (1 - math.exp(-2)), abs=1e-3)
    assert at(0.301) == pytest.approx(0.25, abs=1e-4)
    assert at(0.499) == pytest.approx(0.25, abs=1e-4)
    halfway = 0.25 * (math.exp(-3.45) - math.exp(-6.9)) / (1 - math.exp(-6.9))
    assert at(0.65) == pytest.approx(halfway, abs=1e-4)
    assert at(0.799) > 0
    assert not level[round(0.8 * rate_hz) + 1 :].any()
    assert mixer.collect() == [0]


def test_zero_times_still_take_a_millisecond() -> None:
    mixer = Mixer(48000)
    mixer.note_on(0, 0, [constant_row()], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    mixer.note_off(1000, 0)
    sound = sound_of(mixer, 2000)
    assert np.abs(np.diff(sound)).max() < 0.5 * 8 / 48
    assert not sound[1049:].any()


def test_release_starts_from_the_present_level() -> None:
    mixer = Mixer(48000)
    slow = Envelope(attack_s=1.0, decay_s=0.0, sustain=1.0, release_s=0.1)
    mixer.note_on(0, 0, [constant_row()], [1.0], step=1 / 3, gain=1.0, envelope=slow)
    mixer.note_off(4800, 0)
    sound = sound_of(mixer, 12000)
    assert 0.05 < sound.max() < 0.2
    assert np.argmax(sound) == pytest.approx(4800, abs=1)
    assert np.abs(np.diff(sound)).max() < 0.001


@pytest.mark.parametrize("start_frame", [0.5, 1234.7, 3999.0, 50_000.0])
def test_a_start_inside_the_sound_fades_in(start_frame: float) -> None:
    mixer = Mixer(48000)
    mixer.note_on(
        0,
        0,
        [constant_row()],
        [1.0],
        step=1 / 3,
        gain=1.0,
        start_frame=start_frame,
        envelope=GATE,
    )
    sound = sound_of(mixer, 1000)
    assert sound[-1] == pytest.approx(0.5, abs=1e-4)
    assert np.abs(np.diff(sound)).max() < 0.5 * 1.2 / 48


def test_loops_decay_from_their_start_whatever_lap_they_are_in() -> None:
    mixer = Mixer(48000, interpolation="eco")
    samples = np.full(2000, 16384, np.int16)
    row = Row(samples, 1.0, 1600, 400, -20.0, 16000)
    mixer.note_on(0, 0, [row], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    sound = sound_of(mixer, 2 * 48000)
    for seconds in (0.05, 0.1, 1.1, 1.6):
        expected = 0.5 * 10 ** (-max(0.0, seconds - 0.1))
        assert sound[round(seconds * 48000)] == pytest.approx(expected, rel=1e-3)


def test_a_morph_of_a_held_note_moves_without_steps() -> None:
    mixer = Mixer(48000)
    low, high = constant_row(0.1), constant_row(0.8)
    mixer.note_on(0, 0, [low], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    mixer.set_cells(2000, 0, [high], [1.0])
    sound = sound_of(mixer, 4000)
    assert sound[1990] == pytest.approx(0.1, abs=1e-4)
    assert sound[2600] == pytest.approx(0.8, abs=1e-4)
    steepest = np.abs(np.diff(sound[1000:])).max()
    assert steepest < 0.7 / 480 * 1.3  # the interpolator rounds the corners of the ramp
    middle = int(np.flatnonzero(sound > 0.45)[0])
    assert middle == pytest.approx(2000 + 240 + 27, abs=4)  # 9 source frames ahead of the ear


@pytest.mark.parametrize("change", ["set_gain", "set_pan", "set_master"])
def test_gains_and_pan_move_over_the_ramp(change: str) -> None:
    mixer = Mixer(48000)
    mixer.note_on(0, 0, [constant_row()], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    value = 1.0 if change == "set_pan" else 0.2
    getattr(mixer, change)(1000, *(() if change == "set_master" else (0,)), value)
    sound = mixer.render(3000)[LATENCY_FRAMES + 100 :].astype(np.float64)
    assert np.abs(np.diff(sound, axis=0)).max() < 0.5 / 480 * 1.1
    expected = (0.0, 0.5 * math.sqrt(2)) if change == "set_pan" else (0.1, 0.1)
    np.testing.assert_allclose(sound[-1], expected, atol=1e-4)


def test_a_bend_glides() -> None:
    mixer = Mixer(48000)
    row = sine_row(440.0, 16000, 16000)
    mixer.note_on(0, 0, [row], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    mixer.set_step(2000, 0, 0.5)
    sound = sound_of(mixer, 6000)[1000:]
    highest = 2 * np.pi * 660 / 48000
    assert np.abs(np.diff(sound, 2)).max() < 0.5 * highest**2 * 1.05
    _, snr_db = fitted(sound[2000:], 440 * 0.5 / 16000)
    assert snr_db > 70


def test_the_limiter_leaves_everything_below_one_decibel_alone() -> None:
    sounds = []
    for gain in (0.44, 0.88):
        mixer = Mixer(48000)
        row = sine_row(440.0, 16000, 16000, level=0.99)
        mixer.note_on(0, 0, [row], [1.0], step=1 / 3, gain=gain, envelope=GATE)
        sounds.append(mixer.render(5000))
        assert mixer.counters().limiter_gain == 1.0
    np.testing.assert_allclose(sounds[1], 2 * sounds[0], rtol=1e-6, atol=1e-9)


def test_the_limiter_keeps_thirty_two_loud_voices_within_full_scale_without_clipping() -> None:
    mixer = Mixer(48000)
    for voice in range(32):
        row = sine_row(100.0 + 37 * voice, 16000, 16000, level=0.9)
        mixer.note_on(37 * voice, voice, [row], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    sound = mixer.render(48000)
    assert 0.9 < np.abs(sound).max() < 1.0  # clipping would stop at exactly 1
    assert mixer.counters().limiter_gain < 0.2


@pytest.mark.parametrize("rate_hz", [44100, 48000, 192_000])
def test_the_limiter_lets_go_completely(rate_hz: int) -> None:
    sounds = []
    for shout in (False, True):
        mixer = Mixer(rate_hz)
        if shout:
            for voice in range(4):
                row = constant_row(0.9)
                mixer.note_on(0, voice, [row], [1.0], step=0.1, gain=1.0, envelope=GATE)
        mixer.render(rate_hz // 10)
        mixer.panic(NOW)
        mixer.render(rate_hz)
        mixer.note_on(NOW, 0, [constant_row()], [1.0], step=0.1, gain=1.0, envelope=GATE)
        sounds.append(mixer.render(2000))
    np.testing.assert_array_equal(*sounds)


def test_rendering_leaves_the_callers_denormals_alone() -> None:
    Mixer(48000).render(100)
    assert np.float64(5e-324) * np.float64(1.0) != 0.0


def test_samples_that_are_not_ready_are_faded_around_and_counted() -> None:
    samples = np.full(16000, 16384, np.int16)
    samples[4000:] = -32768  # what lies there before the loader has written it
    row = Row(samples, 1.0, None, 0, 0.0, 16000, ready_frames=4000)
    mixer = Mixer(48000)
    mixer.note_on(0, 0, [row], [1.0], step=1 / 3, gain=1.0, envelope=GATE)
    sound = sound_of(mixer, 14000)
    assert sound.min() > -0.002  # the corner of the fade; the garbage is never heard
    assert sound[13000] == 0.0
    assert np.abs(np.diff(sound)).max() < 0.5 * 8 / 48
    assert mixer.counters().starved_rows == 1
    samples[4000:] = 16384
    row.set_ready(16000)
    again = mixer.render(4000)[:, 0].astype(np.float64)
    assert again[-1] == pytest.approx(0.5, abs=1e-3)
    assert np.abs(np.diff(again)).max() < 0.5 * 8 / 48
    assert mixer.counters().starved_rows == 1
    mixer.kill(NOW, 0)
    mixer.render(300)
    assert mixer.collect() == [0]
