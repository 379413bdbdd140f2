"""Comparing the self-tests of two releases, which may do anything at all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.releases.choice import BASE
from sdcard.releases.places import Places
from sdcard.releases.trial import judge

AddRelease = Callable[..., Path]


def verdict(places: Places, trial: Path, limit_s: float = 20.0) -> str:
    old = places.folder(BASE)
    return judge(trial, old, lambda folder: {**os.environ, "WHERE": str(folder)}, (), limit_s)


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("echo 'PASS  oled       fine'", ""),
        ("echo 'NONE  power      not a Pi'; echo 'FAIL  sound      none'; exit 1", ""),
        ("echo 'FAIL  DIN MIDI   no port'; exit 1", "its self-test fails: DIN MIDI: no port"),
        ("echo 'PASS  oled       fine'; echo why >&2; exit 3",
         "its self-test died (exit code 3): why"),
        ("kill -SEGV $$", "its self-test died (SIGSEGV): without a word"),
        ("exit 1", "its self-test died (exit code 1): without a word"),
        ("exit 0", "its self-test died (exit code 0): without a word"),
        ("echo 'PASS  oled       fine'; exit 1",
         "its self-test died (exit code 1): PASS  oled       fine"),
        ("echo 'FAIL  oled       bad'; exit 0",
         "its self-test died (exit code 0): FAIL  oled       bad"),
        ("printf '\\377\\n'; exit 2", "its self-test died (exit code 2): \ufffd"),
        ("yes", "its self-test wrote more than 1048576 bytes"),
    ],
)  # fmt: skip
def test_what_is_a_reason_to_refuse(
    places: Places, add_release: AddRelease, test: str, reason: str
) -> None:
    assert verdict(places, add_release("2", test)) == reason


def test_an_old_one_that_dies_excuses_nothing(places: Places, add_release: AddRelease) -> None:
    add_release(BASE, "kill -KILL $$")
    trial = add_release("2", "echo 'FAIL  oled       bad'; exit 1")
    assert verdict(places, trial) == "its self-test fails: oled: bad"


def test_the_old_one_is_not_asked_when_all_is_well(
    places: Places, add_release: AddRelease, tmp_path: Path
) -> None:
    add_release(BASE, f"touch {tmp_path}/asked")
    assert verdict(places, add_release("2", "echo 'PASS  oled       fine'; exit 0")) == ""
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("end", ["sleep 1000", "exec >&- 2>&-; sleep 1000"])
def test_one_that_hangs_is_ended_with_all_that_it_started(
    places: Places, add_release: AddRelease, tmp_path: Path, end: str
) -> None:
    pid = tmp_path / "pid"
    trial = add_release("2", f"sleep 1000 & echo $! > {pid}; echo 'PASS  oled       fine'\n{end}")
    assert verdict(places, trial, limit_s=0.5) == "its self-test took too long"
    deadline_s = time.monotonic() + 10
    while Path(f"/proc/{int(pid.read_text())}").exists() and not _is_zombie(int(pid.read_text())):
        assert time.monotonic() < deadline_s


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


def test_each_has_its_own_environment(places: Places, add_release: AddRelease) -> None:
    trial = add_release("2", 'echo "FAIL  where      $WHERE"; exit 1')
    assert verdict(places, trial) == f"its self-test fails: where: {trial}"


def test_one_that_cannot_be_run(places: Places, add_release: AddRelease) -> None:
    assert verdict(places, places.folder("3")) == (
        "its self-test cannot be run: No such file or directory"
    )
