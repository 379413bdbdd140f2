"""The first command of the instrument's service, as the service runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.releases.choice import BASE, START, Attempt, Choice, Refusal, put_on
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.launcher_cli import test_options as options_of_test
from sdcard.releases.places import DEVICE_PROGRAM, Places

ROOT = Path(__file__).parents[3]
AddRelease = Callable[..., Path]


def card(places: Places, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run latentpad-card on the instrument."""
    root = places.choice.parents[3]
    return subprocess.run(
        [sys.executable, "-m", "sdcard", *words], cwd=ROOT, text=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "LATENTPAD_ROOT": str(root), **environ}, check=False,
    )  # fmt: skip


def launch(places: Places, **environ: str) -> tuple[str, dict[str, str]]:
    """(what was started, its environment)."""
    done = card(places, "launch", "--", "run", "--settings", "x y.toml", **environ)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    return first, dict(line.split("=", 1) for line in rest)


def started(places: Places) -> str:
    """The version that a start gives."""
    return launch(places)[1]["LATENTPAD_RELEASE"]


def test_the_base_starts_with_its_own_environment(places: Places, add_release: AddRelease) -> None:
    said, environ = launch(places, PYTHONPATH="/a", PYTHONHOME=sys.base_prefix, LANG="C.UTF-8")
    assert said == f"{places.base}/{DEVICE_PROGRAM} run --settings x y.toml"
    assert environ["LD_LIBRARY_PATH"] == f"{places.base}/lib"
    assert environ["LANG"] == "C.UTF-8"
    assert not {"PYTHONPATH", "PYTHONHOME", "LATENTPAD_NOTICE"} & set(environ)
    assert not places.choice.exists()


def test_an_update_is_tested_started_and_confirmed(places: Places, add_release: AddRelease) -> None:
    folder = add_release("0.2.0")
    write_choice(put_on(Choice(), "0.2.0"), places.choice)
    said, environ = launch(places)
    assert said.startswith(f"{folder}/{DEVICE_PROGRAM} run ")
    assert environ["LD_LIBRARY_PATH"] == f"{folder}/lib"
    assert environ["LATENTPAD_RELEASE"] == "0.2.0"
    assert read_choice(places.choice).attempt == Attempt("0.2.0", START, 1)
    service = subprocess.Popen(["sleep", "60"], env={"LATENTPAD_RELEASE": "0.2.0"})
    assert card(places, "launched", MAINPID=str(service.pid)).returncode == 0
    service.kill()
    service.wait()
    assert read_choice(places.choice) == Choice("0.2.0")


def test_a_release_that_fails_a_part_is_refused_and_the_musician_told(
    places: Places, add_release: AddRelease
) -> None:
    add_release("0.2.0", "echo 'FAIL  oled       no answer at 0x3d'; exit 1")
    write_choice(put_on(Choice(), "0.2.0"), places.choice)
    for _ in range(2):
        said, environ = launch(places)
        assert said.startswith(str(places.base))
        assert environ["LATENTPAD_NOTICE"] == (
            "release 0.2.0 refused: its self-test fails: oled: no answer at 0x3d"
        )
    assert environ["LATENTPAD_RELEASE"] == BASE


def test_a_part_that_fails_under_both_is_no_reason(places: Places, add_release: AddRelease) -> None:
    add_release("0.1.0", "echo 'FAIL  oled       no answer'; exit 1")
    add_release("0.2.0", "echo 'FAIL  oled       still no answer'; exit 1")
    write_choice(put_on(Choice("0.1.0"), "0.2.0"), places.choice)
    assert started(places) == "0.2.0"


def test_a_release_that_is_never_confirmed_is_left(places: Places, add_release: AddRelease) -> None:
    add_release("0.1.0")
    add_release("0.2.0")
    write_choice(Choice("0.2.0", "0.1.0"), places.choice)
    assert [started(places) for _ in range(6)] == ["0.2.0"] * 2 + ["0.1.0"] * 2 + [BASE] * 2


def test_a_program_that_cannot_be_run_is_left_at_once(
    places: Places, add_release: AddRelease
) -> None:
    program = add_release("0.2.0") / DEVICE_PROGRAM
    program.write_text("#!/no/such/shell\n")
    write_choice(Choice("0.2.0"), places.choice)
    assert started(places) == BASE
    assert read_choice(places.choice).refusal == Refusal(
        "0.2.0", "cannot be run: No such file or directory"
    )


@pytest.mark.parametrize("data", [b"", b"{", b"\0" * 100, b'{"format": 1}'])
def test_a_damaged_choice_is_the_base_and_is_kept(
    places: Places, add_release: AddRelease, data: bytes
) -> None:
    places.choice.write_bytes(data)
    _, environ = launch(places)
    assert environ["LATENTPAD_RELEASE"] == BASE
    assert environ["LATENTPAD_NOTICE"].startswith(f"the base runs: {places.choice}: ")
    assert places.choice.read_bytes() == data


def test_what_cannot_be_counted_is_not_tried(places: Places, add_release: AddRelease) -> None:
    add_release("0.2.0", "touch was-tested")
    write_choice(put_on(Choice(), "0.2.0"), places.choice)
    places.choice.with_name(".release.json.new").mkdir()  # as on a card that is full or read-only
    _, environ = launch(places)
    assert environ["LATENTPAD_RELEASE"] == BASE
    assert environ["LATENTPAD_NOTICE"].startswith(
        f"release 0.2.0 not started: {places.choice}: cannot be written: "
    )
    assert not (ROOT / "was-tested").exists()


def test_without_a_state_partition_the_base_starts(places: Places, add_release: AddRelease) -> None:
    shutil.rmtree(places.releases.parent)
    shutil.rmtree(places.choice.parent)
    assert started(places) == BASE


def test_without_any_program_there_is_a_word(places: Places) -> None:
    done = card(places, "launch", "--", "run")
    assert done.returncode == 1
    assert done.stderr.startswith("latentpad-card: error: the base cannot be run: ")


@pytest.mark.parametrize("words", [[], ["run"], ["--"], ["--", "--help"][:1]])
def test_a_wrong_call_explains_itself(places: Places, words: list[str]) -> None:
    done = card(places, "launch", *words)
    assert done.returncode == 2
    assert "usage: latentpad-card launch -- ARGUMENTS" in done.stderr


def test_help(places: Places) -> None:
    assert "usage: latentpad-card launch" in card(places, "launch", "--help").stdout


def test_options_of_the_self_test() -> None:
    assert options_of_test(["run", "--safe"]) == []
    assert options_of_test(["run", "--settings", "a", "--safe"]) == ["--settings", "a"]
    assert options_of_test(["run", "--settings=a"]) == ["--settings=a"]
    words = ["run", "--settings", "a", "--or-safe"]
    assert options_of_test(words) == ["--or-safe", "--settings", "a"]


SLOW = {"numpy", "device", "argparse", "subprocess", "ctypes", "threading", "typing", "socket"}


def test_a_start_imports_little(places: Places, add_release: AddRelease) -> None:
    """On a Pi each of these costs a tenth of a second or more."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import sdcard.releases.launcher_cli"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{code}; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert "sdcard.releases.choice" in loaded
    assert loaded & SLOW == set()
