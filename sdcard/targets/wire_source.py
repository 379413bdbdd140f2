"""A pack that comes through a connection, cell by cell, to be installed here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from device.pack import Manifest, PackError, PackInvalidError, manifest_from_json, parse_header
from device.pack.limits import CELL_BYTES, MANIFEST_BYTES
from device.pack.members import MANIFEST_NAME, cell_names
from device.pack.reader import check_agrees
from device.pack.strict_json import loads
from sdcard.packs.errors import SourceLostError
from sdcard.packs.source import Put, check_preview_name, hashed
from sdcard.targets.errors import ProtocolError
from sdcard.targets.frames import EndOfStreamError, Frames, Message
from sdcard.targets.messages import field, integer

WHERE = Path("the pack that is sent")
"""Named in errors; the sender knows where it lies."""

_PREVIEW_BYTES = 1 << 40  # the card's own limit says more


class WireSource:
    """Checks all that it gets: names, lengths, headers, hashes."""

    def __init__(self, frames: Frames, request: Message) -> None:
        """Reads the manifest. Raises the errors of a pack, SourceLostError and ProtocolError."""
        self._frames = frames
        size = integer(request, "manifest", 1, MANIFEST_BYTES)
        self.manifest_data = b"".join(self._take(size))
        where = str(WHERE / MANIFEST_NAME)
        document = loads(self.manifest_data, MANIFEST_BYTES, where)
        self.manifest: Manifest = manifest_from_json(document, where)
        self._names = cell_names(self.manifest)
        self.sizes = self._read_sizes(request)
        self.preview_bytes = integer(request, "preview", 0, _PREVIEW_BYTES)
        if self.manifest.preview is not None:
            check_preview_name(self.manifest.preview, WHERE)

    def _read_sizes(self, request: Message) -> dict[str, int]:
        sizes = field(request, "sizes", list)
        if len(sizes) != len(self._names):
            raise ProtocolError(f"{len(sizes)} sizes for {len(self._names)} cells")
        for size in sizes:
            if type(size) is not int or not 0 < size <= CELL_BYTES:
                raise PackInvalidError(WHERE, f"a cell's size is not in 1..{CELL_BYTES}")
        return dict(zip(self._names, sizes, strict=True))

    def request(self, names: Sequence[str]) -> None:
        """Have these sent, all in one go: the answer takes as long as it takes."""
        numbers = {name: number for number, name in enumerate(self._names)}
        try:
            self._frames.send({"send": [numbers[name] for name in names]})
        except EndOfStreamError as error:
            raise SourceLostError(WHERE, str(error)) from error

    def deliver(self, names: Sequence[str], put: Put) -> None:
        """The next ones, as they come."""
        for name in names:
            put(name, hashed(self._cell(name), name, WHERE / name))

    def _cell(self, name: str) -> Iterator[bytes]:
        """Nothing of a cell that does not fit to the pack."""
        size = self.sizes[name]
        pieces = self._take(size)
        first = next(pieces)
        path = WHERE / name
        check_agrees(parse_header(first, str(path), size), self.manifest, path)
        yield first
        yield from pieces

    def preview(self) -> Iterator[bytes]:
        """It follows the cells."""
        yield from self._take(self.preview_bytes)

    def _take(self, size: int) -> Iterator[bytes]:
        """So many bytes of data; each piece of it belongs to one file."""
        while size:
            try:
                piece = self._frames.receive()
            except EndOfStreamError as error:
                raise SourceLostError(WHERE, str(error)) from error
            if not isinstance(piece, bytes):
                raise PackError(WHERE, f"its sender gave up: {piece.get('abort')}")
            if len(piece) > size:
                raise ProtocolError(f"{len(piece)} bytes came where {size} were left")
            size -= len(piece)
            yield piece
