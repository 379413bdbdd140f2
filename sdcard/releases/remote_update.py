"""Updates an instrument through ssh: latentpad-card there reads the release as it comes."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path
from typing import BinaryIO

from sdcard.releases import errors
from sdcard.releases.errors import ReleaseError, ReleaseNotFoundError, RemoteUpdateError
from sdcard.releases.progress_lines import Listener
from sdcard.releases.restart import Outcome
from sdcard.releases.update import Updated
from sdcard.targets.errors import ProtocolError
from sdcard.targets.frames import Message
from sdcard.targets.messages import field, integer
from sdcard.targets.reach import CARD_PROGRAM
from sdcard.targets.ssh import Ssh
from sdcard.targets.target import RemoteTarget

COMMAND = ("sudo", "-n", CARD_PROGRAM, "update", "--here", "--restart", "--progress", "json", "-")
"""As the instrument's sudoers file allows."""

_CHUNK_BYTES = 1 << 18
_MOST_LINE_BYTES = 1 << 16
_MOST_BYTES = 1 << 50
_KNOWN = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, ReleaseError)
}


def update_remote(release: Path, target: RemoteTarget, listener: Listener) -> None:
    """Send a release file, and tell what becomes of it. Raises ReleaseError and TargetError."""
    try:
        source = release.open("rb")
    except OSError as error:
        raise ReleaseNotFoundError(f"{release}: cannot be read: {error.strerror}") from error
    with source, Ssh(target, COMMAND) as ssh:
        threading.Thread(target=_send, args=(source, ssh.stdin), daemon=True).start()
        _Answers(ssh, listener).listen()


def _send(source: BinaryIO, sink: BinaryIO) -> None:
    """Until the other side does not want any more: it will say why."""
    with contextlib.suppress(OSError, ValueError):
        while chunk := source.read(_CHUNK_BYTES):
            sink.write(chunk)
        sink.close()


class _Answers:
    """What the instrument says, line by line."""

    def __init__(self, ssh: Ssh, listener: Listener) -> None:
        self._ssh, self._who, self._listener = ssh, str(ssh.target), listener
        self._written = 0
        self._is_over = False

    def listen(self) -> None:
        """To the end."""
        while line := self._ssh.stdout.readline(_MOST_LINE_BYTES):
            self._hear(self._parsed(line))
        if not self._is_over:
            raise self._failure()

    def _parsed(self, line: bytes) -> Message:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise ProtocolError(f"{self._who}: {line[:60]!a} is not what latentpad-card says")
        return message

    def _hear(self, message: Message) -> None:
        if "error" in message:
            kind = _KNOWN.get(str(message.get("kind")), RemoteUpdateError)
            raise kind(f"{self._who}: {message['error']}")
        if "total" in message:
            self._listener.begin(integer(message, "total", 0, _MOST_BYTES))
        elif "installed" in message:
            removed = tuple(map(str, field(message, "removed", list)))
            path = Path(field(message, "path", str))
            self._listener.updated(Updated(field(message, "installed", str), path, removed))
        elif "written" in message:
            written = integer(message, "written", self._written, _MOST_BYTES)
            self._listener.add(written - self._written)
            self._written = written
        elif "outcome" in message:
            version, word, reason = (
                field(message, key, str) for key in ("version", "outcome", "reason")
            )
            self._listener.outcome(Outcome(version, word, reason))
            self._is_over = True

    def _failure(self) -> Exception:
        error = self._ssh.failure()
        if "sudo:" in str(error):
            return RemoteUpdateError(f"{self._who}: may not be updated by this user: {error}")
        return error
