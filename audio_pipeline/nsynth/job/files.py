"""Files that several machines write into one folder: whole or not there, and who wrote them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from audio_pipeline.errors import storage_error

UNFINISHED = ".unfinished"
ABANDONED_S = 24 * 3600.0  # an unfinished file of another machine that is so old is nobody's


@dataclass(frozen=True)
class Identity:
    """A process. `system` is empty where processes of one machine cannot be told from others'."""

    host: str
    system: str  # of the running kernel and its table of processes
    process: int

    @classmethod
    def own(cls) -> Identity:
        """The identity of this process."""
        return cls(socket.gethostname(), _system(), os.getpid())

    @property
    def words(self) -> str:
        """For people."""
        return f"process {self.process} on {self.host}"

    def knows_gone(self, other: Identity) -> bool:
        """Whether this process can see that another has ended; False also if it cannot."""
        if not other.system or other.system != self.system:
            return False
        try:
            os.kill(other.process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False  # it is someone else's
        return _is_zombie(other.process)


@cache
def _system() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_zombie(process: int) -> bool:
    """Ended, but not yet waited for by its parent (proc(5), the third field of stat)."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[:1] == ["Z"]


def put(path: Path, write: Callable[[BinaryIO], None], *, durable: bool = False) -> None:
    """Put a file in place as a whole; `durable`: also if the power fails. Raises StorageError."""
    own = f"{_short(socket.gethostname())}.{os.getpid()}.{secrets.token_hex(4)}"
    temporary = path.with_name(f".{path.name}.{own}{UNFINISHED}")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                write(file)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise storage_error(error, path) from error


def put_json(path: Path, document: object) -> None:
    """Put a JSON document in place as a whole. Raises StorageError."""
    data = json.dumps(document, allow_nan=False).encode()

    def write(file: BinaryIO) -> None:
        file.write(data)

    put(path, write)


def read_json(path: Path) -> Mapping[str, Any] | None:
    """A document that `put_json` has written, or None: missing, damaged, no object."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def sweep(folder: Path) -> None:
    """Remove unfinished files of processes that are no more."""
    own = Identity.own()
    for path in folder.rglob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError, ValueError):
            _, host, process, _ = path.name.removesuffix(UNFINISHED).rsplit(".", 3)
            ours = host == _short(own.host)
            gone = ours and own.knows_gone(Identity(own.host, own.system, int(process)))
            if gone or time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink()


def _short(host: str) -> str:
    """A host's name without dots, for file names."""
    return hashlib.blake2b(host.encode(), digest_size=4).hexdigest()
