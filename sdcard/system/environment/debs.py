"""Takes shared libraries out of Debian packages: an `ar` archive with a tar in it (deb(5))."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sdcard.system.environment.platform import Platform
from sdcard.system.errors import LibraryError

MAGIC, HEADER = b"!<arch>\n", 60
READABLE = ("data.tar.xz", "data.tar.gz", "data.tar")
ALSA = PurePosixPath("usr/share/alsa")


def unpack_libraries(deb: Path, environment: Path, platform: Platform) -> list[str]:
    """Names of the libraries that were put into `lib` of an environment.

    A library has one name there, that of its interface ("libportaudio.so.2"), and ALSA's
    configuration comes along to `share/alsa`. Raises LibraryError.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_data(deb)), mode="r:*") as archive:
            return _unpack(archive, environment, platform)
    except (tarfile.TarError, lzma.LZMAError, EOFError, OSError, KeyError) as error:
        raise LibraryError(f"{deb}: damaged: {error}") from error


def _unpack(archive: tarfile.TarFile, environment: Path, platform: Platform) -> list[str]:
    files = dict(_files(archive))
    libraries = {path: environment / "lib" / path.name for path in _libraries(files, platform)}
    alsa = {path: environment / path.relative_to("usr") for path in files if ALSA in path.parents}
    for path, target in (libraries | alsa).items():
        source = archive.extractfile(files[path])  # of a link, what it leads to
        if source is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())
    return sorted(path.name for path in libraries)


def _files(archive: tarfile.TarFile) -> Iterator[tuple[PurePosixPath, tarfile.TarInfo]]:
    for member in archive.getmembers():
        path = PurePosixPath(member.name)
        if ".." not in path.parts and not path.is_absolute() and (member.isreg() or member.issym()):
            yield path, member


def _libraries(
    files: dict[PurePosixPath, tarfile.TarInfo], platform: Platform
) -> list[PurePosixPath]:
    """By the names that programs ask for: links, and files that no link stands for."""
    folders = [PurePosixPath(top, platform.triplet) for top in ("usr/lib", "lib")]
    found = [path for path in files if path.parent in folders and ".so" in path.name]
    meant = {path.parent / files[path].linkname for path in found if files[path].issym()}
    return [path for path in found if path not in meant]


def _data(deb: Path) -> bytes:
    """The tar with a package's files."""
    try:
        content = deb.read_bytes()
    except OSError as error:
        raise LibraryError(f"{deb}: cannot be read: {error.strerror}") from error
    if not content.startswith(MAGIC):
        raise LibraryError(f"{deb}: no Debian package")
    for name, data in _members(deb, content):
        if name in READABLE:
            return data
        if name.startswith("data.tar"):
            raise LibraryError(f"{deb}: {name} cannot be read, only {', '.join(READABLE)}")
    raise LibraryError(f"{deb}: there is no data.tar in it")


def _members(deb: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    place = len(MAGIC)
    while place + HEADER <= len(content):
        header = content[place : place + HEADER]
        name, size = header[:16].decode("latin-1").rstrip(" /"), header[48:58].strip()
        if not size.isdigit():
            raise LibraryError(f"{deb}: damaged at byte {place}")
        place += HEADER
        yield name, content[place : place + int(size)]
        place += int(size) + int(size) % 2
