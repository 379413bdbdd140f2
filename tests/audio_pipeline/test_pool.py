"""Work in several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audio_pipeline.errors import WorkerError
from audio_pipeline.pool import WorkerPool

HELPERS = Path(__file__).parent / "helpers"


@pytest.fixture(autouse=True)
def _importable_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HELPERS))


def test_all_results_arrive_and_processes_are_kept() -> None:
    from small_tasks import Count

    with WorkerPool(2) as pool:
        results = list(pool.run([Count(number) for number in range(7)]))
        more = list(pool.run([Count(9)]))
    assert {result[:2] for result in results} == {(n, s) for n in range(7) for s in range(3)}
    processes = {process for _, _, process in results}
    assert 1 <= len(processes) <= 2
    assert os.getpid() not in processes
    assert {process for _, _, process in more} <= processes


def test_one_job_works_in_this_process_in_order() -> None:
    from small_tasks import Count

    with WorkerPool(1) as pool:
        results = list(pool.run([Count(5), Count(4)]))
    assert results == [(n, s, os.getpid()) for n in (5, 4) for s in range(3)]


def test_no_tasks_need_no_process() -> None:
    with WorkerPool(2) as pool:
        assert list(pool.run([])) == []


def test_workers_use_one_thread() -> None:
    from small_tasks import SayThreads

    with WorkerPool(2) as pool:
        assert list(pool.run([SayThreads(), SayThreads()])) == ["1", "1"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_arrive_as_they_were(jobs: int) -> None:
    from small_tasks import Fail

    with WorkerPool(jobs) as pool, pytest.raises(KeyError, match="broken"):
        list(pool.run([Fail()]))


def test_errors_that_cannot_travel_arrive_as_text() -> None:
    from small_tasks import Fail

    with WorkerPool(2) as pool, pytest.raises(WorkerError, match="UnpicklableError: this and that"):
        list(pool.run([Fail(unpicklable=True)]))


def test_workers_end_when_their_parent_is_killed() -> None:
    """The workers hold the write end of a pipe of ours: it ends when the last of them does."""
    program = (
        "import os, signal, sys\n"
        f"sys.path[:0] = [{str(HELPERS)!r}]\n"
        "from audio_pipeline.pool import WorkerPool\n"
        "from small_tasks import Count\n"
        "if __name__ == '__main__':\n"
        "    with WorkerPool(2) as pool:\n"
        "        for result in pool.run([Count(1), Count(2)]):\n"
        "            print(result[2], flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert len(set(ended.stdout.split())) == 2
