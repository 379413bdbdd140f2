"""Makes a small image in the shape of Raspberry Pi OS Lite: enough of it to be customised."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

MIB = 1 << 20
TIME_S = 1_750_000_000
DISK_ID = 0x6A7B8C9D
BOOT_MIB, ROOT_MIB = 40, 32
BOOT_START, SECTOR = 16384, 512
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin")),
    "SOURCE_DATE_EPOCH": str(TIME_S),
    "E2FSPROGS_FAKE_TIME": str(TIME_S),
    "MTOOLSRC": os.devnull,
}

OS_RELEASE = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
STATUS = """Package: base-files
Status: install ok installed
Architecture: arm64
Version: 12.4+deb12u11

Package: dpkg
Essential: yes
Status: install ok installed
Architecture: arm64
Version: 1.21.22
Description: Debian package management system
 Architecture: this line belongs to the description

Package: python3
Status: install ok installed
Architecture: arm64
Version: 3.11.2-1+b1
"""
CMDLINE = (
    "console=serial0,115200 console=tty1 root=PARTUUID=6a7b8c9d-02 rootfstype=ext4 fsck.repair=yes"
    " rootwait quiet init=/usr/lib/raspberrypi-sys-mods/firstboot cfg80211.ieee80211_regdom=GB\n"
)
CONFIG = """# For more options and information see
# http://rptl.io/configtxt

dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d
max_framebuffers=2
arm_64bit=1

[cm4]
otg_mode=1

[all]
enable_uart=1
"""
FSTAB = """proc            /proc           proc    defaults          0       0
PARTUUID=6a7b8c9d-01  /boot/firmware  vfat    defaults          0       2
PARTUUID=6a7b8c9d-02  /               ext4    defaults,noatime  0       1
"""
PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
messagebus:x:100:107::/nonexistent:/usr/sbin/nologin
rpi-first-boot-wizard:x:1001:1001::/home/rpi-first-boot-wizard:/bin/bash
pi:x:1000:1000:,,,:/home/pi:/bin/bash
"""
SHADOW = """root:*:20000:0:99999:7:::
daemon:*:20000:0:99999:7:::
systemd-network:!*:20000::::::
nobody:*:20000:0:99999:7:::
messagebus:!:20000::::::
rpi-first-boot-wizard:!:20000::::::
pi:!:20000:0:99999:7:::
"""
GROUP = """root:x:0:
daemon:x:1:
tty:x:5:
sudo:x:27:pi
dialout:x:20:pi
audio:x:29:pi
plugdev:x:46:pi
messagebus:x:107:
systemd-network:x:998:
input:x:102:pi
spi:x:989:pi
i2c:x:988:pi
gpio:x:986:pi
netdev:x:106:pi
nogroup:x:65534:
rpi-first-boot-wizard:x:1001:
pi:x:1000:
"""
GSHADOW = "".join(f"{line.split(':')[0]}:*::\n" for line in GROUP.splitlines())

FILES: Mapping[str, str] = {
    "/usr/lib/os-release": OS_RELEASE,
    "/etc/rpi-issue": "Raspberry Pi reference 2025-05-13\nGenerated using pi-gen\n",
    "/etc/debian_version": "12.11\n",
    "/etc/fstab": FSTAB,
    "/etc/hostname": "raspberrypi\n",
    "/etc/hosts": "127.0.0.1\tlocalhost\n::1\t\tlocalhost\n127.0.1.1\traspberrypi\n",
    "/etc/passwd": PASSWD,
    "/etc/shadow": SHADOW,
    "/etc/group": GROUP,
    "/etc/gshadow": GSHADOW,
    "/etc/machine-id": "uninitialized\n",
    "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n",
    "/etc/sudoers": "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    "/etc/sudoers.d/010_pi-nopasswd": "pi ALL=(ALL) NOPASSWD: ALL\n",
    "/etc/systemd/journald.conf": "[Journal]\n#Storage=auto\n",
    "/etc/default/keyboard": 'XKBLAYOUT="gb"\n',
    "/usr/bin/python3.11": "the interpreter\n",
    "/usr/bin/ping": "needs a capability\n",
    "/usr/bin/sudo": "is set-uid\n",
    "/usr/lib/systemd/system/multi-user.target": "[Unit]\nDescription=Multi-User System\n",
    "/usr/lib/systemd/system/userconfig.service": "[Unit]\nDescription=User configuration\n",
    "/usr/lib/systemd/system/regenerate_ssh_host_keys.service": "[Unit]\nDescription=SSH keys\n",
    "/usr/lib/systemd/system/resize2fs_once.service": "[Unit]\nDescription=Grow the root\n",
    r"/usr/lib/systemd/system/a\x2db.service": "[Unit]\nDescription=A name with a backslash\n",
    "/home/pi/.bashrc": "# of pi\n",
    "/var/lib/dpkg/status": STATUS,
}
DIRECTORIES = (
    "/boot/firmware", "/dev", "/proc", "/sys", "/run", "/tmp", "/root", "/opt", "/mnt", "/media",
    "/var/log", "/var/tmp", "/var/cache", "/var/lib/systemd", "/etc/systemd/system",
    "/etc/systemd/system/multi-user.target.wants", "/etc/NetworkManager/system-connections",
    "/usr/local/bin", "/usr/share/doc",
)  # fmt: skip
LINKS: Mapping[str, str] = {
    "/bin": "usr/bin",
    "/lib": "usr/lib",
    "/etc/os-release": "../usr/lib/os-release",
    "/usr/bin/python3": "python3.11",
    "/etc/systemd/system/multi-user.target.wants/userconfig.service": (
        "/lib/systemd/system/userconfig.service"
    ),
    "/etc/resolv.conf": "../run/NetworkManager/resolv.conf",  # leads nowhere before the start
    "/var/lib/slow-link": "/" + "long/" * 30 + "target",
}
MODES: Mapping[str, int] = {
    "/etc/shadow": 0o640, "/etc/gshadow": 0o640, "/usr/bin/sudo": 0o4755, "/tmp": 0o1777,
    "/usr/bin/python3.11": 0o755, "/usr/bin/ping": 0o755, "/root": 0o700,
    "/etc/NetworkManager/system-connections": 0o700,
}  # fmt: skip
OWNERS: Mapping[str, tuple[int, int]] = {
    "/etc/shadow": (0, 42), "/etc/gshadow": (0, 42),
    "/home/pi": (1000, 1000), "/home/pi/.bashrc": (1000, 1000),
}  # fmt: skip
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")  # cap_net_raw=ep
BOOT_FILES: Mapping[str, str | bytes] = {
    "config.txt": CONFIG,
    "cmdline.txt": CMDLINE,
    "issue.txt": "Raspberry Pi reference 2025-05-13\n",
    "start4.elf": b"firmware" * 1000,
    "kernel8.img": b"kernel" * 100_000,
    "bcm2710-rpi-3-b-plus.dtb": b"\xd0\x0d\xfe\xed" * 1000,
    "overlays/iqaudio-dac.dtbo": b"\xd0\x0d\xfe\xed" * 100,
    "overlays/overlay_map.dtb": b"\xd0\x0d\xfe\xed" * 10,
}


