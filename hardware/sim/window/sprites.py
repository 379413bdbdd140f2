"""The window's small shapes with smooth edges, drawn large and shrunk, once each."""

from __future__ import annotations

from functools import cache

import pygame

Colour = tuple[int, int, int]
FINER = 4


@cache
def disc(radius: int, colour: Colour) -> pygame.Surface:
    """A filled circle."""
    large = pygame.Surface((2 * radius * FINER, 2 * radius * FINER), pygame.SRCALPHA)
    large.fill((*colour, 0))
    pygame.draw.circle(large, colour, (radius * FINER, radius * FINER), radius * FINER)
    return pygame.transform.smoothscale(large, (2 * radius, 2 * radius))


@cache
def tile(width: int, height: int, colour: Colour, corner: int) -> pygame.Surface:
    """A filled rectangle with round corners."""
    large = pygame.Surface((width * FINER, height * FINER), pygame.SRCALPHA)
    large.fill((*colour, 0))
    pygame.draw.rect(large, colour, large.get_rect(), border_radius=corner * FINER)
    return pygame.transform.smoothscale(large, (width, height))


@cache
def text(words: str, height: int, colour: Colour) -> pygame.Surface:
    """A line of text of this height in pixels."""
    return pygame.font.Font(None, height).render(words, True, colour)


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """A colour between two, `part` 0..1 of the way to the second."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def forget() -> None:
    """Let go of all shapes, which do not outlive the window."""
    for shapes in (disc, tile, text):
        shapes.cache_clear()
