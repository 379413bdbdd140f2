"""Updating an instrument over the network: it starts again, and says what it made of it."""

# ruff: noqa: ANN001 (the class of the fixture `instrument` lies in tests/sdcard/ssh_instrument.py)

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.__main__ import main
from sdcard.releases.base_note import base_note
from sdcard.releases.choice import BASE, Choice, Refusal
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.places import BASE_NOTE, DEVICE_PROGRAM, Places, of_instrument
from sdcard.releases.update import versions

MakeEnvironment = Callable[..., Path]
MakeRelease = Callable[..., Path]
Capture = pytest.CaptureFixture[str]

# What systemd does with the service: starts it, hears that it is ready, starts it again if it died.
SYSTEMCTL = """#!/bin/sh
echo "$@" >> {root}/asked
for attempt in 1 2 3 4 5 6; do
    rm -f {root}/ready
    {python} -m sdcard launch -- run >{root}/said 2>&1 &
    while kill -0 $! 2>/dev/null && [ ! -e {root}/ready ]; do sleep 0.02; done
    if [ -e {root}/ready ]; then MAINPID=$! {python} -m sdcard launched; exit 0; fi
done
exit 1
"""
GOOD = 'echo $LATENTPAD_RELEASE > "$LATENTPAD_ROOT/ready"; exec sleep 60'
BAD = "exit 1"


@pytest.fixture
def places(instrument, make_environment: MakeEnvironment) -> Places:
    """The instrument, with a base."""
    found = of_instrument({"LATENTPAD_ROOT": str(instrument.root)})
    found.releases.mkdir(parents=True)
    found.choice.parent.mkdir(parents=True)
    (found.releases / BASE_NOTE).write_bytes(base_note(make_environment("0.1.0")))
    program(found.folder(BASE), GOOD)
    systemctl = instrument.root / "bin/systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(SYSTEMCTL.format(root=instrument.root, python=sys.executable))
    systemctl.chmod(0o755)
    return found


def program(folder: Path, run: str, test: str = "echo 'PASS  oled       fine'; exit 0") -> None:
    path = folder / DEVICE_PROGRAM
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nif [ "$1" = selftest ]; then {test}; fi\n{run}\n')
    path.chmod(0o755)


@pytest.fixture
def release(make_environment: MakeEnvironment, make_release: MakeRelease) -> Callable[..., str]:
    """Makes a release that behaves in a way."""

    def make(run: str = GOOD, **how: str) -> str:
        environment = make_environment()
        program(environment, run, **how)
        return str(make_release(environment))

    return make


def running(instrument) -> str:
    return str((instrument.root / "ready").read_text().strip())


def test_a_good_release_runs_afterwards(
    instrument, places: Places, release: Callable[..., str], capsys: Capture
) -> None:
    assert main(["update", release(), str(instrument.target)]) == 0
    said = capsys.readouterr()
    assert said.out == "release 0.2.0 is put on\nthe instrument runs release 0.2.0\n"
    assert read_choice(places.choice) == Choice("0.2.0")
    assert running(instrument) == "0.2.0"
    assert (instrument.root / "asked").read_text() == "restart latentpad.service\n"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"test": "echo 'FAIL  oled       no answer'; exit 1"},
         "its self-test fails: oled: no answer"),
        ({"run": BAD}, "it did not start, 2 times"),
    ],
)  # fmt: skip
def test_a_bad_release_does_not(
    instrument, places: Places, release: Callable[..., str], capsys: Capture,
    how: dict[str, str], reason: str,
) -> None:  # fmt: skip
    command = ["update", "--progress", "json", release(**how), str(instrument.target)]
    assert main(command) == 1
    first, *_, installed, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["total"] > 0
    assert installed["installed"] == "0.2.0"
    assert last == {"version": "0.2.0", "outcome": "refused", "reason": reason}
    assert read_choice(places.choice) == Choice(refusal=Refusal("0.2.0", reason))
    assert running(instrument) == BASE


def test_what_is_refused_there_is_an_error_here(
    instrument, places: Places, make_release: MakeRelease, capsys: Capture, tmp_path: Path
) -> None:
    target = str(instrument.target)
    assert main(["update", str(make_release(machine=62)), target]) == 1
    assert capsys.readouterr().err.endswith("[WrongMachineError]\n")
    (tmp_path / "x.release").write_bytes(b"x" * 5_000_000)
    assert main(["update", str(tmp_path / "x.release"), target]) == 1
    assert f"{target}: the release: no xz" in capsys.readouterr().err
    write_choice(Choice("0.2.0"), places.choice)
    assert main(["update", str(make_release()), target]) == 1
    assert capsys.readouterr().err.endswith("[ReleaseInUseError]\n")
    assert main(["update", str(tmp_path / "none"), target]) == 1
    assert capsys.readouterr().err.endswith("[ReleaseNotFoundError]\n")
    assert versions(places) == []
    assert not (instrument.root / "asked").exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("cat >/dev/null; echo 'sudo: a password is required' >&2; exit 1", "may not be updated"),
        ("echo Welcome", "b'Welcome\\n' is not what latentpad-card says"),
        ("echo '{\"total\": -1}'", "message without total"),
        ("exit 127", "has no latentpad-card"),
        ("head -c 1000 >/dev/null; echo '{\"total\": 5}'", "the connection ended"),
    ],
)  # fmt: skip
def test_something_else_answers(
    instrument, places: Places, make_release: MakeRelease, capsys: Capture, script: str, words: str
) -> None:
    instrument.behave(f"{script}\nexit 0")
    assert main(["update", str(make_release()), str(instrument.target)]) == 1
    assert words in capsys.readouterr().err


def test_a_service_that_does_not_start_at_all(
    instrument, places: Places, release: Callable[..., str], capsys: Capture
) -> None:
    (instrument.root / "bin/systemctl").write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
    instrument.behave("export LATENTPAD_ROOT; shift; exec {} -c \"{}\" $root \"$@\"".format(
        sys.executable,
        "import sys; from sdcard.releases import restart; restart.LIMIT_S = 0.0;"
        " restart.restart.__defaults__ = (0.0, None);"
        " from sdcard.__main__ import main; sys.exit(main(sys.argv[2:]))",
    ))  # fmt: skip
    assert main(["update", release(), str(instrument.target)]) == 1
    assert "does not start: no bus [RestartError]" in capsys.readouterr().err
    assert read_choice(places.choice).trial == "0.2.0"
