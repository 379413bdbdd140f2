"""Loudness against the values that BS.1770 states."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audio_pipeline.loudness import k_weighted, momentary_loudness_lufs


def sine(hz: float, rate_hz: int, length_s: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(length_s * rate_hz)) / rate_hz)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_a_full_scale_sine_of_997_hz_has_minus_3_01_lufs(rate_hz: int) -> None:
    assert momentary_loudness_lufs(sine(997, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_low_rates_come_near(rate_hz: int) -> None:
    assert momentary_loudness_lufs(sine(997, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.06)


def test_the_filters_at_48_khz_are_those_of_the_standard() -> None:
    """The impulse response of the two biquads whose coefficients BS.1770-4 prints (tables 1, 2)."""
    from scipy.signal import lfilter

    impulse = np.zeros(4096)
    impulse[0] = 1.0
    shelf = lfilter(
        [1.53512485958697, -2.69169618940638, 1.19839281085285],
        [1.0, -1.69065929318241, 0.73248077421585],
        impulse,
    )
    wanted = lfilter([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621], shelf)
    assert np.abs(k_weighted(impulse, 48_000) - wanted).max() < 1e-7


def test_half_the_amplitude_is_6_db_less() -> None:
    tone = sine(440, 48_000)
    loud, soft = (momentary_loudness_lufs(gain * tone, 48_000) for gain in (1.0, 0.5))
    assert loud - soft == pytest.approx(6.0206, abs=1e-3)


def test_the_loudest_400_ms_count_wherever_they_are() -> None:
    rate_hz = 48_000
    tone = sine(997, rate_hz, 0.5)
    quiet = np.zeros(rate_hz)
    for parts in ([tone, quiet], [quiet, tone, quiet], [quiet, quiet, tone]):
        found = momentary_loudness_lufs(np.concatenate(parts), rate_hz)
        assert found == pytest.approx(-3.01, abs=0.1)


def test_a_short_note_counts_with_the_silence_after_it() -> None:
    short = momentary_loudness_lufs(sine(997, 48_000, 0.2), 48_000)
    assert short == pytest.approx(-3.01 - 10 * math.log10(2), abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert momentary_loudness_lufs(np.zeros(1000), 48_000) == -math.inf


def test_float32_is_taken() -> None:
    tone = sine(997, 48_000)
    assert momentary_loudness_lufs(tone.astype(np.float32), 48_000) == pytest.approx(
        momentary_loudness_lufs(tone, 48_000), abs=1e-5
    )
