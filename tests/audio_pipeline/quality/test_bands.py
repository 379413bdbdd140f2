"""Bands and distances: known spectra land where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality import bands


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_no_band_is_empty(rate_hz: int) -> None:
    window = bands.window_length_frames(0.0427, rate_hz)
    assert (bands.band_matrix(rate_hz, window).sum(axis=0) > 0).all()


@pytest.mark.parametrize("frequency_hz", [110.0, 1000.0, 6000.0])
def test_a_tone_lies_in_its_band(frequency_hz: float) -> None:
    rate_hz = 48_000
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(rate_hz) / rate_hz)
    power = bands.band_power(tone.astype(np.float32), rate_hz)
    assert power.shape == (100, bands.BANDS)
    centre = bands.band_centres_erb(rate_hz)[np.argmax(power[50])]
    spacing = np.diff(bands.band_centres_erb(rate_hz))[0]
    assert abs(centre - bands.erb_number(np.array(frequency_hz))) < spacing


def test_twice_the_amplitude_is_6_db_away() -> None:
    noise = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    quiet, loud = (bands.audible_db(bands.band_power(g * noise, 16_000)) for g in (0.1, 0.2))
    assert bands.distance_db(quiet, loud) == pytest.approx(6.02, abs=0.01)
    assert bands.distance_db(quiet, quiet) == 0


def test_what_is_inaudible_does_not_count() -> None:
    loud = np.full((10, bands.BANDS), 1e-12, np.float32)
    loud[:, 3] = 1.0
    louder_noise = loud.copy()
    louder_noise[:, 40] = 1e-8  # 80 dB below the tone
    both = (bands.audible_db(loud), bands.audible_db(louder_noise))
    assert bands.distance_db(*both) == 0


def test_silence_has_a_finite_level() -> None:
    silence = bands.band_power(np.zeros(16_000, np.float32), 16_000)
    assert np.isfinite(bands.audible_db(silence)).all()
