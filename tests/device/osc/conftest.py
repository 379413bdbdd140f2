"""Fixtures of the OSC tests."""

from __future__ import annotations

import pytest

from device.parameters import PARAMETERS
from device.view import CornerView, PotView, Screen, StatusView, View


@pytest.fixture
def view() -> View:
    """An instrument with one pack at rest."""
    corner = CornerView(("BRASS", "FLUTE"), ("BR", "FL"), 0)
    return View(
        screen=Screen.HOME,
        time_s=0.0,
        pack="First",
        packs=("First", "Second"),
        pack_index=0,
        corners=(corner, corner, corner, CornerView(("VOX", "TOM", "BASS"), ("V", "T", "B"), 2)),
        corner=0,
        x=0.25,
        y=0.75,
        is_touched=False,
        pots=tuple(PotView(p.name, p.label, 0.5, "", None, True) for p in PARAMETERS),
        pot=0,
        patch=None,
        patch_slots=(),
        midi=(),
        channel=0,
        faults=(),
        checks=(),
        status=StatusView(load=0.5, peak=0.125, voices=3),
    )
