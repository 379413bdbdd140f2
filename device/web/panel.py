"""WebPanel: serves the page, posts what hands do there, and shows what the instrument shows."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

from device.errors import PageRefusedError, WebUnavailableError
from device.events import Event
from device.view import View
from device.web.answers import Answers
from device.web.guard import Guard
from device.web.listener import Listener, PageConnection, bind
from device.web.page import Page
from device.web.publisher import FRAME_RATE_HZ, Publisher

MOST_PAGES = 16
TRY_AGAIN_LATER = 1013  # WebSocket close code
_TICK_S = 1 / (2 * FRAME_RATE_HZ)


class WebPanel:
    """One instrument in any number of browsers, up to MOST_PAGES at once.

    `view` and `frame` are read from a thread of the panel, `post` and `report` are called from
    threads of it: they must be quick and safe for that. `frame` is as in hardware.interfaces.
    Always `close` it: a page that is open keeps the process alive.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        token: str,
        post: Callable[[Event], None],
        view: Callable[[], View | None],
        frame: Callable[[], bytes],
        report: Callable[[str], None],
        is_panel: bool = True,
    ) -> None:
        """`token`: needed to come in; may be empty on this machine only. `port`: 0 is any free one.

        `is_panel`: the page's knobs are the instrument's pots (PotMoved), as they are without
        hardware; otherwise the real pots are, and the page sets values (ParameterSet).
        """
        self.address = ""  # with the token, as the journal tells it
        self.host, self.port = host, port  # once it is served: the address it listens at
        self._token, self._guard = token, Guard(host, token)
        self._post, self._report, self._is_panel = post, report, is_panel
        self._publisher = Publisher(view, frame)
        self._pages: dict[int, Page] = {}
        self._lock = threading.Lock()
        self._is_closing, self._has_pages = threading.Event(), threading.Event()
        self._listener: Listener | None = None
        self._threads: list[threading.Thread] = []

    @property
    def has_pages(self) -> bool:
        """At least one browser shows the page."""
        return self._has_pages.is_set()

    def start(self) -> None:
        """Serve from now on; raises WebUnavailableError that names the address and the cause."""
        bound = bind(self.host, self.port)
        host, port = bound.getsockname()[:2]
        if not (self._token or ipaddress.ip_address(host).is_loopback):
            bound.close()
            raise WebUnavailableError(
                f"web panel at {self.host}:{port}: whoever reaches this machine could play it; "
                "set a web_token, or use the host 127.0.0.1"
            )
        self.host, self.port = host, port
        self.address = self._address()
        self._listener = Listener(bound, Answers(self._guard), self._serve)
        for name, run in (("web server", self._listener.run), ("web pictures", self._publish)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def change_token(self, token: str) -> None:
        """Let in only who has this one from now on; pages that are open end at once."""
        with self._lock:
            self._token = token
            self._guard.change_token(token)
            for page in self._pages.values():
                page.cut()
        self.address = self._address()

    def close(self) -> None:
        """End all pages and let go of all they held; calling it again does nothing."""
        self._is_closing.set()
        self._has_pages.set()
        if self._listener is not None:
            self._listener.close()
        for thread in self._threads:
            thread.join()

    def _address(self) -> str:
        address = ipaddress.ip_address(self.host)
        host = self.host if address.version == 4 else f"[{self.host}]"
        if address.is_unspecified:
            host = f"{socket.gethostname().removesuffix('.local')}.local"
        query = f"?token={quote(self._token, safe='')}" if self._token else ""
        return f"http://{host}:{self.port}/{query}"

    def _serve(self, connection: PageConnection) -> None:
        try:
            page = self._admit(connection)
        except PageRefusedError as error:
            connection.close(TRY_AGAIN_LATER, str(error))
            return
        try:
            page.run(time.monotonic, self._is_closing.wait)
        finally:
            with self._lock:  # nobody gets its port name before all that it held is let go
                page.leave()
                del self._pages[page.number]
                if not self._pages and not self._is_closing.is_set():
                    self._has_pages.clear()

    def _admit(self, connection: PageConnection) -> Page:
        """Raises PageRefusedError."""
        with self._lock:
            free = [n for n in range(1, MOST_PAGES + 1) if n not in self._pages]
            if not free or self._is_closing.is_set():
                raise PageRefusedError(f"{MOST_PAGES} pages are open already")
            if connection.request is None or self._guard.token(connection.request.path):
                raise PageRefusedError("the token was changed")  # since the request was answered
            page = Page(connection, free[0], self._post, self._report, is_panel=self._is_panel)
            self._pages[page.number] = page
            self._has_pages.set()
            return page

    def _publish(self) -> None:
        while self._has_pages.wait() and not self._is_closing.is_set():
            with self._lock:
                links = [page.link for page in self._pages.values()]
            self._publisher.publish(time.monotonic(), links)
            self._is_closing.wait(_TICK_S)
