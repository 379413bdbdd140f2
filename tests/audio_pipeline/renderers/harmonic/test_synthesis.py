"""The wavetable synthesiser against sines added one by one."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.renderers.harmonic.synthesis import synthesise


@pytest.mark.parametrize("harmonics", [1, 20, 200])
def test_equals_added_sines(harmonics: int) -> None:
    rng = np.random.default_rng(harmonics)
    amplitude = 1 / np.arange(1, harmonics + 1) ** 1.5
    angle = rng.uniform(-np.pi, np.pi, harmonics)
    phase = np.cumsum(np.full(4000, 0.00213)) + 0.3
    spectra = np.repeat((amplitude * np.exp(1j * angle))[None], 12, axis=0)
    harmonic = np.arange(1, harmonics + 1)
    wanted = (amplitude * np.cos(2 * np.pi * phase[:, None] * harmonic + angle)).sum(1)
    np.testing.assert_allclose(synthesise(spectra, phase, 360), wanted, atol=2e-3)


def test_frames_are_cross_faded() -> None:
    spectra = np.array([[1.0], [3.0]], complex)
    phase = np.arange(101) / 1.0
    heard = synthesise(spectra, phase, 100)
    np.testing.assert_allclose(heard[[0, 50, 100]], [1, 2, 3], atol=1e-6)
