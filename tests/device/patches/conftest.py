"""Fixtures of the stored patches' tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from device.patches import Patch


@pytest.fixture
def make_patch() -> Callable[[str], Patch]:
    """Makes a patch that is told apart by its name."""

    def make(name: str) -> Patch:
        instruments = ("brass", "flute", "marimba", "voice")
        return Patch(name, "pack-1", instruments, (0.0, 0.25, 0.5, 1.0, 0.75, 0.9), 0.125, 1.0)

    return make
