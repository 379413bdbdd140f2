"""Worker threads: one that fails is reported and goes on, and close() closes every one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from device import worker as worker_module
from device.worker import WorkerThreads

PATIENCE_S = 30.0  # only ever waited for when something is wrong


class Counting:
    """A worker that tells of each step, and raises in those it is asked to."""

    def __init__(self, name: str, failing: tuple[int, ...] = (), closes: bool = True) -> None:
        self.name = name
        self.steps = 0
        self.thread: threading.Thread | None = None
        self.closed_in: list[threading.Thread] = []
        self._failing, self._closes = failing, closes
        self._stepped = threading.Condition()

    def step(self, now_s: float) -> float:
        with self._stepped:
            self.steps += 1
            self.thread = threading.current_thread()
            self._stepped.notify_all()
            if self.steps in self._failing:
                raise ValueError(f"step {self.steps}")
        return now_s

    def close(self) -> None:
        self.closed_in.append(threading.current_thread())
        if not self._closes:
            raise OSError("it is stuck")

    def wait_for(self, steps: int) -> bool:
        with self._stepped:
            return self._stepped.wait_for(lambda: self.steps >= steps, PATIENCE_S)


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def threads(
    told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[WorkerThreads]:
    monkeypatch.setattr(worker_module, "AFTER_FAILURE_S", 0.0)
    made = WorkerThreads(lambda: 0.0, lambda name, error: told.append((name, str(error))))
    yield made
    made.close()


def test_a_worker_that_raises_is_reported_and_goes_on(
    threads: WorkerThreads, told: list[tuple[str, str]]
) -> None:
    failing, well = Counting("failing", failing=(1, 3)), Counting("well")
    threads.start(failing)
    threads.start(well)
    assert failing.wait_for(5)
    assert well.wait_for(5)
    threads.close()
    assert told == [("failing", "step 1"), ("failing", "step 3")]


def test_close_closes_each_once_in_its_own_thread(threads: WorkerThreads) -> None:
    workers = [Counting(str(number)) for number in range(4)]
    for one in workers:
        threads.start(one)
    for one in workers:
        assert one.wait_for(1)
    threads.close()
    threads.close()
    assert all(one.closed_in == [one.thread] for one in workers)
    assert not any(one.thread.is_alive() for one in workers if one.thread)
    assert len({one.thread for one in workers}) == len(workers)


def test_close_does_not_wait_for_the_next_step(threads: WorkerThreads) -> None:
    class Patient(Counting):
        def step(self, now_s: float) -> float:
            return super().step(now_s) + 3600

    patient = Patient("patient")
    threads.start(patient)
    assert patient.wait_for(1)
    threads.close()
    assert (patient.steps, len(patient.closed_in)) == (1, 1)


def test_one_that_cannot_be_closed_is_reported_and_the_others_are_closed(
    threads: WorkerThreads, told: list[tuple[str, str]]
) -> None:
    workers = [Counting("stuck", closes=False), Counting("well")]
    for one in workers:
        threads.start(one)
        assert one.wait_for(1)
    threads.close()
    assert told == [("stuck", "it is stuck")]
    assert [len(one.closed_in) for one in workers] == [1, 1]


def test_a_worker_is_asked_again_when_it_wants_to_be() -> None:
    now_s, asked = [0.0], list[float]()
    done = threading.Event()

    class Timed:
        name = "timed"

        def step(self, time_s: float) -> float:
            asked.append(time_s)
            now_s[0] += 10
            if len(asked) == 3:
                done.set()
            return time_s + 10  # is due at once by then

        def close(self) -> None:
            pass

    threads = WorkerThreads(lambda: now_s[0], lambda name, error: None)
    threads.start(Timed())
    assert done.wait(PATIENCE_S)
    threads.close()
    assert asked[:3] == [0.0, 10.0, 20.0]
