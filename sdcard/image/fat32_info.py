"""The FSInfo sector of FAT32, read and written: how much is free, which systems may believe.

From Microsoft's "FAT32 File System Specification" 1.03 of 2000.
"""

from __future__ import annotations

import struct

from sdcard.image.layout import SECTOR_BYTES

UNKNOWN = 0xFFFFFFFF
LEAD, BODY, TAIL = b"RRaA", b"rrAa", b"\0\0\x55\xaa"
BODY_AT, NUMBERS_AT, TAIL_AT = 484, 488, 508


def info_sector_bytes(free: int, next_free: int) -> bytes:
    """FSInfo: how many clusters are free and where to look for one; UNKNOWN is allowed."""
    sector = bytearray(SECTOR_BYTES)
    sector[: len(LEAD)] = LEAD
    sector[BODY_AT:NUMBERS_AT] = BODY
    struct.pack_into("<II", sector, NUMBERS_AT, free, next_free)
    sector[TAIL_AT:] = TAIL
    return bytes(sector)


def parse_info_sector(sector: bytes) -> tuple[int, int]:
    """(free clusters, where to look for one); UNKNOWN for both in a sector that is no FSInfo."""
    is_whole = sector.startswith(LEAD) and sector.endswith(TAIL)
    if not is_whole or sector[BODY_AT:NUMBERS_AT] != BODY:
        return UNKNOWN, UNKNOWN
    free, next_free = struct.unpack_from("<II", sector, NUMBERS_AT)
    return free, next_free
