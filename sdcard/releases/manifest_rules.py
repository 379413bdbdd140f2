"""Which files a release may have: few enough, and none that leads out of its folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from sdcard.releases.errors import ReleaseUnsafeError
from sdcard.releases.model import ReleaseFile

MOST_FILES = 50_000
FILE_BYTES = 512 << 20
TOTAL_BYTES = 2 << 30
PATH_BYTES = 250  # a tar header holds 255 in two parts, of which one is of 100
_PYTHON = re.compile(r"bin/python(3(\.\d+)?)?")
_SYSTEM_PYTHON = re.compile(r"/usr/bin/python3(\.\d+)?")


def check_files(files: Sequence[ReleaseFile], name: str, reserved: str) -> None:
    """Raise ReleaseUnsafeError unless these can be unpacked into a folder and stay there.

    `name` is what errors call the release, `reserved` a path that is taken.
    """
    total = sum(file.size for file in files)
    if total > TOTAL_BYTES:
        raise ReleaseUnsafeError(f"{name}: {total} bytes; at most {TOTAL_BYTES} are allowed")
    paths = [file.path for file in files]
    if paths != sorted(set(paths)):
        raise ReleaseUnsafeError(f"{name}: its files are not sorted, or one is there twice")
    folders = {str(above) for path in paths for above in PurePosixPath(path).parents}
    for file in files:
        _check_path(file.path, name)
        if file.path in folders or file.path == reserved:
            raise ReleaseUnsafeError(f"{name}: {file.path!r} is something else already")
        if file.link is not None:
            _check_link(file.path, file.link, {*paths, *folders}, name)


def _check_path(path: str, name: str) -> None:
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or not path.isprintable():
        raise ReleaseUnsafeError(f"{name}: {path!r} is not a plain path inside the release")
    if len(path.encode()) > PATH_BYTES:
        raise ReleaseUnsafeError(f"{name}: {path!r} is longer than {PATH_BYTES} bytes")


def _check_link(path: str, link: str, there: set[str], name: str) -> None:
    if _PYTHON.fullmatch(path) and _SYSTEM_PYTHON.fullmatch(link):
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    if link.startswith("/") or target not in there or target == ".":
        raise ReleaseUnsafeError(
            f"{name}: {path!r} leads to {link!r}, which is not a file of the release"
        )
