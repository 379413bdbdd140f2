"""Patches of the original instrument: what was heard there is what is stored here."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import PatchError
from device.parameters import ATTACK, DECAY, POSITION, RELEASE, SUSTAIN, VOLUME, seconds
from device.patches import import_original

NAMES = ["cleanbass", "electricpiano", "marimba", "distortedguitar"]


def patch(**change: object) -> dict[str, object]:
    """One patch as the original writes it."""
    dials = {"position": 0.25, "attack": 0.5, "decay": 0.3, "sustain": 0.8, "release": 0.5}
    return {**dials, "instruments": NAMES, "grid": [0.5, 1.0], **change}


NEVER_SAVED = patch(attack=1.0, decay=1.0, release=1.0, instruments=["", "", "", ""])


def file(*patches: object) -> bytes:
    return json.dumps({"patches": list(patches)}).encode()


def test_a_patch_keeps_what_was_heard() -> None:
    found = import_original(file(patch()), "patches.json", pack_id="p", volume_turn=0.9)
    assert found.skipped == ()
    got = found.patches[0]
    assert (got.name, got.pack_id, got.instruments) == ("", "p", tuple(NAMES))
    assert (got.x, got.y) == (0.5, 1.0)
    assert (got.turns[POSITION], got.turns[SUSTAIN], got.turns[VOLUME]) == (0.25, 0.8, 0.9)
    assert seconds(ATTACK, got.turns[ATTACK]) == pytest.approx(0.5001**2 * 4 / 3)
    assert seconds(DECAY, got.turns[DECAY]) == pytest.approx(0.1)
    assert seconds(RELEASE, got.turns[RELEASE]) == pytest.approx((0.001 + 10 * 0.125) / 3)


def test_dials_at_their_ends_are_within_ours() -> None:
    low = import_original(file(patch(attack=0, decay=0, release=0)), "f").patches[0]
    high = import_original(file(patch(attack=1, decay=1, release=1)), "f").patches[0]
    assert [low.turns[index] for index in (ATTACK, DECAY, RELEASE)] == [0.0, 0.0, 0.0]
    assert all(0 < high.turns[index] < 1 for index in (ATTACK, DECAY, RELEASE))


def test_slots_that_were_never_saved_are_left_out() -> None:
    found = import_original(file(NEVER_SAVED, patch(), NEVER_SAVED, patch(sustain=0)), "f")
    assert sorted(found.patches) == [1, 3]
    assert found.skipped == ()


def test_numbers_are_clamped_as_the_original_did() -> None:
    got = import_original(file(patch(position=9, sustain=-1, grid=[-5, 1.5])), "f").patches[0]
    assert (got.turns[POSITION], got.turns[SUSTAIN], got.x, got.y) == (1.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"attack": "0.5"}, r"patches[0].attack: '0.5' is not a number"),
        ({"grid": [0.5]}, "patches[0].grid: 1 entries"),
        ({"grid": [0.5, None]}, "patches[0].grid.y"),
        ({"instruments": NAMES[:3]}, "patches[0].instruments: 3 entries"),
        ({"instruments": [*NAMES[:3], 4]}, "patches[0].instruments.3"),
    ],
)
def test_a_patch_that_is_not_whole_is_skipped_by_name(change: dict[str, Any], named: str) -> None:
    found = import_original(file(patch(**change), patch()), "file")
    assert sorted(found.patches) == [1]
    assert len(found.skipped) == 1
    assert named in found.skipped[0]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", file(*[patch()] * 5), b'{"patches": {}}'])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(PatchError, match=r"^file: "):
        import_original(data, "file")


@given(
    st.dictionaries(st.sampled_from(list(patch())), st.none() | st.floats() | st.lists(st.text()))
)
def test_any_values_are_read_or_refused(change: dict[str, Any]) -> None:
    with suppress(PatchError):  # NaN and infinity make the file as a whole no JSON
        found = import_original(file(patch(**change)), "file")
        assert len(found.patches) + len(found.skipped) <= 1
