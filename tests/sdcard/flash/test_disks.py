"""Which disks are found and what speaks against overwriting them, over a made-up /sys, /proc."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcard.disk_checks import check_disk, described, refusals
from sdcard.disks import Disk, find_disk, list_disks
from sdcard.flash_errors import DiskNotFoundError, DiskRefusedError, DisksUnknownError

GB = 1_000_000_000
PCI = "devices/pci0000:00/0000:00:14.0"


class Machine:
    """A /sys and a /proc, to be filled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "sys/block").mkdir(parents=True)
        (root / "proc/self").mkdir(parents=True)
        self.mountinfo: list[str] = []
        self.mount("0:21", "/proc", "proc")

    def disk(self, name: str, number: str, parent: str, **facts: object) -> Path:
        folder = self.root / "sys" / parent / "block" / name
        folder.mkdir(parents=True)
        (self.root / "sys/block" / name).symlink_to(folder)
        files = {"size": 64 * GB // 512, "removable": 0, "ro": 0, "dev": number} | facts
        for file, value in files.items():
            path = folder / file.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{value}\n")
        return folder

    def part(self, disk: Path, name: str, number: str) -> Path:
        folder = disk / name
        (folder / "holders").mkdir(parents=True)
        (folder / "partition").write_text("1\n")
        (folder / "dev").write_text(f"{number}\n")
        return folder

    def mount(self, number: str, place: str, source: str) -> None:
        self.mountinfo.append(f"36 35 {number} / {place} rw shared:1 - ext4 {source} rw")
        (self.root / "proc/self/mountinfo").write_text("\n".join(self.mountinfo) + "\n")

    def swap(self, *sources: str) -> None:
        lines = ["Filename\tType\tSize", *(f"{source} partition 1 0 -2" for source in sources)]
        (self.root / "proc/swaps").write_text("\n".join(lines) + "\n")

    def found(self) -> dict[str, Disk]:
        return {disk.name: disk for disk in list_disks(self.root)}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "root")


def add_stick(machine: Machine, **facts: object) -> Path:
    words = {"device__vendor": "SanDisk ", "device__model": "Ultra   "}
    return machine.disk("sdb", "8:16", f"{PCI}/usb1/1-2", removable=1, **words, **facts)


def test_a_stick_is_removable_and_tells_its_name(machine: Machine) -> None:
    add_stick(machine)
    disk = machine.found()["sdb"]
    assert (disk.path, disk.size, disk.bus) == (Path("/dev/sdb"), 64 * GB, "USB")
    assert disk.model == "SanDisk Ultra"
    assert refusals(disk, 64 * GB) == []
    assert described(disk) == "/dev/sdb        64.0 GB  USB       SanDisk Ultra"


def test_a_card_in_a_slot_counts_as_removable_a_soldered_chip_does_not(machine: Machine) -> None:
    machine.disk("mmcblk0", "179:0", "mmc0", device__type="SD", device__name="SC32G")
    machine.disk("mmcblk1", "179:8", "mmc1", device__type="MMC", device__name="BJTD4R")
    found = machine.found()
    assert refusals(found["mmcblk0"]) == []
    assert found["mmcblk0"].model == "SC32G"
    assert refusals(found["mmcblk1"]) == ["it is not a card or removable disk"]


def test_a_usb_disk_that_is_not_removable_is_refused(machine: Machine) -> None:
    machine.disk("sdc", "8:32", f"{PCI}/usb2/2-1")
    assert refusals(machine.found()["sdc"]) == ["it is not a card or removable disk"]


def test_a_reader_without_a_card_is_no_disk(machine: Machine) -> None:
    machine.disk("sdd", "8:48", f"{PCI}/usb2/2-1", removable=1, size=0)
    assert machine.found() == {}


def test_a_mounted_partition_speaks_against_its_disk(machine: Machine) -> None:
    machine.part(add_stick(machine), "sdb1", "8:17")
    machine.mount("8:17", "/media/my\\040card", "/dev/sdb1")
    disk = machine.found()["sdb"]
    assert refusals(disk) == ["it is mounted at /media/my card"]
    with pytest.raises(DiskRefusedError, match=r"mounted at .*: --force sdb$"):
        check_disk(disk, 0, None)
    check_disk(disk, 0, "sdb")


