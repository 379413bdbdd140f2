"""The inbox: order, waking, and a wait that ends in time whatever signals come."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty
from types import FrameType

import pytest

from device.inbox import Inbox

PATIENCE_S = 20.0
WAIT_S = 0.05


def test_first_in_is_first_out() -> None:
    inbox = Inbox[int]()
    for number in range(3):
        inbox.put(number)
    assert [inbox.get() for _ in range(3)] == [0, 1, 2]


def test_an_empty_one_says_so_at_once_or_after_the_wait() -> None:
    inbox = Inbox[int]()
    assert inbox.is_empty
    with pytest.raises(Empty):
        inbox.get()
    with pytest.raises(Empty):
        inbox.get(WAIT_S)


def test_what_another_thread_puts_ends_the_wait() -> None:
    inbox, waits = Inbox[str](), threading.Event()

    def put() -> None:
        waits.wait(PATIENCE_S)
        inbox.put("a note")

    with _thread(put):
        waits.set()
        assert _get(inbox) == "a note"


def test_many_threads_lose_nothing() -> None:
    inbox, each = Inbox[tuple[int, int]](), 2000

    def put(who: int) -> None:
        for number in range(each):
            inbox.put((who, number))

    with _thread(lambda: put(0)), _thread(lambda: put(1)), _thread(lambda: put(2)):
        found = [_get(inbox) for _ in range(3 * each)]
    assert all(
        [number for who, number in found if who == one] == list(range(each)) for one in range(3)
    )


def test_a_signal_that_takes_longer_than_the_wait_does_not_make_it_endless() -> None:
    """queue.SimpleQueue of CPython 3.11 waits here until it is rescued."""
    inbox = Inbox[str]()
    began_s = time.monotonic()

    def outlast_the_wait(number: int, frame: object) -> None:
        while time.monotonic() < began_s + 2 * WAIT_S:
            pass

    rescue = threading.Timer(PATIENCE_S, lambda: inbox.put("rescued"))
    rescue.start()
    with _handler(outlast_the_wait):
        signal.setitimer(signal.ITIMER_REAL, WAIT_S / 2)
        with pytest.raises(Empty):
            inbox.get(WAIT_S)
    rescue.cancel()


def test_a_signal_handler_may_put() -> None:
    inbox = Inbox[str]()
    with _handler(lambda number, frame: inbox.put("a signal")):
        signal.setitimer(signal.ITIMER_REAL, WAIT_S)
        assert inbox.get(PATIENCE_S) == "a signal"


def _get(inbox: Inbox[object]) -> object:
    """The next one; it may wake without one in between."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        try:
            return inbox.get(PATIENCE_S)
        except Empty:
            continue
    raise AssertionError("nothing came")


@contextmanager
def _thread(target: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=target)
    thread.start()
    yield
    thread.join()


@contextmanager
def _handler(handle: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, handle)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
