"""Claims: one worker per shard, the dead replaced, whatever the clocks say."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from audio_pipeline.nsynth.job.claims import Claim, Claims
from audio_pipeline.nsynth.job.files import Identity

ELSEWHERE = Identity("elsewhere", "another kernel", 1)


class Clock:
    """Stands still until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def far(tmp_path: Path) -> Claims:
    """The claims as a machine elsewhere sees them."""
    return Claims(tmp_path / "claims", ELSEWHERE)


@pytest.fixture
def here(tmp_path: Path, clock: Clock) -> Claims:
    """The claims as this process sees them."""
    return Claims(tmp_path / "claims", expiry_s=60.0, clock=clock)


def test_only_the_first_gets_a_shard(here: Claims, far: Claims) -> None:
    assert here.all() == {}
    assert far.take("s", None) == Claim(1, ELSEWHERE)
    assert here.take("s", None) is None
    assert here.all() == {"s": Claim(1, ELSEWHERE)}


def test_only_one_of_many_at_once_gets_it(tmp_path: Path) -> None:
    barrier, taken = threading.Barrier(16), []

    def run() -> None:
        claims = Claims(tmp_path / "claims")
        barrier.wait()
        taken.append(claims.take("s", None))

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 16
    assert sum(claim is not None for claim in taken) == 1


def test_a_claim_that_does_not_change_expires(here: Claims, far: Claims, clock: Clock) -> None:
    claim = far.take("s", None)
    assert claim is not None
    assert not here.is_free("s", claim)
    clock.now_s = 59.0
    claim = far.beat("s", claim)
    assert claim is not None
    assert not here.is_free("s", here.all()["s"])
    clock.now_s = 118.0
    assert not here.is_free("s", here.all()["s"])
    clock.now_s = 119.0
    assert here.is_free("s", here.all()["s"])
    mine = here.take("s", here.all()["s"])
    assert mine is not None
    assert mine.number == 2
    assert far.beat("s", claim) is None  # the one taken for dead learns of it


def test_a_claim_of_a_process_that_ended_is_free_at_once(
    here: Claims, far: Claims, gone_process: int
) -> None:
    dead = Claims(here.folder, replace(Identity.own(), process=gone_process))
    claim = dead.take("s", None)
    assert here.is_free("s", claim)
    assert not far.is_free("s", claim)  # another machine cannot know
    alive = here.take("t", None)
    assert not here.is_free("t", alive)


def test_a_released_claim_is_free_at_once(here: Claims, far: Claims) -> None:
    claim = far.take("s", None)
    assert claim is not None
    far.release("s", claim)
    assert here.is_free("s", here.all()["s"])


def test_workers_that_end_without_a_frame_are_counted(here: Claims) -> None:
    def next_after(claim: Claim) -> Claim:
        taken = here.take("s", claim)
        assert taken is not None
        return taken

    first = Claim(1, ELSEWHERE)
    second = next_after(first)
    third = next_after(second)
    assert (second.barren, third.barren) == (1, 2)
    moved = replace(third, frames=5)
    fourth = next_after(moved)
    assert (fourth.barren, fourth.first_frame, fourth.frames) == (0, 5, 5)
    fifth = next_after(fourth)
    assert fifth.barren == 1
    assert next_after(replace(fifth, released=True)).barren == 0  # it was asked to leave


def test_a_claim_that_is_being_written_is_one(here: Claims, clock: Clock) -> None:
    here.folder.mkdir()
    (here.folder / "s.3.json").write_text("")
    claim = here.all()["s"]
    assert claim.number == 3
    assert not here.is_free("s", claim)
    clock.now_s = 60.0
    assert here.is_free("s", claim)


def test_forgotten_claims_are_gone(here: Claims) -> None:
    claim = here.take("s", None)
    assert claim is not None
    here.take("s", claim)
    here.take("other", None)
    here.forget("s")
    assert list(here.all()) == ["other"]
