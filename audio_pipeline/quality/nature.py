"""How lively a note is by nature: the measure for its loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32, band_power
from audio_pipeline.quality.features import click_blocks_db, moving_power
from device.pack.model import Loop

FLUX_HOP_S = 0.005
FLUX_WINDOW_S = 0.0213
FLUX_HOPS = 4  # a change is looked for over 20 ms
LEVEL_WINDOW_S = 0.05
LEVEL_HOP_S = 0.01
LEAST_FOR_FLUX_S = 0.1  # less natural sound than this says nothing
LEAST_FOR_LEVEL_S = 0.3
BAKED_CROSSFADE_S = 0.5  # the end of a loop may be crossfaded: no witness of the natural sound
INAUDIBLE_DB = -40.0  # a seam further below the note's loudest moment than this is not judged
SILENT_POWER = 1e-8
UNHEARD_FLUX_DB = 1.0  # nobody hears a change of less; steady tones have nearly none

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Natural:
    """How lively a note is where no loop touched it."""

    flux: float  # 95th percentile of spectral flux
    swing_db: float  # level from 1st to 99th percentile around its straight line
    slope_db_per_s: float  # inside what becomes the loop, as far as it is a lasting decay
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
    swing_db, slope_db_per_s = level_swing_db(part, rate_hz)
    if lasts:  # a decay goes on all the time; an ensemble's wavering is now down and now up
        slope_db_per_s = max(slope_db_per_s, level_swing_db(inside, rate_hz)[1])
    return Natural(
        flux=max(UNHEARD_FLUX_DB, float(np.percentile(spectral_flux(part, rate_hz), 95))),
        swing_db=swing_db if lasts else 0.0,
        slope_db_per_s=slope_db_per_s if lasts else 0.0,
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


def level_db(samples: Float32, before_frame: int, rate_hz: int) -> float:
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
