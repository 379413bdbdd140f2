"""One page that is open: takes its messages one by one, and lets go of all it held in the end."""

from __future__ import annotations

from collections.abc import Callable

from websockets.exceptions import ConnectionClosed

from device.errors import ProtocolError
from device.events import Event, ParameterSet, PotMoved
from device.web.flood import Budget
from device.web.hand import Hand
from device.web.link import Link
from device.web.listener import PageConnection
from device.web.protocol import event_of

MOST_ERRORS = 100  # then a page is not ours, whatever it is
POLICY_VIOLATION = 1008  # WebSocket close code


class Page:
    """A connection with a port name of its own: "web 1", "web 2", ..."""

    def __init__(
        self,
        connection: PageConnection,
        number: int,
        post: Callable[[Event], None],
        report: Callable[[str], None],
        *,
        is_panel: bool,
    ) -> None:
        self.number, self.port = number, f"web {number}"
        self.link = Link(connection, {"port": self.port, "knobs": is_panel})
        self._connection, self._post, self._report = connection, post, report
        self._hand, self._budget, self._is_panel = Hand(self.port), Budget(), is_panel

    def run(self, now_s: Callable[[], float], wait: Callable[[float], object]) -> None:
        """Take messages until the connection ends."""
        try:
            for message in self._connection:
                self._take(message)
                if self.link.errors >= MOST_ERRORS:
                    self._connection.close(POLICY_VIOLATION, "too many messages mean nothing")
                    return
                if (pause_s := self._budget.wait_s(now_s())) > 0:
                    wait(pause_s)
        except ConnectionClosed:
            return

    def cut(self) -> None:
        """End the connection at once; nothing more is told."""
        self.link.is_gone = True
        self._connection.cut()

    def leave(self) -> None:
        """Let go of everything."""
        for event in self._hand.let_go():
            self._post(event)
        if self.link.errors > 1:
            self._report(f"{self.port}: {self.link.errors} messages were refused")

    def _take(self, message: str | bytes) -> None:
        try:
            event = event_of(message, self.port)
        except ProtocolError as error:
            if self.link.errors == 0:
                self._report(f"{self.port}: {error}")
            self.link.refuse(str(error))
            return
        if isinstance(event, PotMoved) and not self._is_panel:
            event = ParameterSet(event.pot, event.turn)
        self._hand.follow(event)
        self._post(event)
