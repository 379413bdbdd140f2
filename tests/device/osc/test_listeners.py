"""Who is told: targets for good, subscribers for a minute, and not more than enough of them."""

from __future__ import annotations

import socket
from queue import SimpleQueue
from typing import Any

import pytest

from device.events import PortLost
from device.osc import resolver
from device.osc.listeners import MOST_SUBSCRIBERS, SUBSCRIBED_S, Address, Listeners
from device.osc.resolver import Resolver
from device.osc.senders import MOST_SENDERS, Senders

A, B = ("10.0.0.1", 9000), ("10.0.0.2", 9000)


def test_a_target_is_told_all_once_and_never_forgotten() -> None:
    listeners = Listeners()
    listeners.add_target(A)
    assert listeners.due(0.0) == [(A, True)]
    assert listeners.due(1e9) == [(A, False)]


def test_who_missed_something_is_told_all_again() -> None:
    listeners = Listeners()
    listeners.add_target(A)
    listeners.due(0.0)
    listeners.missed(A)
    listeners.missed(B)
    assert listeners.due(0.0) == [(A, True)]


def test_a_subscriber_is_forgotten_unless_it_subscribes_again() -> None:
    listeners = Listeners()
    assert listeners.subscribe(A, B, 0.0)
    assert listeners.due(SUBSCRIBED_S - 1) == [(A, True)]
    assert listeners.subscribe(A, B, SUBSCRIBED_S - 1)
    assert listeners.due(2 * SUBSCRIBED_S - 2) == [(A, True)]
    assert listeners.due(2 * SUBSCRIBED_S - 1) == []


def test_a_target_that_subscribes_is_told_all_and_stays_a_target() -> None:
    listeners = Listeners()
    listeners.add_target(A)
    listeners.due(0.0)
    assert listeners.subscribe(A, A, 0.0)
    assert listeners.due(0.0) == [(A, True)]
    assert listeners.due(10 * SUBSCRIBED_S) == [(A, False)]


def test_answers_go_where_the_sender_listens_while_it_is_subscribed() -> None:
    listeners = Listeners()
    assert listeners.answer_to(B, 0.0) == B
    listeners.subscribe(A, B, 0.0)
    assert listeners.answer_to(B, 1.0) == A
    assert listeners.answer_to(A, 1.0) == A
    assert listeners.answer_to(B, SUBSCRIBED_S) == B


def test_there_are_only_so_many_subscribers_at_a_time() -> None:
    listeners = Listeners()
    listeners.add_target(A)
    for port in range(1, MOST_SUBSCRIBERS + 1):
        assert listeners.subscribe(("10.0.0.3", port), B, 0.0)
    assert not listeners.subscribe(("10.0.0.3", 99), B, 0.0)
    assert listeners.subscribe(("10.0.0.3", 1), B, 1.0), "one that is known may go on"
    assert listeners.subscribe(("10.0.0.3", 99), B, SUBSCRIBED_S)


def test_the_sender_silent_for_longest_is_let_go() -> None:
    senders = Senders()
    for number in range(MOST_SENDERS):
        assert senders.played(f"osc {number}") == []
    assert senders.played("osc 0") == []
    assert senders.played("osc new") == [PortLost("osc 1")]
    assert len(senders.forget_all()) == MOST_SENDERS
    assert senders.forget_all() == []


def test_numeric_targets_are_found_at_once() -> None:
    found: list[Address] = []
    reports: list[str] = []
    targets = [("127.0.0.1", 9000), ("127.0.0.1", 9000)]
    Resolver(targets, socket.AF_INET, found.append, reports.append).start()
    assert (found, reports) == ([("127.0.0.1", 9000)], [])


def test_a_name_is_looked_for_until_the_network_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: SimpleQueue[int] = SimpleQueue()
    found: SimpleQueue[Address] = SimpleQueue()
    reports: SimpleQueue[str] = SimpleQueue()
    answers = [OSError("no network"), OSError("no network"), [(0, 0, 0, "", ("10.0.0.9", 9000))]]

    def look_up(*arguments: Any, flags: int = 0, **named: Any) -> Any:  # noqa: ANN401
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror("not numeric")
        asked.put(flags)
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(resolver, "RETRY_S", 0.001)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    search = Resolver([("desk.local", 9000)], socket.AF_INET, found.put, reports.put)
    search.start()
    assert found.get(timeout=10) == ("10.0.0.9", 9000)
    assert "desk.local:9000: no network" in reports.get(timeout=10)
    assert reports.empty(), "once is enough"
    assert asked.qsize() == 3
    search.close()
    search.close()
