"""The parameters of one note over time, of a source or of a mix of sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .analysis import POWER, Frame, HarmonicNote, turning
from .locking import lock
from .numeric import Complex64, Float32, Float64, rows_at
from .residual import POWER_FLOOR

ENVELOPE_HOP_FRAMES = 24
ENVELOPE_POWER = 0.15  # exponent of the envelopes' power mean: near to a mean of decibels
LEVEL_TRUST = 0.5  # exponent of the level by which a source counts for pitch and phase
REJOIN_S = 0.2  # after twice the slowest attack: from where on all sources share one time
REFERENCE_S = 0.03  # after the attack: from where on partials keep in step with the sources'


@dataclass
class Tracks:
    """What the synthesiser needs; amplitudes are relative to the envelope."""

    frame: Frame
    frames: int
    log_amplitude: Float32  # [harmonic frames, harmonics]
    phase_start: Float64  # [harmonics] radians at frame 0, less the fundamental's
    phase_steps: Float32  # [harmonic frames - 1, harmonics] radians
    pitch_hz: Float64  # [pitch frames]
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
        note.pitch_hz,
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
    loud = _loudness_of_partials(notes, weights, powers, warped)
    pitch_hz = _mixed_pitch(notes, weights, frames)
    own_drift = turning(_drift_cycles(pitch_hz, rows, frame), frame.harmonics)
    phase_start, phase_steps = lock(
        _mixed_phasors(notes, weights, loud, warped) * own_drift.conj(),
        _mixed_steps(notes, loud, warped),
        _reference_row(attack_s, frame),
        frame.hop_frames / frame.rate_hz,
    )
    excitations, shares = _mixed_residual(notes, weights, frames)
    return Tracks(
        frame, frames,
        np.log(sum(powers[1:], powers[0]) + np.float32(1e-9)) / POWER,
        phase_start, phase_steps, pitch_hz,
        log_envelope, excitations, shares, attack_s,
    )  # fmt: skip


def _drift_cycles(pitch_hz: Float64, rows: NDArray[np.int64], frame: Frame) -> Float64:
    """Cycles by which the fundamental has run ahead of its nominal pitch, [len(rows)]."""
    ahead_hz = (pitch_hz[:-1] + pitch_hz[1:]) / 2 - frame.nominal_hz
    hops = np.concatenate([[0.0], np.cumsum(ahead_hz)]) * frame.pitch_hop_frames / frame.rate_hz
    return np.interp(rows / frame.pitch_hop_frames, np.arange(len(hops)), hops)


def _mixed_attack_s(notes: Sequence[HarmonicNote], weights: Float64) -> float:
    return float(np.exp(weights @ np.log([note.attack_s for note in notes])))


def _warped(
    notes: Sequence[HarmonicNote], weights: Float64, frames: NDArray[np.int64]
) -> list[Float64]:
    """For each source the times, in frames, that sound at the given frames of the mix.

    The attacks are made to coincide: overlaid time structures are what listeners reject
    (Caetano & Rodet 2011). Soon after them all times are equal again, so that the waverings of
    one source stay together in all cells.
    """
    rate = notes[0].frame.rate_hz
    attack = _mixed_attack_s(notes, weights) * rate
    again = (2 * max(note.attack_s for note in notes) + REJOIN_S) * rate
    end = max(again, float(frames[-1]))
    return [
        np.interp(frames, [0, attack, again, end], [0, note.attack_s * rate, again, end])
        for note in notes
    ]


def _loudness_of_partials(
    notes: Sequence[HarmonicNote],
    weights: Float64,
    powers: list[Float32],
    warped: list[Float64],
) -> list[Float32]:
    """How much each source's partials count for a mix's phases, [harmonic frames, harmonics].

    By their weight and their loudness: what is silent or has died away does not count.
    """
    loud = []
    for note, weight, power, at in zip(notes, weights, powers, warped, strict=True):
        level = note.log_envelope[:: note.frame.hop_frames]
        trust = np.exp(LEVEL_TRUST * np.interp(at, np.arange(len(level)), level))
        amplitude = (power / np.float32(weight)) ** (LEVEL_TRUST / POWER)
        loud.append(amplitude * (weight * trust[:, None]).astype(np.float32))
    return loud


def _mixed_steps(
    notes: Sequence[HarmonicNote], louds: list[Float32], warped: list[Float64]
) -> Float32:
    """Weighted mean of the phase steps: a silent partial's phase does not count."""
    mixed = np.zeros_like(louds[0])
    total = np.full_like(louds[0], 1e-12)
    for note, loud, at in zip(notes, louds, warped, strict=True):
        mixed += loud * rows_at(note.mixing_steps, at - 0.5)
        total += loud
    steps: Float32 = (mixed / total)[1:]
    return steps


def _mixed_phasors(
    notes: Sequence[HarmonicNote],
    weights: Float64,
    louds: list[Float32],
    warped: list[Float64],
) -> Complex64:
    """Where the sources' partials are, against the nominal pitch: vectors at most 1 long.

    The sources' mean phases are interpolated, so that cells go evenly from one to the other.
    So are the turns round them of partials that keep their phase in all sources; of partials
    that stray (an ensemble's) the mean is a vector's, which follows the loudest.
    """
    offset = np.sum([w * n.phases.offset for n, w in zip(notes, weights, strict=True)], axis=0)
    steady = np.all([note.phases.steady for note in notes], axis=0)
    total = np.sum(louds, axis=0) + np.float32(1e-12)
    mixed = np.empty(total.shape, np.complex64)
    turns = np.zeros((len(total), int(steady.sum())), np.float32)
    vectors = np.zeros((len(total), int((~steady).sum())), np.complex64)
    for note, loud, at in zip(notes, louds, warped, strict=True):
        turns += loud[:, steady] * rows_at(note.phases.turns[:, steady], at)
        vectors += loud[:, ~steady] * rows_at(note.phases.phasors[:, ~steady], at)
    mixed[:, steady] = np.exp(1j * (turns / total[:, steady]))
    mixed[:, ~steady] = vectors / total[:, ~steady]
    mixed *= np.exp(1j * offset).astype(np.complex64)
    return mixed


def _reference_row(attack_s: float, frame: Frame) -> int:
    """The harmonic frame just after an attack."""
    return max(1, round((attack_s + REFERENCE_S) * frame.rate_hz / frame.hop_frames))


def _mixed_pitch(notes: Sequence[HarmonicNote], weights: Float64, frames: int) -> Float64:
    """Log mean of the pitch tracks; what is unpitched, or has died away, hardly counts."""
    frame = notes[0].frame
    hops = np.arange(frames // frame.pitch_hop_frames + 2) * frame.pitch_hop_frames
    log_hz, total = np.zeros(len(hops)), np.zeros(len(hops))
    for note, weight, time in zip(notes, weights, _warped(notes, weights, hops), strict=True):
        at = time / frame.pitch_hop_frames
        level = note.log_envelope[:: frame.pitch_hop_frames]
        trust = (
            weight
            * max(1e-6, note.harmonicity)
            * np.exp(POWER * np.interp(at, np.arange(len(level)), level))
        )
        log_hz += trust * np.log(np.interp(at, np.arange(len(note.pitch_hz)), note.pitch_hz))
        total += trust
    return np.asarray(np.exp(log_hz / total))


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
    return tuple(_rows(note.lasting, len(rows)) for note in notes), shares


def _rows(excitation: Complex64, count: int) -> Complex64:
    """The first `count` rows, silence beyond the end."""
    rows = excitation[:count]
    return np.pad(rows, ((0, count - len(rows)), (0, 0))) if len(rows) < count else rows
