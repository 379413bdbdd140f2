"""A network between the tests and the emulated instrument: two of its ports, on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from device.settings import RemoteSettings

SSH_PORT, WEB_PORT = 22, RemoteSettings().web_port
LIMIT_S = 900.0


@dataclass(frozen=True)
class Wire:
    """An Ethernet adapter on the machine's USB, and what is passed on to it."""

    ssh_port: int
    web_port: int

    @classmethod
    def of_free_ports(cls) -> Wire:
        """Ports that nobody has now."""
        with socket.socket() as one, socket.socket() as other:
            for taken in (one, other):
                taken.bind(("127.0.0.1", 0))
            return cls(one.getsockname()[1], other.getsockname()[1])

    @property
    def words(self) -> tuple[str, ...]:
        """For QEMU."""
        forwards = ((self.ssh_port, SSH_PORT), (self.web_port, WEB_PORT))
        passed = ",".join(f"hostfwd=tcp:127.0.0.1:{ours}-:{its}" for ours, its in forwards)
        return ("-netdev", f"user,id=wire,{passed}", "-device", "usb-net,netdev=wire")


class Laptop:
    """`latentpad-card` of this machine, with an SSH key of its own."""

    def __init__(self, folder: Path, wire: Wire) -> None:
        self._key, self._wire = folder / "key", wire
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "laptop", "-f", self._key]
        subprocess.run([str(word) for word in words], check=True)
        self._known = folder / "known_hosts"

    @property
    def public_key(self) -> bytes:
        """One line of authorized_keys."""
        return self._key.with_suffix(".pub").read_bytes()

    @property
    def instrument(self) -> str:
        """As the command line names it."""
        return f"pad@127.0.0.1:{self._wire.ssh_port}"

    def card(self, *words: str | Path) -> str:
        """What the command prints; fails with what it said if it failed."""
        ssh = f"ssh -F none -i {self._key} -o UserKnownHostsFile={self._known}"
        ssh += " -o StrictHostKeyChecking=accept-new -o BatchMode=yes"
        done = subprocess.run(
            [sys.executable, "-m", "sdcard", *map(str, words)],
            env={**os.environ, "LATENTPAD_SSH": ssh}, timeout=LIMIT_S,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr[-3000:]}"
        return done.stdout
