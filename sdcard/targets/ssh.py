"""Runs a command on an instrument through the ssh program, with its errors as ours.

ssh does what it is set up to do (~/.ssh/config, agents, asking on the terminal); SSH_VARIABLE may
hold another command in its place, with options, as "ssh -i key".
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import BinaryIO, Self

from sdcard.targets.errors import (
    ConnectionBrokenError,
    HostKeyError,
    HostUnknownError,
    HostUnreachableError,
    KeyRefusedError,
    NotAnInstrumentError,
    SshError,
    SshMissingError,
    TargetError,
)
from sdcard.targets.target import RemoteTarget

SSH_VARIABLE = "LATENTPAD_SSH"
_OPTIONS = ("-T", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=10",
            "-o", "ServerAliveCountMax=3")  # fmt: skip
_FAILED = 255  # ssh's own exit code; others are the command's
_NO_SUCH_COMMAND, _NOT_UNDERSTOOD = (126, 127), 2
_END_S = 10.0  # for ssh to end once its input has ended
_SAID_BYTES = 4096
_SAID_LINES = 3
_KINDS: tuple[tuple[str, type[SshError]], ...] = (
    ("could not resolve hostname", HostUnknownError),
    ("host key verification failed|host identification has changed", HostKeyError),
    ("permission denied|too many authentication failures", KeyRefusedError),
    ("connection refused|timed out|no route to host|network is unreachable", HostUnreachableError),
)
"""What OpenSSH says (ssh.c, sshconnect.c, in English whatever the locale)."""


class Ssh:
    """A command that runs on an instrument; a context manager ends it."""

    def __init__(self, target: RemoteTarget, command: Sequence[str]) -> None:
        """Raises SshMissingError. Whether the host is there shows when something is read."""
        self.target = target
        program = shlex.split(os.environ.get(SSH_VARIABLE, "")) or ["ssh"]
        port = ["-p", str(target.port)] if target.port else []
        words = [*program, *_OPTIONS, *port, "-l", target.user, "--", target.host]
        try:
            self._child = subprocess.Popen(
                [*words, shlex.join(command)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise SshMissingError(f"{program[0]}: cannot be run: {error.strerror}") from error
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self.stdin: BinaryIO = self._child.stdin  # type: ignore[assignment]
        self.stdout: BinaryIO = self._child.stdout  # type: ignore[assignment]
        self._said = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._child.terminate()  # whoever still writes to it must not wait
        self.end()

    def end(self) -> int:
        """Hang up and wait; the exit code. One that goes on for too long is killed."""
        for stream in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):  # what was not sent yet, nobody waits for
                stream.close()
        try:
            self._child.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
        code = self._child.wait()
        self._listener.join(_END_S)
        return code

    def failure(self) -> TargetError:
        """Why there is no more to read."""
        code = self.end()
        said = "; ".join(self._lines()[-_SAID_LINES:])
        if code in _NO_SUCH_COMMAND:
            return NotAnInstrumentError(f"{self.target}: has no latentpad-card: {said}")
        if code == _NOT_UNDERSTOOD:
            return NotAnInstrumentError(f"{self.target}: its latentpad-card is too old: {said}")
        if code == _FAILED:
            for pattern, kind in _KINDS:
                if re.search(pattern, said, re.IGNORECASE):
                    return kind(f"{self.target}: {said}")
        return ConnectionBrokenError(
            f"{self.target}: the connection ended (exit code {code}): {said or 'without a word'}"
        )

    def _lines(self) -> list[str]:
        lines = self._said.decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def _listen(self) -> None:
        """Keep the last of what it says on standard error."""
        assert self._child.stderr is not None
        with self._child.stderr as stream:
            while chunk := os.read(stream.fileno(), _SAID_BYTES):
                self._said = (self._said + chunk)[-_SAID_BYTES:]
