"""The packs are checked after they have grown: the check has the name that systemd gives it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sdcard.image.layout import PACKS, partuuid
from sdcard.system.checks import grow_before_check


@pytest.mark.skipif(shutil.which("systemd-escape") is None, reason="needs systemd-escape (systemd)")
def test_growing_comes_before_the_check_of_this_card() -> None:
    device = f"/dev/disk/by-partuuid/{partuuid(0xCAFE0001, PACKS)}"
    words = ["systemd-escape", "--path", "--template=systemd-fsck@.service", device]
    unit = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    put = grow_before_check(0xCAFE0001)
    assert put.path == "/etc/systemd/system/latentpad-grow.service.d/before-check.conf"
    assert isinstance(put.data, bytes)
    assert put.data.decode().splitlines() == ["[Unit]", f"Before={unit}"]
