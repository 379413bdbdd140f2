"""Exports a pack as the pads and settings of Open NSynth Super."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np

from device.pack import Combination, Manifest, Pack
from device.pack.atomic import write_atomic
from device.pack.mixing import mixing_gain, probe
from device.pack.model import FULL_SCALE
from device.pack.places import Cells, cells_at
from sdcard import upstream_layout as layout
from sdcard.export_mix import Float32, grid_positions, sounded
from sdcard.export_parts import combination_name, fresh_folder, plain_names, write_credits
from sdcard.export_resample import Resampler, frames_for, resampler
from sdcard.upstream_layout import FRAMES, RATE_HZ, RESOLUTION, Pad

FADE_FRAMES = 320  # 20 ms at the end of every note, where that device may stop


def export_upstream(pack: Pack, combinations: Sequence[Combination], output: Path) -> list[str]:
    """Write one .bin per combination and settings.json into a new folder; returns what to tell.

    Held notes go on in the file as they loop and decay here, 3.75 s long. A grid that is not 9x9
    becomes one: between cells they are mixed as the instrument mixes them. Raises PackError,
    ExchangeError.
    """
    resample = resampler(pack.manifest.sample_rate_hz, RATE_HZ)
    fresh_folder(output)
    told = []
    for combination in combinations:
        path = output / f"{combination_name(pack.manifest, combination)}.bin"
        pad, clipped = _pad(pack, combination, resample)
        _write(path, pad)
        told.append(f"wrote {path}" + (f", {clipped} samples clipped" if clipped else ""))
    text = json.dumps(_settings(pack.manifest, combinations), indent=4) + "\n"
    (output / layout.SETTINGS_NAME).write_text(text, encoding="utf-8")
    write_credits(output, pack.manifest)
    return [*told, f"wrote {output / layout.SETTINGS_NAME}"]


def _write(path: Path, pad: Pad) -> None:
    def write(file: BinaryIO) -> None:
        file.write(pad.data)

    write_atomic(path, write)


def _pad(pack: Pack, combination: Combination, resample: Resampler) -> tuple[Pad, int]:
    """The samples of one pad, and how many of them were beyond full scale."""
    pitches = pack.manifest.pitches
    pad = np.empty((RESOLUTION, RESOLUTION, len(pitches), FRAMES), layout.SAMPLE)
    work = _PadWork(pack, combination, resample)

    def fill(index: int) -> int:
        return work.fill(pitches[index], pad[:, :, index])

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # decoding and resampling free the GIL
        clipped = sum(threads.map(fill, range(len(pitches))))
    return pad, clipped


class _PadWork:
    """Fills one pitch of a pad after the other, each cell decoded once."""

    def __init__(self, pack: Pack, combination: Combination, resample: Resampler) -> None:
        self._pack, self._resample = pack, resample
        self._frames = frames_for(FRAMES, pack.manifest.sample_rate_hz, RATE_HZ)
        self._places = [
            [cells_at(combination, *position) for position in row]
            for row in grid_positions(RESOLUTION)
        ]
        self._fade = np.ones(FRAMES, np.float32)
        self._fade[-FADE_FRAMES:] = np.linspace(1, 0, FADE_FRAMES)

    def fill(self, pitch: int, target: Pad) -> int:
        """Fill [row, column, frame]; returns how many samples were clipped."""
        notes: dict[str, Float32] = {}
        room = np.empty(self._frames, np.float32)
        clipped = 0
        for row, places in enumerate(self._places):
            for column, cells in enumerate(places):
                for name, _ in cells:
                    if name not in notes:
                        notes[name] = self._note(name, pitch, room)
                clipped += _store(_mix(notes, cells), target[row, column])
        return clipped

    def _note(self, name: str, pitch: int, room: Float32) -> Float32:
        sound = sounded(self._pack.cell(name), pitch, self._frames, room)
        return self._resample(sound)[:FRAMES] * self._fade


def _mix(notes: dict[str, Float32], cells: Cells) -> Float32:
    if len(cells) == 1:
        return notes[cells[0][0]]
    sounds = [notes[name] for name, _ in cells]
    weights = np.array([weight for _, weight in cells], np.float32)
    probes = np.stack([probe(sound, RATE_HZ) for sound in sounds])
    gain = mixing_gain(probes @ probes.T, [float(weight) for weight in weights])
    mixed: Float32 = np.tensordot(weights * np.float32(gain), np.stack(sounds), axes=1)
    return mixed


def _store(sound: Float32, target: Pad) -> int:
    scaled = np.rint(sound * np.float32(FULL_SCALE))
    np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1, out=target, casting="unsafe")
    return int(np.count_nonzero((scaled < -FULL_SCALE) | (scaled > FULL_SCALE)))


def _settings(manifest: Manifest, combinations: Sequence[Combination]) -> dict[str, object]:
    """The device's settings.json: names as in the file names, corners in its order."""
    return {
        "debug": False,
        "nsynth": {
            "dataDirectory": "/home/pi/pads",
            "resolution": RESOLUTION,
            "pitches": list(manifest.pitches),
            "length": FRAMES,
            "sampleRate": RATE_HZ,
            "looping": bool(manifest.loops),
            "loopStart": layout.LOOP_START,
            "loopEnd": layout.LOOP_END,
        },
        "corners": [
            {"instruments": _corner(manifest, combinations, corner)} for corner in range(4)
        ],
        "audio": {"sampleRate": 48000, "bufferSize": 128},
        "midi": {"device": "/dev/ttyAMA0", "channel": 1},
        "osc": {"in": {"portNumber": 8000}},
    }


def _corner(
    manifest: Manifest, combinations: Sequence[Combination], corner: int
) -> list[dict[str, str]]:
    """The instruments of a corner that some exported pad uses."""
    instruments = manifest.corners[corner]
    used = {combination.instruments[corner] for combination in combinations}
    names = plain_names([instrument.name for instrument in instruments])
    return [
        {"name": names[i], "display": one.display, "abbr": one.abbreviation}
        for i, one in enumerate(instruments)
        if i in used
    ]
