"""Makes a stretch of a note repeat without a seam, in the note's parameters.

A plain crossfade of samples leaves the partials at the loop's two ends in arbitrary phase, and
they cancel. So the parameters are looped instead: slow trends of level and spectrum are taken
out of the loop, amplitudes, pitch and phase steps are led back to what they were before the
loop's start, and each partial is steered by a fraction of a hertz to arrive with the phase it
started with. Only the residual, which is noise, is crossfaded as samples.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from device.pack.model import Loop

from .envelope import DB_PER_NEPER
from .numeric import Float32, Float64, rows_at
from .returning import (
    Return,
    lead_back,
    remove_decays,
    remove_trend,
    share_of_loop,
    steering,
)
from .tracks import Tracks

RETURN_S = 0.5  # over which parameters are led back, at most
MIN_RETURN_S = 0.1
LEVEL_RETURN_S = 0.15  # of the envelope: the loop may begin in a passing dip
AFTER_ATTACK_S = 0.05  # where the return's model may begin
SEAM_S = 0.01  # last crossfade, of samples: hides what linear interpolation of frames leaves
STEADY_DB_PER_S = -1.0  # slower decays count as sustained
ENDED_DB = -50.0  # below the maximum at the loop's end: the note has died and is not looped


def has_ended(log_envelope: Float64, loop: Loop, rate_hz: int) -> bool:
    """Whether the note has died away by the end of the loop."""
    near_end = log_envelope[loop.end_frame - rate_hz // 20 : loop.end_frame]
    return bool((near_end.max() - log_envelope.max()) * DB_PER_NEPER < ENDED_DB)


def loop_tracks(tracks: Tracks, loop: Loop) -> tuple[Tracks, Return, float]:
    """Tracks whose loop repeats, the return span, and the decay taken out, in dB/s <= 0."""
    rate = tracks.frame.rate_hz
    room = loop.start_frame / rate - tracks.attack_s - AFTER_ATTACK_S
    span_s = min(max(MIN_RETURN_S, min(RETURN_S, room)), 0.4 * loop.length_frames / rate)
    span = Return(loop, int(span_s * rate))
    envelope, decay_db_per_s = _loop_envelope(tracks.log_envelope, tracks.attack_s, span, rate)
    looped = replace(
        tracks,
        log_envelope=envelope,
        log_amplitude=_loop_amplitudes(tracks.log_amplitude, tracks.frame.hop_frames, span),
        phase_steps=_loop_steps(tracks, span),
        pitch_hz=_loop_pitch(tracks, span),
        shares=tuple(_loop_shares(share, tracks.frame.residual.hop_frames, span)
                     for share in tracks.shares),
    )  # fmt: skip
    return looped, span, decay_db_per_s


def loop_samples(samples: Float32, span: Return) -> Float32:
    """Crossfade noise [frames] into what precedes the loop, at constant power."""
    end, start = span.loop.end_frame, span.loop.start_frame
    leaving = samples[end - span.frames : end].astype(np.float64)
    arriving = samples[start - span.frames : start].astype(np.float64)
    progress = span.progress(np.arange(end - span.frames, end, dtype=np.float64))
    power = np.sqrt((leaving @ leaving) * (arriving @ arriving)) + 1e-20
    alike = max(0.0, float(leaving @ arriving / power))
    keep = 1 - progress
    gain = 1 / np.sqrt(keep**2 + progress**2 + 2 * keep * progress * alike)
    looped = samples.copy()
    looped[end - span.frames : end] = (keep * leaving + progress * arriving) * gain
    return looped


def close_seam(samples: Float32, loop: Loop, rate_hz: int) -> Float32:
    """Crossfade the last 10 ms of a loop whose ends are already alike."""
    frames = int(SEAM_S * rate_hz)
    fade = ((np.arange(frames) + 1) / frames).astype(np.float32)
    closed = samples[: loop.end_frame].copy()
    aheadtart = samples[loop.start_frame - frames : loop.start_frame]
    closed[-frames:] += fade * (aheadtart - closed[-frames:])
    return closed


def _loop_envelope(
    log_envelope: Float64, attack_s: float, span: Return, rate_hz: int
) -> tuple[Float64, float]:
    decay_db_per_s = _decay_db_per_s(log_envelope, attack_s, span.loop, rate_hz)
    looped = log_envelope.copy()
    remove_trend(looped, span)
    short = replace(span, frames=min(span.frames, int(LEVEL_RETURN_S * rate_hz)))
    lead_back(looped[:, None], 1, short, level=True)
    return looped, decay_db_per_s if decay_db_per_s < STEADY_DB_PER_S else 0.0


def _decay_db_per_s(log_envelope: Float64, attack_s: float, loop: Loop, rate_hz: int) -> float:
    """Slope of the level in the loop, as far as the note decays and does not just waver.

    A decay is nearly a straight line from the attack on (0.75 of its variance and more); an
    ensemble's level is now down and now up (0.2 and less).
    """
    first = max(0, min(int((attack_s + AFTER_ATTACK_S) * rate_hz), loop.start_frame))
    level_db = log_envelope[first : loop.end_frame : 64] * DB_PER_NEPER
    time_s = (np.arange(len(level_db)) * 64 + first - loop.start_frame) / rate_hz
    inside = time_s >= 0
    slope = np.polyfit(time_s[inside], level_db[inside], 1)[0]
    rest = level_db - np.polyval(np.polyfit(time_s, level_db, 1), time_s)
    explained = 1 - np.var(rest) / max(1e-9, float(np.var(level_db)))
    return float(slope * np.clip((explained - 0.3) / 0.4, 0, 1))


def _loop_amplitudes(log_amplitude: Float32, hop_frames: int, span: Return) -> Float32:
    """Log amplitudes led back, their relative decays taken out, their joint power kept."""
    looped = log_amplitude.copy()
    remove_decays(looped, hop_frames, span)
    lead_back(looped, hop_frames, span, level=True)
    power = _power(log_amplitude)
    lead_back(power, hop_frames, span)
    looped += (power - _power(looped)) / 2
    return looped


def _power(log_amplitude: Float32) -> Float32:
    """Log of the summed power of each row, [rows, 1]."""
    total = np.exp(2 * log_amplitude).sum(1, keepdims=True)
    return np.asarray(np.log(total + np.float32(1e-12)))


def _loop_shares(share: Float32, hop_frames: int, span: Return) -> Float32:
    """The residual's band amplitudes without their decays: its samples are crossfaded later."""
    log_share = np.log(share + np.float32(1e-9))
    remove_decays(log_share, hop_frames, span)
    return np.asarray(np.exp(log_share))


