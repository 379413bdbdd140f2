"""The parameters of one note over time, of a source or of a mix of sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .analysis import POWER, Frame, HarmonicNote
from .numeric import Complex64, Float32, Float64, rows_at
from .residual import POWER_FLOOR

ENVELOPE_HOP_FRAMES = 24
ENVELOPE_POWER = 0.15  # exponent of the envelopes' power mean: near to a mean of decibels
REFERENCE_S = 0.03  # after the attack: where harmonic phases of different sources are compared


@dataclass
class Tracks:
    """What the synthesiser needs; amplitudes are relative to the envelope."""

    frame: Frame
    frames: int
    log_amplitude: Float32  # [harmonic frames, harmonics]
    phase_start: Float64  # [harmonics] radians at frame 0, less the fundamental's
    phase_steps: Float32  # [harmonic frames - 1, harmonics] radians
    pitch_hz: Float64  # [pitch frames]
    phase_offset_cycles: float  # of the fundamental at the first sample
    log_envelope: Float64  # [frames]
    excitations: tuple[Complex64, ...]  # [residual frames, bins], one per active source
    shares: tuple[Float32, ...]  # [residual frames, bands], amplitude of each excitation
    attack_s: float


def of_source(note: HarmonicNote, frames: int) -> Tracks:
    """The tracks of a source itself: they render to the source exactly."""
    frame = note.frame
    rows = frames // frame.hop_frames + 2
    bands = frames // frame.residual.hop_frames + 4
    spectra = note.spectra[:rows]
    return Tracks(
        frame, frames,
        np.log(np.abs(spectra) + 1e-12).astype(np.float32),
        np.angle(spectra[0]),
        note.phase_steps[: rows - 1],
        note.pitch_hz, 0.0,
        note.measured_log_envelope[:frames],
        (note.excitation[:bands],), (np.exp(note.band_log[:bands]),),
        note.attack_s,
    )  # fmt: skip


def envelope_mix(notes: Sequence[HarmonicNote], weights: Float64, frames: int) -> Float64:
    """Log envelope [frames]: power mean of the envelopes on the warped time axis."""
    grid = np.arange(0, frames + ENVELOPE_HOP_FRAMES, ENVELOPE_HOP_FRAMES)
    mixed = np.zeros(len(grid))
    for note, weight, time in zip(notes, weights, _warped(notes, weights, grid), strict=True):
        coarse = note.log_envelope[:: ENVELOPE_HOP_FRAMES // 3]
        position = time / (ENVELOPE_HOP_FRAMES // 3)
        value = np.interp(position, np.arange(len(coarse)), coarse)
        mixed += weight * np.exp(ENVELOPE_POWER * value)
    log_mixed = np.log(mixed) / ENVELOPE_POWER
    return np.interp(np.arange(frames), grid, log_mixed)


def of_mix(
    notes: Sequence[HarmonicNote], weights: Float64, frames: int, log_envelope: Float64
) -> Tracks:
    """The tracks between several sources; `weights` [len(notes)] add up to 1."""
    frame = notes[0].frame
    attack_s = _mixed_attack_s(notes, weights)
    rows = np.arange(frames // frame.hop_frames + 2) * frame.hop_frames
    warped = [time / frame.hop_frames for time in _warped(notes, weights, rows)]
    powers = [
        np.float32(weight) * rows_at(note.mixing_power, at)
        for note, weight, at in zip(notes, weights, warped, strict=True)
    ]
    phase_steps = _mixed_steps(notes, powers, warped)
    reference = float(np.exp(weights @ np.log([_reference_row(note) for note in notes])))
    reference *= frame.hop_frames
    pitch_hz = _mixed_pitch(notes, weights, frames)
    excitations, shares = _mixed_residual(notes, weights, frames)
    return Tracks(
        frame, frames,
        np.log(sum(powers[1:], powers[0]) + np.float32(1e-9)) / POWER,
        _mixed_phase_start(notes, weights, phase_steps, reference),
        phase_steps,
        pitch_hz,
        -drift_cycles(pitch_hz, reference, frame),
        log_envelope, excitations, shares, attack_s,
    )  # fmt: skip


def drift_cycles(pitch_hz: Float64, at_frame: float, frame: Frame) -> float:
    """Cycles by which the fundamental has run ahead of its nominal pitch at a frame."""
    hops = np.concatenate([[0.0], np.cumsum((pitch_hz[:-1] + pitch_hz[1:]) / 2 - frame.nominal_hz)])
    position = at_frame / frame.pitch_hop_frames
    value = np.interp(position, np.arange(len(hops)), hops)
    return float(value * frame.pitch_hop_frames / frame.rate_hz)


def _mixed_attack_s(notes: Sequence[HarmonicNote], weights: Float64) -> float:
    return float(np.exp(weights @ np.log([note.attack_s for note in notes])))


def _warped(notes: Sequence[HarmonicNote], weights: Float64, frames: np.ndarray) -> list[Float64]:
    """For each source the times, in frames, that sound at the given frames of the mix.

    The attacks are made to coincide: overlaid time structures are what listeners reject
    (Caetano & Rodet 2011). From the attack on time runs evenly to the common end.
    """
    rate = notes[0].frame.rate_hz
    end = max(len(note.samples) for note in notes)
    attack = _mixed_attack_s(notes, weights) * rate
    return [np.interp(frames, [0, attack, end], [0, note.attack_s * rate, end]) for note in notes]


def _mixed_steps(
    notes: Sequence[HarmonicNote], powers: list[Float32], warped: list[Float64]
) -> Float32:
    """Amplitude-weighted mean of the phase steps: a silent partial's phase does not count."""
    mixed = np.zeros_like(powers[0])
    total = np.full_like(powers[0], 1e-12)
    for note, power, at in zip(notes, powers, warped, strict=True):
        loud = power ** (1 / POWER)
        mixed += loud * rows_at(note.phase_steps, at - 0.5)
        total += loud
    steps: Float32 = (mixed / total)[1:]
    return steps


