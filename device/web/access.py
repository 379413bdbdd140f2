"""Who may come to the web panel, and where it is: keeps the token, and follows the network."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from device.errors import TokenWriteError
from device.events import Access, AccessChanged, Event, Fault, FaultCleared, Reach
from device.parts import TOKEN
from device.settings import RemoteSettings
from device.web.own_address import own_address
from device.web.token import TOKEN_NAME, TokenFile, new_token

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
STEP_S = 0.1  # between two looks at what was asked for
LOOK_S = 3.0  # between two looks at the network


class Panel(Protocol):
    """What is served."""

    host: str  # address it listens at
    port: int

    def change_token(self, token: str) -> None:
        """Shut everybody out who came with the old one; returns when that is done."""
        ...


class WebAccess:
    """A worker.Worker; whoever serves the panel says so, and any thread may ask for a new token."""

    name = "web access"

    def __init__(
        self,
        settings: RemoteSettings,
        folder: Path,
        post: Callable[[Event], None],
        find_address: Callable[[], str] = own_address,
    ) -> None:
        """`folder`: where the token is kept; it is only looked at when one is needed."""
        self._settings, self._post, self._find_address = settings, post, find_address
        self._file = TokenFile(folder / TOKEN_NAME)
        self._reach = Reach.STARTING if settings.web else Reach.OFF
        self._panel: Panel | None = None
        self._is_asked = threading.Event()
        self._token, self._told = "", Access()
        self._address, self._look_s = "", 0.0

    def token(self) -> str:
        """That lets in: of the settings, or the one that is kept; "" where none is needed."""
        settings = self._settings
        if settings.web_token or settings.web_host in LOCAL_HOSTS:
            self._token = settings.web_token
        elif not self._token:
            self._token = self._file.read() or self._made()
        return self._token

    def opened(self, panel: Panel) -> None:
        """The panel is served from now on."""
        is_local = ipaddress.ip_address(panel.host).is_loopback
        self._panel, self._reach = panel, Reach.HERE_ONLY if is_local else Reach.OPEN

    def failed(self) -> None:
        """The panel cannot be served."""
        self._reach = Reach.FAILED

    def renew(self) -> None:
        """Have another token; AccessChanged follows."""
        self._is_asked.set()

    def step(self, now_s: float) -> float:
        """Do what was asked for, and tell what has changed."""
        if self._is_asked.is_set():
            self._is_asked.clear()
            self._renew()
        if now_s >= self._look_s:
            self._look_s = now_s + LOOK_S
            self._address = self._find_address()
        access = self._access()
        if access != self._told:
            self._told = access
            self._post(AccessChanged(access))
        return now_s + STEP_S

    def close(self) -> None:
        """Nothing is held."""

    def _renew(self) -> None:
        """Old pages are shut out before the new token is shown, as they see the display."""
        if self._panel is not None and self._told.can_renew:
            self._token = self._made()
            self._panel.change_token(self._token)

    def _made(self) -> str:
        token = new_token()
        try:
            self._file.write(token)
        except TokenWriteError as error:
            self._post(Fault(TOKEN, str(error)))
        else:
            self._post(FaultCleared(TOKEN))
        return token

    def _access(self) -> Access:
        panel = self._panel
        if panel is None or self._reach is not Reach.OPEN:
            return Access(self._reach)
        is_anywhere = ipaddress.ip_address(panel.host).is_unspecified
        host = self._address if is_anywhere else panel.host
        if not host:
            return Access(Reach.NO_NETWORK)
        if self._settings.web_token:
            return Access(Reach.OPEN, host, panel.port, is_given=True)
        return Access(Reach.OPEN, host, panel.port, self._token)