def _loop_steps(tracks: Tracks, span: Return) -> Float32:
    """Phase steps led back, then steered so that each harmonic ends with its first phase."""
    hop = tracks.frame.hop_frames
    steps = tracks.phase_steps.copy()
    lead_back(steps, hop, span, offset_frames=hop / 2)
    cumulative = np.cumsum(steps, axis=0, dtype=np.float64)
    ends = np.array([span.loop.start_frame, span.loop.end_frame]) / hop - 1
    first, last = rows_at(cumulative, ends)
    share = share_of_loop(np.arange(len(steps)) * float(hop), hop, span.loop)
    steps -= (share[:, None] * steering(last - first)).astype(np.float32)
    return steps


def _loop_pitch(tracks: Tracks, span: Return) -> Float64:
    pitch = tracks.pitch_hz[:, None].copy()
    lead_back(pitch, tracks.frame.pitch_hop_frames, span)
    return np.asarray(pitch[:, 0])


def close_phase(phase_cycles: Float64, loop: Loop, nominal_cycles_per_frame: float) -> Float64:
    """The fundamental's phase [frames], steered to make whole cycles in the loop."""
    start, end = loop.start_frame, loop.end_frame
    last_step = phase_cycles[end - 1] - phase_cycles[end - 2]
    advance = phase_cycles[end - 1] + last_step - phase_cycles[start]
    nominal = round(nominal_cycles_per_frame * loop.length_frames)
    excess = float(steering(np.array([2 * np.pi * (advance - nominal)]))[0]) / (2 * np.pi)
    closed = phase_cycles.copy()
    closed[start:] -= excess * np.arange(len(phase_cycles) - start) / loop.length_frames
    return closed
