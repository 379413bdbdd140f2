"""What the unit of USB sticks makes of each kind of file system and of the system's own disk."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd/latentpad-usb@.service"
ALWAYS = "ro,nosuid,nodev,noexec,nosymfollow,X-mount.mkdir"


def script(key: str) -> str:
    """The shell script of a setting; its only argument is the name of the device."""
    found = re.search(rf"^{key}=/bin/sh -e?c '(.*)' %I$", UNIT.read_text(), re.M)
    assert found is not None
    return found[1]


def run(folder: Path, text: str, name: str, **programs: str) -> subprocess.CompletedProcess[str]:
    """The script, with programs of these names instead of the real ones."""
    for program, body in programs.items():
        path = folder / program
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(
        ["/bin/sh", "-ec", text, name], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [("vfat", f"{ALWAYS},utf8"), ("exfat", ALWAYS), ("ext4", f"{ALWAYS},noload")],
)
def test_each_kind_is_mounted_in_its_way(tmp_path: Path, kind: str, options: str) -> None:
    ran = run(tmp_path, script("ExecStart"), "sda1", blkid=f"echo {kind}", mount='echo "$@"')
    assert ran.stdout.split() == [
        "-t", kind, "-o", options, "/dev/sda1", "/run/latentpad-usb/sda1"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["ntfs", "btrfs", "", "vfat -o rw"])
def test_other_kinds_are_not_mounted(tmp_path: Path, kind: str) -> None:
    ran = run(tmp_path, script("ExecStart"), "sda1", blkid=f"echo {kind}", mount="echo mounted")
    assert ran.returncode != 0
    assert "mounted" not in ran.stdout
    assert "is not mounted" in ran.stderr


DISKS = """case $2 in
/sys/class/block/sda1/..) echo /sys/devices/usb1/block/sda ;;
/sys/class/block/sda) echo /sys/devices/usb1/block ;;
/sys/dev/block/179:2/..) echo /sys/devices/mmc0/block/mmcblk0 ;;
/sys/dev/block/8:2/..) echo /sys/devices/usb1/block/sda ;;
esac"""


@pytest.mark.parametrize(("root", "is_mounted"), [("179:2", True), ("8:2", False), ("0:27", True)])
def test_the_disk_of_the_system_is_never_mounted(
    tmp_path: Path, root: str, is_mounted: bool
) -> None:
    ran = run(tmp_path, script("ExecCondition"), "sda1", readlink=DISKS, mountpoint=f"echo {root}")
    assert (ran.returncode == 0) == is_mounted
    assert ran.returncode <= 1  # more would be a failure of the unit, not a reason to leave it
