"""Matrix products with weights that stay: packed once for the processor where that is quicker."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

PACKED_SINGLE = 1 << 21  # multiplications of a product from which packing pays, in float32
PACKED_WEIGHTS = 1 << 16  # weights of a matrix from which it pays in bfloat16,
ROWS_SHARE = 1 << 10  # if there are so many of them for each row
"""Measured on a Zen 5 with AVX-512, with widths 64 to 512 and 1 to 256 rows: in float32 twice as
fast for large products, in bfloat16 three times for few rows; small products are up to five times
slower, as a call takes 12 µs."""


class Product(Protocol):
    """The product of any rows [B, in] with one matrix [in, out]."""

    def times(self, rows: Tensor, out: Tensor) -> Tensor:
        """Rows @ matrix, [B, out]; it may be in `out`."""

    def plus(self, rows: Tensor, addend: Tensor, out: Tensor) -> Tensor:
        """Addend + rows @ matrix, likewise."""


class Plain:
    """As PyTorch multiplies any two matrices: each time it brings the weights in order anew."""

    def __init__(self, matrix: Tensor) -> None:
        self._matrix = matrix

    def times(self, rows: Tensor, out: Tensor) -> Tensor:
        """See Product."""
        return torch.mm(rows, self._matrix, out=out)

    def plus(self, rows: Tensor, addend: Tensor, out: Tensor) -> Tensor:
        """See Product."""
        return torch.addmm(addend, rows, self._matrix, out=out)


class Packed:
    """By oneDNN, with the weights in its own order: as PyTorch's compiler multiplies."""

    def __init__(self, matrix: Tensor, rows: int) -> None:
        operators = torch.ops.mkldnn
        self._weights = operators._reorder_linear_weight(matrix.T.contiguous(), rows)
        self._linear, self._linear_plus = (
            operators._linear_pointwise.default,
            operators._linear_pointwise.binary,
        )

    def times(self, rows: Tensor, out: Tensor) -> Tensor:
        """See Product; always a new tensor."""
        result: Tensor = self._linear(rows, self._weights, None, "none", [], "")
        return result

    def plus(self, rows: Tensor, addend: Tensor, out: Tensor) -> Tensor:
        """See Product; always a new tensor."""
        result: Tensor = self._linear_plus(rows, addend, self._weights, None, "add")
        return result


def product(matrix: Tensor, rows: int) -> Product:
    """The quicker of both for so many rows."""
    if pays(matrix.numel(), rows, matrix.dtype) and packs():
        return Packed(matrix, rows)
    return Plain(matrix)


def pays(weights: int, rows: int, dtype: torch.dtype) -> bool:
    """Whether packing makes a product of a matrix of so many weights quicker."""
    if dtype == torch.float32:
        return weights * rows >= PACKED_SINGLE
    return weights >= max(PACKED_WEIGHTS, ROWS_SHARE * rows)


@lru_cache(maxsize=1)
def packs() -> bool:
    """Whether this PyTorch has these operators, which are none of its public ones."""
    matrix, rows = torch.eye(2), torch.tensor([[2.0, 3.0]])
    try:
        found = Packed(matrix, 1).plus(rows, rows, rows)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(torch.equal(found, 2 * rows))
