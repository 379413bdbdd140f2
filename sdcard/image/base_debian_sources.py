"""Where the Debian base's packages come from: the archives that this machine's own apt uses."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from sdcard.image.base_debian_errors import NoDebianSourceError
from sdcard.system.environment.apt_sources import sources_for
from sdcard.system.errors import LibraryError

FIRMWARE = "non-free-firmware"  # the component with the Raspberry Pi's, from bookworm on
LISTS = "var/lib/apt/lists"
KEPT_SETTINGS = ("Acquire::Check-", "Acquire::http", "Acquire::https", "Acquire::Retries")
"""What this machine's apt needs to reach its archives, by the beginning of its name."""


def debian_sources(suite: str, root: Path = Path("/")) -> str:
    """A file for apt, in its newer format, with firmware where an archive has it.

    Raises NoDebianSourceError if this machine's apt knows no Debian.
    """
    try:
        text = sources_for(suite, root)
    except LibraryError as error:
        raise NoDebianSourceError(
            f"no archive of Debian for {suite}: nothing in {root}etc/apt is one"
        ) from error
    paragraphs = text.split("\n\n")
    return "\n\n".join(_with_firmware(paragraph, root / LISTS) for paragraph in paragraphs)


def has_firmware(sources: str) -> bool:
    """Whether an archive of `debian_sources` has the component with firmware."""
    return FIRMWARE in sources


def apt_settings(ask: Callable[..., str] | None = None) -> tuple[str, ...]:
    """What this machine's apt was told about reaching archives (proxies and the like).

    `ask` runs a program and returns what it says. Raises NoDebianSourceError without apt.
    """
    told = (ask or _ask)("apt-config", "dump", "--no-empty", "--format", '%f "%v";%n', "Acquire")
    return tuple(line for line in told.splitlines() if line.startswith(KEPT_SETTINGS))


def host_suite(os_release: Path = Path("/etc/os-release")) -> str:
    """The release of Debian that this machine runs, or bookworm."""
    lines = os_release.read_text().splitlines() if os_release.exists() else []
    named = dict(line.split("=", 1) for line in lines if "=" in line)
    if named.get("ID") != "debian":
        return "bookworm"
    return named.get("VERSION_CODENAME", "bookworm").strip('"')


def _with_firmware(paragraph: str, lists: Path) -> str:
    """The same, if need be with one more component; apt's own copy of the index tells."""
    fields = dict(re.findall(r"^(\w+): (.*)$", paragraph, re.MULTILINE))
    for url in fields.get("URIs", "").split():
        for suite in fields.get("Suites", "").split():
            name = url.split("://", 1)[-1].rstrip("/").replace("/", "_")
            if FIRMWARE not in _components(lists / f"{name}_dists_{suite}_InRelease"):
                return paragraph
    return re.sub(r"^(Components: .*)$", rf"\1 {FIRMWARE}", paragraph, flags=re.MULTILINE)


def _components(index: Path) -> list[str]:
    """All that an index of an archive names; none if it is not here."""
    lines = index.read_text(errors="replace").splitlines() if index.exists() else []
    named = (line for line in lines if line.startswith("Components:"))
    return [word.rpartition("/")[2] for word in next(named, "").split()[1:]]


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NoDebianSourceError(
            f"{command[0]}: not here; the base is made on Debian or a system with its apt"
        ) from error
    return done.stdout
