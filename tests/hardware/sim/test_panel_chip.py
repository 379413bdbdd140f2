"""The panel's model, as its firmware behaves: when the message is taken, and what freezes."""

from __future__ import annotations

import pytest

from hardware.sim.panel_chip import PanelChip


def test_a_message_is_taken_when_written_to() -> None:
    chip = PanelChip()
    assert chip.read(16) == bytes(16)
    chip.write(b"\0")
    chip.pot(0, 9)
    assert chip.read(16)[6] == 0
    chip.write(b"any")
    assert chip.read(16)[6] == 9
    assert chip.read(3) == chip.read(16)[:3]
    assert chip.read(20)[16:] == bytes(4)


@pytest.mark.parametrize(("x", "y"), [(11, 0), (0, 11), (-1, 0), (255, 0)])
def test_there_is_no_such_place(x: int, y: int) -> None:
    with pytest.raises(ValueError, match=r"0\.\.10"):
        PanelChip().touch(x, y)


def test_a_pot_has_limits() -> None:
    with pytest.raises(ValueError, match=r"0\.\.255, not 256"):
        PanelChip().pot(0, 256)


def test_frozen_and_restarted() -> None:
    chip = PanelChip()
    chip.turn(1, 3)
    chip.pot(2, 77)
    chip.freeze()
    chip.write(b"\0")
    assert chip.read(16) == b"\xff" * 16
    chip.restart()
    chip.write(b"\0")
    assert chip.read(12) == bytes([255, 255, 0, 0, 0, 0, 0, 0, 77, 0, 0, 0])
