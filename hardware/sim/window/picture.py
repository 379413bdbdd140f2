"""The OLED's picture as pixels: each dot a square with a dark line between it and the next."""

from __future__ import annotations

from functools import cache

import pygame

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH
from hardware.sim.window.layout import DOT, OLED

DARK, LIT = (6, 7, 9), (255, 244, 224)
DIMMEST = 0.35  # of the light, at contrast 0
BITS = [bytes(byte >> bit & 1 for bit in range(7, -1, -1)) for byte in range(256)]


def draw_picture(surface: pygame.Surface, frame: bytes, contrast: int) -> None:
    """A frame as of interfaces.Display.show, as bright as the contrast 0..255 makes it."""
    pixels = b"".join(BITS[byte] for byte in frame)
    dots = pygame.image.frombuffer(pixels, (DISPLAY_WIDTH, DISPLAY_HEIGHT), "P")
    light = DIMMEST + (1 - DIMMEST) * contrast / 255
    dots.set_palette([DARK, tuple(round(part * light) for part in LIT)])
    place = (OLED.left, OLED.top)
    surface.blit(pygame.transform.scale(dots, (OLED.width, OLED.height)), place)
    surface.blit(_gaps(), place)


@cache
def _gaps() -> pygame.Surface:
    """The lines between dots, half transparent."""
    lines = pygame.Surface((OLED.width, OLED.height), pygame.SRCALPHA)
    for x in range(DOT - 1, OLED.width, DOT):
        pygame.draw.line(lines, (*DARK, 110), (x, 0), (x, OLED.height))
    for y in range(DOT - 1, OLED.height, DOT):
        pygame.draw.line(lines, (*DARK, 110), (0, y), (OLED.width, y))
    return lines
