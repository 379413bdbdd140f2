"""Unit files and their kin: which there are, where they belong, and by which links they start.

The files are the project's own folder `systemd`, in a checkout and, as `units`, in a wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sdcard.image.changes import Change, PutFile, Symlink
from sdcard.system.errors import UnitError

IN_WHEEL = Path(__file__).with_name("units")
IN_CHECKOUT = Path(__file__).parents[2] / "systemd"
UNITS, ENABLED = "/usr/lib/systemd/system", "/etc/systemd/system"
KINDS = (".service", ".socket", ".target", ".mount", ".automount", ".path", ".timer", ".slice")
PLACES = {
    **dict.fromkeys(KINDS, UNITS),
    ".rules": "/usr/lib/udev/rules.d",
    ".tmpfiles.conf": "/usr/lib/tmpfiles.d",
    ".sysusers.conf": "/usr/lib/sysusers.d",
    ".modules-load.conf": "/usr/lib/modules-load.d",
    ".sysctl.conf": "/usr/lib/sysctl.d",
}
"""Ending -> folder; of the last ones, the middle of the name goes."""
SYSUSERS = "latentpad.sysusers.conf"


def unit_files() -> dict[str, bytes]:
    """Name -> content of each. Raises UnitError if they are not installed."""
    folder = IN_WHEEL if IN_WHEEL.is_dir() else IN_CHECKOUT
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {path.name: path.read_bytes() for path in paths if path.is_file()}
    if SYSUSERS not in found:
        raise UnitError(f"{folder}: the unit files are not there, {SYSUSERS} among them")
    return found


def placed(files: Mapping[str, bytes]) -> list[Change]:
    """Put each where it belongs, and start what wants to. Raises UnitError."""
    changes: list[Change] = [PutFile(place(name), data) for name, data in files.items()]
    for name, data in files.items():
        if name.endswith(KINDS):
            changes += enabled(name, data.decode(errors="replace"))
    return changes


def place(name: str) -> str:
    """Path of a file on the card. Raises UnitError for an ending that is not known."""
    if name.startswith("README"):
        return f"/usr/share/doc/latentpad/{name}"
    for ending, folder in PLACES.items():
        if name.endswith(ending):
            return f"{folder}/{name.removesuffix(ending)}{PurePosixPath(ending).suffix or ending}"
    raise UnitError(f"systemd/{name}: there is no place for it; endings: {', '.join(PLACES)}")


def enabled(name: str, text: str) -> list[Change]:
    """The links that `systemctl enable` would make of [Install] (systemd.unit(5)).

    A template is started with the instance that it names itself, or by others. Raises UnitError.
    """
    install = _install(name, text)
    instance = install.get("DefaultInstance", "").split()
    if "@." in name and not instance:
        return []
    link = name.replace("@.", f"@{instance[0]}.") if instance else name
    links = {"WantedBy": "wants", "RequiredBy": "requires", "UpheldBy": "upholds"}
    changes: list[Change] = [
        Symlink(f"{ENABLED}/{target}.{folder}/{link}", f"{UNITS}/{name}")
        for key, folder in links.items()
        for target in install.get(key, "").split()
    ]
    aliases = install.get("Alias", "").split()
    return [*changes, *(Symlink(f"{ENABLED}/{alias}", f"{UNITS}/{name}") for alias in aliases)]


def _install(name: str, text: str) -> dict[str, str]:
    """Keys of the section; lists that are given twice add up."""
    known = ("WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also", "DefaultInstance")
    section, found = "", dict[str, str]()
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip()
        key, equals, value = line.partition("=")
        if section != "[Install]" or not equals or line.startswith(("#", ";")):
            continue
        if key.strip() not in known:
            raise UnitError(f"systemd/{name}: [Install] has {key!r}; known: {', '.join(known)}")
        found[key.strip()] = f"{found.get(key.strip(), '')} {value}"
    return found
