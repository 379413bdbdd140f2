"""Mixing parameters: phases go evenly from source to source, and the dead do not speak."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import fftconvolve

from audio_pipeline.renderers.base import SourceNote
from audio_pipeline.renderers.harmonic import HarmonicRenderer, residual
from device.pack.model import Loop

RATE_HZ = 48000
TIME_S = np.arange(4 * RATE_HZ) / RATE_HZ


def tone(pitch: int, drift_cycles: float = 0.0, phase: float = 0.0) -> np.ndarray:
    """A tone with an octave above it, whose phase wanders by a slow swing of so many cycles."""
    hz = 440 * 2 ** ((pitch - 69) / 12)
    cycles = hz * TIME_S + drift_cycles * np.sin(2 * np.pi * 0.35 * TIME_S) + phase
    sound = np.sin(2 * np.pi * cycles) + 0.3 * np.sin(4 * np.pi * cycles)
    return 0.2 * np.minimum(TIME_S / 0.02, 1) * sound


def phase_cycles(samples: np.ndarray, hz: float) -> np.ndarray:
    """Phase of the partial at hz against a steady one, in cycles, every 0.1 s."""
    window = np.hanning(2001)
    turned = samples * np.exp(-2j * np.pi * hz * TIME_S[: len(samples)])
    band = fftconvolve(turned, window / window.sum(), "same")
    return np.unwrap(np.angle(band[4800::4800])) / (2 * np.pi)


@pytest.mark.parametrize("phase", [0.1, 0.25, -0.4])
def test_cells_go_evenly_through_phases_that_drift_slowly(
    renderer: HarmonicRenderer, loop_of: Callable[[int], Loop], phase: float
) -> None:
    sources = [
        SourceNote("a", 60, tone(60), "a"),
        SourceNote("b", 60, tone(60, drift_cycles=0.6, phase=phase), "b"),
    ]
    ready = renderer.prepare(sources, RATE_HZ, loop_of(60))
    hz = 440 * 2 ** (-9 / 12)
    paths = []
    for step in range(9):
        samples = renderer.render(ready, {"a": 1 - step / 8, "b": step / 8}).samples
        paths.append(phase_cycles(samples[: loop_of(60).start_frame], hz))
    jumps = np.diff(np.array(paths), axis=0)
    jumps -= np.round(jumps.mean(1, keepdims=True))
    assert np.abs(jumps).max() < 0.22  # cycles; 1.2 of them lie between the corners


def test_what_a_dead_note_holds_does_not_put_the_mix_out_of_tune(
    renderer: HarmonicRenderer, loop_of: Callable[[int], Loop]
) -> None:
    hum = 1e-5 * np.sin(2 * np.pi * 268.0 * TIME_S)  # 42 cents sharp of middle C
    dying = tone(60) * 10 ** (-60 * TIME_S / 20) + hum
    sources = [SourceNote("dying", 60, dying, "d"), SourceNote("steady", 60, tone(60), "s")]
    ready = renderer.prepare(sources, RATE_HZ, loop_of(60))
    hz = 440 * 2 ** (-9 / 12)
    note = renderer.render(ready, {"dying": 0.5, "steady": 0.5})
    drift = phase_cycles(note.samples, hz)[8:]
    cents = 1200 * np.log2(1 + np.polyfit(np.arange(len(drift)) * 0.1, drift, 1)[0] / hz)
    assert abs(cents) < 1


def test_noise_is_white_and_its_own_for_each_name() -> None:
    form = residual.layout(RATE_HZ)
    first, again, other = (residual.noise(400, form, name) for name in ("a", "a", "b"))
    np.testing.assert_array_equal(first, again)
    power = (np.abs(first[5:-5, 2:-2]) ** 2).mean(0)
    assert 0.7 < power.min() < power.mean() == pytest.approx(1, abs=0.05)
    likeness = np.abs((first * other.conj()).mean()) / (np.abs(first) ** 2).mean()
    assert likeness < 0.05
