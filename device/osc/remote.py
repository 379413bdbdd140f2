"""The instrument's end of OSC: another source of events, and another screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from device.errors import OscMessageError
from device.events import Event, Origin
from device.osc.incoming import Heard, Meaning, Pinged, Subscribed, meaning
from device.osc.link import UdpLink
from device.osc.listeners import MOST_SUBSCRIBERS, Address, Listeners
from device.osc.outgoing import OscOut
from device.osc.packet import OscCall, read_packet, write_message
from device.osc.resolver import Resolver
from device.osc.senders import Senders
from device.view import View

ANSWERS_PER_S = 20  # to all together: two programs must not answer each other forever
ANSWERS = ("/error", "/pong")  # never answered, for the same reason


class OscRemote:
    """OSC from `start` to `close`; the addresses are listed in device/osc/__init__.py.

    `post` gets every event, from the thread that receives; `report` gets sentences for people.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        targets: Sequence[tuple[str, int]],
        post: Callable[[Event], None],
        report: Callable[[str], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Port 0 takes any free one; targets are (host, port) that are always told."""
        self._link, self._targets = UdpLink(host, port), targets
        self._post, self._report, self._now_s = post, report, now_s
        self._view: View | None = None
        self._out, self._listeners, self._senders = OscOut(), Listeners(), Senders()
        self._resolver: Resolver | None = None
        self._silent: set[Address] = set()  # listeners that could not be reached last time
        self._answers = _PerSecond(ANSWERS_PER_S)
        self.received = 0  # messages that meant something
        self.refused = 0  # datagrams and messages that did not
        self.unsent = 0  # messages that could not be sent

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._link.port

    def start(self) -> None:
        """Listen. Raises OscUnavailableError naming host, port and cause."""
        self._link.open()
        self._resolver = Resolver(
            self._targets, self._link.family, self._listeners.add_target, self._report
        )
        self._resolver.start()
        self._link.listen(self._datagram)

    def update(self, view: View) -> None:
        """Tell all listeners what has changed; call it about 20 times a second.

        It never waits and never raises; a target that cannot be reached is reported once, and told
        everything when it can be.
        """
        self._view = view
        if not self._link.is_open:
            return
        now_s = self._now_s()
        changes = [write_message(call) for call in self._out.changes(view, now_s)]
        for address, wants_all in self._listeners.due(now_s):
            everything = map(write_message, self._out.everything()) if wants_all else changes
            self._tell(address, everything)

    def close(self) -> None:
        """Let go of everything that was played by OSC, and of the port. Again does nothing."""
        if self._resolver is not None:
            self._resolver.close()
        self._link.close()
        for event in self._senders.forget_all():
            self._post(event)

    def _tell(self, address: Address, datagrams: Iterable[bytes]) -> None:
        for datagram in datagrams:
            error = self._send(datagram, address)
            if error is not None:
                self._listeners.missed(address)
                if address not in self._silent:
                    self._report(f"OSC to {address[0]}:{address[1]}: {error.strerror or error}")
                self._silent.add(address)
                return
        self._silent.discard(address)

    def _send(self, datagram: bytes, address: Address) -> OSError | None:
        error = self._link.send(datagram, address)
        self.unsent += error is not None
        return error

    def _datagram(self, datagram: bytes, sender: Address) -> None:
        """Do what a datagram asks for; nothing that it holds can end the thread."""
        try:
            for call in read_packet(datagram):
                self._call(call, sender)
        except OscMessageError as error:
            self._refuse(sender, error)
        except Exception as error:  # of whoever is posted to: OSC must outlive it
            self._report(f"OSC message from {sender[0]} not handled: {error!r}")

    def _call(self, call: OscCall, sender: Address) -> None:
        heard = Heard(Origin(f"osc {sender[0]}", 0), self._view)
        try:
            found = meaning(call, heard)
            self.received += 1
            self._act(found, sender)
        except OscMessageError as error:
            if call.address in ANSWERS:
                self.refused += 1
            else:
                self._refuse(sender, error)

    def _act(self, found: Meaning, sender: Address) -> None:
        match found:
            case Pinged():
                self._answer(sender, OscCall("/pong"))
            case Subscribed(port):
                address = sender if port is None else (sender[0], port, *sender[2:])
                if not self._listeners.subscribe(address, sender, self._now_s()):
                    raise OscMessageError(f"/subscribe: {MOST_SUBSCRIBERS} subscribers are enough")
            case None:
                pass
            case event:
                self._post_from(event)

    def _post_from(self, event: Event) -> None:
        origin = getattr(event, "origin", None)
        if isinstance(origin, Origin):
            for lost in self._senders.played(origin.port):
                self._post(lost)
        self._post(event)

    def _refuse(self, sender: Address, error: OscMessageError) -> None:
        self.refused += 1
        self._answer(sender, OscCall("/error", (str(error),)))

    def _answer(self, sender: Address, call: OscCall) -> None:
        now_s = self._now_s()
        if self._answers.is_one_more(now_s):
            self._send(write_message(call), self._listeners.answer_to(sender, now_s))


class _PerSecond:
    """Lets so many things happen in a second and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count, self._second = 0, float("-inf")

    def is_one_more(self, now_s: float) -> bool:
        """Whether there may be another one now; if so, it is counted."""
        if now_s >= self._second + 1:
            self._count, self._second = 0, now_s
        self._count += 1
        return self._count <= self._most
