"""Bases as plain dictionaries: Raspberry Pi OS as it is published, and a Debian with little."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.image.changes import Changes, PutFile, Symlink
from sdcard.image.errors import BaseFileMissingError

CONFIG = """# For more options and information see
# http://rptl.io/configtxt

#dtparam=i2c_arm=on
dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d
max_framebuffers=2
arm_boost=1

[cm4]
otg_mode=1

[cm5]
dtoverlay=dwc2,dr_mode=host

[all]
"""
CMDLINE = (
    "console=serial0,115200 console=tty1 root=PARTUUID=6a7b8c9d-02 rootfstype=ext4"
    " fsck.repair=yes rootwait quiet init=/usr/lib/raspberrypi-sys-mods/firstboot"
    " cfg80211.ieee80211_regdom=GB\n"
)
PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
messagebus:x:100:107::/nonexistent:/usr/sbin/nologin
pi:x:1000:1000:,,,:/home/pi:/bin/bash
"""
SHADOW = """root:*:20000:0:99999:7:::
daemon:*:20000:0:99999:7:::
systemd-network:!*:20000::::::
messagebus:!:20000::::::
pi:!:20000:0:99999:7:::
"""
GROUP = """root:x:0:
daemon:x:1:
sudo:x:27:pi
dialout:x:20:pi
audio:x:29:pi
shadow:x:42:
messagebus:x:107:
systemd-journal:x:999:
systemd-network:x:998:
spi:x:989:pi
i2c:x:988:pi
gpio:x:986:pi
pi:x:1000:
"""
GSHADOW = "".join(
    f"{name}:*::{members}\n"
    for name, _, _, members in (line.split(":") for line in GROUP.splitlines())
)
STATUS = """Package: libc6
Status: install ok installed
Architecture: arm64
Version: 2.36-9+rpt2+deb12u10

Package: python3-lgpio
Status: install ok installed
Architecture: arm64
Version: 0.2.2-1~rpt1

Package: dphys-swapfile
Status: deinstall ok config-files
Architecture: all
Version: 20100506-7

"""
UNITS = ("ssh", "NetworkManager", "avahi-daemon", "userconfig", "systemd-timesyncd")
RASPBERRY_PI_OS: Mapping[str, str] = {
    "/etc/os-release": 'ID=debian\nVERSION_CODENAME=bookworm\nVERSION_ID="12"\n',
    "/etc/passwd": PASSWD,
    "/etc/shadow": SHADOW,
    "/etc/group": GROUP,
    "/etc/gshadow": GSHADOW,
    "/etc/fstab": (
        "proc            /proc           proc    defaults          0       0\n"
        "PARTUUID=6a7b8c9d-01  /boot/firmware  vfat    defaults          0       2\n"
        "PARTUUID=6a7b8c9d-02  /               ext4    defaults,noatime  0       1\n"
        "# a comment\n"
        "/var/swap none swap sw 0 0\n"
    ),
    "/etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t\traspberrypi\n",
    "/etc/sudoers.d/010_pi-nopasswd": "pi ALL=(ALL) NOPASSWD: ALL\n",
    "/etc/rpi/swap.conf": "[Main]\n",
    "/etc/skel/.bashrc": "# of everybody\n",
    "/lib/ld-linux-aarch64.so.1": "the loader",
    "/usr/bin/python3.11": "the interpreter",
    "/bin/bash": "a shell",
    "/usr/sbin/NetworkManager": "the manager",
    "/usr/sbin/alsactl": "the mixer's",
    "/usr/lib/systemd/systemd-timesyncd": "the clock",
    "/var/lib/NetworkManager/NetworkManager.state": "[main]\nWirelessEnabled=false\n",
    "/var/lib/dbus/nothing": "",
    "/var/lib/dpkg/status": STATUS,
    **{f"/usr/lib/systemd/system/{name}.service": "[Unit]\n" for name in UNITS},
}
LITTLE_DEBIAN: Mapping[str, str] = {
    "/etc/os-release": "ID=debian\nVERSION_CODENAME=trixie\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "/etc/shadow": "root:*:20000:0:99999:7:::\n",
    "/etc/group": "root:x:0:\n",
    "/lib64/ld-linux-x86-64.so.2": "the loader",
    "/usr/bin/python3.13": "the interpreter",
    "/var/lib/dpkg/status": STATUS.replace("2.36-9+rpt2+deb12u10", "2.41-12"),
}
BOOT: Mapping[str, str] = {"/config.txt": CONFIG, "/cmdline.txt": CMDLINE}


class DictFiles:
    """Files of a base, in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise BaseFileMissingError(f"{path}: not there")
        return self.files[path].encode()

    def exists(self, path: str) -> bool:
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files)


@pytest.fixture
def pi_os() -> DictFiles:
    return DictFiles(RASPBERRY_PI_OS)


@pytest.fixture
def pi_os_with() -> Callable[[Mapping[str, str | None]], DictFiles]:
    """The same with other files; None takes one away."""

    def make(files: Mapping[str, str | None]) -> DictFiles:
        merged = {**RASPBERRY_PI_OS, **files}
        return DictFiles({path: text for path, text in merged.items() if text is not None})

    return make


@pytest.fixture
def little_debian() -> DictFiles:
    return DictFiles(LITTLE_DEBIAN)


@pytest.fixture
def boot() -> DictFiles:
    return DictFiles(BOOT)


@pytest.fixture
def config() -> str:
    """config.txt of the boot partition."""
    return CONFIG


@pytest.fixture
def cmdline() -> str:
    """cmdline.txt of it."""
    return CMDLINE


ARM_LIBRARY = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + b"\x03\0\xb7\0"  # for aarch64


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A folder like one that build_environment makes."""
    folder = tmp_path / "environment"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to("/usr/bin/python3")
    (folder / "bin/latentpad-card").write_text("#!/bin/sh\n")
    (folder / "bin/latentpad-card").chmod(0o755)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11\nlatentpad = 0.1.0\n")
    (folder / "lib").mkdir()
    (folder / "lib/a.so").write_bytes(ARM_LIBRARY)
    return folder


@pytest.fixture
def content_of() -> Callable[[Changes, str, str], str | None]:
    """What a path has after the changes: text of a file, target of a link, None if nothing."""

    def content(changes: Changes, part: str, path: str) -> str | None:
        last = None
        for change in getattr(changes, part):
            if change.path == path:
                last = change
        if isinstance(last, PutFile):
            data = last.data if isinstance(last.data, bytes) else last.data.read_bytes()
            return data.decode()
        return last.target if isinstance(last, Symlink) else None

    return content


@pytest.fixture(scope="session")
def packages() -> ModuleType:
    """The module packages.py beside this file."""
    path = Path(__file__).with_name("packages.py")
    spec = importlib.util.spec_from_file_location("latentpad_tests_card_packages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
