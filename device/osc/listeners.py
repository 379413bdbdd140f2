"""Who is told: the targets of the settings, for good, and subscribers, until they are forgotten."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

SUBSCRIBED_S = 60.0
MOST_SUBSCRIBERS = 16

Address = tuple[Any, ...]
"""A socket address: host, port, and for IPv6 two more numbers."""


@dataclass
class _Listener:
    until_s: float
    wants_all: bool = True  # does not know the state yet
    sender: Address | None = None  # who subscribed; it may listen on another port than it sends


class Listeners:
    """Any thread may ask; addresses are unique."""

    def __init__(self) -> None:
        self._listeners: dict[Address, _Listener] = {}
        self._lock = threading.Lock()

    def add_target(self, address: Address) -> None:
        """Tell this address for good."""
        with self._lock:
            self._listeners[address] = _Listener(float("inf"))

    def subscribe(self, address: Address, sender: Address, now_s: float) -> bool:
        """Tell this address everything now and changes for SUBSCRIBED_S; False if it is too many.

        Subscribing again begins afresh.
        """
        with self._lock:
            self._forget(now_s)
            known = self._listeners.get(address)
            subscribers = sum(one.sender is not None for one in self._listeners.values())
            if known is None and subscribers >= MOST_SUBSCRIBERS:
                return False
            until_s = now_s + SUBSCRIBED_S
            if known is not None and known.sender is None:
                until_s = known.until_s  # a target of the settings stays one
            self._listeners[address] = _Listener(until_s, sender=sender)
            return True

    def due(self, now_s: float) -> list[tuple[Address, bool]]:
        """(address, whether it wants all) of everyone; each wants all only once."""
        with self._lock:
            self._forget(now_s)
            due = [(address, one.wants_all) for address, one in self._listeners.items()]
            for one in self._listeners.values():
                one.wants_all = False
            return due

    def missed(self, address: Address) -> None:
        """Something could not be sent: all of it has to be sent again."""
        with self._lock:
            if address in self._listeners:
                self._listeners[address].wants_all = True

    def answer_to(self, sender: Address, now_s: float) -> Address:
        """Where answers to a sender go: where it subscribed last, or else to itself."""
        with self._lock:
            self._forget(now_s)
            found = [address for address, one in self._listeners.items() if one.sender == sender]
            return found[-1] if found else sender

    def _forget(self, now_s: float) -> None:
        alive = {address: one for address, one in self._listeners.items() if one.until_s > now_s}
        self._listeners = alive
