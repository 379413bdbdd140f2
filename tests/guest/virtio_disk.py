"""A card in the test kernel's slot: a virtio disk (section 5.2 of VIRTIO 1.2) with a cache.

The disk says that it needs flushes, so the kernel sends them as it would to a card. The power can
be cut at a chosen request; the kernel is then killed and the card keeps what it had.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from card_model import Card
from vhost_user import Device, Request

VIRTIO_ID = 2
F_SEG_MAX, F_FLUSH = 1 << 2, 1 << 9
READ, WRITE, FLUSH, GET_ID = 0, 1, 4, 8
OK, UNSUPPORTED = 0, 2
SEGMENTS = 126  # of one request; with header and status as many as the kernel's queue may hold
CONFIG_BYTES = 64


class PowerCutError(Exception):
    """The request was the last one."""


class Disk:
    """Does the kernel's requests on a card, until it has worked for `lasts` events."""

    def __init__(self, card: Card, lasts: int | None = None) -> None:
        self._card, self._lasts = card, lasts

    def config(self) -> bytes:
        """Capacity in sectors, any size of segments, and how many of them."""
        return struct.pack("<QII", self._card.sectors, 0, SEGMENTS).ljust(CONFIG_BYTES, b"\0")

    def handle(self, requests: list[Request]) -> None:
        """Do them, in order. Raises PowerCutError instead of answering the last one."""
        for request in requests:
            head = b"".join(request.given[:1])
            kind, _, sector = struct.unpack_from("<IIQ", head)
            data = head[16:] + b"".join(request.given[1:])
            request.asked[-1][-1:] = bytes([self._do(kind, sector, data, request)])
            if self._lasts is not None and self._card.worked >= self._lasts:
                raise PowerCutError

    def _do(self, kind: int, sector: int, data: bytes, request: Request) -> int:
        if kind == WRITE:
            self._card.write(sector, data)
        elif kind == FLUSH:
            self._card.flush()
        elif kind == READ:
            for part in request.asked:
                size = len(part) - (part is request.asked[-1])  # the status is the last byte
                part[:size] = self._card.read(sector, size)
                sector += size // 512
        else:
            return UNSUPPORTED
        return OK


@contextlib.contextmanager
def plugged_in(
    card: Card, lasts: int | None = None, on_cut: Callable[[], None] | None = None
) -> Iterator[str]:
    """Serve one kernel; yields its option for the disk. `on_cut` has to kill it."""
    disk = Disk(card, lasts)
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:  # a socket's path has 107 bytes
        path = Path(folder) / "socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            serving = threading.Thread(target=_serve, args=(listening, disk, on_cut), daemon=True)
            serving.start()
            yield f"virtio_uml.device={path}:{VIRTIO_ID}"
            listening.shutdown(socket.SHUT_RDWR)  # a kernel that never came
        serving.join()


def _serve(listening: socket.socket, disk: Disk, on_cut: Callable[[], None] | None) -> None:
    try:
        connection, _ = listening.accept()
    except OSError:
        return
    with connection:
        try:
            device = Device(F_SEG_MAX | F_FLUSH, disk.handle, disk.config())
            device.serve(connection)
        except ConnectionError:
            pass  # the kernel is gone
        except Exception as error:
            if on_cut is not None:
                on_cut()
            if not isinstance(error, PowerCutError):
                raise
