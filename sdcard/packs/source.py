"""Where a pack comes from that is being installed: from here, or from the other end of a wire."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from device.pack import Manifest, PackDamagedError, PackUnsafeError
from sdcard.packs.layout import HIDDEN_PREFIX

Put = Callable[[str, Iterable[bytes]], None]
"""Takes the name of a cell and its bytes; from any thread."""


class Source(Protocol):
    """A pack of which the cells can be had, once each and in groups."""

    @property
    def manifest(self) -> Manifest:
        """What is in it."""

    @property
    def manifest_data(self) -> bytes:
        """The manifest as it is written."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each cell."""

    @property
    def preview_bytes(self) -> int:
        """Of the preview, 0 if there is none."""

    def request(self, names: Sequence[str]) -> None:
        """These are the cells that will be taken, in this order."""

    def deliver(self, names: Sequence[str], put: Put) -> None:
        """Have the next of them put. Raises the errors of a pack, SourceLostError, and `put`'s."""

    def preview(self) -> Iterator[bytes]:
        """The preview in pieces, after all cells."""


def hashed(chunks: Iterable[bytes], name: str, path: Path) -> Iterator[bytes]:
    """The bytes of a cell; raises PackDamagedError in the end if they are not those of its name."""
    digest = hashlib.blake2b(digest_size=32)
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != name:
        raise PackDamagedError(path, f"its bytes have the hash {digest.hexdigest()}")


def check_preview_name(preview: str, pack: Path) -> None:
    """Raise PackUnsafeError for one that would look like something half done."""
    if any(part.casefold().startswith(HIDDEN_PREFIX) for part in preview.split("/")):
        raise PackUnsafeError(pack / preview, f"a preview may not be called {HIDDEN_PREFIX}*")
