"""The real instrument, opt in on a Raspberry Pi: `pytest -m metal tests/metal`.

LATENTPAD_SETTINGS names the settings file of the instrument; without it the defaults count.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.settings import Settings, load_settings
from hardware.board import Board, open_board
from hardware.errors import HardwareError

pytestmark = pytest.mark.metal

READS, MOST_FAILED = 2000, 0.001
POLL_S = 0.005


@pytest.fixture(scope="module")
def settings() -> Settings:
    name = os.environ.get("LATENTPAD_SETTINGS")
    return load_settings(Path(name) if name else None)


@pytest.fixture(scope="module")
def board(settings: Settings) -> Iterator[Board]:
    opened = open_board(settings.board)
    yield opened
    opened.close()


def test_every_part_passes_its_self_test(board: Board) -> None:
    results = {check.part: check.run() for check in board.checks}
    failed = {part: found.detail for part, found in results.items() if found.result == "FAIL"}
    assert failed == {}


def test_controls_are_read_at_200_hz_nearly_without_errors(board: Board) -> None:
    for controls in board.controls:
        failed, begin_s = 0, time.monotonic()
        for _ in range(READS):
            try:
                controls.read()
            except HardwareError:
                failed += 1
        passed_s = time.monotonic() - begin_s
        assert failed <= MOST_FAILED * READS, f"{controls.name}: {failed} of {READS} reads failed"
        assert passed_s / READS < POLL_S, f"{controls.name}: {READS / passed_s:.0f} reads a second"


def test_the_display_takes_frames(board: Board) -> None:
    """A chequerboard, then its negative: to be looked at."""
    if board.display is None:
        pytest.skip("this instrument has no display")
    for pattern in (b"\xaa\x55", b"\x55\xaa"):
        board.display.show(b"".join(bytes([row]) * 16 for row in pattern) * 32)