def make_fake_base(
    image: Path,
    folder: Path,
    files: Mapping[str, str] | None = None,
    boot_files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write the image; works in `folder`, which must be new.

    `files` and `boot_files` replace or add to those above; "" as the content takes one away.
    """
    folder.mkdir()
    root = _make_root(folder, {**FILES, **(files or {})})
    boot = _make_boot(folder, {**BOOT_FILES, **(boot_files or {})})
    root_start = BOOT_START + BOOT_MIB * MIB // SECTOR
    table = bytearray(SECTOR)
    struct.pack_into("<I", table, 440, DISK_ID)
    for index, (kind, start, mib) in enumerate(
        ((0x0C, BOOT_START, BOOT_MIB), (0x83, root_start, ROOT_MIB))
    ):
        struct.pack_into(
            "<B3sB3sII", table, 446 + 16 * index,
            0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", start, mib * MIB // SECTOR,
        )  # fmt: skip
    table[510:] = b"\x55\xaa"
    with image.open("wb") as file:
        file.write(table)
        for start, volume in ((BOOT_START, boot), (root_start, root)):
            file.seek(start * SECTOR)
            file.write(volume.read_bytes())
    return image


def _make_root(folder: Path, files: Mapping[str, str]) -> Path:
    tree, volume = folder / "tree", folder / "root"
    tree.mkdir()
    for name in DIRECTORIES:
        (tree / name[1:]).mkdir(parents=True)
    for name, text in files.items():
        if text:
            (tree / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            (tree / name[1:]).write_text(text)
    for name, target in LINKS.items():
        (tree / name[1:]).symlink_to(target)
    commands = [f"ea_set /usr/bin/ping security.capability -f {folder / 'capability'}"]
    (folder / "capability").write_bytes(CAPABILITY)
    for path in [tree, *sorted(tree.rglob("*"))]:
        name = "/" + str(path.relative_to(tree)).removeprefix(".")
        if path.is_symlink():
            continue
        default = 0o040755 if path.is_dir() else 0o100644
        mode = default & ~0o7777 | MODES.get(name, default & 0o7777)
        uid, gid = OWNERS.get(name, (0, 0))
        commands += [
            f'sif "{name}" {field} {value}'
            for field, value in (("mode", f"0{mode:o}"), ("uid", uid), ("gid", gid))
        ]
    _run("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-i", "16384", "-L", "rootfs", "-d", tree,
         volume, f"{ROOT_MIB}M")  # fmt: skip
    (folder / "commands").write_text("".join(f"{command}\n" for command in commands))
    _run("debugfs", "-w", "-f", folder / "commands", volume)
    return volume


def _make_boot(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    volume = folder / "boot"
    _run("mkfs.vfat", "-C", "-F", "32", "-s", "1", "-n", "bootfs", "-i", "5ADB0075", volume,
         str(BOOT_MIB * 1024))  # fmt: skip
    _run("mmd", "-i", volume, "::overlays")
    for name, data in files.items():
        if data:
            source = folder / "boot-file"
            source.write_bytes(data.encode() if isinstance(data, str) else data)
            _run("mcopy", "-i", volume, source, f"::{name}")
    return volume


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True, env=ENVIRONMENT)
