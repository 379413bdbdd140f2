"""A measured value and what to blame for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Measured:
    """A value (NaN = not applicable) and the cell to blame, if one is (0 = the path's first)."""

    value: float
    cell: int | None = None


NOT_APPLICABLE = Measured(float("nan"))


def worst(values: NDArray[np.float64], first_cell: int = 0) -> Measured:
    """The largest of some cells' values; `first_cell` is the number of the first of them."""
    index = int(np.argmax(values))
    return Measured(float(values[index]), first_cell + index)
