"""OSC over a real loopback socket: events in, state out, and nothing that stops it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import DeviceError, OscUnavailableError
from device.events import Event, NoteOff, NoteOn, Origin, Panicked, PortLost, TouchMoved
from device.osc import OscRemote
from device.osc.listeners import SUBSCRIBED_S
from device.osc.packet import Argument, OscCall, read_packet, write_message
from device.osc.remote import ANSWERS_PER_S
from device.view import View

WAIT_S = 10.0  # never waited for: only how long a failing test takes to say so
HOST = "127.0.0.1"
ORIGIN = Origin("osc 127.0.0.1", 0)


class Client:
    """Another program: one that sends, listens and knows what time the instrument has."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.settimeout(WAIT_S)
        self._to = (HOST, port)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def send(self, address: str, *arguments: Argument) -> None:
        self.send_bytes(write_message(OscCall(address, arguments)))

    def send_bytes(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._to)

    def hear(self) -> tuple[object, ...]:
        """The next message as (address, arguments...)."""
        (call,) = read_packet(self._socket.recv(65536))
        return (call.address, *call.arguments)

    def hear_until_pong(self) -> list[tuple[object, ...]]:
        """All messages up to the answer to a ping, so that nothing has to be waited for."""
        self.send("/ping")
        heard = []
        while (message := self.hear()) != ("/pong",):
            heard.append(message)
        return heard

    def close(self) -> None:
        self._socket.close()


class Table:
    """An OscRemote with everything that it posts and reports, and a clock that stands still."""

    def __init__(self, targets: list[tuple[str, int]]) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.reports: SimpleQueue[str] = SimpleQueue()
        self.now_s = 0.0
        self.post: Callable[[Event], None] = self.events.put
        self.remote = OscRemote(
            host=HOST,
            port=0,
            targets=targets,
            post=lambda event: self.post(event),
            report=self.reports.put,
            now_s=lambda: self.now_s,
        )
        self.remote.start()

    def event(self) -> Event:
        return self.events.get(timeout=WAIT_S)


@pytest.fixture
def listener() -> Iterator[Client]:
    """A program that only listens: the target of the settings."""
    client = Client(1)
    yield client
    client.close()


@pytest.fixture
def table(listener: Client) -> Iterator[Table]:
    table = Table([(HOST, listener.port)])
    yield table
    table.remote.close()


@pytest.fixture
def client(table: Table) -> Iterator[Client]:
    client = Client(table.remote.port)
    yield client
    client.close()


def test_messages_become_events_of_their_machine(table: Table, client: Client) -> None:
    client.send("/on", 60, 1.0)
    client.send("/off", 60)
    client.send("/pad", 0.5, 0.25)
    assert [table.event() for _ in range(3)] == [
        NoteOn(ORIGIN, 60, 127),
        NoteOff(ORIGIN, 60),
        TouchMoved(0.5, 0.25),
    ]
    client.hear_until_pong()
    assert (table.remote.received, table.remote.refused) == (4, 0)


def test_a_bundle_happens_at_once_whatever_its_time(table: Table, client: Client) -> None:
    messages = [write_message(OscCall("/on", (note, 1.0))) for note in (60, 64, 67)]
    sized = b"".join(len(one).to_bytes(4, "big") + one for one in messages)
    client.send_bytes(b"#bundle\0" + b"\xff" * 8 + sized)
    assert [table.event() for _ in range(3)] == [NoteOn(ORIGIN, n, 127) for n in (60, 64, 67)]


def test_refusals_are_counted_and_answered_and_the_rest_of_a_bundle_is_done(
    table: Table, client: Client
) -> None:
    client.send("/on", 200, 1.0)
    assert client.hear() == ("/error", "/on: note must be a whole number 0..127, not 200")
    client.send_bytes(b"hello")
    assert client.hear()[0] == "/error"
    bad, good = write_message(OscCall("/nothing")), write_message(OscCall("/panic"))
    sized = b"".join(len(one).to_bytes(4, "big") + one for one in (bad, good))
    client.send_bytes(b"#bundle\0" + bytes(8) + sized)
    assert client.hear() == ("/error", "/nothing: no such address")
    assert table.event() == Panicked()
    client.hear_until_pong()
    assert table.remote.refused == 3


def test_answers_are_never_answered(table: Table, client: Client) -> None:
    client.send("/error", "I do not understand you")
    client.send("/pong")
    assert client.hear_until_pong() == []
    assert table.remote.refused == 2


def test_a_flood_of_nonsense_gets_only_so_many_answers(table: Table, client: Client) -> None:
    for _ in range(3 * ANSWERS_PER_S):
        client.send("/nothing")
    client.send("/panic")
    assert table.event() == Panicked()
    table.now_s = 1.0
    assert len(client.hear_until_pong()) == ANSWERS_PER_S


def test_the_target_of_the_settings_is_told_all_and_then_changes(
    table: Table, listener: Client, view: View
) -> None:
    table.remote.update(view)
    first = [listener.hear() for _ in range(12)]
    assert first[0] == ("/pad", 0.25, 0.75)
    assert first[-1] == ("/meters", 0.5, 0.125, 3)
    table.remote.update(view)
    table.remote.update(replace(view, pack="Second"))
    assert listener.hear() == ("/pack", "Second")


