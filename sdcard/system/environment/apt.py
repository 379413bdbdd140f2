"""Lets apt find which Debian packages a base lacks for a library, and download them.

Apt works on folders of its own with the base's list of installed packages: it sees the base, needs
no root, and changes nothing on this machine.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sdcard.system.environment import tools
from sdcard.system.environment.apt_sources import sources_for
from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import LibraryError

COMPLETE = "complete"


def download(
    package: str, platform: Platform, dpkg_status: bytes, ingredients: Ingredients
) -> list[Path]:
    """Package files of `package` and of what it needs and the base lacks.

    Raises ToolMissingError and LibraryError.
    """
    digest = hashlib.sha256(dpkg_status).hexdigest()[:12]
    name = f"{platform.suite}-{platform.debian_machine}-{package}-{digest}"
    folder = ingredients.cache / "debs" / name
    if not (folder / COMPLETE).exists():
        ingredients.report(f"downloading {package} to {folder}")
        _download(package, platform, dpkg_status, folder)
        (folder / COMPLETE).touch()
    return sorted((folder / "archives").glob("*.deb"))


def _download(package: str, platform: Platform, dpkg_status: bytes, folder: Path) -> None:
    apt_get = tools.find("apt-get", "apt")
    for name in ("archives/partial", "lists/partial", "state"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "state/status").write_bytes(dpkg_status)
    (folder / "debian.sources").write_text(sources_for(platform.suite), encoding="utf-8")
    words = [apt_get, "-qq", *_options(folder.resolve(), platform)]
    tools.run([*words, "update"], LibraryError)
    words += ["--yes", "--no-install-recommends", "--download-only", "install", package]
    tools.run(words, LibraryError)


def _options(folder: Path, platform: Platform) -> list[str]:
    """All of apt.conf(5)."""
    settings = {
        "APT::Architecture": platform.debian_machine,
        "APT::Architectures": platform.debian_machine,
        "APT::Sandbox::User": "root",  # its usual user may not look into our cache
        "Acquire::Languages": "none",
        "Dir::Etc::SourceList": str(folder / "debian.sources"),
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": str(folder / "state"),
        "Dir::State::Lists": str(folder / "lists"),
        "Dir::State::Status": str(folder / "state/status"),
        "Dir::Cache": str(folder),
        "Dir::Cache::Archives": str(folder / "archives"),
        "Debug::NoLocking": "true",
    }
    return [f"--option={key}={value}" for key, value in settings.items()]
