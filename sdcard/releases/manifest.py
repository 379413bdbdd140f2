"""The manifest of a release: what it is, for which machine, and every file with its hash.

    {"format": "latentpad-release", "format_version": 1,
     "version": "0.2.0", "machine": "aarch64", "python": "3.11",
     "files": [{"path": "bin/latentpad-card", "size": 512, "sha256": "...", "executable": true},
               {"path": "bin/python", "link": "/usr/bin/python3"}, ...]}

Files are sorted by path. A link stays within the release, but for bin/python*, which may lead to
the system's Python: a release brings none of its own.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

from device.pack import PackError, PackUnsafeError
from device.pack.fields import Fields
from device.pack.strict_json import loads
from sdcard.releases.choice_file import is_version
from sdcard.releases.errors import ReleaseDamagedError, ReleaseTooNewError, ReleaseUnsafeError
from sdcard.releases.manifest_rules import FILE_BYTES, MOST_FILES, check_files
from sdcard.releases.model import Machine, Manifest, ReleaseFile

NAME = "manifest.json"
FORMAT, FORMAT_VERSION = "latentpad-release", 1
MOST_BYTES = 8 << 20
_TEXT_CHARACTERS = 256
_DIGEST, _WORD = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9A-Za-z_.]+")


def manifest_bytes(manifest: Manifest) -> bytes:
    """Its JSON document; equal manifests give equal bytes."""
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": manifest.version,
        "machine": manifest.machine.name,
        "python": manifest.machine.python,
        "files": [_file_to_json(file) for file in manifest.files],
    }
    return json.dumps(document, indent=0).encode() + b"\n"


def _file_to_json(file: ReleaseFile) -> dict[str, object]:
    if file.link is not None:
        return {"path": file.path, "link": file.link}
    fields: dict[str, object] = {"path": file.path, "size": file.size, "sha256": file.sha256}
    return fields | ({"executable": True} if file.is_executable else {})


def parse_manifest(data: bytes, name: str) -> Manifest:
    """Read one that anybody may have written; `name` is what errors call it.

    Raises ReleaseTooNewError, ReleaseDamagedError and ReleaseUnsafeError.
    """
    with typed():
        fields = Fields(loads(data, MOST_BYTES, name), name)
        fields.choice("format", [FORMAT])
        _check_format(fields.integer("format_version", (1, 1 << 16)), name)
        version, machine = read_version(fields), read_machine(fields)
        files = tuple(_file_from_json(one) for one in fields.each("files", (1, MOST_FILES)))
        fields.finish()
    check_files(files, name, NAME)
    return Manifest(version, machine, files)


def _check_format(version: int, name: str) -> None:
    if version > FORMAT_VERSION:
        raise ReleaseTooNewError(
            f"{name}: its format is {version}, this program knows up to {FORMAT_VERSION}: use a"
            " later one, or flash the card"
        )


@contextlib.contextmanager
def typed() -> Iterator[None]:
    """Whoever reads JSON of packs reads that of releases too; only the errors have other names."""
    try:
        yield
    except PackUnsafeError as error:
        raise ReleaseUnsafeError(str(error)) from None
    except PackError as error:
        raise ReleaseDamagedError(str(error)) from None


def read_version(fields: Fields) -> str:
    """The name of a release."""
    version = fields.text("version", _TEXT_CHARACTERS)
    if not is_version(version):
        fields.fail("version", f"{version!r} is not a version, as 0.2.0")
    return version


def read_machine(fields: Fields) -> Machine:
    """Processor and Python."""
    texts = [fields.text(key, _TEXT_CHARACTERS) for key in ("machine", "python")]
    for text in texts:
        if not _WORD.fullmatch(text):
            fields.fail("machine", f"{text!r} is not one word")
    return Machine(*texts)


def _file_from_json(fields: Fields) -> ReleaseFile:
    path = fields.text("path", _TEXT_CHARACTERS)
    if "link" in fields:
        file = ReleaseFile(path, link=fields.text("link", _TEXT_CHARACTERS))
    else:
        size = fields.integer("size", (0, FILE_BYTES))
        digest = fields.text("sha256", 64, 64)
        if not _DIGEST.fullmatch(digest):
            fields.fail("sha256", f"{digest!r} is not hexadecimal, in small letters")
        is_executable = "executable" in fields and fields.take("executable") is True
        file = ReleaseFile(path, size, digest, is_executable)
    fields.finish()
    return file
