"""An instrument behind a real sshd on this machine; a folder stands for its root."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sdcard.targets.target import RemoteTarget

ROOT = Path(__file__).parents[2]

# What sshd starts, whatever was asked for: the commands of an instrument, in a folder.
FORCED = """#!/bin/sh
set -- $SSH_ORIGINAL_COMMAND
[ "$1" != sudo ] || shift 2
root={root}
export PYTHONPATH={code} LATENTPAD_ROOT={root} PATH={root}/bin:$PATH
if [ -e {root}/behaviour ]; then . {root}/behaviour; fi
[ "$1" = /opt/latentpad/bin/latentpad-card ] || exit 127
shift
if [ "$1" = serve ]; then exec {python} -m sdcard serve $root$2; fi
exec {python} -m sdcard "$@"
"""
SERVER = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
ForceCommand {folder}/forced
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
CLIENT = """
IdentityFile {folder}/user_key
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile {folder}/known_hosts
GlobalKnownHostsFile none
StrictHostKeyChecking yes
BatchMode yes
"""


@dataclass
class Instrument:
    """What a test may know and change."""

    folder: Path  # keys and settings
    port: int
    server: subprocess.Popen[bytes]
    root: Path  # stands for /
    target: RemoteTarget = field(init=False)

    def __post_init__(self) -> None:
        self.target = RemoteTarget(getpass.getuser(), "127.0.0.1", self.port)

    @property
    def shelf(self) -> Path:
        return self.root / "packs"

    def behave(self, script: str) -> None:
        """Do this in the place of what is asked for."""
        (self.root / "behaviour").write_text(textwrap.dedent(script))

    def behave_as_python(self, code: str) -> None:
        """The same in Python."""
        (self.root / "behaviour.py").write_text(textwrap.dedent(code))
        self.behave(f"exec {sys.executable} {self.root}/behaviour.py $root$3")

    def cut(self) -> None:
        """Break all connections, as when the network goes."""
        for session in _children(self.server.pid):
            for process in [*_descendants(session), session]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _descendants(pid: int) -> list[int]:
    return [found for child in _children(pid) for found in (*_descendants(child), child)]


@contextlib.contextmanager
def serving(folder: Path, root: Path) -> Iterator[Instrument]:
    """A server with a key of its own that lets in another one. Skips where there is none."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or shutil.which("ssh") is None:
        pytest.skip("needs sshd and ssh (Debian: openssh-server, openssh-client)")
    for name in ("host_key", "user_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    forced = FORCED.format(root=root, code=ROOT, python=sys.executable)
    (folder / "forced").write_text(forced)
    (folder / "forced").chmod(0o755)
    (folder / "sshd_config").write_text(SERVER.format(folder=folder, port=port))
    (folder / "ssh_config").write_text(CLIENT.format(folder=folder))
    host_key = (folder / "host_key.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # it insists
    log = folder / "log"
    log.touch()
    with subprocess.Popen([program, "-D", "-f", folder / "sshd_config", "-E", log]) as server:
        try:
            _wait_for(server, log)
            yield Instrument(folder, port, server, root)
        finally:
            server.terminate()


def _wait_for(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline_s = time.monotonic() + 30
    while "listening" not in log.read_text():
        if server.poll() is not None or time.monotonic() > deadline_s:
            pytest.skip(f"sshd does not run here: {log.read_text()}")
        time.sleep(0.02)
