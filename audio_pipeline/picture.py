"""The `picture` stage of latentpad-render: a sound file, and the finger's path, as one PNG."""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import stft

from audio_pipeline.errors import Problem, SourceError
from device.pack.atomic import write_atomic

LOWEST_HZ, HIGHEST_HZ = 40.0, 16000.0
ROWS = 360  # of the picture, evenly spaced in pitch
WINDOW_FRAMES, HOP_FRAMES = 8192, 960
RANGE_DB = 75.0
LEVEL_S = 0.05


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser("picture", help="a sound file to a picture of its spectrum")
    parser.set_defaults(run=run)
    parser.add_argument("sound", metavar="WAV", type=Path)
    parser.add_argument("-o", dest="picture", metavar="PNG", type=Path, required=True)
    parser.add_argument("--gesture", metavar="CSV", type=Path, help="path over the pad to show")


def run(options: argparse.Namespace) -> int:
    """Draw the picture; returns the exit code."""
    samples, rate_hz = _read(options.sound)
    path = _read_path(options.gesture) if options.gesture else None
    image = draw(samples, rate_hz, path)
    write_atomic(options.picture, lambda file: _write_all(file, image))
    print(options.picture)
    return 0


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def draw(
    samples: NDArray[np.float64], rate_hz: int, path: NDArray[np.float64] | None = None
) -> bytes:
    """PNG of a mono sound [frames]: spectrogram over level, and the path [points, 3] if given."""
    from matplotlib.figure import Figure

    heights = [5.0, 1.2] + ([1.2] if path is not None else [])
    figure = Figure(figsize=(14, sum(heights) + 1), layout="constrained")
    axes = figure.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights})
    _spectrogram(axes[0], samples, rate_hz)
    level = np.sqrt(uniform_filter1d(samples**2, int(LEVEL_S * rate_hz)).clip(1e-12))[::480]
    axes[1].plot(np.arange(len(level)) * 480 / rate_hz, 20 * np.log10(level), lw=0.8)
    axes[1].set(ylabel="level, dBFS", ylim=(-60, 0))
    if path is not None:
        axes[2].plot(path[:, 0], path[:, 1], label="x")
        axes[2].plot(path[:, 0], path[:, 2], label="y")
        axes[2].set(ylabel="finger", ylim=(-0.05, 1.05))
        axes[2].legend(loc="upper right", ncols=2)
    axes[-1].set(xlabel="seconds", xlim=(0, len(samples) / rate_hz))
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=90)
    return target.getvalue()


def _spectrogram(axis: Any, samples: NDArray[np.float64], rate_hz: int) -> None:  # noqa: ANN401
    """Draw the log-frequency spectrogram."""
    overlap = WINDOW_FRAMES - HOP_FRAMES
    hz, _, spectra = stft(samples, rate_hz, nperseg=WINDOW_FRAMES, noverlap=overlap)
    top_hz = min(HIGHEST_HZ, rate_hz / 2)
    rows = np.geomspace(LOWEST_HZ, top_hz, ROWS)
    power_db = 20 * np.log10(np.abs(spectra) + 1e-9)
    shown = np.stack([power_db[np.searchsorted(hz, row)] for row in rows])
    axis.imshow(
        shown, origin="lower", aspect="auto", cmap="magma", vmin=shown.max() - RANGE_DB,
        extent=(0, len(samples) / rate_hz, 0, ROWS),
    )  # fmt: skip
    octaves = [hz for hz in (55, 110, 220, 440, 880, 1760, 3520, 7040, 14080) if hz < top_hz]
    axis.set_yticks(np.interp(octaves, rows, np.arange(ROWS)), [f"{hz} Hz" for hz in octaves])


def _read(path: Path) -> tuple[NDArray[np.float64], int]:
    try:
        samples, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SourceError([Problem(str(path), f"not a readable sound file: {error}")]) from error
    if len(samples) < WINDOW_FRAMES:
        raise SourceError(
            [Problem(str(path), f"{len(samples)} frames; at least {WINDOW_FRAMES} are needed")]
        )
    return samples.mean(axis=1), int(rate_hz)


def _read_path(path: Path) -> NDArray[np.float64]:
    """Rows of seconds, x, y: [points, 3]."""
    try:
        with path.open(newline="") as file:
            rows = [row for row in csv.reader(file) if row]
        points = np.array(rows[not _is_number(rows[0][0]) :], dtype=np.float64)
    except (OSError, ValueError, IndexError) as error:
        raise SourceError([Problem(str(path), f"not rows of seconds, x, y: {error}")]) from error
    if points.ndim != 2 or points.shape[1] != 3 or not np.isfinite(points).all():
        raise SourceError([Problem(str(path), "not rows of three numbers: seconds, x, y")])
    return points


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
