"""Metrics of a looped note: does the jump from loop end to loop start show?"""

from __future__ import annotations

from audio_pipeline.quality.bands import Float32
from audio_pipeline.quality.features import click_blocks_db, fit
from audio_pipeline.quality.nature import (
    FLUX_HOP_S,
    INAUDIBLE_DB,
    Natural,
    level_db,
    level_swing_db,
    spectral_flux,
)
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured
from device.pack.model import Loop

AROUND_SEAM_S = 0.1
DECAYING_DB_PER_S = -2.5  # and by more in a loop than the level wavers: a decay


def frames_needed(loop: Loop, rate_hz: int) -> int:
    """How far to unroll a note for `seam_metrics`: two passes (all seams are like the first)."""
    return loop.end_frame + loop.length_frames + round(2 * AROUND_SEAM_S * rate_hz)


def seam_metrics(
    unrolled: Float32, loop: Loop, rate_hz: int, pitch: int, natural: Natural, *, is_corner: bool
) -> dict[str, Measured]:
    """seam_flux, swing_x, seam_click and decay_error of a looped note, unrolled `frames_needed`."""
    unrolled = fit(unrolled, frames_needed(loop, rate_hz))
    held = unrolled[loop.start_frame : loop.start_frame + 2 * loop.length_frames]
    if level_db(unrolled, loop.end_frame, rate_hz) < INAUDIBLE_DB:
        return {}
    swing_db, slope_db_per_s = level_swing_db(held, rate_hz)
    fall_db = -natural.slope_db_per_s * loop.length_frames / rate_hz
    decays = natural.slope_db_per_s < DECAYING_DB_PER_S and fall_db > natural.swing_db
    error_db_per_s = abs(slope_db_per_s - natural.slope_db_per_s)
    return {
        "seam_flux": Measured(_seam_flux(unrolled, loop, rate_hz) / natural.flux),
        "swing_x": Measured(swing_db - natural.swing_db),
        "seam_click": Measured(_seam_click_db(unrolled, loop, rate_hz, pitch) - natural.click_db),
        "decay_error": Measured(error_db_per_s) if is_corner and decays else NOT_APPLICABLE,
    }


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
