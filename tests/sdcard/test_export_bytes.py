"""A pad exported fast has the bytes of the same made the plain way: whole arrays, one by one."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.pack import Cell, Manifest, Pack, PlayMode, open_pack
from device.pack.mixing import mixing_gain, probe
from device.pack.model import FULL_SCALE
from device.pack.places import cells_at
from sdcard.__main__ import main
from sdcard.export_mix import grid_positions
from sdcard.export_resample import frames_for, resampler
from sdcard.export_upstream import FADE_FRAMES
from sdcard.upstream_layout import FRAMES, RATE_HZ, RESOLUTION


def plain_note(cell: Cell, pitch: int, frames: int) -> NDArray[np.float32]:
    note = cell.notes[pitch]
    stored = cell.decode(pitch)[:frames] * np.float32(note.gain / FULL_SCALE)
    sound = np.zeros(frames, np.float32)
    sound[: len(stored)] = stored
    if note.mode is PlayMode.LOOP:
        begin, end = cell.loops[pitch].start_frame, cell.loops[pitch].end_frame
        sound[end:] = np.resize(sound[begin:end], frames - end)
        fall = np.float32(note.decay_db_per_s / cell.rate_hz / 20 * math.log(10))
        sound[begin:] *= np.exp(np.arange(frames - begin, dtype=np.float32) * fall)
    return sound


def plain_mix(sounds: list[NDArray[np.float32]], weights: list[float]) -> NDArray[np.float32]:
    probes = np.stack([probe(sound, RATE_HZ) for sound in sounds])
    shares = np.array(weights, np.float32)
    gain = np.float32(mixing_gain(probes @ probes.T, [float(share) for share in shares]))
    mixed: NDArray[np.float32] = np.tensordot(shares * gain, np.stack(sounds), axes=1)
    return mixed


def plain_pad(pack: Pack) -> bytes:
    combination, rate_hz = pack.manifest.combinations[0], pack.manifest.sample_rate_hz
    resample, frames = resampler(rate_hz, RATE_HZ), frames_for(FRAMES, rate_hz, RATE_HZ)
    fade = np.ones(FRAMES, np.float32)
    fade[-FADE_FRAMES:] = np.linspace(1, 0, FADE_FRAMES)
    pad = b""
    for row in grid_positions(RESOLUTION):
        for position in row:
            cells = cells_at(combination, *position)
            for pitch in pack.manifest.pitches:
                heard = [plain_note(pack.cell(name), pitch, frames) for name, _ in cells]
                notes = [resample(sound)[:FRAMES] * fade for sound in heard]
                sound = plain_mix(notes, [w for _, w in cells]) if len(notes) > 1 else notes[0]
                limited = np.rint(sound * np.float32(FULL_SCALE)).clip(-FULL_SCALE, FULL_SCALE - 1)
                pad += limited.astype("<i2").tobytes()
    return pad


@pytest.mark.parametrize(
    ("rate_hz", "side", "looped"), [(16_000, 9, True), (16_000, 2, False), (48_000, 3, True)]
)
def test_the_bytes_are_those_of_the_plain_way(
    make_test_pack: Callable[..., Manifest], tmp_path: Path, rate_hz: int, side: int, looped: bool
) -> None:
    if rate_hz != RATE_HZ:
        pytest.importorskip("soxr", reason="needs the Python package soxr (latentpad[designer])")
    make_test_pack(
        tmp_path / "p", pitches=(48, 72), rate_hz=rate_hz, columns=side, rows=side, is_looped=looped
    )
    arguments = ["export", str(tmp_path / "p"), "--format", "upstream", "-o", str(tmp_path / "u")]
    assert main(arguments) == 0
    found = next((tmp_path / "u").glob("*.bin")).read_bytes()
    with open_pack(tmp_path / "p") as pack:
        expected = plain_pad(pack)
    assert len(found) == RESOLUTION**2 * 2 * FRAMES * 2
    assert hashlib.sha256(found).digest() == hashlib.sha256(expected).digest()
