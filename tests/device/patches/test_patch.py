"""The patch itself: what it takes and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from device.errors import PatchError
from device.patches import SLOTS, Patch
from device.patches.patch import check_slot


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"x": 1.5}, r"x: 1\.5"),
        ({"y": float("nan")}, "y: nan"),
        ({"turns": (0.0,) * 5}, "5 turns, not 6"),
        ({"turns": (0.0, 0.0, -0.1, 0.0, 0.0, 0.0)}, r"turn 2: -0\.1"),
        ({"instruments": ("a", "b", "c")}, "3 instruments, not 4"),
        ({"instruments": ("a", "b", "c", "d\n")}, "instrument 3"),
        ({"name": "\ud800"}, "name"),
        ({"name": "n" * 201}, "200 characters"),
        ({"pack_id": 3}, "pack: 3"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    make_patch: Callable[[str], Patch], change: dict[str, Any], named: str
) -> None:
    with pytest.raises(PatchError, match=named):
        replace(make_patch(""), **change)


@pytest.mark.parametrize("slot", [-1, SLOTS, 1.0, True, "0", None])
def test_slots_that_there_are_not(slot: Any) -> None:  # noqa: ANN401
    with pytest.raises(PatchError, match=r"0\.\.127"):
        check_slot(slot)
