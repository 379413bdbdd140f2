"""Writes /etc/fstab: the four partitions, and what may be written of a root that is only read.

Only the root has to be there. With `nofail` the system starts without the others, and the
instrument tells what it misses; systemd waits for a partition for the device's time-out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sdcard.image.changes import BaseFiles
from sdcard.image.layout import BOOT, HOME, HOME_ON_STATE, PACKS, ROOT, STATE, Place, partuuid
from sdcard.system.accounts import Accounts

PATIENCE = "nofail,x-systemd.device-timeout=20s"
KEPT_BELOW = f"{STATE.mount}/system"
KEPT = {
    "/var/lib/systemd/timesync": "/usr/lib/systemd/systemd-timesyncd",  # the time, roughly
    "/var/lib/NetworkManager": "/var/lib/NetworkManager",  # who we are in networks
    "/var/lib/alsa": "/usr/sbin/alsactl",  # settings of the DAC's mixer
}
"""Folders of the system that outlive a restart, bound to folders below KEPT_BELOW; each if the base
has the program that needs it."""
VOLATILE = {
    "/tmp": "mode=1777,size=64M",
    "/var/tmp": "mode=1777,size=32M",
    "/var/log": "mode=0755,size=16M",
    "/var/lib/dhcp": "mode=0755,size=1M",
    "/var/lib/dhcpcd": "mode=0755,size=1M",
}
"""Folders in memory, empty at each start; the last two if the base has them."""
ALWAYS_VOLATILE = ("/tmp", "/var/tmp", "/var/log")
FORMER_BOOTS = ("/boot", "/boot/efi")


@dataclass(frozen=True)
class Mount:
    """One line (fstab(5))."""

    what: str
    where: str
    kind: str
    options: str
    check: int = 0  # order of fsck; 0: none

    def __str__(self) -> str:
        return f"{self.what} {self.where} {self.kind} {self.options} 0 {self.check}"


def kept_folders(root: BaseFiles) -> list[str]:
    """Those of KEPT that the base needs."""
    return [path for path, needed_by in KEPT.items() if root.exists(needed_by)]


def kept_at(path: str) -> str:
    """Where such a folder really is."""
    return KEPT_BELOW + path.removeprefix("/var/lib")


def fstab(root: BaseFiles, disk_id: int, accounts: Accounts) -> str:
    """The file; lines of the base for other places than these stay."""
    mounts = [*_partitions(disk_id, accounts), *_bound(root), *_volatile(root)]
    places = {mount.where for mount in mounts}.union(FORMER_BOOTS)
    base = root.read("/etc/fstab").decode(errors="replace") if root.exists("/etc/fstab") else ""
    kept = [line for line in base.splitlines() if _is_kept(line, places)]
    lines = ["# Made by latentpad-card.", *kept, *map(str, mounts)]
    return "\n".join(lines) + "\n"


def _is_kept(line: str, places: set[str]) -> bool:
    fields = line.split()
    is_mount = bool(fields) and not line.lstrip().startswith("#")
    return is_mount and len(fields) > 2 and fields[1] not in places and fields[2] != "swap"


def _partitions(disk_id: int, accounts: Accounts) -> list[Mount]:
    def device(place: Place) -> str:
        return f"PARTUUID={partuuid(disk_id, place)}"

    own = f"uid={accounts.uid},gid={accounts.gid},umask=0002,utf8"
    state, packs = "rw,noatime,nosuid,nodev", f"rw,noatime,nosuid,nodev,noexec,{own}"
    return [
        Mount(device(ROOT), ROOT.mount, "ext4", "ro,noatime", 1),
        # only root may read it: there are passwords of networks on it
        Mount(device(BOOT), BOOT.mount, "vfat", f"ro,umask=0077,{PATIENCE}", 2),
        Mount(device(STATE), STATE.mount, "ext4", f"{state},{PATIENCE}", 2),
        Mount(device(PACKS), PACKS.mount, "vfat", f"{packs},{PATIENCE}", 2),
    ]


def _bound(root: BaseFiles) -> list[Mount]:
    folders = {HOME: HOME_ON_STATE}
    folders |= {path: kept_at(path) for path in kept_folders(root)}
    return [Mount(what, where, "none", "bind,nofail") for where, what in folders.items()]


def _volatile(root: BaseFiles) -> list[Mount]:
    return [
        Mount("tmpfs", path, "tmpfs", f"nosuid,nodev,{options}")
        for path, options in VOLATILE.items()
        if path in ALWAYS_VOLATILE or root.exists(path)
    ]
