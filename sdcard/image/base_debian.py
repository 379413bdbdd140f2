"""The Debian base: an image in the shape of Raspberry Pi OS Lite, made here of Debian's packages.

It is kept in the cache under a name that stands for its recipe. The archive's packages of today go
into it, so what is in the cache is as old as its file; delete it for a new one. The list of the
packages and their versions lies beside it: the same packages make the same bytes.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sdcard.image import base_debian_recipe as recipe
from sdcard.image.base_debian_bootstrap import bootstrap
from sdcard.image.base_debian_disk import BOOT_BYTES, make_disk
from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.base_debian_foreign import ensure_runs
from sdcard.image.base_debian_sources import host_suite
from sdcard.system.environment.platform import DPKG_STATUS, installed_packages

VERSION = 1  # of the code that makes it, beside the recipe


def debian_base(
    cache: Path,
    report: Callable[[str], None],
    *,
    suite: str | None = None,
    architecture: str = "arm64",
) -> Path:
    """The image, from the cache or made now, which takes five to ten minutes.

    `suite` is a release of Debian ("bookworm"), by default this machine's; `architecture` is its
    name for arm64 or amd64, of which the latter has no kernel. Raises
    NoDebianSourceError, ForeignProgramsError, ProgramMissingError, BaseBuildError.
    """
    suite = suite or host_suite()
    if architecture not in recipe.MACHINES:
        raise BaseBuildError(f"architecture {architecture!r}: not {' or '.join(recipe.MACHINES)}")
    image = cache / f"debian-{suite}-{architecture}-{_key(suite, architecture)}.img"
    if image.exists():
        return image
    ensure_runs(architecture, report)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".making-debian-") as name:
        _make(Path(name), suite, architecture, image, report)
    return image


def _make(
    folder: Path, suite: str, architecture: str, image: Path, report: Callable[[str], None]
) -> None:
    started_s = time.monotonic()
    report(f"making a base of Debian {suite} for {architecture}; it is kept as {image}")
    tar, disk = folder / "root.tar", folder / "disk"
    bootstrap(suite, architecture, tar, report)
    packages_s = time.monotonic() - started_s
    report(f"packages installed in {packages_s:.0f} s; making file systems")
    make_disk(tar, disk, architecture, int(_key(suite, architecture)[:8], 16))
    image.with_suffix(".packages").write_text(packages_of(tar))
    disk.replace(image)  # the last: where it is, all is
    report(f"base of Debian {suite} made in {time.monotonic() - started_s:.0f} s")


def packages_of(tar: Path) -> str:
    """Lines "name version" of what dpkg's status in a tar of a root says."""
    with tarfile.open(tar) as members:
        try:
            status = members.extractfile(f".{DPKG_STATUS}")
        except KeyError as error:
            raise BaseBuildError(f"{tar}: no Debian: it has no {DPKG_STATUS}") from error
        found = installed_packages(status.read() if status else b"")
    return "".join(f"{name} {version}\n" for name, version in sorted(found.items()))


def _key(suite: str, architecture: str) -> str:
    """Stands for all that decides what the base is like, but the archive's state."""
    data = [name for name in sorted(vars(recipe)) if name.isupper()]
    parts = (VERSION, suite, architecture, BOOT_BYTES, [vars(recipe)[name] for name in data])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
