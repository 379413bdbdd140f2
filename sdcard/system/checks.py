"""Has the partition of packs checked after it has grown, never while it grows."""

from __future__ import annotations

from sdcard.image.changes import PutFile
from sdcard.image.layout import PACKS, partuuid
from sdcard.system.units import ENABLED

GROW = "latentpad-grow.service"
DASH = r"\x2d"


def grow_before_check(disk_id: int) -> PutFile:
    """A drop-in of the unit that grows it: only a card knows the name of its own check.

    The name is the device's path, escaped (systemd.unit(5), systemd-fsck@.service(8)).
    """
    device = f"dev-disk-by{DASH}partuuid-{partuuid(disk_id, PACKS).replace('-', DASH)}"
    text = f"[Unit]\nBefore=systemd-fsck@{device}.service\n"
    return PutFile(f"{ENABLED}/{GROW}.d/before-check.conf", text.encode())
