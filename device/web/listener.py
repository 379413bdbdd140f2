"""The listening side: a TCP socket at the asked address, and connections that cannot hang."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.sync.server import Server, ServerConnection, serve

from device.errors import WebUnavailableError
from device.web.answers import Answers
from device.web.protocol import MAX_MESSAGE_BYTES

MOST_SOCKETS = 64  # that have not become a page (yet): requests, and whatever else knocks
OPEN_TIMEOUT_S = 3.0  # for a request to come
SEND_TIMEOUT_S = 2  # for anything to leave: a page that reads nothing must hold nobody up
CLOSE_TIMEOUT_S = 1.0


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises WebUnavailableError that names the address and the cause."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = found[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, OverflowError) as error:
        cause = getattr(error, "strerror", None) or error
        raise WebUnavailableError(
            f"web panel at {host}:{port}: {cause}; another web_port or web_host may be free"
        ) from error


class PageConnection(ServerConnection):
    """A connection whose every send is bounded in time; see Wire."""

    waiting: set[PageConnection]  # all that have not shown yet what they want

    def handshake(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 (passed on)
        """Answer the first request, unless too many wait already."""
        if len(self.waiting) >= MOST_SOCKETS:
            raise ConnectionRefusedError(f"{MOST_SOCKETS} connections wait already")
        self.waiting.add(self)
        try:
            timeout = struct.pack("ll", SEND_TIMEOUT_S, 0)  # a struct timeval
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
            super().handshake(*args, **options)
        finally:
            self.waiting.discard(self)

    def tell(self, message: str | bytes) -> None:
        """Send, but never wait for a connection that is closing."""
        if self.state is not State.OPEN:
            raise ConnectionClosed(None, None)
        self.send(message)

    def cut(self) -> None:
        """End the connection at once; whoever receives from it notices."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already


class Listener:
    """A WebSocket server on a bound socket; every page has its own thread that runs `handle`."""

    def __init__(
        self, bound: socket.socket, answers: Answers, handle: Callable[[PageConnection], None]
    ) -> None:
        self._waiting: set[PageConnection] = set()
        silent = logging.Logger("device.web")  # a stranger's nonsense is no line in our log
        silent.addHandler(logging.NullHandler())
        connection = type("Connection", (PageConnection,), {"waiting": self._waiting})
        self._server: Server = serve(
            handle,  # type: ignore[arg-type]  # its connections are all of the class below
            sock=bound,
            create_connection=connection,
            process_request=answers,
            compression=None,  # costs a Pi more than it saves
            server_header=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,  # links ping
            max_size=MAX_MESSAGE_BYTES,
            logger=silent,
        )

    def run(self) -> None:
        """Serve until `close`."""
        self._server.serve_forever()

    def close(self) -> None:
        """End all connections; returns when every `handle` has."""
        for connection in list(self._waiting):
            connection.cut()
        self._server.shutdown()
