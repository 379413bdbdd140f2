"""The other end of a virtio device of the test kernel: a vhost-user device with one queue.

The kernel connects to a Unix socket, hands over its memory as a file, tells where its queue is
and then sends a message whenever it has put requests there ("in-band notifications"). A request is
a chain of buffers; the device writes into the writable ones, puts the chain's number on the used
ring and says so. See the vhost-user protocol of QEMU and section 2.7 (split virtqueues) of the
VIRTIO 1.2 specification. Python's stores are in order enough on x86, where this kernel runs.
"""

from __future__ import annotations

import mmap
import os
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

GET_FEATURES, SET_MEM_TABLE, SET_VRING_NUM, SET_VRING_ADDR = 1, 5, 8, 9
GET_PROTOCOL_FEATURES, SET_REQUEST_FD, GET_CONFIG, VRING_KICK = 15, 21, 24, 35
VRING_CALL = 4  # from device to kernel
VERSION, REPLY = 1, 4
F_PROTOCOL_FEATURES, F_VERSION_1 = 1 << 30, 1 << 32
# messages from the device; a configuration that can be read; kicks and calls are messages
PROTOCOL_FEATURES = 1 << 5 | 1 << 9 | 1 << 14
NEXT, WRITABLE = 1, 2
MOST_FDS = 8


@dataclass(frozen=True)
class Request:
    """One chain: what the kernel wrote, and memory that the device may write."""

    number: int
    given: Sequence[memoryview]
    asked: Sequence[memoryview]


class Device:
    """Serves one kernel; `handle` is called with the requests of one notification, in order."""

    def __init__(
        self, features: int, handle: Callable[[list[Request]], None], config: bytes = b""
    ) -> None:
        """`features` and `config` are those of the device's own kind."""
        self._features = features | F_PROTOCOL_FEATURES | F_VERSION_1
        self._handle, self._config = handle, config
        self._regions: list[tuple[int, memoryview]] = []
        self._size, self._seen = 0, 0
        self._descriptors, self._available, self._used = 0, 0, 0
        self._call: socket.socket | None = None

    def serve(self, connection: socket.socket) -> None:
        """Answer one kernel's messages until it goes."""
        while True:
            header, fds, _, _ = socket.recv_fds(connection, 12, MOST_FDS, socket.MSG_WAITALL)
            if len(header) < 12:
                return
            request, _, size = struct.unpack("<III", header)
            payload = connection.recv(size, socket.MSG_WAITALL) if size else b""
            if (reply := self._message(request, payload, fds)) is not None:
                head = struct.pack("<III", request, VERSION | REPLY, len(reply))
                connection.sendall(head + reply)

    def _message(self, request: int, payload: bytes, fds: list[int]) -> bytes | None:
        if request == GET_FEATURES:
            return struct.pack("<Q", self._features)
        if request == GET_PROTOCOL_FEATURES:
            return struct.pack("<Q", PROTOCOL_FEATURES)
        if request == GET_CONFIG:
            offset, size = struct.unpack_from("<II", payload)
            return payload[:12] + self._config[offset : offset + size].ljust(size, b"\0")
        if request == SET_MEM_TABLE:
            self._map(payload, fds)
        elif request == SET_VRING_NUM:
            self._size = struct.unpack("<II", payload)[1]
        elif request == SET_VRING_ADDR:
            where = struct.unpack("<IIQQQQ", payload)
            self._descriptors, self._used, self._available = where[2:5]
        elif request == SET_REQUEST_FD:
            self._call = socket.socket(fileno=fds[0])
        elif request == VRING_KICK:
            self._serve_queue()
        return None

    def _map(self, payload: bytes, fds: list[int]) -> None:
        for index, fd in enumerate(fds):
            _, size, address, offset = struct.unpack_from("<QQQQ", payload, 8 + 32 * index)
            whole = memoryview(mmap.mmap(fd, offset + size))
            self._regions.append((address, whole[offset:]))
            os.close(fd)

    def _memory(self, address: int, size: int) -> memoryview:
        for start, region in self._regions:
            if start <= address and address + size <= start + len(region):
                return region[address - start : address - start + size]
        raise ValueError(f"the kernel named {size} bytes at {address:#x}, which are not its own")

    def _u16(self, address: int) -> int:
        return int(struct.unpack("<H", self._memory(address, 2))[0])

    def _serve_queue(self) -> None:
        requests = []
        while self._seen != self._u16(self._available + 2):
            number = self._u16(self._available + 4 + 2 * (self._seen % self._size))
            requests.append(self._chain(number))
            self._seen = (self._seen + 1) & 0xFFFF
        self._handle(requests)
        for request in requests:
            self._return(request)
        if requests and self._call is not None:
            self._call.sendall(struct.pack("<IIIII", VRING_CALL, VERSION, 8, 0, 0))

    def _chain(self, number: int) -> Request:
        given: list[memoryview] = []
        asked: list[memoryview] = []
        flags, at = NEXT, number
        while flags & NEXT:
            descriptor = self._memory(self._descriptors + 16 * at, 16)
            address, size, flags, at = struct.unpack("<QIHH", descriptor)
            (asked if flags & WRITABLE else given).append(self._memory(address, size))
        return Request(number, given, asked)

    def _return(self, request: Request) -> None:
        index = self._u16(self._used + 2)
        written = sum(len(part) for part in request.asked)
        entry = self._memory(self._used + 4 + 8 * (index % self._size), 8)
        entry[:] = struct.pack("<II", request.number, written)
        self._memory(self._used + 2, 2)[:] = struct.pack("<H", (index + 1) & 0xFFFF)
