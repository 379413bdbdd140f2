"""Answers latentpad-card on another computer: `latentpad-card serve SHELF`, started through ssh."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from device.pack import PackError, verify_pack
from sdcard.packs.facts import shelf_facts
from sdcard.packs.install import install_from
from sdcard.packs.layout import candidates
from sdcard.packs.remove import remove
from sdcard.packs.shelf_lock import check_shelf
from sdcard.targets.errors import ProtocolError, TargetError
from sdcard.targets.frames import EndOfStreamError, Frames, Message
from sdcard.targets.messages import check_greeting, error_message, field, greet
from sdcard.targets.wire_source import WireSource
from sdcard.verify import report_fields

PATIENCE_S = 60.0
"""A sender that is silent for so long has lost its network, and keeps the card locked."""

_INTERVAL_S = 0.1
EXIT_FAILED = 1


def serve(shelf: Path, source: int, target: BinaryIO) -> int:
    """Answer one request; the exit code. `source`: a descriptor to read from."""
    frames = Frames(source, target, PATIENCE_S)
    try:
        greet(frames)
        check_greeting(frames.message(), "the other side")
        request = frames.message()
        answer = _ANSWERS.get(str(request.get("do")))
        if answer is None:
            raise ProtocolError(f"{request.get('do')!r} is not a request")
        answer(shelf, request, frames)
    except EndOfStreamError as error:
        print(f"latentpad-card: the connection ended: {error}", file=sys.stderr)
        return EXIT_FAILED
    except (PackError, TargetError, OSError) as error:
        with contextlib.suppress(EndOfStreamError):
            frames.send(error_message(error))
        return EXIT_FAILED
    return 0


def serve_terminal(shelf: Path) -> int:
    """Through standard input and output."""
    return serve(shelf, sys.stdin.fileno(), os.fdopen(os.dup(sys.stdout.fileno()), "wb"))


def _list(shelf: Path, request: Message, frames: Frames) -> None:
    frames.send({"entries": list(shelf_facts(shelf))})


def _remove(shelf: Path, request: Message, frames: Frames) -> None:
    done = remove(field(request, "pack", str), shelf)
    answer = {"path": str(done.path), "name": done.name, "is_emptied": done.is_emptied}
    frames.send({"removed": answer})


def _verify(shelf: Path, request: Message, frames: Frames) -> None:
    check_shelf(shelf)
    for path in candidates(shelf):
        report = verify_pack(path, decode=field(request, "decode", bool))
        frames.send({"report": report_fields(report)})
    frames.send({"done": True})


def _install(shelf: Path, request: Message, frames: Frames) -> None:
    written = _Written(frames)
    done = install_from(
        WireSource(frames, request),
        shelf,
        on_total=lambda total: frames.send({"total": total}),
        on_bytes=written.add,
    )
    written.tell()
    frames.send({
        "installed": {
            "path": str(done.path), "name": done.name, "written": done.written_bytes,
            "shared": done.shared_bytes,
        }
    })  # fmt: skip


class _Written:
    """Sums up what is safe and tells it now and then; from any thread."""

    def __init__(self, frames: Frames) -> None:
        self._frames, self._lock = frames, threading.Lock()
        self._sum, self._told_s = 0, time.monotonic()

    def add(self, size: int) -> None:
        """So much more. That nobody listens any more is noticed elsewhere."""
        with self._lock:
            self._sum += size
            if time.monotonic() - self._told_s < _INTERVAL_S:
                return
            self._told_s = time.monotonic()
        self.tell()

    def tell(self) -> None:
        """The sum so far."""
        with contextlib.suppress(EndOfStreamError):
            self._frames.send({"written": self._sum})


_ANSWERS: dict[str, Callable[[Path, Message, Frames], None]] = {
    "list": _list,
    "remove": _remove,
    "verify": _verify,
    "install": _install,
}
