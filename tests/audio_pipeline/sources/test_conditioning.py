"""The corrections that make source notes alike, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.sources.conditioning import cut, levelled, resampled, trimmed, without_rumble

RATE_HZ = 48_000


def sine(hz: float, length_s: float = 1.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(length_s * rate_hz)) / rate_hz)


def spectrum_db(samples: np.ndarray, rate_hz: int, hz: float) -> float:
    window = np.hanning(len(samples))
    turning = np.exp(-2j * np.pi * hz / rate_hz * np.arange(len(samples)))
    return float(20 * np.log10(2 * abs(np.sum(samples * window * turning)) / window.sum() + 1e-12))


@pytest.mark.parametrize("from_hz", [8_000, 16_000, 44_100, 96_000])
def test_resampling_keeps_tones_and_adds_none(from_hz: int) -> None:
    tone = resampled(sine(1000, 1.0, from_hz), from_hz, RATE_HZ)[4800:-4800]
    assert spectrum_db(tone, RATE_HZ, 1000) == pytest.approx(-6.02, abs=0.01)
    for image_hz in (from_hz - 1000, from_hz + 1000):
        if image_hz < RATE_HZ / 2:
            assert spectrum_db(tone, RATE_HZ, image_hz) < -120


def test_dc_and_rumble_go_and_the_lowest_note_stays() -> None:
    tone = without_rumble(sine(32.7, 2.0) + 0.2 + sine(4, 2.0), RATE_HZ)[RATE_HZ:]
    assert spectrum_db(tone, RATE_HZ, 0) < -80
    assert spectrum_db(tone, RATE_HZ, 4) < -30
    assert spectrum_db(tone, RATE_HZ, 32.7) == pytest.approx(-6.02, abs=0.7)


def test_a_file_that_begins_off_zero_gets_no_step() -> None:
    assert np.abs(without_rumble(np.full(4800, 0.3), RATE_HZ)).max() < 1e-9


def test_nothing_sounds_before_the_attack() -> None:
    click = np.zeros(RATE_HZ)
    click[1000] = 1.0
    assert np.abs(without_rumble(click, RATE_HZ)[:1000]).max() == 0


@pytest.mark.parametrize("silence_s", [0.0, 0.0005, 0.3, 2.0])
def test_leading_silence_is_cut_to_a_millisecond(silence_s: float) -> None:
    quiet = 1e-4 * np.random.default_rng(0).standard_normal(round(silence_s * RATE_HZ))
    note = trimmed(np.concatenate([quiet, sine(440)]), RATE_HZ)
    onset = int((np.abs(note) > 0.5 * 10 ** (-50 / 20)).argmax())
    assert onset <= 0.001 * RATE_HZ + 1
    assert len(note) - RATE_HZ <= 0.001 * RATE_HZ + 1
    if silence_s > 0.001:
        assert note[0] == 0


def test_a_slow_attack_is_kept() -> None:
    swell = sine(440, 2.0) * np.linspace(0, 1, 2 * RATE_HZ) ** 2
    assert len(trimmed(swell, RATE_HZ)) > 1.85 * RATE_HZ


def test_a_note_is_cut_to_its_length_and_fades_out() -> None:
    note = cut(np.ones(RATE_HZ), RATE_HZ, 0.5)
    assert len(note) == RATE_HZ / 2
    assert note[-1] == pytest.approx(0, abs=1e-12)
    assert (note[: -round(0.01 * RATE_HZ)] == 1).all()
    assert (np.diff(note) <= 0).all()
    assert len(cut(np.ones(100), RATE_HZ, 0.5)) == 100


def test_a_note_gets_the_wanted_loudness() -> None:
    for gain in (0.01, 1.0):
        note, gain_db = levelled(gain * sine(440), RATE_HZ, -23.0, -1.0)
        assert momentary_loudness_lufs(note, RATE_HZ) == pytest.approx(-23.0, abs=1e-6)
        assert np.allclose(note, gain * sine(440) * 10 ** (gain_db / 20))


def test_or_less_where_its_peak_would_pass_the_cap() -> None:
    click = np.zeros(RATE_HZ)
    click[100:104] = 0.1
    note, _ = levelled(click, RATE_HZ, -23.0, -1.0)
    assert np.abs(note).max() == pytest.approx(10 ** (-1 / 20))
    assert momentary_loudness_lufs(note, RATE_HZ) < -23.0
