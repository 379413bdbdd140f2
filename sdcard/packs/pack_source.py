"""A pack of this machine, as something to install from: checked before and while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from device.pack import Pack, PackDamagedError, manifest_from_json
from device.pack.limits import MANIFEST_BYTES
from device.pack.members import MANIFEST_NAME, cell_names
from device.pack.stores import Extent
from device.pack.strict_json import loads
from sdcard.packs.parallel import in_parallel
from sdcard.packs.source import Put, check_preview_name, hashed

_CHUNK_BYTES = 1 << 20


class PackSource:
    """A pack of this machine; its cells' headers are checked before they are delivered."""

    def __init__(self, pack: Pack) -> None:
        """Looks at all files. Raises the errors of a pack."""
        self._pack, self.manifest = pack, pack.manifest
        self.manifest_data = _manifest_data(pack)
        self.sizes = {name: _size(pack, name) for name in cell_names(pack.manifest)}
        self.preview_bytes = _preview_bytes(pack)

    def request(self, names: Sequence[str]) -> None:
        """All are here in any case."""

    def deliver(self, names: Sequence[str], put: Put) -> None:
        """Several at once."""
        in_parallel(lambda name: put(name, self.cell(name)), names)

    def cell(self, name: str) -> Iterator[bytes]:
        """The bytes of a cell in pieces; raises PackDamagedError in the end if they are wrong."""
        self._pack.cell(name)  # raises unless its header fits the manifest
        extent = self._pack.open_cell_file(name)
        yield from hashed(_chunks(extent), name, extent.path)

    def preview(self) -> Iterator[bytes]:
        """In pieces."""
        yield from _chunks(self._pack.open_member(str(self.manifest.preview)))


def _chunks(extent: Extent) -> Iterator[bytes]:
    """All bytes; it is closed then."""
    try:
        for offset in range(0, extent.size, _CHUNK_BYTES):
            yield extent.read(offset, min(_CHUNK_BYTES, extent.size - offset))
    finally:
        extent.close()


def _size(pack: Pack, name: str) -> int:
    extent = pack.open_cell_file(name)
    extent.close()
    return extent.size


def _manifest_data(pack: Pack) -> bytes:
    """As they are in the source, if they still say what was read when it was opened."""
    extent = pack.open_member(MANIFEST_NAME)
    try:
        data = extent.read(0, min(extent.size, MANIFEST_BYTES))
    finally:
        extent.close()
    path = str(extent.path)
    if manifest_from_json(loads(data, MANIFEST_BYTES, path), path) != pack.manifest:
        raise PackDamagedError(path, "changed while it was read")
    return data


def _preview_bytes(pack: Pack) -> int:
    preview = pack.manifest.preview
    if preview is None:
        return 0
    check_preview_name(preview, pack.path)
    extent = pack.open_member(preview)
    extent.close()
    return extent.size
