"""Folders of releases on an instrument: one appears and disappears in one step."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from device.pack import PackWriteError
from sdcard.packs.durable import sync_directory, sync_many
from sdcard.releases.choice_file import is_version
from sdcard.releases.errors import ReleaseError, ReleaseWriteError
from sdcard.releases.places import Places
from sdcard.releases.release_reader import ReleaseReader

NEW, GONE = ".new", ".gone-"


def versions(places: Places) -> list[str]:
    """All that lie on the instrument beside the base."""
    with contextlib.suppress(OSError):
        found = [path for path in places.releases.iterdir() if path.is_dir()]
        return sorted(path.name for path in found if is_version(path.name))
    return []


def leftovers(places: Places) -> list[Path]:
    """Of updates that a power cut ended."""
    return [path for path in places.releases.iterdir() if path.name.startswith((NEW, GONE))]


def put(reader: ReleaseReader, places: Places, on_bytes: Callable[[int], None]) -> None:
    """Unpack a release in the place of nothing: it appears whole, and safe on the medium."""
    new = places.releases / NEW
    try:
        reader.unpack(new, on_bytes)
        sync_many([new / file.path for file in reader.manifest.files], places.releases)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    new.rename(places.folder(reader.manifest.version))
    sync_directory(places.releases)


def delete(path: Path) -> None:
    """A folder. Its name goes first: half of a release must not look like one."""
    gone = path
    if not path.name.startswith(GONE):
        gone = path.with_name(f"{GONE}{path.name}")
        path.rename(gone)
        sync_directory(path.parent)
    shutil.rmtree(gone)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says into ReleaseWriteError with the file's name."""
    try:
        yield
    except ReleaseError:  # some of them are an OSError too
        raise
    except PackWriteError as error:  # of what packs and releases are both put there with
        raise ReleaseWriteError(str(error)) from error
    except OSError as error:
        where = error.filename or path
        reason = error.strerror or str(error)
        raise ReleaseWriteError(f"{where}: cannot be written: {reason}{_way_out(error)}") from error


def _way_out(error: OSError) -> str:
    return "; only root may: sudo" if error.errno in (errno.EACCES, errno.EPERM) else ""
