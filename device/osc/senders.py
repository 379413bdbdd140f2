"""Which machines have played, so that their notes can be let go when they are forgotten."""

from __future__ import annotations

from device.events import Event, PortLost

MOST_SENDERS = 64


class Senders:
    """Ports of musical events, the latest last; at most MOST_SENDERS, as anyone may send."""

    def __init__(self) -> None:
        self._ports: dict[str, None] = {}

    def played(self, port: str) -> list[Event]:
        """A port played: what to post because another one is forgotten for it."""
        self._ports.pop(port, None)
        self._ports[port] = None
        if len(self._ports) <= MOST_SENDERS:
            return []
        oldest = next(iter(self._ports))
        del self._ports[oldest]
        return [PortLost(oldest)]

    def forget_all(self) -> list[Event]:
        """What to post when nobody is listened to any more."""
        ports, self._ports = self._ports, {}
        return [PortLost(port) for port in ports]
