"""The names of the interpolators, cheapest first: their one owner, free of the C kernel."""

from __future__ import annotations

from typing import Literal, get_args

Interpolation = Literal["eco", "default", "high"]
INTERPOLATIONS: tuple[Interpolation, ...] = get_args(Interpolation)
