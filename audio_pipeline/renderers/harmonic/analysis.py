"""Takes one source note apart: envelope, pitch, harmonics and residual.

    samples = envelope * (harmonics + residual)        exactly

The envelope is divided out first, so that the analysis windows smear no attack. The harmonics
are read pitch-synchronously: the flattened signal is resampled to a constant number of samples
per period, and a spectrum of whole periods has every harmonic exactly on a bin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft

from device.pack.model import Loop

from ..base import SourceNote
from . import envelope as env
from . import pitch, residual
from .numeric import Complex64, Float32, Float64, midi_hz, read_at
from .synthesis import synthesise

WINDOW_S = 0.030  # of the harmonic analysis, at least, and at least MIN_PERIODS periods
MIN_PERIODS = 2
TOP_HZ = 20500.0
PITCH_HOP_S = 0.0025
POWER = np.float32(0.3)  # exponent of the power mean in which amplitudes are mixed
SILENT = 1e-6  # peak of a source that counts as silent
AUDIBLE = 0.1  # of the maximum: where partials are watched for straying
KEEPS_PHASE = 4 * np.pi  # radians off its mean at most: a partial that keeps its phase
MIN_HARMONIC_SHARE = 0.5  # of the energy; below it the note is left to the residual (drums)


@dataclass(frozen=True)
class Frame:
    """The time and frequency grid of all notes of one pitch: a function of pitch and rate."""

    rate_hz: int
    nominal_hz: float
    harmonics: int
    periods: int  # in one analysis window
    hop_frames: int  # between harmonic frames
    pitch_hop_frames: int
    residual: residual.Layout


def frame_of(midi_pitch: int, rate_hz: int) -> Frame:
    """The grid for a pitch."""
    nominal_hz = midi_hz(midi_pitch)
    top_hz = min(TOP_HZ, 0.97 * rate_hz / 2 / (1 + pitch.MAX_DEVIATION))
    periods = max(MIN_PERIODS, math.ceil(WINDOW_S * nominal_hz))
    hop_s = periods / nominal_hz / 4
    if periods > MIN_PERIODS:
        hop_s = min(0.0075, max(0.004, hop_s))
    return Frame(
        rate_hz,
        nominal_hz,
        max(1, int(top_hz / nominal_hz)),
        periods,
        max(64, int(hop_s * rate_hz)),
        int(PITCH_HOP_S * rate_hz),
        residual.layout(rate_hz),
    )


@dataclass(frozen=True)
class HeldPhases:
    """The phases of a note's partials, less those of a fundamental at its nominal pitch."""

    phasors: Complex64  # [harmonic frames, harmonics], length 1, against `offset`
    turns: Float32  # [harmonic frames, harmonics], their angles unwrapped, radians
    steady: NDArray[np.bool_]  # [harmonics] whether a partial never strays far from its mean
    offset: Float64  # [harmonics] mean phase, -pi..pi


@dataclass(frozen=True)
class HarmonicNote:
    """One analysed source note. Amplitudes are relative to the envelope."""

    source: SourceNote
    frame: Frame
    samples: Float64  # [frames], padded
    measured_log_envelope: Float64  # [frames]
    log_envelope: Float64  # [frames], its dead end extrapolated
    attack_s: float
    harmonicity: float  # 0 noise .. 1 harmonic
    pitch_hz: Float64  # [pitch frames]
    phase_cycles: Float64  # [frames] of the fundamental, 0 at the first sample
    spectra: NDArray[np.complex128]  # [harmonic frames, harmonics], as analysed
    mixing_power: Float32  # [harmonic frames, harmonics], amplitude ** POWER, dead end held
    phase_steps: Float32  # [harmonic frames - 1, harmonics], radians, less the fundamental's
    mixing_steps: Float32  # the same, a dead end's left out
    phases: HeldPhases
    excitation: Complex64  # [residual frames, bins]
    band_log: Float32  # [residual frames, bands], as analysed
    lasting: Complex64  # the excitation, its dead end replaced by noise
    band_power: Float32  # [residual frames, bands], amplitude ** POWER, dead end held


