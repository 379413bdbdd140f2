"""Writes sound packs, every file atomically: cells, the manifest last, the same as one archive."""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from device.pack import limits
from device.pack.atomic import write_atomic
from device.pack.cell import cell_name
from device.pack.cell_header import PAGE_BYTES
from device.pack.errors import PackDamagedError, PackInvalidError, PackNotFoundError, PackWriteError
from device.pack.manifest import manifest_from_json, manifest_to_json
from device.pack.members import MANIFEST_NAME, cell_member, members
from device.pack.model import Manifest
from device.pack.reader import open_pack
from device.pack.stores import DirectoryStore, Extent
from device.pack.strict_json import loads

_LOCAL_HEADER_BYTES = 30  # of a ZIP entry, without its name and extra field
_PADDING_FIELD = 0xD935  # the extra field that Android's zipalign uses for the same
_CHUNK_BYTES = 1 << 20


def write_cell(pack_dir: Path, data: bytes) -> str:
    """Store the bytes of a cell under their hash and return the hash.

    Several processes may write the same cell at once; an intact one that is there already stays.
    Raises PackWriteError.
    """
    name = cell_name(data)
    path = Path(pack_dir) / cell_member(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return name
    except OSError as error:
        raise PackWriteError(path, f"cannot be written: {error.strerror or error}") from error
    write_atomic(path, lambda file: _write_all(file, data))
    return name


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def write_manifest(pack_dir: Path, manifest: Manifest) -> None:
    """Make the cells in a directory a pack. Call it when all of them are written.

    Raises PackInvalidError for a manifest that a reader would refuse, PackNotFoundError for a
    cell or preview that is not there, PackWriteError.
    """
    path = Path(pack_dir) / MANIFEST_NAME
    try:
        text = json.dumps(manifest_to_json(manifest), indent=1, allow_nan=False, ensure_ascii=False)
        data = text.encode("utf-8") + b"\n"
    except (TypeError, ValueError) as error:
        raise PackInvalidError(path, f"cannot be written as JSON: {error}") from None
    if manifest_from_json(loads(data, limits.MANIFEST_BYTES, str(path)), str(path)) != manifest:
        raise PackInvalidError(path, "does not read back as it was written")
    for member in members(manifest):
        if not (Path(pack_dir) / member).is_file():
            raise PackNotFoundError(Path(pack_dir) / member, "is not there")
    write_atomic(path, lambda file: _write_all(file, data))


def archive(pack_dir: Path, onsp_path: Path) -> None:
    """Write a pack directory as one .onsp file: the same pack gives the same bytes.

    Every entry is stored, its data at a multiple of 4096. Raises PackDamagedError for a cell whose
    bytes do not fit its name, the errors of open_pack, and PackWriteError.
    """
    with open_pack(pack_dir) as pack:
        names = [MANIFEST_NAME, *members(pack.manifest)]
    store = DirectoryStore(Path(pack_dir))
    write_atomic(Path(onsp_path), lambda file: _write_archive(file, store, names))


def _write_archive(file: BinaryIO, store: DirectoryStore, names: list[str]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archived:
        for name in names:
            extent = store.open(name)
            try:
                _write_member(archived, name, extent)
            finally:
                extent.close()


def _write_member(archived: zipfile.ZipFile, name: str, extent: Extent) -> None:
    if extent.size > limits.CELL_BYTES:
        most = limits.CELL_BYTES
        raise PackInvalidError(extent.path, f"{extent.size} bytes; at most {most} are allowed")
    entry = zipfile.ZipInfo(name)  # its date is 1980-01-01
    entry.create_system = 3  # Unix, on every system
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.file_size = extent.size
    begin = archived.start_dir + _LOCAL_HEADER_BYTES + len(name.encode()) + 4
    padding = -begin % PAGE_BYTES
    entry.extra = struct.pack("<HH", _PADDING_FIELD, padding) + bytes(padding)
    digest = hashlib.blake2b(digest_size=32)
    with archived.open(entry, "w") as target:
        for offset in range(0, extent.size, _CHUNK_BYTES):
            chunk = extent.read(offset, min(_CHUNK_BYTES, extent.size - offset))
            digest.update(chunk)
            target.write(chunk)
    entry.extra = b""  # the padding belongs into the local header only
    if name.endswith(".cell") and cell_member(digest.hexdigest()) != name:
        raise PackDamagedError(extent.path, f"bytes have the hash {digest.hexdigest()}")
