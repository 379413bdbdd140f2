"""Makes a sound pack of the pads of Open NSynth Super."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from device.pack import (
    WEIGHT_LAWS,
    Combination,
    Instrument,
    Loop,
    Manifest,
    Recipe,
    cell_position,
    encode_cell,
    encode_note,
    limits,
    write_cell,
    write_manifest,
)
from device.pack.members import cell_names
from sdcard import upstream_layout as layout
from sdcard.import_finding import FoundPad
from sdcard.import_note import imported_note, shared_loops
from sdcard.upstream_layout import Pad
from sdcard.upstream_settings import Corners, UpstreamSettings

RENDERER = ("open-nsynth-super", "1")
_NAMESPACE = uuid.UUID("4d0a0a2c-7e0f-5a53-9d0b-1a8f0b6c2a11")


def import_pads(
    corners: Corners, pads: Sequence[FoundPad], settings: UpstreamSettings, name: str, output: Path
) -> Manifest:
    """Write the pack into the folder `output`; raises PackError."""
    work = _Importer(settings, output)
    combinations = [work.combination(corners, pad) for pad in pads]
    manifest = Manifest(
        pack_id="00000000-0000-0000-0000-000000000000",
        name=name,
        author="",
        licence="",
        credits=(),
        sample_rate_hz=settings.shape.rate_hz,
        pitches=settings.shape.pitches,
        columns=settings.shape.resolution,
        rows=settings.shape.resolution,
        weight_law=layout.WEIGHT_LAW,
        renderer_name=RENDERER[0],
        renderer_version=RENDERER[1],
        corners=corners,
        combinations=tuple(combinations),
        loops=work.loops,
        loudness_lufs=work.mean_loudness_lufs(),
        peak_dbfs=work.peak_dbfs(),
    )
    same_sounds = uuid.uuid5(_NAMESPACE, "".join(cell_names(manifest)))
    manifest = replace(manifest, pack_id=str(same_sounds))
    write_manifest(output, manifest)
    return manifest


class _Importer:
    """Writes the cells of pads and remembers how loud they are."""

    def __init__(self, settings: UpstreamSettings, output: Path) -> None:
        self._shape, self._output = settings.shape, output
        self.loops: dict[int, Loop] = shared_loops(settings.shape, settings.loop)
        self._loudness: list[float] = []
        self._peak = 0.0

    def combination(self, corners: Corners, pad: FoundPad) -> Combination:
        """The cells of one pad, each compressed on a thread of its own."""
        chosen = [corner[i] for corner, i in zip(corners, pad.instruments, strict=True)]
        samples: Pad = np.memmap(pad.path, layout.SAMPLE, "r", shape=self._shape.dimensions)
        places = list(np.ndindex(*self._shape.dimensions[:2]))
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            names = list(threads.map(lambda at: self._cell(samples[at], at, chosen), places))
        side = self._shape.resolution
        rows = tuple(tuple(names[row * side : (row + 1) * side]) for row in range(side))
        return Combination(pad.instruments, rows)

    def _cell(
        self, notes: np.ndarray[tuple[int, ...], np.dtype[np.int16]], at: tuple[int, ...],
        chosen: Sequence[Instrument],
    ) -> str:  # fmt: skip
        rate_hz = self._shape.rate_hz
        encoded = []
        for stored, pitch in zip(notes, self._shape.pitches, strict=True):
            note = imported_note(np.asarray(stored), pitch, rate_hz, self.loops.get(pitch))
            encoded.append(encode_note(note, rate_hz))
            self._loudness.append(note.loudness_lufs)
            self._peak = max(self._peak, float(np.abs(note.samples).max()))
        recipe = self._recipe(at, chosen)
        data = encode_cell(rate_hz, recipe, *RENDERER, encoded, self.loops)
        return write_cell(self._output, data)

    def _recipe(self, at: tuple[int, ...], chosen: Sequence[Instrument]) -> Recipe:
        row, column = at
        side = self._shape.resolution
        position = cell_position(column, row, side, side)
        shares: dict[str, float] = {}
        for one, weight in zip(chosen, WEIGHT_LAWS[layout.WEIGHT_LAW](*position), strict=True):
            if weight > limits.WEIGHT[0]:
                shares[one.name] = shares.get(one.name, 0.0) + weight
        return Recipe(tuple((source, min(w, 1.0)) for source, w in sorted(shares.items())))

    def mean_loudness_lufs(self) -> float:
        """The level that these notes have, the silent ones aside."""
        low, high = limits.TARGET_LUFS
        audible = [value for value in self._loudness if value > low]
        return min(float(np.mean(audible)), high) if audible else low

    def peak_dbfs(self) -> float:
        """Their highest peak."""
        low, high = limits.PEAK_DBFS
        return min(max(20 * float(np.log10(max(self._peak, 1e-9))), low), high)
