"""For which machine, Python and C library an environment is: told, or read from a base."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdcard.image.changes import BaseFiles
from sdcard.image.errors import BaseFileMissingError
from sdcard.system.errors import BaseUnfitError

OLDEST_PYTHON, NEWEST_PYTHON = 11, 19  # minor versions of Python 3 that are looked for
OLDEST_GLIBC = 17  # of manylinux2014, the oldest tag that wheels of today still carry
DPKG_STATUS = "/var/lib/dpkg/status"
_DEBIAN = {"aarch64": "arm64", "x86_64": "amd64"}
_LOADERS = {
    "aarch64": "/lib/ld-linux-aarch64.so.1",
    "x86_64": "/lib64/ld-linux-x86-64.so.2",
}  # the dynamic loader's path is part of each machine's ABI


@dataclass(frozen=True)
class Platform:
    """A machine as `uname -m` names it, with the minor versions of Python 3 and of glibc 2."""

    machine: str = "aarch64"
    python: int = 11
    glibc: int = 36
    suite: str = "bookworm"  # Debian's name of the release

    def __post_init__(self) -> None:
        if self.machine not in _DEBIAN:
            allowed = ", ".join(_DEBIAN)
            raise BaseUnfitError(f"machine {self.machine!r}: there are only cards for {allowed}")

    @property
    def debian_machine(self) -> str:
        """As dpkg names it: arm64 or amd64."""
        return _DEBIAN[self.machine]

    @property
    def triplet(self) -> str:
        """As compilers and library folders name it."""
        return f"{self.machine}-linux-gnu"

    @property
    def site_packages(self) -> str:
        """Of an environment, relative to it."""
        return f"lib/python3.{self.python}/site-packages"

    @property
    def wheel_platforms(self) -> list[str]:
        """All platform tags whose wheels run there, the newest first (PEP 600)."""
        newest_first = range(self.glibc, OLDEST_GLIBC - 1, -1)
        tags = [f"manylinux_2_{minor}_{self.machine}" for minor in newest_first]
        return [*tags, f"manylinux2014_{self.machine}", f"linux_{self.machine}"]


def platform_of(root: BaseFiles) -> Platform:
    """The platform of a base's root partition. Raises BaseUnfitError naming what is missing."""
    return Platform(_machine(root), _python(root), _glibc(root), _suite(root))


def _machine(root: BaseFiles) -> str:
    for machine, loader in _LOADERS.items():
        if root.exists(loader) or root.exists(f"/usr{loader}"):
            return machine
    allowed = " nor ".join(_LOADERS.values())
    raise BaseUnfitError(f"the base is no 64-bit system for ARM or PC: it has neither {allowed}")


def _python(root: BaseFiles) -> int:
    for minor in range(NEWEST_PYTHON, OLDEST_PYTHON - 1, -1):
        if root.exists(f"/usr/bin/python3.{minor}"):
            return minor
    raise BaseUnfitError(f"the base has no /usr/bin/python3.{OLDEST_PYTHON} or newer")


def _suite(root: BaseFiles) -> str:
    """`VERSION_CODENAME` of os-release(5)."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            text = root.read(path).decode(errors="replace")
        except BaseFileMissingError:
            continue
        found = re.search(r'^VERSION_CODENAME="?([a-z0-9-]+)"?\s*$', text, re.MULTILINE)
        if found:
            return found[1]
    raise BaseUnfitError("the base does not tell which release it is: VERSION_CODENAME, os-release")


def _glibc(root: BaseFiles) -> int:
    version = installed_packages(dpkg_status(root)).get("libc6", "")
    found = re.match(r"(?:\d+:)?2\.(\d+)", version)
    if not found:
        raise BaseUnfitError(f"{DPKG_STATUS}: libc6 is {version or 'missing'}, expected is 2.N")
    return int(found[1])


def dpkg_status(root: BaseFiles) -> bytes:
    """What dpkg knows of a base. Raises BaseUnfitError."""
    try:
        return root.read(DPKG_STATUS)
    except BaseFileMissingError as error:
        raise BaseUnfitError(f"the base is no Debian: it has no {DPKG_STATUS}") from error


def installed_packages(status: bytes) -> dict[str, str]:
    """Name to version of what is installed by a file of dpkg's status."""
    found: dict[str, str] = {}
    for paragraph in status.decode(errors="replace").split("\n\n"):
        fields = dict(re.findall(r"^(Package|Status|Version): *(.*)$", paragraph, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            found[fields.get("Package", "")] = fields.get("Version", "")
    return found