@pytest.mark.parametrize("place", ["/", "/boot/firmware", "/var"])
def test_the_disk_that_the_system_runs_from(machine: Machine, place: str) -> None:
    machine.part(add_stick(machine), "sdb2", "8:18")
    machine.mount("8:18", place, "/dev/root")
    disk = machine.found()["sdb"]
    assert refusals(disk)[0] == "this machine runs from it"
    with pytest.raises(DiskRefusedError, match="choose another disk") as caught:
        check_disk(disk, 0, None)
    assert "--force" not in str(caught.value)


def test_the_system_below_encryption_and_volumes(machine: Machine) -> None:
    part = machine.part(add_stick(machine), "sdb1", "8:17")
    (part / "holders/dm-0").mkdir()
    crypt = machine.disk("dm-0", "253:0", "devices/virtual")
    (crypt / "holders/dm-1").mkdir(parents=True)
    machine.disk("dm-1", "253:1", "devices/virtual")
    machine.mount("253:1", "/", "/dev/mapper/vg-root")
    disk = machine.found()["sdb"]
    assert disk.holders == ("dm-0", "dm-1")
    assert refusals(disk)[0] == "this machine runs from it"


def test_a_file_system_with_numbers_of_its_own_is_found_by_its_path(machine: Machine) -> None:
    machine.part(add_stick(machine), "sdb1", "8:17")
    machine.mount("0:45", "/home", "/dev/sdb1")  # btrfs
    assert machine.found()["sdb"].is_system


def test_swap_makes_it_a_disk_of_the_system(machine: Machine) -> None:
    machine.part(add_stick(machine), "sdb3", "8:19")
    machine.swap("/dev/sdb3")
    assert refusals(machine.found()["sdb"]) == ["this machine runs from it"]


def test_another_disk_is_not_blamed(machine: Machine) -> None:
    add_stick(machine)
    machine.part(machine.disk("sda", "8:0", f"{PCI}/ata1"), "sda1", "8:1")
    machine.mount("8:1", "/", "/dev/sda1")
    assert refusals(machine.found()["sdb"]) == []
    assert machine.found()["sda"].is_system


def test_a_locked_card_cannot_be_forced(machine: Machine) -> None:
    add_stick(machine, ro=1)
    with pytest.raises(DiskRefusedError, match="write protected; slide the lock"):
        check_disk(machine.found()["sdb"], 0, "sdb")


def test_too_small_is_told_in_bytes(machine: Machine) -> None:
    add_stick(machine)
    with pytest.raises(DiskRefusedError, match="it has 64000000000 bytes, the image 64000000001"):
        check_disk(machine.found()["sdb"], 64 * GB + 1, None)


def test_force_must_name_the_disk_itself(machine: Machine) -> None:
    add_stick(machine)
    for name in ("sdc", "/dev/sdb", ""):
        with pytest.raises(DiskRefusedError, match="its name is sdb, but --force says"):
            check_disk(machine.found()["sdb"], 0, name)


def test_what_is_no_disk_is_not_found(machine: Machine, tmp_path: Path) -> None:
    add_stick(machine)
    for path in (tmp_path / "nothing", tmp_path, Path("/dev/null")):
        with pytest.raises(DiskNotFoundError, match="removable disks here: /dev/sdb"):
            find_disk(path, machine.root)


def test_a_file_is_found_but_never_unforced(tmp_path: Path, machine: Machine) -> None:
    (tmp_path / "card").write_bytes(bytes(512))
    disk = find_disk(tmp_path / "card", machine.root)
    assert refusals(disk, 513) == [
        "it is a file, not a card",
        "it is too small: it has 512 bytes, the image 513",
    ]


def test_a_system_without_sys_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DisksUnknownError, match="needs Linux, elsewhere Raspberry Pi Imager"):
        list_disks(tmp_path)


def test_this_machine_can_be_read() -> None:
    for disk in list_disks():
        assert disk.size > 0
        assert described(disk)
