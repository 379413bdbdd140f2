"""The harmonic renderer: morphs notes in a harmonic plus noise model; needs no weights."""

from .renderer import HarmonicRenderer

__all__ = ["HarmonicRenderer"]
