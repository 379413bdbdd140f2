"""Real-time priority of threads, as the system tells it."""

from __future__ import annotations

import os
import threading

import pytest

from device.urgency import be_urgent, urgent


def scheduling() -> tuple[int, int]:
    thread = threading.get_native_id()
    return os.sched_getscheduler(thread), os.sched_getparam(thread).sched_priority


def test_only_the_block_of_this_thread_is_urgent() -> None:
    with urgent(5) as is_urgent:
        if not is_urgent:
            pytest.skip("this user may not run real-time threads")
        assert scheduling() == (os.SCHED_FIFO, 5)
    assert scheduling() == (os.SCHED_OTHER, 0)


def test_no_priority_is_no_change() -> None:
    assert not be_urgent(0)
    assert not be_urgent(-5)
    assert scheduling() == (os.SCHED_OTHER, 0)


def test_a_refusal_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not be_urgent(5)
