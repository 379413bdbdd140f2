"""What is where on a card: partitions, their labels, and where the instrument mounts them."""

from __future__ import annotations

from dataclasses import dataclass

SECTOR_BYTES = 512
ALIGNMENT_BYTES = 4 << 20
"""Partitions begin at multiples of the erase units of usual cards."""


@dataclass(frozen=True)
class Place:
    """One primary partition of the card."""

    number: int  # from 1, as in its PARTUUID
    label: str
    mount: str
    mbr_type: int


BOOT = Place(1, "bootfs", "/boot/firmware", 0x0C)
ROOT = Place(2, "rootfs", "/", 0x83)
STATE = Place(3, "lp-state", "/data", 0x83)
PACKS = Place(4, "PACKS", "/packs", 0x0C)
PLACES = (BOOT, ROOT, STATE, PACKS)

HOME = "/var/lib/latentpad"
"""The daemon's: settings, patches, memory; HOME_ON_STATE is mounted there."""
HOME_ON_STATE = f"{STATE.mount}/latentpad"
RELEASES = f"{STATE.mount}/releases"
"""Releases that were put on later, a folder each."""
SSH_KEYS = f"{STATE.mount}/ssh"
BASE_RELEASE = "/opt/latentpad"
SETTINGS = f"{HOME}/settings.toml"
RELEASE_CHOICE = f"{HOME}/release.json"
USB_MOUNTS = "/run/latentpad-usb"
BOOT_DROP_IN = f"{BOOT.mount}/latentpad"
"""Where a musician with a PC may leave SSH keys and connections to networks."""


def partuuid(disk_id: int, place: Place) -> str:
    """As Linux names a partition of an MBR: "cafe0001-04"."""
    return f"{disk_id:08x}-{place.number:02x}"