def analyse(source: SourceNote, frame: Frame, loop: Loop | None) -> HarmonicNote:
    """Analyse one note; its frames are padded to a whole second beyond the loop."""
    samples = _padded(source.samples, frame.rate_hz, loop)
    envelope = env.measure(samples, frame.rate_hz / frame.nominal_hz, frame.rate_hz)
    flat = samples / envelope
    pitch_hz = pitch.track(samples, frame.nominal_hz, frame.rate_hz, frame.pitch_hop_frames)
    phase = phase_of(pitch_hz, len(samples), frame)
    spectra = _harmonics(flat, phase, pitch_hz, frame)
    harmonic = synthesise(spectra, phase, frame.hop_frames)
    total = float(samples @ samples)
    rest = float(np.sum(((flat - harmonic) * envelope) ** 2))
    harmonicity = max(0.0, 1 - rest / total) ** 2
    if rest > MIN_HARMONIC_SHARE * total:
        spectra[:] = 1e-9
        harmonic[:] = 0
        harmonicity = 0.0
    log_envelope = np.log(envelope)
    trusted = env.last_trusted_frame(log_envelope)
    excitation, band_log = _residual(flat - harmonic, frame)
    last_row = trusted // frame.residual.hop_frames
    lasting = excitation.copy()
    lasting[last_row:] = residual.noise(len(lasting), frame.residual, source.source_id)[last_row:]
    return HarmonicNote(
        source, frame, samples, log_envelope,
        env.extend_decay(log_envelope, trusted, frame.rate_hz),
        env.attack_s(envelope, frame.rate_hz),
        harmonicity, pitch_hz, phase, spectra,
        _held(np.maximum(np.abs(spectra), 1e-6), trusted // frame.hop_frames, 3),
        *_phase_steps(spectra, trusted, frame),
        _phases_held(spectra, phase, log_envelope, trusted, frame),
        excitation, band_log, lasting,
        _held(np.exp(band_log), last_row, 5),
    )  # fmt: skip


def phase_of(pitch_hz: Float64, frames: int, frame: Frame) -> Float64:
    """Phase in cycles at every sample, 0 at the first, of a pitch track."""
    hops = np.arange(len(pitch_hz)) * frame.pitch_hop_frames
    hz = np.interp(np.arange(frames), hops, pitch_hz)
    phase = np.empty(frames)
    phase[0] = 0.0
    np.cumsum(hz[:-1] / frame.rate_hz, out=phase[1:])
    return phase


def _padded(samples: Float64, rate_hz: int, loop: Loop | None) -> Float64:
    """At least 0.2 s beyond the loop and a whole number of seconds: own length and loop only."""
    needed = max(len(samples), (loop.end_frame if loop else 0) + rate_hz // 5)
    frames = math.ceil(needed / rate_hz) * rate_hz
    padded = np.pad(samples, (0, frames - len(samples)))
    if np.abs(padded).max() < SILENT:  # a silent note still needs a spectrum to be mixed
        padded = padded + SILENT * np.sin(np.arange(frames) * 0.05)
    return padded


def _harmonics(
    flat: Float64, phase: Float64, pitch_hz: Float64, frame: Frame
) -> NDArray[np.complex128]:
    """Complex amplitudes [harmonic frames, harmonics] of the flattened signal."""
    size = next_fast_len(math.ceil(frame.rate_hz / pitch_hz.min()) + 2, real=True)
    size += size % 2
    grid = np.arange(int(phase[-1] * size)) / size
    even = read_at(flat, np.interp(grid, phase, np.arange(len(flat))))
    length = frame.periods * size
    even = np.pad(even, (0, max(0, length - len(even) + 1)))
    centres = np.arange(math.ceil(len(flat) / frame.hop_frames) + 1) * frame.hop_frames
    middle = phase[np.minimum(centres, len(flat) - 1)] * size
    starts = np.clip(np.round(middle - length / 2), 0, len(even) - length).astype(np.int64)
    return _spectra_at(even, starts, length, size, frame)


def _spectra_at(
    even: Float64, starts: NDArray[np.int64], length: int, size: int, frame: Frame
) -> NDArray[np.complex128]:
    window = np.hanning(length + 1)[:-1]
    window *= 2 / window.sum()
    pieces = np.lib.stride_tricks.sliding_window_view(even, length)
    harmonic = np.arange(1, frame.harmonics + 1)
    spectra = np.empty((len(starts), frame.harmonics), np.complex128)
    for first in range(0, len(starts), 32):  # in parts, to stay small
        part = starts[first : first + 32]
        bins: Any = rfft(pieces[part] * window, axis=1)[:, frame.periods * harmonic]
        turn = (part[:, None] * harmonic) % size / size
        spectra[first : first + 32] = bins * np.exp(-2j * np.pi * turn)
    return spectra


def _phase_steps(
    spectra: NDArray[np.complex128], trusted: int, frame: Frame
) -> tuple[Float32, Float32]:
    """phase_steps, and mixing_steps: partials of a dead end go on in tune.

    (Loud as they still count in a mix there, what the recording holds would put it out of tune.)
    """
    steps = np.angle(spectra[1:] * spectra[:-1].conj()).astype(np.float32)
    in_tune = steps.copy()
    in_tune[trusted // frame.hop_frames :] = 0
    return steps, in_tune


def _phases_held(
    spectra: NDArray[np.complex128],
    phase: Float64,
    log_envelope: Float64,
    trusted: int,
    frame: Frame,
) -> HeldPhases:
    """The partials' phases against their own mean; a dead end holds its last ones."""
    phasors = _phasors(spectra, phase, frame)
    last = trusted // frame.hop_frames
    phasors[last + 1 :] = phasors[last]
    level = np.exp(log_envelope[:: frame.hop_frames] - log_envelope.max())[: last + 1]
    share = (level / level.sum()).astype(np.float32)
    mean = share @ phasors[: len(share)]
    offset = np.angle(np.where(np.abs(mean) > 0.1, mean, phasors[last // 2])).astype(np.float64)
    phasors *= np.exp(-1j * offset).astype(np.complex64)
    turns = np.unwrap(np.angle(phasors), axis=0)
    turns -= 2 * np.pi * np.round(share @ turns[: len(share)] / (2 * np.pi))
    watched = level > AUDIBLE
    watched[: int(np.argmax(level)) + 1] = False  # phases of an attack say nothing
    strays = np.abs(turns[: len(level)][watched]).max(0, initial=0) >= KEEPS_PHASE
    return HeldPhases(phasors, np.clip(turns, -KEEPS_PHASE, KEEPS_PHASE), ~strays, offset)


def _phasors(spectra: NDArray[np.complex128], phase: Float64, frame: Frame) -> Complex64:
    """Phases as unit vectors, less those of a fundamental at its nominal pitch."""
    at = np.minimum(np.arange(len(spectra)) * frame.hop_frames, len(phase) - 1)
    drift = phase[at] - at * frame.nominal_hz / frame.rate_hz
    turned = spectra * turning(drift, frame.harmonics)
    return (turned / np.maximum(np.abs(turned), 1e-30)).astype(np.complex64)


def turning(cycles: Float64, harmonics: int) -> Complex64:
    """Unit vectors [len(cycles), harmonics] of harmonics whose fundamental has run `cycles`."""
    turns = cycles[:, None] * np.arange(1, harmonics + 1)
    turns -= np.round(turns)
    angle = (2 * np.pi * turns).astype(np.float32)
    vectors = np.empty(angle.shape, np.complex64)
    vectors.real = np.cos(angle)
    vectors.imag = np.sin(angle)
    return vectors


def _residual(flat_residual: Float64, frame: Frame) -> tuple[Complex64, Float32]:
    spectra = residual.transform(flat_residual, frame.residual)
    band_log = residual.band_log_amplitude(spectra, frame.residual)
    return residual.whiten(spectra, band_log, frame.residual), band_log


def _held(amplitude: NDArray[Any], last: int, average: int) -> Float32:
    """Amplitude ** POWER with the frames after `last` held at the mean of those before."""
    powered = (amplitude**POWER).astype(np.float32)
    last = int(np.clip(last, 1, len(powered) - 1))
    held = np.log(powered[max(0, last - average) : last + 1]).mean(0)
    powered[last + 1 :] = np.exp(held)
    return powered
