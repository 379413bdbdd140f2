"""The status of a build, as other terminals see it: how far it is, and whether it is alive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audio_pipeline.__main__ import main
from audio_pipeline.status import SILENT_S, STATUS_NAME, Seen, Status, read_status
from audio_pipeline.status_cli import words

if TYPE_CHECKING:
    from workshop import Workshop


def seen(folder: Path, gone: bool = False, now: float = 0.0) -> Seen:
    found = read_status(folder, lambda _: gone, lambda: now)
    assert found is not None
    return found


def test_it_tells_what_the_build_is_at_and_how_it_ended(tmp_path: Path) -> None:
    with Status(tmp_path, lambda: 5.0) as status:
        assert seen(tmp_path).state == "running"
        status.say(" 12 %  1/8 notes ")
        found = seen(tmp_path)
        assert (found.words, found.process) == ("12 %  1/8 notes", os.getpid())
        assert (found.begun, found.updated) == (5.0, 5.0)
    assert seen(tmp_path).state == "finished"


@pytest.mark.parametrize(
    ("error", "state"), [(ValueError("bad"), "failed"), (KeyboardInterrupt(), "stopped")]
)
def test_it_tells_of_a_bad_end(tmp_path: Path, error: BaseException, state: str) -> None:
    with pytest.raises(type(error)), Status(tmp_path):
        raise error
    assert seen(tmp_path).state == state
    assert seen(tmp_path).error == str(error)


def test_a_build_whose_process_has_ended_is_dead(tmp_path: Path) -> None:
    status = Status(tmp_path)
    with status:
        assert seen(tmp_path, gone=True).state == "dead"
        assert seen(tmp_path, gone=True, now=1e12).state == "dead"
        assert seen(tmp_path, now=1e12).state == "running"  # its process is there


def test_a_build_elsewhere_is_dead_when_it_is_silent(tmp_path: Path) -> None:
    with Status(tmp_path, lambda: 100.0):
        document = json.loads((tmp_path / STATUS_NAME).read_text())
        (tmp_path / STATUS_NAME).write_text(json.dumps({**document, "host": "elsewhere"}))
        assert seen(tmp_path, gone=True, now=100.0 + SILENT_S).state == "running"
        assert seen(tmp_path, gone=False, now=101.0 + SILENT_S).state == "dead"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"state": 1}'])
def test_damaged_ones_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / STATUS_NAME).write_text(text)
    assert read_status(tmp_path, lambda _: False) is None


def test_a_build_goes_on_without_a_status(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Status(tmp_path / "file") as status:
        status.say("words")


def test_the_words_say_what_to_do() -> None:
    said = Seen("dead", "12 %  1/8 notes", "host", 7, 0.0, 100.0)
    assert words(said, 165.0) == (
        "12 %  1/8 notes\ndead: process 7 on host is no more, last heard 1 min 05 s ago; run the "
        "same command again to go on"
    )
    said = Seen("running", "12 %", "host", 7, 40.0, 100.0)
    assert (
        words(said, 103.0) == "12 %\nrunning for 1 min 03 s: process 7 on host, last heard 3 s ago"
    )
    failed = Seen("failed", "12 %", "host", 7, 40.0, 100.0, "no space")
    assert words(failed, 103.0) == "12 %\nfailed 3 s ago: no space"


def test_a_build_can_be_asked_by_pack_or_workspace(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.write_notes(pitches=[60])
    workshop.build("p", keep_workspace=True)
    for place in ("p", ".p.work"):
        assert main(["status", str(workshop.path / place)]) == 0
        assert "9 notes in " in (said := capsys.readouterr().out)
        assert "\nfinished " in said
    assert main(["status", str(workshop.path / "other")]) == 2
    workshop.build("q")
    assert main(["status", str(workshop.path / "q")]) == 2  # finished, and its workspace removed


SCRIPT = """
import sys, time
from pathlib import Path
from audio_pipeline.status import Status
with Status(Path(sys.argv[1])) as status:
    status.say("50 %")
    print("ready", flush=True)
    time.sleep(1000)  # until it is killed
"""


def test_a_killed_build_is_seen_to_be_dead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert main(["status", str(tmp_path)]) == 0
        assert "running for" in capsys.readouterr().out
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert main(["status", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("50 %\ndead: process ")
