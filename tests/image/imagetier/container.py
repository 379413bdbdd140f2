"""Boots the folders of pc_root in systemd-nspawn, and runs commands in what has started there."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import threading
from pathlib import Path
from typing import Self

from imagetier.pc_root import Folders
from imagetier.waiting import wait_for

START_S = 180.0
READY = ("running", "degraded")


class Container:
    """From power on to power off; a context manager ends it."""

    def __init__(self, folders: Folders) -> None:
        self._terminal, other_end = pty.openpty()  # without one systemd's console has nowhere to go
        binds = {folders.state: "/data", folders.packs: "/packs"}
        words = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"]
        words += ["-D", str(folders.root), "--read-only", "--console=interactive"]
        words += [f"--bind={source}:{place}" for source, place in binds.items()]
        self._process = subprocess.Popen(
            [*words, "-b"], stdin=other_end, stdout=other_end, stderr=other_end
        )
        os.close(other_end)
        self.said = bytearray()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def boot(self) -> None:
        """Wait until all has started."""
        wait_for("systemd in the container", self._state, START_S)

    def try_run(self, command: str, limit_s: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a command of a shell inside, as root."""
        words = ["nsenter", f"--target={self._leader()}", "--all", "sh", "-c", command]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            env=environment, timeout=limit_s,
        )  # fmt: skip

    def run(self, command: str, limit_s: float = 120.0) -> str:
        """The same, but it has to succeed; what it printed."""
        done = self.try_run(command, limit_s)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def power_off(self) -> int:
        """In order; the status with which it ended."""
        self.try_run("systemctl poweroff")
        return self._process.wait(START_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        os.close(self._terminal)

    def _state(self) -> str:
        if self._process.poll() is not None:
            raise AssertionError(f"the container has ended: {self.said.decode(errors='replace')}")
        if not self._leader():
            return ""
        told = self.try_run("systemctl is-system-running").stdout.strip()
        return told if told in READY else ""

    def _leader(self) -> str:
        """The number of the container's first process, as this machine counts them."""
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return (path.read_text().split() or [""])[0]

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._terminal, 65536):
                self.said += data
