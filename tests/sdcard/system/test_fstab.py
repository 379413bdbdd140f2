"""/etc/fstab: the four partitions by PARTUUID, a root that is only read, what stays of a base."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sdcard.image.changes import BaseFiles
from sdcard.system.accounts import Accounts
from sdcard.system.fstab import fstab, kept_folders

WHO = Accounts(997, 996, "", ())


def mounts(root: BaseFiles) -> dict[str, list[str]]:
    lines = [line.split() for line in fstab(root, 0xCAFE0001, WHO).splitlines() if line[0] != "#"]
    found = {line[1]: line for line in lines}
    assert len(found) == len(lines)
    return found


def test_the_partitions_are_found_wherever_the_card_is(pi_os: BaseFiles) -> None:
    found = mounts(pi_os)
    for number, place in enumerate(("/boot/firmware", "/", "/data", "/packs"), start=1):
        assert found[place][0] == f"PARTUUID=cafe0001-{number:02}"
        assert found[place][5] == ("1" if place == "/" else "2")
    options = {place: line[3].split(",") for place, line in found.items()}
    assert "ro" in options["/"]
    assert {"ro", "umask=0077", "nofail"} <= set(options["/boot/firmware"])
    assert {"rw", "noatime", "nofail"} <= set(options["/data"])
    assert {"rw", "uid=997", "gid=996", "umask=0002", "noatime", "nofail"} <= set(options["/packs"])


def test_folders_are_bound_and_held_in_memory_as_the_base_needs(
    pi_os: BaseFiles, little_debian: BaseFiles
) -> None:
    found = mounts(pi_os)
    assert found["/var/lib/latentpad"][0] == "/data/latentpad"
    assert found["/var/lib/NetworkManager"][:4] == [
        "/data/system/NetworkManager", "/var/lib/NetworkManager", "none", "bind,nofail",
    ]  # fmt: skip
    assert {"/tmp", "/var/tmp", "/var/log", "/var/lib/alsa"} <= set(found)
    assert kept_folders(pi_os) == [
        "/var/lib/systemd/timesync", "/var/lib/NetworkManager", "/var/lib/alsa",
    ]  # fmt: skip
    assert kept_folders(little_debian) == []
    assert "/var/lib/NetworkManager" not in mounts(little_debian)


def test_of_the_base_other_mounts_stay(
    pi_os: BaseFiles, pi_os_with: Callable[[Mapping[str, str | None]], BaseFiles]
) -> None:
    more = "tmpfs /srv tmpfs size=1M 0 0\nUUID=1 /boot vfat defaults 0 2\nnonsense\n"
    found = mounts(pi_os_with({"/etc/fstab": pi_os.read("/etc/fstab").decode() + more}))
    assert found["/proc"][2] == "proc"
    assert found["/srv"][3] == "size=1M"
    assert found["/"][0] == "PARTUUID=cafe0001-02"
    assert "/boot" not in found
    assert "swap" not in [line[2] for line in found.values()]


@pytest.mark.skipif(shutil.which("findmnt") is None, reason="needs findmnt (util-linux)")
def test_findmnt_understands_it(pi_os: BaseFiles, tmp_path: Path) -> None:
    file = tmp_path / "fstab"
    file.write_text(fstab(pi_os, 0xCAFE0001, WHO))
    words = ["findmnt", "--tab-file", str(file), "--noheadings", "--raw", "-o", "TARGET"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == set(mounts(pi_os))
    assert done.stderr == ""
