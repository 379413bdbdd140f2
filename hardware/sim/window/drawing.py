"""Draws the front as hands left it: touch pad, encoders, knobs, buttons, piano."""

from __future__ import annotations

import math

import pygame

from hardware.panel import TOUCH_STEPS
from hardware.sim.instrument import CONTROL_LABELS
from hardware.sim.window import keys, layout
from hardware.sim.window.hands import Pose
from hardware.sim.window.layout import Disc, Rect
from hardware.sim.window.picture import DARK
from hardware.sim.window.sprites import Colour, disc, mix, text, tile

GROUND, BODY, EDGE = (16, 18, 23), (25, 28, 35), (49, 55, 68)
INK, SOFT, GLOW, KNOB = (241, 234, 217), (154, 161, 174), (255, 199, 114), (44, 49, 61)
CORNERS: tuple[Colour, ...] = ((255, 138, 115), (255, 209, 102), (88, 214, 196), (167, 155, 255))
WHITE, BLACK = (232, 226, 212), (30, 33, 40)
SWEEP = 300  # degrees that a knob turns
DETENTS = 24  # of a whole turn of an encoder
SMALL, PLAIN = 17, 20  # heights of text


def draw_front(surface: pygame.Surface, pose: Pose) -> None:
    """Everything but the display's picture."""
    surface.fill(GROUND)
    _plate(surface, Rect(16, 10, layout.WIDTH - 32, layout.HEIGHT - 20), BODY, 14)
    _plate(surface, layout.BEZEL, DARK, 8)
    _draw_pad(surface, pose)
    for encoder, colour, detents in zip(layout.ENCODERS, CORNERS, pose.detents, strict=True):
        _draw_knob(surface, encoder, colour, 360 * detents / DETENTS)
    for pot, label, turn in zip(layout.POTS, CONTROL_LABELS, pose.turns, strict=True):
        _draw_scale(surface, pot, turn)
        _draw_knob(surface, pot, INK, SWEEP * (turn - 0.5))
        _write(surface, label, SMALL, SOFT, (pot.x, pot.y + 46))
    for index, rect in enumerate(layout.BUTTONS):
        is_down = index in pose.buttons
        _plate(surface, rect, GLOW if is_down else KNOB, 6)
        _write(surface, keys.BUTTONS[index], PLAIN, GROUND if is_down else INK, rect.centre)
    _draw_piano(surface, pose)
    _write(surface, keys.HINT, SMALL, SOFT, layout.HINT)


def _plate(surface: pygame.Surface, rect: Rect, colour: Colour, corner: int) -> None:
    surface.blit(tile(rect.width, rect.height, colour, corner), (rect.left, rect.top))


def _dot(surface: pygame.Surface, x: float, y: float, radius: int, colour: Colour) -> None:
    surface.blit(disc(radius, colour), (round(x - radius), round(y - radius)))


def _write(
    surface: pygame.Surface, words: str, height: int, colour: Colour, centre: tuple[int, int]
) -> None:
    image = text(words, height, colour)
    surface.blit(image, image.get_rect(center=centre))


def _around(centre: Disc, radius: float, degrees: float) -> tuple[float, float]:
    """A point on a circle, by degrees clockwise from the top."""
    angle = math.radians(degrees)
    return centre.x + radius * math.sin(angle), centre.y - radius * math.cos(angle)


def _draw_knob(surface: pygame.Surface, knob: Disc, colour: Colour, degrees: float) -> None:
    _dot(surface, knob.x, knob.y, knob.radius, EDGE)
    _dot(surface, knob.x, knob.y, knob.radius - 2, KNOB)
    _dot(surface, *_around(knob, knob.radius - 9, degrees), 4, colour)


def _draw_scale(surface: pygame.Surface, knob: Disc, turn: float) -> None:
    """Eleven marks round a knob, bright as far as it is turned."""
    for mark in range(11):
        colour = GLOW if mark / 10 <= turn + 1e-9 else EDGE
        _dot(surface, *_around(knob, knob.radius + 7, SWEEP * (mark / 10 - 0.5)), 2, colour)


def _draw_pad(surface: pygame.Surface, pose: Pose) -> None:
    """Each pad in the mixture of the corners' colours that is about its sound."""
    step = layout.PAD_STEP
    for row in range(TOUCH_STEPS):
        for column in range(TOUCH_STEPS):
            x, y = column / (TOUCH_STEPS - 1), row / (TOUCH_STEPS - 1)
            colour = mix(mix(CORNERS[0], CORNERS[1], x), mix(CORNERS[2], CORNERS[3], x), y)
            place = Rect(
                layout.PAD.left + step * column + 1, layout.PAD.top + step * row + 1,
                step - 2, step - 2,
            )  # fmt: skip
            is_touched = pose.finger == (column, row)
            _plate(surface, place, colour if is_touched else mix(BODY, colour, 0.28), 5)
            if is_touched:
                _dot(surface, *place.centre, 8, INK)


def _draw_piano(surface: pygame.Surface, pose: Pose) -> None:
    for key in sorted(range(len(layout.KEYS)), key=layout.is_black):
        rect, is_black = layout.KEYS[key], layout.is_black(key)
        colour = BLACK if is_black else WHITE
        if pose.lowest + key in pose.notes:
            colour = mix(colour, GLOW, 0.8)
        if is_black:
            _plate(surface, Rect(rect.left - 2, rect.top, rect.width + 4, rect.height + 2), BODY, 4)
        _plate(surface, Rect(rect.left + 1, rect.top, rect.width - 2, rect.height), colour, 4)
        if key < len(keys.PIANO):
            place = (rect.centre[0], rect.top + rect.height - 14)
            _write(surface, keys.PIANO[key], PLAIN, SOFT if colour == BLACK else KNOB, place)
    octave = f"C{pose.lowest // 12 - 1}"
    _write(surface, octave, SMALL, KNOB, (layout.PIANO.left + 14, layout.PIANO.top + 12))
