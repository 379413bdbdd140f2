"""Latentpad's own part of an environment: the rooms that the instrument needs, as they are here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from sdcard.system.environment.wheels import PROJECT
from sdcard.system.errors import EnvironmentBuildError

ROOMS = ("device", "hardware", "sdcard")
LEFT_OUT = ("__pycache__", "*.so", "*.pyc", "*.pyd")  # made for this machine


def version() -> str:
    """The project's."""
    return importlib.metadata.version(PROJECT)


def install_own_code(site_packages: Path) -> None:
    """Copy the rooms, from a checkout or from wherever the project is installed."""
    for room in ROOMS:
        ignore = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(_folder(room), site_packages / room, ignore=ignore)
    facts = site_packages / f"{PROJECT}-{version()}.dist-info"
    facts.mkdir()
    text = f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: {version()}\n"
    (facts / "METADATA").write_text(text, encoding="utf-8")


def _folder(room: str) -> Path:
    found = importlib.util.find_spec(room)
    if found is None or not found.submodule_search_locations:
        raise EnvironmentBuildError(f"{room}: this room of {PROJECT} is not installed here")
    return Path(found.submodule_search_locations[0])
