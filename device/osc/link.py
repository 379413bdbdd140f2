"""One UDP socket and the thread that receives on it; sending never waits and never raises."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

from device.errors import OscUnavailableError
from device.osc.listeners import Address
from device.osc.packet import MOST_BYTES

AFTER_ERROR_S = 0.1


class UdpLink:
    """Receives for `host`:`port` from `open` to `close`."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._socket: socket.socket | None = None
        self._wake, self._woken = socket.socketpair()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def is_open(self) -> bool:
        """The port is taken."""
        return self._socket is not None

    @property
    def port(self) -> int:
        """The port that is listened on; the one asked for while none is."""
        return int(self._socket.getsockname()[1]) if self._socket else self._port

    @property
    def family(self) -> int:
        """Address family of what can be sent to."""
        return self._socket.family if self._socket else socket.AF_INET

    def open(self) -> None:
        """Take the port. Raises OscUnavailableError naming it and the cause."""
        try:
            found = socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
            )
            opened = socket.socket(found[0][0], socket.SOCK_DGRAM)
            try:
                opened.setblocking(False)
                opened.bind(found[0][4])
            except BaseException:
                opened.close()
                raise
        except (OSError, UnicodeError) as error:
            cause = error.strerror if isinstance(error, OSError) else error
            raise OscUnavailableError(
                f"OSC cannot listen on {self._host}:{self._port}: {cause}; "
                "choose another port or host in the settings"
            ) from error
        self._socket = opened

    def listen(self, handle: Callable[[bytes, Address], None]) -> None:
        """Hand every datagram and its sender to `handle`, from a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(handle,), name="osc", daemon=True)
        self._thread.start()

    def send(self, datagram: bytes, address: Address) -> OSError | None:
        """Send at once or not at all; what prevented it."""
        sender = self._socket
        if sender is None:
            return OSError("OSC is closed")
        try:
            sender.sendto(datagram, address)
        except OSError as error:  # BlockingIOError among them: the network is slower than we are
            return error
        return None

    def close(self) -> None:
        """Stop receiving and give the port back. Again does nothing."""
        self._closing.set()
        with contextlib.suppress(OSError):  # closed already
            self._wake.send(b"\0")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        for one in (self._socket, self._wake, self._woken):
            if one is not None:
                one.close()
        self._socket = None

    def _run(self, handle: Callable[[bytes, Address], None]) -> None:
        receiver = self._socket
        assert receiver is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(receiver, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select()
                try:
                    datagram, sender = receiver.recvfrom(MOST_BYTES + 1)
                except BlockingIOError:
                    continue
                except OSError:  # the network went down, or an earlier send was refused
                    self._closing.wait(AFTER_ERROR_S)
                    continue
                handle(datagram, sender)