def test_a_subscriber_is_told_all_until_its_minute_is_over(
    table: Table, client: Client, view: View
) -> None:
    table.remote.update(view)
    client.send("/subscribe")
    assert client.hear_until_pong() == []
    table.remote.update(view)
    assert len(client.hear_until_pong()) == 12
    table.now_s = SUBSCRIBED_S - 1
    table.remote.update(replace(view, x=1.0))
    assert client.hear_until_pong() == [("/pad", 1.0, 0.75)]
    table.now_s = SUBSCRIBED_S
    table.remote.update(replace(view, x=0.0))
    assert client.hear_until_pong() == []


def test_a_subscriber_may_listen_on_another_port_where_answers_go_too(
    table: Table, client: Client, view: View
) -> None:
    ear = Client(table.remote.port)
    client.send("/subscribe", ear.port)
    client.send("/ping")
    assert ear.hear() == ("/pong",)
    table.remote.update(view)
    assert ear.hear() == ("/pad", 0.25, 0.75)
    ear.close()


def test_too_many_subscribers_are_told_so(table: Table, client: Client) -> None:
    for port in range(20000, 20016):
        client.send("/subscribe", port)
    client.send("/panic")
    assert table.event() == Panicked()
    other = Client(table.remote.port)
    other.send("/subscribe")
    assert other.hear() == ("/error", "/subscribe: 16 subscribers are enough")
    other.close()


def test_instruments_can_be_named_once_there_is_a_view(
    table: Table, client: Client, view: View
) -> None:
    client.send("/instrument/0", "FLUTE")
    assert client.hear()[0] == "/error"
    table.remote.update(view)
    client.send("/instrument/0", "FLUTE")
    assert repr(table.event()) == "InstrumentSelected(corner=0, index=1)"


def test_closing_lets_go_of_what_was_played(table: Table, client: Client) -> None:
    client.send("/on", 60, 1.0)
    table.event()
    table.remote.close()
    assert table.event() == PortLost("osc 127.0.0.1")
    table.remote.close()
    assert table.events.empty()


def test_after_closing_the_port_is_free_and_updates_do_nothing(table: Table, view: View) -> None:
    port = table.remote.port
    table.remote.close()
    table.remote.update(view)
    again = OscRemote(host=HOST, port=port, targets=[], post=print, report=print)
    again.start()
    assert again.port == port
    again.close()
    assert table.reports.empty()


def test_a_taken_port_is_named_with_the_cause(table: Table) -> None:
    port = table.remote.port
    second = OscRemote(host=HOST, port=port, targets=[], post=print, report=print)
    with pytest.raises(OscUnavailableError, match=f"{HOST}:{port}: Address already in use") as it:
        second.start()
    assert isinstance(it.value, DeviceError)
    assert isinstance(it.value, OSError)
    second.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "a" * 300])
def test_a_host_that_is_not_ours_is_named(host: str) -> None:
    remote = OscRemote(host=host, port=0, targets=[], post=print, report=print)
    with pytest.raises(OscUnavailableError, match=f"OSC cannot listen on {host}:0: "):
        remote.start()
    remote.close()


def test_closing_what_was_never_started_does_nothing(view: View) -> None:
    remote = OscRemote(host=HOST, port=4, targets=[], post=print, report=print)
    assert remote.port == 4
    remote.update(view)
    remote.close()
    remote.close()


def test_a_target_that_cannot_be_reached_is_reported_once_and_told_all_later(
    table: Table, listener: Client, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, unreachable = table.remote._link, OSError(errno.ENETUNREACH, "Network is unreachable")
    with monkeypatch.context() as patch:
        patch.setattr(link, "send", lambda datagram, address: unreachable)
        table.remote.update(view)
        table.remote.update(replace(view, x=0.5))
    report = table.reports.get(timeout=WAIT_S)
    assert report == f"OSC to {HOST}:{listener.port}: Network is unreachable"
    assert table.reports.empty()
    assert table.remote.unsent == 2
    table.remote.update(replace(view, x=0.5))
    assert listener.hear() == ("/pad", 0.5, 0.75)
    assert len([listener.hear() for _ in range(9)]) == 9


def test_a_target_that_is_gone_never_raises(view: View) -> None:
    gone = Client(1)
    table = Table([(HOST, gone.port)])
    gone.close()
    for step in range(50):
        table.remote.update(replace(view, x=step / 50))
    client = Client(table.remote.port)
    assert client.hear_until_pong() == []
    client.close()
    table.remote.close()


def test_a_fault_of_the_receiver_is_reported_and_outlived(table: Table, client: Client) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("the queue is gone")

    table.post = broken
    client.send("/panic")
    assert "the queue is gone" in table.reports.get(timeout=WAIT_S)
    table.post = table.events.put
    client.send("/panic")
    assert table.event() == Panicked()


def test_it_can_be_closed_from_its_own_thread(table: Table, client: Client) -> None:
    done = threading.Event()

    def close(event: Event) -> None:
        table.remote.close()
        done.set()

    table.post = close
    client.send("/panic")
    assert done.wait(WAIT_S)


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.binary(max_size=60).map(lambda rest: b"/on\0" + rest),
            st.binary(max_size=60).map(lambda rest: b"#bundle\0" + bytes(8) + rest),
        ),
        max_size=10,
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_datagrams_stop_it(table: Table, client: Client, datagrams: list[bytes]) -> None:
    for datagram in datagrams:
        client.send_bytes(datagram)
    table.now_s += 1.0  # answers are allowed again
    client.hear_until_pong()
    assert table.reports.empty()


def test_the_largest_datagrams_do_not_stop_it(table: Table, client: Client) -> None:
    for datagram in (b"/" * 60_000, b"#bundle\0" + bytes(60_000), bytes(60_000), b""):
        client.send_bytes(datagram)
    assert len(client.hear_until_pong()) == 4
