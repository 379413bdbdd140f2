"""The figures of the report: spectrogram strips, metric curves, loop seams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32, band_centres_erb
from audio_pipeline.quality.features import NoteFeatures, moving_power
from audio_pipeline.quality.pad_notes import PadNote
from audio_pipeline.quality.report.colours import GRID, TEXT
from audio_pipeline.quality.report.spectrum import FREQUENCIES_HZ, log_spectrogram_db
from audio_pipeline.quality.timbre import distances_db

DYNAMICS_DB = 66
TICKS_HZ = {100: "100", 300: "300", 1000: "1k", 3000: "3k", 10000: "10k"}
AROUND_SEAM_S = 0.012
PASSES = 4

Array = NDArray[np.float64]


def strip(notes: Sequence[PadNote]) -> Figure:
    """Spectrograms of the cells of a path side by side, log frequency."""
    figure = Figure(figsize=(11, 2.6))
    axes = figure.subplots(1, len(notes), sharey=True, gridspec_kw={"wspace": 0.03})
    pictures = [log_spectrogram_db(note.judged, note.rate_hz) for note in notes]
    loudest = max(float(one.max()) for one in pictures)
    for number, (axis, one) in enumerate(zip(axes, pictures, strict=True)):
        axis.pcolormesh(
            np.linspace(0, 4, one.shape[1] + 1),
            np.append(FREQUENCIES_HZ, FREQUENCIES_HZ[-1] * 1.05),
            one,
            cmap="magma",
            vmin=loudest - DYNAMICS_DB,
            vmax=loudest,
            rasterized=True,
        )
        axis.set_yscale("log")
        axis.set_xticks([])
        axis.set_xlabel(str(number + 1), color=TEXT, fontsize=10)
        _plain(axis)
    axes[0].yaxis.set_major_locator(FixedLocator(list(TICKS_HZ)))
    axes[0].yaxis.set_minor_locator(NullLocator())
    axes[0].set_yticklabels(list(TICKS_HZ.values()))
    figure.subplots_adjust(left=0.045, right=0.995, top=0.99, bottom=0.11)
    return figure


def curves(
    cells: Sequence[NoteFeatures], expected_lufs: Array, rate_hz: int, first: str, last: str
) -> Figure:
    """Level, brightness and distance to both ends along a path; `first`, `last` are colours."""
    figure = Figure(figsize=(11, 2.4))
    level, bright, apart = figure.subplots(1, 3)
    numbers = np.arange(1, len(cells) + 1)
    level.plot(numbers, expected_lufs, "--", color=TEXT, lw=1, label="straight way")
    level.plot(numbers, [cell.loudness_lufs for cell in cells], "o-", color=last, ms=4)
    level.set_title("loudness, LUFS")
    bright.plot(numbers, [_centroid_hz(cell, rate_hz) for cell in cells], "o-", color=last, ms=4)
    bright.set_title("brightness (spectral centroid), Hz")
    to_first, to_last, _ = distances_db([cell.bands_db for cell in cells])
    apart.plot(numbers, to_first, "o-", color=first, ms=4, label="to the first sound")
    apart.plot(numbers, to_last, "o-", color=last, ms=4, label="to the last sound")
    apart.set_title("distance, dB")
    for axis in (level, bright, apart):
        _plain(axis)
        axis.grid(color=GRID, lw=0.5)
        axis.set_xticks(numbers)
    for axis in (level, apart):
        axis.legend(frameon=False, labelcolor=TEXT, fontsize=9.5, loc="upper center")
    level.set_ylim(*_at_least(level.get_ylim(), 2.0))
    figure.subplots_adjust(left=0.05, right=0.995, top=0.87, bottom=0.12, wspace=0.16)
    return figure


def seam(note: PadNote, held: Float32, colour: str) -> Figure:
    """The wave around the seam, all passes over each other, and the level of the held note."""
    figure = Figure(figsize=(11, 2.2))
    if note.loop is None:
        level = figure.subplots()
    else:
        wave, level = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 2]})
        _wave(wave, note, held, colour)
        _plain(wave)
    hop = round(0.01 * note.rate_hz)
    power = moving_power(held, round(0.05 * note.rate_hz))[::hop]
    level_db = 10 * np.log10(power + 1e-12)
    level.plot(np.arange(len(level_db)) / 100, level_db, color=colour, lw=1)
    level.set_ylim(max(-100.0, float(level_db.max()) - 60), float(level_db.max()) + 3)
    again = "" if note.loop is None else "; lines: the loop begins again"
    level.set_title(f"level while held, dBFS{again}")
    for second in _seams_s(note, len(held)):
        level.axvline(second, color=TEXT, lw=0.7, ls=":")
    _plain(level)
    figure.subplots_adjust(left=0.05, right=0.995, top=0.86, bottom=0.13, wspace=0.13)
    return figure


def _wave(axis: Axes, note: PadNote, held: Float32, colour: str) -> None:
    around = round(AROUND_SEAM_S * note.rate_hz)
    seconds = np.arange(-around, around) / note.rate_hz
    for number, second in enumerate(_seams_s(note, len(held))[:PASSES]):
        frame = round(second * note.rate_hz)
        piece = held[frame - around : frame + around]
        if len(piece) == 2 * around:
            axis.plot(1000 * seconds, piece, color=colour, lw=1, alpha=1 - 0.2 * number)
    axis.axvline(0, color=TEXT, lw=0.7, ls=":")
    axis.set_title("wave around the seam, ms")


def _seams_s(note: PadNote, frames: int) -> list[float]:
    if note.loop is None:
        return []
    found = range(note.loop.end_frame, frames, note.loop.length_frames)
    return [frame / note.rate_hz for frame in found]


def _centroid_hz(cell: NoteFeatures, rate_hz: int) -> float:
    """Mean of the ERB scale weighted by loudness (power to 0.3), in Hz."""
    loudness = np.mean(cell.bands**0.3, axis=0)
    erb = float(np.sum(loudness * band_centres_erb(rate_hz)) / max(1e-12, float(np.sum(loudness))))
    return float((10 ** (erb / 21.4) - 1) / 0.00437)


def _at_least(limits: tuple[float, float], spread: float) -> tuple[float, float]:
    middle, half = sum(limits) / 2, max(spread, limits[1] - limits[0]) / 2
    return middle - half, middle + half


def _plain(axis: Axes) -> None:
    axis.title.set(color=TEXT, fontsize=10.5)
    axis.tick_params(colors=TEXT, labelsize=9.5, length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
