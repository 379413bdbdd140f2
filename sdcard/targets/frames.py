"""Messages and data over one stream of bytes, between latentpad-card here and on an instrument.

A frame is one byte of kind, the length of what follows (uint32, big endian), and that: "J", a JSON
object of at most MESSAGE_BYTES; or "D", a piece of data of 1..DATA_BYTES bytes.
"""

from __future__ import annotations

import json
import os
import select
import struct
import threading
from typing import BinaryIO

from device.pack import PackError
from device.pack.strict_json import loads
from sdcard.targets.errors import ProtocolError

MESSAGE_BYTES = 4 << 20  # 240,000 cells, as many as a manifest can name, take 2.4 MB
DATA_BYTES = 1 << 20
_HEAD = struct.Struct(">cI")
_MESSAGE, _DATA = b"J", b"D"
_MOST = {_MESSAGE: MESSAGE_BYTES, _DATA: DATA_BYTES}
_SHOWN_BYTES = 60
_REST_S = 0.5

Message = dict[str, object]


class EndOfStreamError(Exception):
    """The other side has hung up, or the connection broke."""


class Frames:
    """One end of a connection. One thread reads; any may write."""

    def __init__(self, source: int, target: BinaryIO, patience_s: float | None = None) -> None:
        """`source`: a file descriptor. After `patience_s` without a byte the stream has ended."""
        self._source, self._target, self._patience_s = source, target, patience_s
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Raises EndOfStreamError."""
        self._send(_MESSAGE, json.dumps(message).encode())

    def send_data(self, data: bytes) -> None:
        """In pieces, none if there is no data. Raises EndOfStreamError."""
        for start in range(0, len(data), DATA_BYTES):
            self._send(_DATA, data[start : start + DATA_BYTES])

    def _send(self, kind: bytes, content: bytes) -> None:
        with self._lock:
            try:
                self._target.write(_HEAD.pack(kind, len(content)))
                self._target.write(content)
                self._target.flush()
            except (OSError, ValueError) as error:  # ValueError: it was closed
                raise EndOfStreamError(str(error)) from error

    def receive(self) -> Message | bytes:
        """A message, or a piece of data. Raises EndOfStreamError and ProtocolError."""
        head = self._exactly(_HEAD.size)
        kind, size = _HEAD.unpack(head)
        if kind not in _MOST or not 0 < size <= _MOST[kind]:
            raise ProtocolError(f"{head + self._rest()!a} is not what latentpad-card says")
        content = self._exactly(size)
        if kind == _DATA:
            return content
        try:
            message = loads(content, MESSAGE_BYTES, "message")
        except PackError as error:
            raise ProtocolError(str(error)) from None
        if not isinstance(message, dict):
            raise ProtocolError(f"{content[:_SHOWN_BYTES]!a} is not a message")
        return message

    def message(self) -> Message:
        """The next one, which must not be data."""
        found = self.receive()
        if isinstance(found, bytes):
            raise ProtocolError(f"{len(found)} bytes of data came in the place of a message")
        return found

    def _exactly(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            part = self._some(size)
            if not part:
                raise EndOfStreamError("the stream has ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        """Up to so many bytes, none at the end."""
        if self._patience_s is not None and not self._has_more(self._patience_s):
            raise EndOfStreamError(f"nothing came for {self._patience_s:g} s")
        try:
            return os.read(self._source, min(size, DATA_BYTES))
        except OSError as error:
            raise EndOfStreamError(str(error)) from error

    def _has_more(self, within_s: float) -> bool:
        return bool(select.select([self._source], [], [], within_s)[0])

    def _rest(self) -> bytes:
        """The beginning of what follows nonsense: often the words of some other program."""
        try:
            return self._some(_SHOWN_BYTES) if self._has_more(_REST_S) else b""
        except (OSError, EndOfStreamError):
            return b""
