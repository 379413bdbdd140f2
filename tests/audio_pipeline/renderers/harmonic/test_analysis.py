"""Taking notes apart: nothing is lost, and harmonics and pitch are what the sound was made of."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.renderers.harmonic import residual
from audio_pipeline.renderers.harmonic.analysis import HarmonicNote, analyse, frame_of
from audio_pipeline.renderers.harmonic.synthesis import synthesise


def rebuilt(note: HarmonicNote) -> np.ndarray:
    form = note.frame.residual
    noise = residual.inverse(
        note.excitation * (np.exp(note.band_log) @ form.bands_to_bins), len(note.samples), form
    )
    harmonic = synthesise(note.spectra, note.phase_cycles, note.frame.hop_frames)
    return (harmonic * (note.harmonicity > 0) + noise) * np.exp(note.measured_log_envelope)


@pytest.mark.parametrize("name", ["steady", "saw", "bar", "odd", "noise"])
@pytest.mark.parametrize(("pitch", "rate_hz"), [(24, 48000), (84, 48000), (48, 16000)])
def test_parts_add_up_to_the_note(
    synthetic: ModuleType, name: str, pitch: int, rate_hz: int
) -> None:
    note = analyse(synthetic.source_note(name, pitch, rate_hz), frame_of(pitch, rate_hz), None)
    error = rebuilt(note) - note.samples
    assert 10 * np.log10((error @ error) / (note.samples @ note.samples)) < -110


def test_finds_the_harmonics_of_an_organ(synthetic: ModuleType) -> None:
    note = analyse(synthetic.source_note("steady", 60, 48000), frame_of(60, 48000), None)
    amplitude = np.abs(note.spectra[150])
    np.testing.assert_allclose(amplitude[:12] / amplitude[0], 1 / np.arange(1, 13), rtol=2e-3)
    assert amplitude[12:].max() < 1e-3 * amplitude[0]


def test_follows_vibrato(synthetic: ModuleType) -> None:
    note = analyse(synthetic.source_note("saw", 60, 48000), frame_of(60, 48000), None)
    cents = 1200 * np.log2(note.pitch_hz / note.frame.nominal_hz)
    steady = cents[400:1100]  # 1.0 to 2.75 s
    assert 8 < steady.max() < 13  # 12 in the sound, a little less after smoothing
    assert -13 < steady.min() < -8


def test_noise_and_silence_have_no_harmonics(synthetic: ModuleType) -> None:
    frame = frame_of(60, 48000)
    assert analyse(synthetic.source_note("noise", 60, 48000), frame, None).harmonicity == 0
    silent = analyse(synthetic.source_note("silent", 60, 48000), frame, None)
    assert np.isfinite(silent.log_envelope).all()


def test_the_grid_depends_on_pitch_and_rate_only() -> None:
    assert frame_of(24, 48000).harmonics * frame_of(24, 48000).nominal_hz < 20500
    assert frame_of(84, 16000).harmonics * frame_of(84, 16000).nominal_hz * 1.055 < 8000


def test_spectra_return_to_their_samples() -> None:
    noise = np.random.default_rng(1).standard_normal(30000)
    form = residual.layout(44100)
    back = residual.inverse(residual.transform(noise, form), len(noise), form)
    np.testing.assert_allclose(back, noise, atol=2e-6)
