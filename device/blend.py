"""Weights for the cells of a sounding note: raised so that no level is lost between cells.

Rows that are still being loaded are compared by what is ready of them; whoever plays such a mix
asks again when they are complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from device.engine.row import INT16_FULL_SCALE, Row
from device.pack.mixing import mixing_gain, probe_frames
from device.rows import is_complete, ready_frames

EARLY_FRAMES = 2048


class Blend:
    """Remembers how alike rows are, for as long as they live; a pair costs some 20 us once."""

    def __init__(self) -> None:
        self._probes: WeakKeyDictionary[Row, NDArray[np.float32]] = WeakKeyDictionary()
        self._alike: WeakKeyDictionary[Row, WeakKeyDictionary[Row, float]] = WeakKeyDictionary()

    def weights(self, rows: Sequence[Row], weights: Sequence[float]) -> list[float]:
        """`weights`, which add up to 1, raised as device.pack.mixing says."""
        if len(rows) == 1:
            return list(weights)
        if all(is_complete(row) for row in rows):
            products = np.array([[self._product(a, b) for b in rows] for a in rows])
        else:
            probes = _early_probes(rows)
            products = probes @ probes.T
        gain = mixing_gain(products, weights)
        return [weight * gain for weight in weights]

    def _product(self, first: Row, second: Row) -> float:
        known = self._alike.setdefault(first, WeakKeyDictionary())
        if second not in known:
            product = float(self._probe(first) @ self._probe(second))
            known[second] = product
            self._alike.setdefault(second, WeakKeyDictionary())[first] = product
        return known[second]

    def _probe(self, row: Row) -> NDArray[np.float32]:
        if row not in self._probes:
            self._probes[row] = _probe_as_played(row)
        return self._probes[row]


def _probe_as_played(row: Row) -> NDArray[np.float32]:
    """The row's probe, its decay applied as the engine does in the first pass."""
    frames = probe_frames(row.rate_hz)
    inside = frames < len(row.samples)
    late_s = np.maximum(0, frames - (row.loop_start_frame or 0)) / row.rate_hz
    gain = row.gain / INT16_FULL_SCALE * 10 ** (row.decay_db_per_s * late_s / 20)
    return (row.samples[frames * inside] * gain * inside).astype(np.float32)


def _early_probes(rows: Sequence[Row]) -> NDArray[np.float32]:
    """[rows, samples]: the latest of what is ready in all of them; cheap, as notes wait for it."""
    end = min(ready_frames(row) for row in rows)
    begin = max(0, end - EARLY_FRAMES)
    return np.stack([row.samples[begin:end] * np.float32(row.gain) for row in rows])
