"""Coverage-guided fuzzing of everything that reads a sound pack.

The first byte of an input says which reader gets the rest: a manifest, a cell, an archive, or a
cell as the JSON of its header, a zero byte and what follows the header. Only a PackError may come
out. Run by hand, for as long as one likes:

    python tests/fuzz/pack_fuzz.py CORPUS_DIRECTORY -max_total_time=600

The corpus is begun with the parts of a small pack if the directory is empty. Arguments that begin
with a dash are libFuzzer's. The suite runs it briefly: tests/fuzz/test_pack_fuzz.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).with_name("found")
MANIFEST, CELL, ARCHIVE, PARTS = range(4)


def check(data: bytes) -> None:
    """Give an input to its reader; lets every exception through that is not a PackError."""
    from device.pack.errors import PackError

    with contextlib.suppress(PackError):
        READERS[data[0] % len(READERS) if data else 0](data[1:])


def read_manifest(data: bytes) -> None:
    """A manifest that is accepted must also come back the same."""
    from device.pack import limits
    from device.pack.manifest import manifest_from_json, manifest_to_json
    from device.pack.strict_json import loads

    manifest = manifest_from_json(loads(data, limits.MANIFEST_BYTES, "fuzz"), "fuzz")
    assert manifest_from_json(manifest_to_json(manifest), "fuzz") == manifest


def read_cell(data: bytes) -> None:
    """All of a cell, as the instrument uses it: heads, whole notes, blocks."""
    from device.pack.open_cell import Cell
    from device.pack.stores import Extent

    with temporary(data) as (descriptor, path):
        cell = Cell("0" * 64, Extent(descriptor, 0, len(data), False, path))
        for pitch, note in cell.notes.items():
            assert len(cell.head(pitch)) == cell.head_frames
            whole = cell.decode(pitch)
            assert len(whole) == note.frames
            middle = note.frames // 2
            block = cell.decode_block(pitch, middle, min(100, note.frames - middle))
            assert (block == whole[middle : middle + len(block)]).all()


def read_archive(data: bytes) -> None:
    """Every entry of an archive, then the archive as a pack."""
    from device.pack.files import read_at
    from device.pack.verify import verify_pack
    from device.pack.zip_index import data_offset, read_index

    with temporary(data) as (descriptor, path):
        verify_pack(path)
        for entry in read_index(descriptor, len(data), path).values():
            read_at(descriptor, data_offset(descriptor, entry, path), entry.size, path)


def read_parts(data: bytes) -> None:
    """A cell put together so that its lengths fit, which chance would hardly ever achieve."""
    text, _, body = data.partition(b"\0")
    padded = text.ljust(-(-(len(text) + 16) // 4096) * 4096 - 16)
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        header = json.loads(text)
        size = sum(note["data_bytes"] + 2 * header["head_frames"] for note in header["notes"])
        if 0 <= size < 1_000_000:
            body = body[:size].ljust(size, b"\0")
    read_cell(b"LPADCELL\1\0\0\0" + len(padded).to_bytes(4, "little") + padded + body)


READERS = (read_manifest, read_cell, read_archive, read_parts)


@contextlib.contextmanager
def temporary(data: bytes):  # noqa: ANN201
    """An open file in memory with these bytes: (descriptor, path)."""
    descriptor = os.memfd_create("fuzz")
    try:
        os.write(descriptor, data)
        yield descriptor, Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def seeds() -> list[bytes]:
    """Inputs to begin with: the parts of the smallest pack, and what was found before."""
    from device.pack import Codec, archive
    from tests.packs import make_cell, make_test_pack

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "pack"
        make_test_pack(path, rate_hz=8000, columns=2, rows=2, pitches=(60, 96), seconds=0.02)
        archive(path, Path(name) / "pack.onsp")
        parts = [bytes([MANIFEST]) + (path / "manifest.json").read_bytes()]
        cells = [cell.read_bytes() for cell in (path / "cells").iterdir()]
        cells.append(make_cell((1, 0, 0, 0), (60,), 8000, 0.01, {}, codec=Codec.PCM_S16LE))
        parts += [bytes([CELL]) + cell for cell in cells]
        parts += [bytes([PARTS]) + cell[16:4096].rstrip() + b"\0" + cell[4096:] for cell in cells]
        parts += [bytes([ARCHIVE]) + (Path(name) / "pack.onsp").read_bytes()]
    return parts + [file.read_bytes() for file in sorted(FOUND.glob("*.bin"))]


def main() -> None:
    """Fuzz until libFuzzer's arguments say stop; exit status 77 or 1 when something was found."""
    import atheris

    with atheris.instrument_imports(include=["device.pack"]):
        import device.pack
    assert device.pack.open_pack
    directories = [Path(one) for one in sys.argv[1:] if not one.startswith("-")]
    if directories and not any(directories[0].glob("*")):
        directories[0].mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds()):
            (directories[0] / f"seed-{number}").write_bytes(data)
    dictionary = f"-dict={Path(__file__).with_suffix('.dict')}"
    atheris.Setup([sys.argv[0], dictionary, *sys.argv[1:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
