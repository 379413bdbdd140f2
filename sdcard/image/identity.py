"""Numbers that must differ between images but not between two runs: derived from what goes in."""

from __future__ import annotations

import hashlib
import uuid


class Identity:
    """Made of the base's digest, the packs' and the wishes, in any fixed spelling."""

    def __init__(self, *inputs: str) -> None:
        self._seed = "\n".join(inputs).encode()

    def uuid(self, what: str) -> str:
        """Of a file system, or the seed of its hashes."""
        return str(uuid.UUID(bytes=self._digest(what)[:16], version=4))

    def number(self, what: str) -> int:
        """32 bits, never 0: of a disk, or a FAT volume."""
        return int.from_bytes(self._digest(what)[:4], "big") or 1

    def _digest(self, what: str) -> bytes:
        return hashlib.sha256(self._seed + b"\0" + what.encode()).digest()
