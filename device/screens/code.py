"""QR codes that fit the display: version 2 of ISO/IEC 18004, 25 modules across."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

VERSION, MODULES = 2, 25
Modules = tuple[tuple[bool, ...], ...]
"""Rows of modules, True where the code is dark."""


@lru_cache(maxsize=4)
def qr_code(url: str) -> Modules | None:
    """The code of an address of the web, None if it is too long for one.

    All behind the scheme is cheap if it is digits, capitals and a few signs ($%*+-./: and space):
    5.5 bits a character instead of 8. The scheme stays small, as not every phone knows "HTTP:".
    """
    import segno  # 50 ms on a PC: not before somebody wants to see one

    scheme, colon, rest = url.partition(":")
    try:
        parts: Any = [scheme, colon + rest]  # each in its own mode; segno's hints know no lists
        code = segno.make(parts, version=VERSION, micro=False)
    except segno.DataOverflowError:
        return None
    return tuple(tuple(module == 1 for module in row) for row in code.matrix)
