"""Tells which release of which system a base is, and whether an instrument can be made of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from sdcard.image.changes import BaseFiles
from sdcard.image.errors import BaseFileMissingError, BaseUnusableError

CODENAMES = ("bookworm", "trixie")
ARCHITECTURE = "arm64"
OS_RELEASE, PACKAGES = "/etc/os-release", "/var/lib/dpkg/status"
BOOT_FILES = ("/config.txt", "/cmdline.txt")


@dataclass(frozen=True)
class Release:
    """What a base says of itself."""

    codename: str
    name: str  # as people know it
    architecture: str


def identify(
    root: BaseFiles, boot: BaseFiles, name: str, architecture: str = ARCHITECTURE
) -> Release:
    """What the base is, if it is for this architecture; errors call it `name`.

    Raises BaseUnusableError.
    """
    try:
        facts = _os_release(root.read(OS_RELEASE).decode(errors="replace"))
        status = root.read(PACKAGES).decode(errors="replace")
    except BaseFileMissingError as error:
        raise BaseUnusableError(f"{name}: no Debian: {error}") from error
    release = Release(
        facts.get("VERSION_CODENAME", ""), facts.get("PRETTY_NAME", ""), _architecture(status)
    )
    if release.codename not in CODENAMES:
        raise BaseUnusableError(
            f"{name}: its release is {release.codename or 'unknown'!r}"
            f" ({release.name or 'no name'}); it must be {' or '.join(CODENAMES)}"
        )
    if release.architecture != architecture:
        raise BaseUnusableError(
            f"{name}: made for {release.architecture or 'an unknown processor'!r}; it must be"
            f" {architecture} (Raspberry Pi OS Lite, 64-bit, is {ARCHITECTURE})"
        )
    for path in BOOT_FILES:
        if not boot.exists(path):
            raise BaseUnusableError(f"{name}: no {path} on its first partition")
    return release


def _os_release(text: str) -> dict[str, str]:
    """os-release(5): assignments as in a shell."""
    facts = {}
    for line in text.splitlines():
        key, is_assignment, value = line.partition("=")
        if is_assignment and not line.startswith("#"):
            try:
                facts[key.strip()] = "".join(shlex.split(value))
            except ValueError:  # quotes that do not end
                facts[key.strip()] = value
    return facts


def _architecture(status: str) -> str:
    """That of dpkg itself, from its list of packages (deb-control(5))."""
    for stanza in status.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " "
        )
        if fields.get("Package") == "dpkg":
            return fields.get("Architecture", "")
    return ""
