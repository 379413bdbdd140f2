"""Builds the environment of a card into a plain folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sdcard.system.environment import apt, debs
from sdcard.system.environment.bytecode import compile_bytecode
from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.kernel import NAME, compile_kernel
from sdcard.system.environment.launchers import LIBRARIES, write_launchers
from sdcard.system.environment.own_code import install_own_code, version
from sdcard.system.environment.platform import Platform, installed_packages
from sdcard.system.environment.wheels import install_wheels
from sdcard.system.errors import EnvironmentBuildError, LibraryError

PORTAUDIO = "libportaudio2"
PORTAUDIO_LIBRARY = "libportaudio.so.2"


@dataclass(frozen=True)
class Environment:
    """One that was built."""

    folder: Path
    platform: Platform
    version: str  # of latentpad
    is_compiled: bool  # its Python, beforehand
    libraries: tuple[str, ...]  # that the base lacks


def build_environment(
    folder: Path,
    platform: Platform,
    dpkg_status: bytes,
    ingredients: Ingredients | None = None,
) -> Environment:
    """Build into `folder`, which must not be there yet or be empty.

    `dpkg_status`: what the base has installed (platform.dpkg_status), so that of the system's
    libraries only those come along that it lacks. Raises EnvironmentBuildError.
    """
    ingredients = ingredients or Ingredients()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EnvironmentBuildError(f"{folder}: is there already, and not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        built = _build(work, folder, platform, dpkg_status, ingredients)
        work.chmod(0o755)
        work.replace(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return built


def _build(
    work: Path, folder: Path, platform: Platform, dpkg_status: bytes, ingredients: Ingredients
) -> Environment:
    site_packages = work / platform.site_packages
    ingredients.report("unpacking Python packages")
    install_wheels(site_packages, platform, installed_packages(dpkg_status), ingredients)
    install_own_code(site_packages)
    ingredients.report("compiling the kernel")
    compile_kernel(site_packages / NAME, platform)
    ingredients.report("adding system libraries")
    libraries = _add_libraries(work, platform, dpkg_status, ingredients)
    write_launchers(work, platform)
    ingredients.report("compiling Python")
    is_compiled = compile_bytecode(work, platform)
    if not is_compiled:
        ingredients.report(
            f"WARNING: there is no python3.{platform.python} on this machine: nothing is compiled"
            " beforehand, and on the card every start takes seconds longer"
        )
    return Environment(folder, platform, version(), is_compiled, tuple(libraries))


def _add_libraries(
    work: Path, platform: Platform, dpkg_status: bytes, ingredients: Ingredients
) -> list[str]:
    if ingredients.debs is not None:
        packages = sorted(ingredients.debs.glob("*.deb"))
    else:
        packages = apt.download(PORTAUDIO, platform, dpkg_status, ingredients)
    (work / LIBRARIES).mkdir(exist_ok=True)
    names = [name for deb in packages for name in debs.unpack_libraries(deb, work, platform)]
    if PORTAUDIO_LIBRARY not in names:
        where = ingredients.debs or "what apt has downloaded"
        raise LibraryError(f"{where}: there is no {PORTAUDIO} with {PORTAUDIO_LIBRARY}")
    return sorted(names)
