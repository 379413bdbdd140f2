"""Tells systemd how the instrument does: that it is ready, what it plays, that its sound goes on.

The protocol is that of sd_notify(3): datagrams of KEY=VALUE lines to the socket that the variable
NOTIFY_SOCKET names. Without a service manager all of it does nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Mapping

LOOK_S = 0.25  # between two looks at what there is to tell
FEEDS = 4  # of the watchdog in the time it waits
LEAST_PACE = 0.25  # of real time: an output that is lost and found again and again is no standstill
LONGEST_STATUS = 200  # characters; a fault may be long

Send = Callable[[str], None]


def sender(environment: Mapping[str, str] = os.environ) -> Send | None:
    """What sends a message to the service manager; None if there is none that can be reached.

    An address is a path, or behind an @ the name of an abstract socket.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return None
    where = address.replace("@", "\0", 1) if address.startswith("@") else address
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.setblocking(False)

    def send(message: str) -> None:
        with contextlib.suppress(OSError):  # it may be restarting; music is more important
            channel.sendto(message.encode("utf-8", "replace"), where)

    return send


def watchdog_s(environment: Mapping[str, str] = os.environ, pid: int | None = None) -> float | None:
    """After how many seconds of silence the service manager ends this process; None for never."""
    wanted = environment.get("WATCHDOG_PID")
    microseconds = environment.get("WATCHDOG_USEC", "")
    if wanted and wanted != str(os.getpid() if pid is None else pid):
        return None
    return int(microseconds) / 1e6 if microseconds.isdecimal() and int(microseconds) else None


class Heartbeat:
    """Called often by the loop that the instrument lives by; sends what has changed."""

    def __init__(
        self, send: Send | None, now_s: Callable[[], float], rate_hz: int, limit_s: float | None
    ) -> None:
        """limit_s: the watchdog's patience, see watchdog_s. rate_hz: of the mixer's frames."""
        self._send, self._now_s, self._rate_hz = send, now_s, rate_hz
        self._feed_s = None if limit_s is None else limit_s / FEEDS
        self._look_s = self._fed_s = now_s()
        self._frame: int | None = None  # when last fed
        self._is_ready = self._stands_still = False
        self._status = ""

    def look(self, frame: int, is_ready: bool, status: Callable[[], str]) -> None:
        """frame: how far the mixer has come, heard or unheard. status: one line for people."""
        now_s = self._now_s()
        if self._send is None or now_s < self._look_s:
            return
        self._look_s = now_s + LOOK_S
        lines = [*self._watchdog(now_s, frame), *self._readiness(is_ready)]
        lines += self._news("the sound stands still" if self._stands_still else status())
        if lines:
            self._send("\n".join(lines))

    def stop(self) -> None:
        """The instrument is ending, as it should."""
        if self._send is not None:
            self._send("STOPPING=1\nSTATUS=ending")

    def _readiness(self, is_ready: bool) -> list[str]:
        if self._is_ready or not is_ready:
            return []
        self._is_ready = True
        return ["READY=1"]

    def _watchdog(self, now_s: float, frame: int) -> list[str]:
        """Fed only for frames: the loop alone may well go on while the audio thread hangs."""
        if self._frame is None:
            self._fed_s, self._frame = now_s, frame
        if self._feed_s is None or now_s < self._fed_s + self._feed_s:
            return []
        expected = (now_s - self._fed_s) * self._rate_hz
        self._stands_still = frame - self._frame < LEAST_PACE * expected
        self._fed_s, self._frame = now_s, frame
        return [] if self._stands_still else ["WATCHDOG=1"]

    def _news(self, status: str) -> list[str]:
        line = " ".join(status.split())[:LONGEST_STATUS]
        if line == self._status:
            return []
        self._status = line
        return [f"STATUS={line}"]
