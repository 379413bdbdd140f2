"""Makes the manifest of an environment that lies in a folder (see sdcard.system.environment)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sdcard.releases.elf import machine_of
from sdcard.releases.errors import EnvironmentUnfitError
from sdcard.releases.manifest import NAME, manifest_bytes, parse_manifest
from sdcard.releases.model import Machine, Manifest, ReleaseFile
from sdcard.releases.places import DEVICE_PROGRAM

ENVIRONMENT_FACTS = "pyvenv.cfg"
_VERSION, _PYTHON = "latentpad", "version"
_CHUNK_BYTES = 1 << 20


def describe(environment: Path) -> Manifest:
    """The manifest, checked as the instrument will. Raises ReleaseError."""
    version, machine = identify(environment)
    paths = sorted(_paths(environment), key=lambda path: path.relative_to(environment).as_posix())
    try:
        files = tuple(_file(path, path.relative_to(environment).as_posix()) for path in paths)
    except OSError as error:
        raise EnvironmentUnfitError(f"{error.filename}: {error.strerror}") from error
    if not any(file.path == DEVICE_PROGRAM and file.is_executable for file in files):
        raise EnvironmentUnfitError(f"{environment}: has no program {DEVICE_PROGRAM}")
    return parse_manifest(manifest_bytes(Manifest(version, machine, files)), str(environment))


def identify(environment: Path) -> tuple[str, Machine]:
    """Its version, and what it is for; files are not read. Raises EnvironmentUnfitError."""
    facts = _facts(environment)
    try:
        machine = _machine(_paths(environment), environment)
    except OSError as error:
        raise EnvironmentUnfitError(f"{error.filename}: {error.strerror}") from error
    return facts[_VERSION], Machine(machine, _minor(facts[_PYTHON]))


def _facts(environment: Path) -> dict[str, str]:
    path = environment / ENVIRONMENT_FACTS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentUnfitError(f"{path}: cannot be read: no environment ({error})") from error
    pairs = (line.partition("=") for line in lines)
    facts = {key.strip(): value.strip() for key, _, value in pairs}
    for key in (_VERSION, _PYTHON):
        if not facts.get(key):
            raise EnvironmentUnfitError(f"{path}: does not tell its {key!r}")
    return facts


def _minor(version: str) -> str:
    """3.11 of 3.11.2."""
    return ".".join(version.split(".")[:2])


def _paths(environment: Path) -> Iterator[Path]:
    """All files and links; what else there may be (pipes) comes too, and fails."""
    for folder, folders, files in os.walk(environment):
        here = Path(folder)
        yield from (here / name for name in files if here / name != environment / NAME)
        yield from (here / name for name in folders if (here / name).is_symlink())


def _file(path: Path, name: str) -> ReleaseFile:
    if path.is_symlink():
        return ReleaseFile(name, link=os.readlink(path))  # noqa: PTH115 (as it is written)
    if not path.is_file():
        raise EnvironmentUnfitError(f"{path}: neither a file nor a link")
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return ReleaseFile(name, size, digest.hexdigest(), os.access(path, os.X_OK))


def _machine(paths: Iterable[Path], environment: Path) -> str:
    """That of all libraries and programs in it, which must agree."""
    found: dict[str, Path] = {}
    for path in paths:
        machine = machine_of(path) if path.is_file() and not path.is_symlink() else None
        if machine is not None:
            found.setdefault(machine, path)
    if len(found) != 1:
        what = " and ".join(f"{path} for {machine}" for machine, path in sorted(found.items()))
        raise EnvironmentUnfitError(
            f"{environment}: not for one processor, but has {what or 'no library for any'}"
        )
    return next(iter(found))
