"""Who is next on a shared bus: decided without sleeping, by watching who has begun to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hardware import bus_turns
from hardware.bus_turns import BusTurns
from hardware.errors import BusFaultError
from hardware.sim.sim_bus import SimI2CBus

LIMIT_S = 30.0


class CountingCondition(threading.Condition):
    """Tells when a thread has begun to wait; only then can another thread take the lock."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Semaphore(0)

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.release()
        return super().wait(timeout)


class SlowBus(SimI2CBus):
    """Writes in the order that it is told to, the first one lasting until finish()."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []
        self.has_begun, self._may_end = threading.Event(), threading.Event()
        self.busy = 0

    def write(self, address: int, data: bytes) -> None:
        self.busy += 1
        assert self.busy == 1
        self.order.append(data.decode())
        if len(self.order) == 1:
            self.has_begun.set()
            assert self._may_end.wait(LIMIT_S)
        self.busy -= 1

    def finish(self) -> None:
        self._may_end.set()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> tuple[BusTurns, SlowBus, CountingCondition]:
    condition = CountingCondition()
    monkeypatch.setattr(bus_turns, "Condition", lambda: condition)
    bus = SlowBus()
    return BusTurns(bus), bus, condition


def in_thread(call: Callable[..., object], *args: object) -> threading.Thread:
    thread = threading.Thread(target=call, args=args, daemon=True)
    thread.start()
    return thread


def test_urgent_goes_before_those_who_wait_longer(
    turns: tuple[BusTurns, SlowBus, CountingCondition],
) -> None:
    views, bus, condition = turns
    threads = [in_thread(views.patient.write, 1, b"first")]
    assert bus.has_begun.wait(LIMIT_S)
    for view, name in (
        (views.patient, b"patient"),
        (views.patient, b"patient"),
        (views.urgent, b"urgent"),
        (views.urgent, b"urgent"),
    ):
        threads.append(in_thread(view.write, 1, name))
        assert condition.waits.acquire(timeout=LIMIT_S)
    bus.finish()
    for thread in threads:
        thread.join(LIMIT_S)
    assert bus.order == ["first", "urgent", "urgent", "patient", "patient"]


def test_nothing_interrupts_an_urgent_transfer(
    turns: tuple[BusTurns, SlowBus, CountingCondition],
) -> None:
    views, bus, condition = turns
    threads = [in_thread(views.urgent.write, 1, b"urgent")]
    assert bus.has_begun.wait(LIMIT_S)
    threads.append(in_thread(views.patient.close))
    assert condition.waits.acquire(timeout=LIMIT_S)
    assert bus.order == ["urgent"]
    bus.finish()
    for thread in threads:
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def test_an_error_ends_the_turn() -> None:
    bus = SimI2CBus()
    views = BusTurns(bus)
    bus.hang()
    for view in (views.urgent, views.patient, views.urgent):
        with pytest.raises(BusFaultError):
            view.write_read(1, b"\0", 1)