def _mixed_phase_start(
    notes: Sequence[HarmonicNote], weights: Float64, steps: Float32, reference: float
) -> Float64:
    """Phases at frame 0 that bring every harmonic to the mean of the sources' phases.

    The mean is taken just after each source's attack, of phases against the nominal pitch, in
    -pi..pi. So a source's phases do not depend on the others', neighbouring cells differ by
    little, and the player may mix them without cancellation.
    """
    frame = notes[0].frame
    target = np.zeros(frame.harmonics)
    for note, weight in zip(notes, weights, strict=True):
        target += weight * _reference_phase(note)
    row, part = divmod(reference / frame.hop_frames, 1.0)
    walked = steps[: int(row)].sum(0, dtype=np.float64) + part * steps[int(row)]
    return np.asarray(target - walked)


def _reference_row(note: HarmonicNote) -> int:
    """The harmonic frame just after the attack."""
    row = round((note.attack_s + REFERENCE_S) * note.frame.rate_hz / note.frame.hop_frames)
    return max(1, row)


def _reference_phase(note: HarmonicNote) -> Float64:
    frame = note.frame
    row = _reference_row(note)
    drift = drift_cycles(note.pitch_hz, row * frame.hop_frames, frame)
    harmonic = np.arange(1, frame.harmonics + 1)
    phase = np.angle(note.spectra[row]) + 2 * np.pi * harmonic * drift
    return np.asarray(np.angle(np.exp(1j * phase)))


def _mixed_pitch(notes: Sequence[HarmonicNote], weights: Float64, frames: int) -> Float64:
    """Log mean of the pitch tracks; unpitched sources hardly count."""
    frame = notes[0].frame
    hops = np.arange(frames // frame.pitch_hop_frames + 2) * frame.pitch_hop_frames
    trust = weights * np.array([max(1e-6, note.harmonicity) for note in notes])
    trust = trust / trust.sum()
    log_hz = np.zeros(len(hops))
    for note, weight, time in zip(notes, trust, _warped(notes, weights, hops), strict=True):
        at = time / frame.pitch_hop_frames
        log_hz += weight * np.log(np.interp(at, np.arange(len(note.pitch_hz)), note.pitch_hz))
    return np.asarray(np.exp(log_hz))


def _mixed_residual(
    notes: Sequence[HarmonicNote], weights: Float64, frames: int
) -> tuple[tuple[Complex64, ...], tuple[Float32, ...]]:
    """The sources' excitations, and how loud each is in every band.

    The bands' amplitude is the power mean; each excitation gets the square root of its share of
    it, so that a source without residual does not lend its excitation.
    """
    form = notes[0].frame.residual
    rows = np.arange(frames // form.hop_frames + 4)
    times = _warped(notes, weights, np.maximum(0, (rows - 1) * form.hop_frames))
    powers = [
        np.float32(weight) * rows_at(note.band_power, time / form.hop_frames + 1)
        for note, weight, time in zip(notes, weights, times, strict=True)
    ]
    total = sum(powers[1:], powers[0]) + np.float32(POWER_FLOOR)
    amplitude = total ** (1 / POWER)
    shares = tuple(amplitude * np.sqrt(power / total) for power in powers)
    return tuple(_rows(note.excitation, len(rows)) for note in notes), shares


def _rows(excitation: Complex64, count: int) -> Complex64:
    """The first `count` rows, silence beyond the end."""
    rows = excitation[:count]
    return np.pad(rows, ((0, count - len(rows)), (0, 0))) if len(rows) < count else rows
