"""Tells for which processor a program or library was made (elf(5))."""

from __future__ import annotations

import struct
from pathlib import Path

MAGIC = b"\x7fELF"
_ORDER = {1: "<", 2: ">"}  # EI_DATA
_ORDER_AT, _MACHINE_AT, _HEADER_BYTES = 5, 18, 20
_MACHINES = {3: "i686", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}  # EM_*
"""As `uname -m` names them, but for ARM's 32 bits, of which there are many."""


def machine_of(path: Path) -> str | None:
    """The processor of an ELF file; None for any other file. Raises OSError."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(MAGIC):
        return None
    order = _ORDER.get(header[_ORDER_AT], "<")
    (number,) = struct.unpack_from(f"{order}H", header, _MACHINE_AT)
    return _MACHINES.get(number, f"machine {number}")
