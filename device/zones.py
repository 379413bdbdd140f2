"""Which stored pitches sound for a key, and how loud each: one, or the two that it lies between.

Two zones together have the power that constant power promises. The sine and cosine alone would give
it only to sounds that have nothing in common; the notes of a pack are often in step from pitch to
pitch, and would be up to 3 dB too loud. So what they have in common is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from device import mapping
from device.engine.row import INT16_FULL_SCALE, Row
from device.pack.places import Cells, nearest_pitch
from device.rows import is_complete, ready_frames

Zone = tuple[int, float]
"""(stored pitch, gain)."""

PROBED_S = (0.1, 2.0)  # after the attack, while most notes are still loud
BLOCKS, BLOCK_FRAMES = 8, 256
MOST, LEAST = 2.0, 0.5  # of the correction
Products = tuple[float, float, float]
"""Inner products below*below, above*above, below*above."""


class Zones:
    """Remembers how much two rows have in common when they play one key, as long as they live."""

    def __init__(self, pitches: Sequence[int], crossfaded: bool) -> None:
        self._pitches, self._crossfaded = pitches, crossfaded
        self._known: WeakKeyDictionary[Row, WeakKeyDictionary[Row, dict[int, Products]]] = (
            WeakKeyDictionary()
        )

    def of(self, note: int) -> tuple[Zone, ...]:
        """What sounds for a key, before its rows are known."""
        if self._crossfaded:
            return mapping.pitch_zones(note, self._pitches)
        return ((nearest_pitch(note, self._pitches), 1.0),)

    def gains(
        self, note: int, zones: Sequence[Zone], found: Sequence[tuple[list[Row], Cells]]
    ) -> list[float]:
        """The gain of each zone, with the rows found for it; the strongest cell stands for all."""
        if len(zones) == 1:
            return [zones[0][1]]
        (below, a), (above, b) = zones
        first, second = (_strongest(rows, cells) for rows, cells in found)
        aa, bb, ab = self._products(first, second, note, below, above)
        wanted = a * a * aa + b * b * bb
        heard = wanted + 2 * a * b * ab
        correction = (wanted / max(heard, 1e-3 * wanted)) ** 0.5 if wanted > 0 else 1.0
        correction = min(max(correction, LEAST), MOST)
        return [a * correction, b * correction]

    def _products(self, first: Row, second: Row, note: int, below: int, above: int) -> Products:
        known = self._known.setdefault(first, WeakKeyDictionary()).setdefault(second, {})
        if note in known:
            return known[note]
        products = _measure(first, second, 2 ** ((note - below) / 12), 2 ** ((note - above) / 12))
        if is_complete(first) and is_complete(second):
            known[note] = products
        return products


def _strongest(rows: Sequence[Row], cells: Cells) -> Row:
    return max(zip(rows, cells, strict=True), key=lambda item: item[1][1])[0]


def _measure(first: Row, second: Row, first_ratio: float, second_ratio: float) -> Products:
    """Both as they sound at the key, in blocks over what is there of both."""
    speeds = first.rate_hz * first_ratio, second.rate_hz * second_ratio  # source frames per second
    there_s = min(ready_frames(first) / speeds[0], ready_frames(second) / speeds[1])
    block_s = BLOCK_FRAMES / first.rate_hz
    last_s = min(PROBED_S[1], there_s) - block_s
    if last_s <= 0:
        return 0.0, 0.0, 0.0
    starts_s = np.linspace(min(PROBED_S[0], last_s / 2), last_s, BLOCKS)
    times_s = (starts_s[:, None] + np.arange(BLOCK_FRAMES) / first.rate_hz).ravel()
    a, b = _sound_at(first, times_s * speeds[0]), _sound_at(second, times_s * speeds[1])
    return float(a @ a), float(b @ b), float(a @ b)


def _sound_at(row: Row, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The row at source frames within what is ready of it; straight between samples."""
    whole = np.minimum(places.astype(np.int64), max(0, ready_frames(row) - 2))
    part = places - whole
    here, after = row.samples[whole].astype(np.float64), row.samples[whole + 1]
    late_s = np.maximum(0.0, places - (row.loop_start_frame or 0)) / row.rate_hz
    gain = row.gain / INT16_FULL_SCALE * 10 ** (row.decay_db_per_s * late_s / 20)
    sound: NDArray[np.float64] = (here + (after - here) * part) * gain
    return sound
