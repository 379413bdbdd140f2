"""What a build is at, in a file that other terminals and machines can read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STATUS_NAME = "status.json"
BEAT_S = 5.0
SILENT_S = 60.0  # without a sign of life for so long, a build on another machine is taken for dead


@dataclass
class Status:
    """Writes the status of this build while it lasts; a context manager.

    A status that cannot be written is no reason to stop: the work's own files will say so.
    """

    workspace: Path
    clock: Callable[[], float] = time.time
    _document: dict[str, Any] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Status:
        self._document = {
            "state": "running",
            "words": "begins",
            "host": socket.gethostname(),
            "process": os.getpid(),
            "begun": self.clock(),
        }
        self._write()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, _: object) -> None:
        self._stop.set()
        self._thread.join()
        if kind is None:
            self._document["state"] = "finished"
        else:
            stopped = not issubclass(kind, Exception)  # Ctrl-C
            self._document["state"] = "stopped" if stopped else "failed"
            self._document["error"] = str(error)
        self._write()

    def say(self, words: str) -> None:
        """How far the build is."""
        self._document["words"] = words.strip()
        self._write()

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_S):
            self._write()

    def _write(self) -> None:
        path = self.workspace / STATUS_NAME
        temporary = path.with_name(f".{STATUS_NAME}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        with self._lock, contextlib.suppress(OSError):
            document = {**self._document, "updated": self.clock()}
            self.workspace.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_text(json.dumps(document))
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class Seen:
    """A build's status as somebody else sees it."""

    state: str  # running, finished, stopped, failed, dead
    words: str  # how far it is
    host: str
    process: int
    begun: float  # seconds since the epoch
    updated: float
    error: str = ""


def read_status(
    workspace: Path,
    is_gone: Callable[[int], bool],
    clock: Callable[[], float] = time.time,
) -> Seen | None:
    """The status of a workspace's last build; None if there is none that can be read.

    `is_gone` says of a process of this machine whether it has ended.
    """
    try:
        document: Mapping[str, Any] = json.loads((workspace / STATUS_NAME).read_bytes())
        seen = Seen(**document)
    except (OSError, ValueError, TypeError):
        return None
    if seen.state != "running":
        return seen
    here = seen.host == socket.gethostname()
    dead = is_gone(seen.process) if here else clock() - seen.updated > SILENT_S
    return Seen(**{**vars(seen), "state": "dead"}) if dead else seen
