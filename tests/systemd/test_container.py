"""The unit as it is, under a real systemd in a container: sandbox, readiness, watchdog, end.

The root is made of this machine's own programs, bound into it read-only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("passwd", "group", "shadow", "gshadow", "nsswitch.conf", "ld.so.cache", "alternatives")
PATIENCE_S = 120
INSTALLED = {
    "latentpad.service": "etc/systemd/system/latentpad.service",
    "latentpad.sysusers.conf": "etc/sysusers.d/latentpad.conf",
    "latentpad.tmpfiles.conf": "etc/tmpfiles.d/latentpad.conf",
}
PROGRAM = """#!/bin/sh
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/opt/project:/opt/packages LD_LIBRARY_PATH={library}
exec {python} -m device "$@"
"""
IMPATIENT = "[Service]\nWatchdogSec=3\nRestartSec=1\n"
PROBE = """[Unit]
Wants=latentpad.service
After=latentpad.service
[Service]
Type=oneshot
ExecStart=/bin/sh /opt/probe.sh
StandardOutput=append:/opt/said
StandardError=append:/opt/said
ExecStopPost=/bin/systemctl --force --force poweroff
"""
TARGET = "[Unit]\nRequires=basic.target\nAfter=basic.target\nWants=probe.service\n"
SCRIPT = """
show() {
    for what in ActiveState StatusText NRestarts Result; do
        echo "$1 $what=$(systemctl show -P $what latentpad)"
    done
}
show started
pid=$(systemctl show -P MainPID latentpad)
grep -E 'Uid|CapEff|NoNewPrivs|Seccomp:' /proc/$pid/status
sleep 5
show fed
test "$pid" -gt 1 && kill -STOP "$pid"
for second in $(seq 30); do
    sleep 1
    test "$(systemctl show -P NRestarts latentpad)" = 1 &&
        test "$(systemctl show -P ActiveState latentpad)" = active && break
done
show restarted
systemctl stop latentpad
show stopped
journalctl -u latentpad --no-pager -o cat
"""

pytestmark = pytest.mark.skipif(
    not (shutil.which("systemd-nspawn") and shutil.which("script") and os.geteuid() == 0),
    reason="needs root, systemd-nspawn (package systemd-container) and script",
)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def make_root(root: Path) -> None:
    """A root that gets its programs from elsewhere, with the unit and what goes with it."""
    for name in ("usr", "etc", "var/log/journal", "tmp", "run", "proc", "sys", "dev"):
        (root / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    for source in (Path("/etc") / name for name in COPIED):
        if source.exists():
            subprocess.run(["cp", "-a", source, root / "etc"], check=True)
    shutil.copy("/usr/lib/os-release", root / "etc/os-release")
    write(root / "etc/machine-id", "uninitialized\n")
    for name, place in INSTALLED.items():
        write(root / place, (ROOT / "systemd" / name).read_text())
    units = root / "etc/systemd/system"
    write(units / "latentpad.service.d/impatient.conf", IMPATIENT)
    write(units / "probe.service", PROBE)
    write(units / "probe.target", TARGET)
    write(root / "opt/probe.sh", SCRIPT)


def python_binds(root: Path) -> list[str]:
    """The interpreter, its packages and the project, where the service may see them."""
    prefix, name = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
    is_system = prefix.is_relative_to("/usr")
    here = prefix if is_system else Path("/opt/python")
    text = PROGRAM.format(python=here / "bin" / name, library="" if is_system else here / "lib")
    write(root / "opt/latentpad/bin/latentpad-device", text, 0o755)
    binds = {ROOT: "/opt/project", Path(sysconfig.get_path("purelib")): "/opt/packages"}
    if not is_system:
        binds[prefix] = str(here)
    return [f"--bind-ro={source}:{place}" for source, place in binds.items()]


@pytest.fixture
def said(tmp_path: Path, make_test_pack: Callable[..., object]) -> str:
    """What the probe in the container has said, once it is over."""
    root = tmp_path / "root"
    make_root(root)
    words = ["systemd-nspawn", "--register=no", "--keep-unit", "-D", str(root), "--bind-ro=/usr"]
    words += [*python_binds(root), "-b", "--console=interactive", "systemd.unit=probe.target"]
    state = root / "var/lib/latentpad"
    make_test_pack(state / "packs/alpha", name="Alpha")
    write(state / "settings.toml", '[board]\nboard = "web"\n[remote]\nweb_port = 0\nosc_port = 0\n')
    subprocess.run(["chmod", "-R", "a+rX", state], check=True)
    boot = subprocess.run(
        ["script", "-qec", " ".join(words), tmp_path / "boot.log"],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S,
    )  # fmt: skip
    if boot.returncode != 0 and "Welcome to" not in boot.stdout:
        pytest.skip(f"no container here: {boot.stdout[-300:]}")
    assert (root / "opt/said").exists(), boot.stdout
    return (root / "opt/said").read_text()


def test_the_service_lives_under_systemd(said: str) -> None:
    lines = said.splitlines()
    for line in (
        "started ActiveState=active",
        "started NRestarts=0",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
        "fed ActiveState=active",
        "fed NRestarts=0",  # longer than the watchdog's patience
        "restarted ActiveState=active",
        "restarted NRestarts=1",
        "stopped ActiveState=inactive",
        "stopped Result=success",
        "stopped StatusText=ending",
        "playing Alpha",
        "PASS  pack       Alpha",  # of the self-test before the start
        "latentpad.service: Failed with result 'watchdog'.",
    ):
        assert line in lines, said
    assert "Traceback" not in said
    status = next(line for line in lines if line.startswith("started StatusText="))
    assert status == "started StatusText=plays Alpha" or "sound: " in status
    assert "Uid:\t0" not in said
