"""A stick under a real systemd: mounted to be read, offered, installed in the sandbox, taken away.

There is no udev in a container, and no device unit: the unit is started by hand, without its ties
to the device. The stick is a file with an ext4 file system behind a loop device; this machine need
not have another.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

SETTINGS = """[board]
board = "web"
[remote]
web = false
osc_port = 8000
[audio]
realtime_priority = 0
[files]
packs = "/packs"
usb = "/run/latentpad-usb"
"""
LISTEN = """# asks over OSC until it is told what it waits for
import socket, sys, time
def text(value):
    data = value.encode() + b"\\0"
    return data + b"\\0" * (-len(data) % 4)
def ask(address, *numbers):
    tags = text("," + "i" * len(numbers))
    udp.send(text(address) + tags + b"".join(n.to_bytes(4, "big") for n in numbers))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(0.3)
udp.connect(("127.0.0.1", 8000))
address, wanted, give_up_s = sys.argv[1], sys.argv[2].encode(), time.monotonic() + 60
for word in sys.argv[3:]:
    ask(word, 0)
ask("/subscribe")
while time.monotonic() < give_up_s:
    try:
        said = udp.recv(65536)
    except (TimeoutError, ConnectionRefusedError):
        ask("/subscribe")
        continue
    if said.startswith(text(address)) and wanted in said:
        print("heard", address, wanted.decode())
        break
else:
    print("never heard", address)
"""
SCRIPT = """
mounted() { grep " /run/latentpad-usb/$1 " $2; }
listen() { /opt/python-of-probe /opt/listen.py "$@"; }
systemctl start latentpad-usb@$LOOP
systemctl show -P ActiveState latentpad-usb@$LOOP
mounted $LOOP /proc/mounts | tr -s ' '
mounted $LOOP /proc/$(pid)/mounts >/dev/null && echo "the instrument sees it"
touch /run/latentpad-usb/$LOOP/new 2>/dev/null || echo "nothing can be written"
listen /usb Beta
listen /install/ended Beta /install
ls /packs
stat -c "owner %U" /packs/*/manifest.json
journalctl -u latentpad --no-pager -o cat | grep Beta

systemctl stop latentpad-usb@$LOOP
mounted $LOOP /proc/mounts || echo "it is gone"
test -e /run/latentpad-usb/$LOOP || echo "its folder too"
umount -l /run/latentpad-usb/$LOOP 2>/dev/null

systemctl start latentpad-usb@$BAD || systemctl show -P Result latentpad-usb@$BAD
journalctl -u latentpad-usb@$BAD --no-pager -o cat
echo "in the end $(systemctl show -P ActiveState latentpad)"
"""


@pytest.fixture(scope="module")
def loops(
    tmp_path_factory: pytest.TempPathFactory, make_test_pack: Callable[..., object]
) -> Iterator[tuple[str, str]]:
    """Kernel names of two block devices: a stick with the pack Beta, and one with nothing."""
    folder = tmp_path_factory.mktemp("stick")
    if not shutil.which("mke2fs"):
        pytest.skip("mke2fs is not installed (package e2fsprogs)")
    make_test_pack(folder / "files/beta", name="Beta")
    stick, bad = folder / "stick.img", folder / "bad.img"
    words = ["mke2fs", "-q", "-t", "ext4", "-d", folder / "files", stick, "16M"]
    subprocess.run(words, check=True, capture_output=True)
    bad.write_bytes(bytes(1 << 20))
    devices: list[str] = []
    try:
        for image in (stick, bad):
            found = subprocess.run(
                ["losetup", "--find", "--show", image], check=False, capture_output=True, text=True
            )
            if found.returncode:
                pytest.skip(f"no loop device here: {found.stderr.strip()}")
            devices.append(found.stdout.strip())
        yield Path(devices[0]).name, Path(devices[1]).name
    finally:
        for device in devices:
            subprocess.run(["losetup", "--detach", device], check=False)


@pytest.fixture(scope="module")
def said(
    container: ModuleType,
    loops: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    make_test_pack: Callable[..., object],
) -> list[str]:
    """What the probe in the container has said, once it is over."""
    made = container.Container(tmp_path_factory.mktemp("container") / "root")
    root: Path = made.root
    unit = root / "etc/systemd/system/latentpad-usb@.service"
    lines = unit.read_text().splitlines(keepends=True)
    ties = [line for line in lines if line.startswith(("BindsTo=dev-", "After=dev-"))]
    assert len(ties) == 2
    unit.write_text("".join(line for line in lines if line not in ties))
    made.change("latentpad-usb@.service", "[Service]\nDeviceAllow=block-loop r\n")
    program = (root / "opt/latentpad/bin/latentpad-device").read_text()
    container.write(root / "opt/python-of-probe", program.replace(" -m device", ""), 0o755)
    container.write(root / "opt/listen.py", LISTEN)
    state = root / "var/lib/latentpad"
    container.write(state / "settings.toml", SETTINGS, 0o666)
    make_test_pack(root / "packs/alpha", name="Alpha")
    subprocess.run(["chmod", "-R", "a+rwX", root / "packs"], check=True)
    good, bad = loops
    options = [f"--bind=/dev/{name}" for name in loops]
    told: list[str] = made.run(f"LOOP={good} BAD={bad}\n{SCRIPT}", options)
    return told


def test_a_stick_is_mounted_to_be_read_and_seen(said: list[str], loops: tuple[str, str]) -> None:
    assert "active" in said, "\n".join(said)
    mount = next(line.split() for line in said if line.startswith(f"/dev/{loops[0]} "))
    assert mount[1:3] == [f"/run/latentpad-usb/{loops[0]}", "ext4"]
    assert {"ro", "nosuid", "nodev", "noexec", "nosymfollow"} <= set(mount[3].split(","))
    assert any(word.startswith("noload") or word == "norecovery" for word in mount[3].split(","))
    assert "the instrument sees it" in said
    assert "nothing can be written" in said


def test_its_pack_is_offered_and_installed_in_the_sandbox(said: list[str]) -> None:
    assert "heard /usb Beta" in said, "\n".join(said)
    assert "heard /install/ended Beta" in said, "\n".join(said)
    assert "Beta: installed" in said, "\n".join(said)
    assert "owner latentpad" in said


def test_it_goes_when_it_is_pulled_out(said: list[str]) -> None:
    assert "it is gone" in said
    assert "its folder too" in said


def test_what_is_no_file_system_is_told_and_harms_nobody(said: list[str]) -> None:
    assert "exit-code" in said, "\n".join(said)
    assert "in the end active" in said
    assert not any(line.startswith("never") for line in said)
