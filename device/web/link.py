"""The way to one page: tells it what it has not seen, never more than it can take.

After each round of news a ping goes out, and the next round waits for its pong: a slow page skips
what came between and then gets the latest, and nothing is queued for it. A page that has not
answered a ping for PONG_TIMEOUT_S is gone, whatever TCP thinks.
"""

from __future__ import annotations

import json
from typing import Protocol

from websockets.exceptions import ConnectionClosed

from device.web.sections import Sections

PING_EVERY_S = 1.0  # when there is no news
ALIVE = '{"type":"alive"}'  # pages cannot see pings, and wonder when they hear nothing for long
PONG_TIMEOUT_S = 4.0


class Pong(Protocol):
    """The answer to a ping."""

    def is_set(self) -> bool:
        """It has come."""
        ...


class Wire(Protocol):
    """A connection as the link needs it; `tell` and `ping` raise ConnectionClosed."""

    def tell(self, message: str | bytes) -> None:
        """Send one message."""
        ...

    def ping(self) -> Pong:
        """Ask the page's browser for an answer."""
        ...

    def cut(self) -> None:
        """End the connection at once, without a word."""
        ...


class Link:
    """What one page has been told."""

    def __init__(self, wire: Wire, hello: dict[str, object]) -> None:
        self._wire = wire
        self._urgent: str | None = json.dumps({"type": "hello", **hello})
        self._errors, self._error, self._told_errors = 0, "", 0
        self._seen: dict[str, int] = {}
        self._frame_seen = 0
        self._pong: Pong | None = None
        self._pinged_s = float("-inf")
        self.is_gone = False

    @property
    def errors(self) -> int:
        """How many messages of the page were refused."""
        return self._errors

    def refuse(self, reason: str) -> None:
        """Tell the page with the next round that a message of it was refused."""
        self._error = reason
        self._errors += 1

    def update(self, now_s: float, frame: bytes, frame_version: int, sections: Sections) -> None:
        """Tell what is new, if the page has taken what it was told before."""
        if self.is_gone or not self._has_answered(now_s):
            return
        try:
            is_told = self._tell(frame, frame_version, sections)
            if not is_told and now_s - self._pinged_s >= PING_EVERY_S:
                self._wire.tell(ALIVE)
                is_told = True
            if is_told:
                self._pong = self._wire.ping()
                self._pinged_s = now_s
        except ConnectionClosed:
            self.is_gone = True

    def _has_answered(self, now_s: float) -> bool:
        if self._pong is None or self._pong.is_set():
            self._pong = None
            return True
        if now_s - self._pinged_s > PONG_TIMEOUT_S:
            self.is_gone = True
            self._wire.cut()
        return False

    def _tell(self, frame: bytes, frame_version: int, sections: Sections) -> bool:
        news: list[str | bytes | None] = [self._urgent, sections.message(self._seen)]
        if frame_version != self._frame_seen:
            news.append(frame)
        if self._errors != self._told_errors:
            self._told_errors = self._errors
            told = {"type": "error", "text": self._error, "count": self._errors}
            news.append(json.dumps(told))
        self._urgent, self._frame_seen = None, frame_version
        messages = [message for message in news if message is not None]
        for message in messages:
            self._wire.tell(message)
        return bool(messages)
