"""Metrics of a looped note: does the jump from loop end to loop start show?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32, band_power
from audio_pipeline.quality.features import click_blocks_db, fit, moving_power
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured
from device.pack.model import Loop

FLUX_HOP_S = 0.005
FLUX_WINDOW_S = 0.0213
FLUX_HOPS = 4  # a change is looked for over 20 ms
AROUND_SEAM_S = 0.1
LEVEL_WINDOW_S = 0.05
LEVEL_HOP_S = 0.01
LEAST_FOR_FLUX_S = 0.1  # less natural sound than this says nothing
LEAST_FOR_LEVEL_S = 0.3
BAKED_CROSSFADE_S = 0.5  # the end of a loop may be crossfaded: no witness of the natural sound
DECAYING_DB_PER_S = -2.5
INAUDIBLE_DB = -40.0  # a seam further below the note's loudest moment than this is not judged
SILENT_POWER = 1e-8
UNHEARD_FLUX_DB = 1.0  # nobody hears a change of less; steady tones have nearly none

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Natural:
    """How lively a note is where no loop touched it."""

    flux: float  # 95th percentile of spectral flux
    swing_db: float  # level from 1st to 99th percentile around its straight line
    slope_db_per_s: float  # inside what becomes the loop
    click_db: float


def natural_of(
    samples: Float32, loop: Loop, rate_hz: int, pitch: int, *, untouched_frames: int
) -> Natural | None:
    """Measure the natural part of a note [frames]: from its attack to `untouched_frames`.

    A source is untouched up to the loop's end, a looped note to where a crossfade may begin (see
    `before_crossfade`). None if there is too little before the note becomes inaudible. Swing and
    slope are 0 where the loop region is not part of it.
    """
    peak = int(np.argmax(np.abs(samples[: round(0.8 * rate_hz)])))
    start = min(loop.start_frame, peak + round(0.1 * rate_hz))
    end = min(untouched_frames, _audible_frames(samples, rate_hz))
    if end - start < LEAST_FOR_FLUX_S * rate_hz:
        return None
    part, inside = samples[start:end], samples[loop.start_frame : end]
    lasts = len(inside) >= LEAST_FOR_LEVEL_S * rate_hz
    return Natural(
        flux=max(UNHEARD_FLUX_DB, float(np.percentile(spectral_flux(part, rate_hz), 95))),
        swing_db=level_swing_db(part, rate_hz)[0] if lasts else 0.0,
        slope_db_per_s=level_swing_db(inside, rate_hz)[1] if lasts else 0.0,
        click_db=float(click_blocks_db(part, rate_hz, pitch)[0].max()),
    )


def before_crossfade(loop: Loop, rate_hz: int) -> int:
    """Frames of a looped note that no baked crossfade can have touched."""
    return loop.end_frame - round(min(BAKED_CROSSFADE_S * rate_hz, 0.4 * loop.length_frames))


def liveliest(naturals: list[Natural]) -> Natural:
    """What is allowed between several sounds: the most of each (the slope is their mean)."""
    return Natural(
        flux=max(natural.flux for natural in naturals),
        swing_db=max(natural.swing_db for natural in naturals),
        slope_db_per_s=float(np.mean([natural.slope_db_per_s for natural in naturals])),
        click_db=max(natural.click_db for natural in naturals),
    )


def frames_needed(loop: Loop, rate_hz: int) -> int:
    """How far to unroll a note for `seam_metrics`: two passes (all seams are like the first)."""
    return loop.end_frame + loop.length_frames + round(2 * AROUND_SEAM_S * rate_hz)


def seam_metrics(
    unrolled: Float32, loop: Loop, rate_hz: int, pitch: int, natural: Natural, *, is_corner: bool
) -> dict[str, Measured]:
    """seam_flux, swing_x, seam_click and decay_error of a looped note, unrolled `frames_needed`."""
    unrolled = fit(unrolled, frames_needed(loop, rate_hz))
    held = unrolled[loop.start_frame : loop.start_frame + 2 * loop.length_frames]
    if _level_db(unrolled, loop.end_frame, rate_hz) < INAUDIBLE_DB:
        return {}
    swing_db, slope_db_per_s = level_swing_db(held, rate_hz)
    decays = is_corner and natural.slope_db_per_s < DECAYING_DB_PER_S
    error_db_per_s = abs(slope_db_per_s - natural.slope_db_per_s)
    return {
        "seam_flux": Measured(_seam_flux(unrolled, loop, rate_hz) / natural.flux),
        "swing_x": Measured(swing_db - natural.swing_db),
        "seam_click": Measured(_seam_click_db(unrolled, loop, rate_hz, pitch) - natural.click_db),
        "decay_error": Measured(error_db_per_s) if decays else NOT_APPLICABLE,
    }


def spectral_flux(samples: Float32, rate_hz: int) -> Array:
    """Change of the band levels over 20 ms in dB, weighted by loudness, [5 ms hops - 4]."""
    bands = band_power(samples, rate_hz, hop_s=FLUX_HOP_S, window_s=FLUX_WINDOW_S)
    floor = bands.max(axis=1, keepdims=True) * np.float32(1e-5) + np.float32(1e-20)
    level_db = 10 * np.log10(bands + floor)
    weight = (bands[FLUX_HOPS:] + np.float32(1e-20)) ** np.float32(0.3)
    change = (level_db[FLUX_HOPS:] - level_db[:-FLUX_HOPS]) ** 2
    return np.asarray(np.sqrt(np.sum(weight * change, axis=1) / np.sum(weight, axis=1)), np.float64)


def level_swing_db(samples: Float32, rate_hz: int) -> tuple[float, float]:
    """(swing in dB around the level's straight line, slope of that line in dB/s)."""
    hop = round(LEVEL_HOP_S * rate_hz)
    power = moving_power(samples, round(LEVEL_WINDOW_S * rate_hz))[::hop]
    level_db = 10 * np.log10(power + 1e-14)
    time_s = np.arange(len(level_db)) * hop / rate_hz
    slope, offset = np.polyfit(time_s, level_db, 1)
    around = level_db - (slope * time_s + offset)
    low, high = np.percentile(around, [1, 99])
    return float(high - low), float(slope)


def _seam_flux(unrolled: Float32, loop: Loop, rate_hz: int) -> float:
    """Largest flux within 100 ms of the first seam."""
    around = round(AROUND_SEAM_S * rate_hz)
    margin = around + round(0.05 * rate_hz)  # room for the windows at both ends
    part = unrolled[max(0, loop.end_frame - margin) : loop.end_frame + margin]
    flux = spectral_flux(part, rate_hz)
    hop = FLUX_HOP_S * rate_hz
    first = round((margin - around) / hop)
    return float(flux[first : first + round(2 * around / hop)].max())


def _seam_click_db(unrolled: Float32, loop: Loop, rate_hz: int, pitch: int) -> float:
    """Sharpest block within 100 ms of the first seam."""
    start = max(0, loop.end_frame - loop.length_frames)
    blocks_db, block = click_blocks_db(unrolled[start:], rate_hz, pitch)
    around = round(AROUND_SEAM_S * rate_hz)
    seam = loop.end_frame - start
    return float(blocks_db[max(0, seam - around) // block : (seam + around) // block + 1].max())


def _level_db(samples: Float32, before_frame: int, rate_hz: int) -> float:
    """Level just before a frame against the note's loudest moment; -200 for silence."""
    window = round(LEVEL_WINDOW_S * rate_hz)
    power = moving_power(samples, window)
    if power.max() < SILENT_POWER:
        return -200.0
    here = power[np.clip(before_frame - window, 0, len(power) - 1)]
    return float(10 * np.log10((here + 1e-20) / power.max()))


def _audible_frames(samples: Float32, rate_hz: int) -> int:
    """Frames up to where the note has sunk below INAUDIBLE_DB for good."""
    power = moving_power(samples, round(LEVEL_WINDOW_S * rate_hz))
    if power.max() < SILENT_POWER:
        return 0
    return int(np.flatnonzero(power > power.max() * 10 ** (INAUDIBLE_DB / 10))[-1])
