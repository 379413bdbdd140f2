"""Tests of device/pack/cell.py: samples to notes to the bytes of a cell."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import math
import pickle
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from device.pack import (
    Codec,
    Loop,
    NoteAudio,
    PackError,
    PackInvalidError,
    PlayMode,
    Recipe,
    cell_name,
    encode_cell,
    encode_note,
    parse_header,
)

RATE_HZ = 8000
RECIPE = Recipe((("a", 0.25), ("b", 0.75)))


def note(samples: object, **changes: object) -> NoteAudio:
    plain = NoteAudio(60, np.asarray(samples, np.float32), PlayMode.ONE_SHOT, 0.0, -23.0)
    return dataclasses.replace(plain, **changes)


def cell(
    *notes: NoteAudio, loops: dict[int, Loop] | None = None, codec: Codec = Codec.FLAC
) -> bytes:
    encoded = [encode_note(one, RATE_HZ) for one in notes]
    return encode_cell(RATE_HZ, RECIPE, "test", "1", encoded, loops or {}, codec=codec)


@given(st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=50))
def test_samples_survive_to_half_a_step(values: list[float]) -> None:
    encoded = encode_note(note(values), RATE_HZ)
    stored, rate_hz = soundfile.read(io.BytesIO(encoded.flac), dtype="int16")
    assert rate_hz == RATE_HZ
    gain = encoded.info.gain
    assert 1 <= gain <= 8
    step = gain / 32768
    # At the very limit of 8 the highest sample is one step below full scale.
    np.testing.assert_allclose(stored * step, np.float32(values), atol=step * 1.001)
    if max(map(abs, values)) < 0.999:
        assert gain == 1
        np.testing.assert_allclose(stored * step, np.float32(values), atol=step * 0.501)


def test_a_loud_note_is_scaled_to_the_highest_sample() -> None:
    encoded = encode_note(note([0.0, 2.0, -1.0]), RATE_HZ)
    stored, _ = soundfile.read(io.BytesIO(encoded.flac), dtype="int16")
    assert stored.tolist() == [0, 32767, -16384]
    assert stored[1] * encoded.info.gain / 32768 == pytest.approx(2.0, abs=1e-9)


def test_the_head_is_100_ms_and_padded_with_silence() -> None:
    long = encode_note(note(np.linspace(0, 0.9, 1000)), RATE_HZ)
    stored, _ = soundfile.read(io.BytesIO(long.flac), dtype="int16")
    assert np.array_equal(np.frombuffer(long.head, "<i2"), stored[:800])
    short = encode_note(note([0.5, 0.25]), RATE_HZ)
    assert np.frombuffer(short.head, "<i2").tolist() == [16384, 8192] + [0] * 798


def test_silence_has_the_lowest_loudness_that_json_can_hold() -> None:
    assert encode_note(note([0.0], loudness_lufs=-math.inf), RATE_HZ).info.loudness_lufs == -120


@pytest.mark.parametrize(
    "samples", [[], [math.nan], [math.inf], [8.1], [-8.1], [[0.0, 0.0]], 0.0], ids=str
)
def test_impossible_samples_are_refused(samples: object) -> None:
    with pytest.raises(PackInvalidError, match="not one channel within 8"):
        encode_note(note(samples), RATE_HZ)


def test_a_cell_is_laid_out_as_its_header_says() -> None:
    loops = {60: Loop(300, 700), 64: Loop(5, 6)}
    looped = note(np.linspace(-1, 1, 1000), mode=PlayMode.LOOP, decay_db_per_s=-3.0)
    shot = note([0.5] * 10, pitch=64)
    data = cell(looped, shot, loops=loops)
    header = parse_header(data, "x")
    assert header.recipe == RECIPE
    assert header.loops == {60: Loop(300, 700)}
    assert list(header.notes) == [60, 64]
    assert header.heads == {60: 4096, 64: 4096 + 1600}
    offset, length = header.data[60]
    assert offset == 4096 + 2 * 1600
    assert data[offset : offset + 4] == b"fLaC"
    assert header.data[64] == (offset + length, len(data) - offset - length)
    assert cell_name(data) == hashlib.blake2b(data, digest_size=32).hexdigest()


def test_equal_notes_give_equal_bytes() -> None:
    assert cell(note([0.1, 0.2])) == cell(note([0.1, 0.2]))
    assert cell(note([0.1, 0.2])) != cell(note([0.1, 0.3]))


def test_plain_samples_are_the_decoded_flac() -> None:
    data = cell(note([0.5, -0.25]), codec=Codec.PCM_S16LE)
    header = parse_header(data, "x")
    offset, length = header.data[60]
    assert header.codec is Codec.PCM_S16LE
    assert np.frombuffer(data[offset : offset + length], "<i2").tolist() == [16384, -8192]


@pytest.mark.parametrize(
    ("changes", "loops", "problem"),
    [
        ({"mode": PlayMode.LOOP}, {}, "2 frames are not the end of its loop, None"),
        ({"mode": PlayMode.LOOP}, {60: Loop(0, 3)}, "2 frames are not the end of its loop, 3"),
        ({"decay_db_per_s": -1.0}, {}, "-1 of a one-shot is not 0"),
        (
            {"mode": PlayMode.LOOP, "decay_db_per_s": 1.0},
            {60: Loop(0, 2)},
            r"1.0 is not a number in",
        ),
        ({"decay_db_per_s": math.nan}, {}, "cannot be written as JSON"),
        ({"loudness_lufs": math.nan}, {}, "cannot be written as JSON"),
        ({"loudness_lufs": 31.0}, {}, "31.0 is not a number in -120..30"),
        ({"pitch": 128}, {}, r"notes\[0\].pitch: 128 is not an integer in 0..127"),
    ],
)
def test_what_a_reader_would_refuse_is_not_written(
    changes: dict[str, Any], loops: dict[int, Loop], problem: str
) -> None:
    with pytest.raises(PackInvalidError, match=problem):
        cell(note([0.0, 0.1], **changes), loops=loops)


@pytest.mark.parametrize(
    "sources",
    [
        (),
        (("b", 0.5), ("a", 0.5)),
        (("a", 0.5), ("a", 0.5)),
        (("a", 0.5),),
        (("a", 1.0), ("b", 0.0)),
        (("a", 2.0), ("b", -1.0)),
        (("a", math.nan),),
        (("", 1.0),),
        tuple((name, 0.2) for name in "abcde"),
    ],
    ids=str,
)
def test_impossible_recipes_are_refused(sources: tuple[tuple[str, float], ...]) -> None:
    encoded = encode_note(note([0.1]), RATE_HZ)
    with pytest.raises(PackInvalidError):
        encode_cell(RATE_HZ, Recipe(sources), "test", "1", [encoded], {})


def test_pitches_must_ascend() -> None:
    with pytest.raises(PackInvalidError, match="60 is not above 60"):
        cell(note([0.1]), note([0.1]))


def test_errors_survive_the_way_from_a_worker_process() -> None:
    with pytest.raises(PackError) as caught:
        cell(note([0.1], pitch=128))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), again.path, again.detail) == (
        type(caught.value),
        caught.value.path,
        caught.value.detail,
    )
