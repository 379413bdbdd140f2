"""The file of patches: everything comes back, and hostile files are refused by name."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import PatchError
from device.pack.corners import CORNERS
from device.parameters import PARAMETERS
from device.patches import SLOTS, Patch
from device.patches.codec import MOST_BYTES, decode, encode

turns = st.floats(0, 1)
text = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)
patches = st.builds(
    Patch,
    name=text,
    pack_id=text,
    instruments=st.tuples(text, text, text, text),
    turns=st.tuples(*[turns] * len(PARAMETERS)),
    x=turns,
    y=turns,
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=5), inner)),
    max_leaves=5,
)


def document() -> dict[str, Any]:
    """A file with one patch."""
    patch = Patch("Pad", "pack-1", ("a", "b", "c", "d"), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), 0.6, 0.7)
    found: dict[str, Any] = json.loads(encode({7: patch}))
    return found


def changed(path: tuple[str | int, ...], value: object) -> bytes:
    """The file with one value replaced."""
    whole = document()
    place: Any = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(whole).encode()


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to everything in a JSON document."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items += value.items()
    if isinstance(value, list):
        items += enumerate(value)
    found = [path] if path else []
    return found + [place for key, inner in items for place in places(inner, (*path, key))]


@given(st.dictionaries(st.integers(0, SLOTS - 1), patches, max_size=5))
def test_patches_come_back_exactly(stored: dict[int, Patch]) -> None:
    decoded = decode(encode(stored), "file")
    assert decoded.patches == stored
    assert decoded.warnings == []


def test_all_slots_of_the_longest_names_fit() -> None:
    name = "\U0001f3b9" * 200
    longest = Patch(name, name, (name,) * 4, (1 / 3,) * 6, 1 / 3, 2 / 3)
    data = encode(dict.fromkeys(range(SLOTS), longest))
    assert len(data) < MOST_BYTES
    assert len(decode(data, "file").patches) == SLOTS


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("format",), "other", "format"),
        (("version",), 0, "version"),
        (("version",), True, "version"),
        (("patches",), {}, "patches"),
        (("patches", 0), [], r"patches\[0\]"),
        (("patches", 0, "slot"), 128, r"patches\[0\]\.slot"),
        (("patches", 0, "name"), None, r"patches\[0\]\.name"),
        (("patches", 0, "colour"), 1, "colour.*unknown key"),
        (("patches", 0, "instruments", "centre"), "x", "centre.*unknown key"),
        (("patches", 0, "turns", "attack"), "0.5", r"turns\.attack: '0\.5' is not a number"),
        (("patches", 0, "turns", "attack"), True, r"turns\.attack"),
        (("patches", 0, "x"), None, r"patches\[0\]\.x"),
    ],
)
def test_what_does_not_fit_is_named(path: tuple[str | int, ...], value: object, named: str) -> None:
    with pytest.raises(PatchError, match=rf"^file: .*{named}"):
        decode(changed(path, value), "file")


@pytest.mark.parametrize("path", places(document()), ids=str)
def test_every_key_is_needed(path: tuple[str | int, ...]) -> None:
    whole = copy.deepcopy(document())
    place: Any = whole
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    if path == ("patches", 0):
        assert decode(json.dumps(whole).encode(), "file").patches == {}
    else:
        with pytest.raises(PatchError, match="is missing"):
            decode(json.dumps(whole).encode(), "file")


def test_a_newer_file_is_refused_with_a_way_out() -> None:
    with pytest.raises(PatchError, match=r"newer latentpad \(format 2, this one knows 1\): update"):
        decode(changed(("version",), 2), "file")


def test_a_slot_twice_is_refused() -> None:
    whole = document()
    whole["patches"] *= 2
    with pytest.raises(PatchError, match="7 is there twice"):
        decode(json.dumps(whole).encode(), "file")


@pytest.mark.parametrize(("value", "taken"), [(1.5, 1.0), (-3, 0.0), (10**400, 1.0), (1e308, 1.0)])
def test_numbers_out_of_range_are_clamped_and_told(value: float, taken: float) -> None:
    decoded = decode(changed(("patches", 0, "turns", "decay"), value), "file")
    assert decoded.patches[7].turns[2] == taken
    assert decoded.warnings == [
        f"file: patches[0].turns.decay: outside 0..1, taken as {taken:g}",
    ]


def test_infinity_in_disguise_is_clamped() -> None:
    data = encode(decode(changed(("patches", 0, "x"), 0.123), "file").patches)
    assert decode(data.replace(b"0.123", b"1e999"), "file").patches[7].x == 1.0


@given(st.data())
def test_any_value_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(document())))
    with suppress(PatchError):
        decoded = decode(changed(path, data.draw(json_values)), "file")
        assert decode(encode(decoded.patches), "file").patches == decoded.patches


@given(st.binary())
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(PatchError):
        decode(data, "file")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 100_000,
        b'{"format": "latentpad patches"',
        b" " * (MOST_BYTES + 1),
        b"NaN",
        b"[]",
    ],
)
def test_edges_are_refused(data: bytes) -> None:
    with pytest.raises(PatchError, match=r"^file: "):
        decode(data, "file")


@given(st.integers(0, 2000), st.integers(0, 7))
def test_a_flipped_bit_is_never_a_crash(place: int, bit: int) -> None:
    data = bytearray(json.dumps(document()).encode())
    data[place % len(data)] ^= 1 << bit
    with suppress(PatchError):
        decode(bytes(data), "file")


def test_instruments_are_written_by_corner() -> None:
    assert list(document()["patches"][0]["instruments"]) == list(CORNERS)
