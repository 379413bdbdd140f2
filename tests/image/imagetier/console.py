"""A root shell on an emulated machine's serial console: commands go in, output and status come out.

What the kernel says in between is taken for output of the command; it says little (loglevel=3).
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
import time
from pathlib import Path

CONNECT_S = 30.0
READ_BYTES = 65536


class ConsoleError(AssertionError):
    """The machine did not answer, or a command failed."""


class Line:
    """One serial line of the machine, as the socket that QEMU made for it; all is remembered."""

    def __init__(self, path: Path) -> None:
        self._socket = _connect(path)
        self._changed = threading.Condition()
        self._heard = bytearray()
        self._is_over = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def heard(self) -> bytes:
        """All that ever came."""
        with self._changed:
            return bytes(self._heard)

    @property
    def position(self) -> int:
        """How much that is."""
        with self._changed:
            return len(self._heard)

    def send(self, data: bytes) -> None:
        """Put bytes on the line."""
        self._socket.sendall(data)

    def wait(self, pattern: bytes, position: int, limit_s: float) -> re.Match[bytes]:
        """The first match after a position; raises ConsoleError with what came instead."""
        end_s = time.monotonic() + limit_s
        with self._changed:
            while not (match := re.compile(pattern).search(self._heard, position)):
                rest_s = end_s - time.monotonic()
                if self._is_over or rest_s <= 0:
                    why = "the machine is off" if self._is_over else f"nothing within {limit_s} s"
                    said = self._heard[max(position, len(self._heard) - 3000) :].decode(
                        "utf-8", "replace"
                    )
                    raise ConsoleError(f"{pattern!r}: {why}; it said\n{said}")
                self._changed.wait(rest_s)
            return match

    def wait_for_silence(self, for_s: float = 0.3) -> None:
        """Until a machine that is stopped has nothing more in its pipes, or is off."""
        with self._changed:
            while not self._is_over and self._changed.wait(for_s):
                pass

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                data = self._socket.recv(READ_BYTES)
            except OSError:
                data = b""
            with self._changed:
                self._heard += data
                self._is_over = not data
                self._changed.notify_all()
            if not data:
                return


class Shell:
    """The shell that the test's unit (preparation.py) starts on the console."""

    READY = b"image-test shell is ready"

    def __init__(self, line: Line) -> None:
        self._line, self._numbers = line, itertools.count()

    def wait_until_ready(self, limit_s: float) -> None:
        """Raises ConsoleError if it does not come."""
        self._line.wait(self.READY, 0, limit_s)

    def try_run(self, command: str, limit_s: float = 300.0) -> tuple[int, str]:
        """(exit status, what was printed) of one command of a shell."""
        mark, position = f"@{next(self._numbers)}@", self._line.position
        self._line.send(f'{{ {command}\n}} 2>&1 </dev/null; echo "{mark}$?."\n'.encode())
        found = self._line.wait(re.escape(mark.encode()) + rb"(\d+)\.", position, limit_s)
        said = self._line.heard[position : found.start()].decode(errors="replace")
        return int(found[1]), said.replace("\r\n", "\n").strip()

    def run(self, command: str, limit_s: float = 300.0) -> str:
        """The same, but the command has to succeed; raises ConsoleError."""
        status, said = self.try_run(command, limit_s)
        if status:
            raise ConsoleError(f"{command}: exit status {status}: {said}")
        return said


def _connect(path: Path) -> socket.socket:
    end_s = time.monotonic() + CONNECT_S
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)
        else:
            return connection
