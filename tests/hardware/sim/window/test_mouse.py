"""What the mouse does where it is pressed, moved and let go."""

from __future__ import annotations

from typing import Any

import pytest

from hardware.sim.window import layout
from hardware.sim.window.mouse import DRAG_PX, LOUDEST, SOFTEST

Stage = Any  # tests/hardware/sim/window/conftest.py


def pad(column: int, row: int) -> tuple[float, float]:
    half = layout.PAD_STEP / 2
    step = layout.PAD_STEP
    return layout.PAD.left + column * step + half, layout.PAD.top + row * step + half


def test_dragging_moves_the_finger_from_pad_to_pad(stage: Stage) -> None:
    stage.mouse.move(*pad(1, 1))
    assert stage.place is None
    stage.mouse.down(*pad(3, 7))
    seen = [stage.place]
    for place in ((4, 7), (5, 6)):
        stage.mouse.move(*pad(*place))
        seen.append(stage.place)
    stage.mouse.move(0, 0)  # off the pad: the finger stays at its edge
    seen.append(stage.place)
    stage.mouse.up()
    assert seen == [(3, 7), (4, 7), (5, 6), (0, 0)]
    assert stage.place is None


@pytest.mark.parametrize("corner", range(4))
def test_an_encoder_turns_by_its_halves_and_the_wheel(stage: Stage, corner: int) -> None:
    disc = layout.ENCODERS[corner]
    stage.mouse.down(disc.x + 5, disc.y)
    stage.mouse.up()
    assert stage.panel.encoders[corner] == 1
    for _ in range(2):
        stage.mouse.down(disc.x - 5, disc.y)
        stage.mouse.up()
    assert stage.panel.encoders[corner] == 255
    stage.mouse.wheel(3)
    assert stage.panel.encoders[corner] == 2
    assert stage.hands.pose.detents[corner] == 2


def test_a_knob_follows_the_drag_up_and_down(stage: Stage) -> None:
    disc = layout.POTS[2]
    stage.mouse.down(disc.x, disc.y)
    assert stage.hands.pose.turns[2] == 0.5
    stage.mouse.move(disc.x + 50, disc.y - DRAG_PX / 4)
    assert stage.panel.pots[2] == pytest.approx(0.75, abs=0.003)
    stage.mouse.move(disc.x, disc.y + DRAG_PX)
    assert stage.panel.pots[2] == 0
    stage.mouse.move(disc.x, disc.y)
    assert stage.panel.pots[2] == pytest.approx(0.5, abs=0.003)
    stage.mouse.up()
    stage.mouse.move(disc.x, disc.y - 40)
    assert stage.hands.pose.turns[2] == 0.5
    stage.mouse.wheel(-25)
    assert stage.hands.pose.turns[2] == 0.5  # the mouse has moved on
    stage.mouse.move(disc.x, disc.y)
    stage.mouse.wheel(-25)
    assert stage.hands.pose.turns[2] == pytest.approx(0)


def test_the_wheel_during_a_drag_does_not_make_it_jump(stage: Stage) -> None:
    disc = layout.POTS[2]
    stage.mouse.down(disc.x, disc.y)
    stage.mouse.wheel(5)
    stage.mouse.move(disc.x, disc.y)
    assert stage.hands.pose.turns[2] == pytest.approx(0.6)


def test_a_patch_button_is_down_while_it_is_held(stage: Stage) -> None:
    stage.mouse.down(*layout.BUTTONS[2].centre)
    stage.mouse.move(0, 0)
    assert stage.pressed == [2]
    stage.mouse.up()
    assert stage.pressed == []


def test_gliding_over_the_piano(stage: Stage) -> None:
    white = [layout.KEYS[key] for key in (0, 2, 4)]
    y = layout.PIANO.top + layout.PIANO.height - 3
    stage.mouse.down(white[0].centre[0], y)
    stage.mouse.move(white[0].centre[0] + 3, y)
    stage.mouse.move(white[1].centre[0], y)
    stage.mouse.move(white[1].centre[0], layout.HEIGHT - 2)  # off the keys
    stage.mouse.move(white[2].centre[0], y)
    stage.mouse.up()
    stage.mouse.move(white[0].centre[0], y)
    assert [(message[0], message[1]) for message in stage.heard()] == [
        (0x90, 60), (0x80, 60), (0x90, 62), (0x80, 62), (0x90, 64), (0x80, 64),
    ]  # fmt: skip


@pytest.mark.parametrize("key", [0, 1])
def test_lower_down_is_louder(stage: Stage, key: int) -> None:
    rect, velocities = layout.KEYS[key], []
    for y in (rect.top, rect.top + rect.height // 2, rect.top + rect.height - 1):
        stage.mouse.down(rect.left + 4, y)
        stage.mouse.up()
        velocities.append(stage.heard()[0][2])
    assert velocities == sorted(velocities)
    assert (velocities[0], velocities[-1]) == (SOFTEST, LOUDEST)


def test_pressing_on_nothing_holds_nothing(stage: Stage) -> None:
    before = stage.hands.pose
    stage.mouse.down(1, 1)
    stage.mouse.move(*pad(3, 3))
    stage.mouse.wheel(1)
    stage.mouse.up()
    assert stage.hands.pose == before
    assert stage.heard() == []
