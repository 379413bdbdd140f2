"""A container with a real systemd, our units as they are, and a probe that tells what it sees.

The root is made of this machine's own programs, bound into it read-only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("passwd", "group", "shadow", "gshadow", "nsswitch.conf", "ld.so.cache", "alternatives")
PATIENCE_S = 180
PLACES = {
    ".service": "etc/systemd/system",
    ".sysusers.conf": "etc/sysusers.d",
    ".tmpfiles.conf": "etc/tmpfiles.d",
}
PROGRAM = """#!/bin/sh
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/opt/project:/opt/packages
export LD_LIBRARY_PATH={library}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}
exec {python} -m {package} "$@"
"""
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
WORDS = """
show() {
    for what in ActiveState StatusText NRestarts Result; do
        echo "$1 $what=$(systemctl show -P $what latentpad)"
    done
}
until_true() {  # words of a test that is to come true in half a minute
    for tenth in $(seq 300); do
        "$@" && return
        sleep 0.1
    done
    echo "never: $*"
}
is() { test "$(systemctl show -P $1 latentpad)" = "$2"; }
pid() { systemctl show -P MainPID latentpad; }
"""
SILENT = "pcm.!default { type null }\nctl.!default { type hw card 0 }\n"

WANTING = (
    ""
    if shutil.which("systemd-nspawn") and shutil.which("script") and os.geteuid() == 0
    else "needs root, systemd-nspawn (package systemd-container) and script"
)
"""Why there can be no container here."""


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """A file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


class Container:
    """A root folder; put into it what a test wants, then run() a script in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("usr", "etc", "var/log/journal", "tmp", "run", "proc", "sys", "dev"):
            (root / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (root / name).symlink_to(f"usr/{name}")
        for source in (Path("/etc") / name for name in COPIED):
            if source.exists():
                subprocess.run(["cp", "-a", source, root / "etc"], check=True)
        shutil.copy("/usr/lib/os-release", root / "etc/os-release")
        write(root / "etc/machine-id", "uninitialized\n")
        write(root / "etc/asound.conf", SILENT)
        self._install_units()
        self._binds = {Path("/usr"): "/usr", ROOT: "/opt/project"}
        self._binds[Path(sysconfig.get_path("purelib"))] = "/opt/packages"
        self.write_programs("opt/latentpad")

    def _install_units(self) -> None:
        for path in (ROOT / "systemd").iterdir():
            folder = next((place for end, place in PLACES.items() if path.name.endswith(end)), "")
            if folder:
                write(self.root / folder / path.name, path.read_text())
        write(self.root / "etc/systemd/system/probe.service", PROBE)
        write(self.root / "etc/systemd/system/probe.target", TARGET)

    def write_programs(self, release: str) -> None:
        """The programs of a release: the interpreter of the tests with the project's code."""
        prefix, name = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
        is_system = prefix.is_relative_to("/usr")
        here = prefix if is_system else Path("/opt/python")
        if not is_system:
            self._binds[prefix] = str(here)
        library = "" if is_system else here / "lib"
        for program, package in (("latentpad-device", "device"), ("latentpad-card", "sdcard")):
            text = PROGRAM.format(python=here / "bin" / name, library=library, package=package)
            write(self.root / release / "bin" / program, text, 0o755)

    def change(self, unit: str, text: str) -> None:
        """A drop-in for a unit."""
        write(self.root / f"etc/systemd/system/{unit}.d/test.conf", text)

    def run(self, script: str, options: Sequence[str] = ()) -> list[str]:
        """Boot, run a shell script beside the instrument, go off; the lines that it has said."""
        write(self.root / "opt/probe.sh", WORDS + script)
        words = ["systemd-nspawn", "--register=no", "--keep-unit", "-D", str(self.root), *options]
        words += [f"--bind-ro={source}:{place}" for source, place in self._binds.items()]
        words += ["-b", "--console=interactive", "systemd.unit=probe.target"]
        told = boot(["script", "-qec", " ".join(words), str(self.root.with_name("boot.log"))])
        said = self.root / "opt/said"
        if not said.exists() and "Welcome to" not in told:
            pytest.skip(f"no container here: {told[-300:]}")
        assert said.exists(), told
        return said.read_text().splitlines()


def boot(words: Sequence[str]) -> str:
    """Run it to its end, or end it after PATIENCE_S; what it printed."""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            told, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            told, _ = process.communicate()
    return told
