"""An install as a process: what it tells, how it ends, and that it can always be ended."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from device.events import InstallEnded, InstallMoved
from device.usb.install_process import NICENESS, STOPPED, InstallProcess, install_command

PATIENCE_S = 60
ENDED = "the install ended with"
HELD_UP = "import time; time.sleep(600)"


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def saying(*records: object, status: int = 0) -> list[str]:
    lines = "\n".join(
        record if isinstance(record, str) else json.dumps(record) for record in records
    )
    return python(f"import sys; print({lines!r}); sys.exit({status})")


def until_over(process: InstallProcess) -> list[InstallMoved | InstallEnded]:
    events: list[InstallMoved | InstallEnded] = []
    give_up_s = time.monotonic() + PATIENCE_S
    while not (events and isinstance(events[-1], InstallEnded)):
        assert time.monotonic() < give_up_s, events
        events += process.poll()
        time.sleep(0.01)
    assert process.poll() == []
    process.close()
    return events


def test_what_it_tells_becomes_events() -> None:
    process = InstallProcess(
        saying(
            {"total": 400}, {"written": 100}, {"written": 400}, {"installed": "Toys", "path": "x"}
        )
    )
    assert until_over(process) == [
        InstallMoved(0, 400), InstallMoved(100, 400), InstallMoved(400, 400), InstallEnded()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (saying({"error": "no room", "kind": "NoSpaceError"}, status=1), "no room"),
        (saying("Traceback", "KeyError: 7", status=1), f"{ENDED} status 1: KeyError: 7"),
        (saying(), f"{ENDED} status 0"),
        (saying("[1, 2]", '{"written": "much"}', "\\x00{", status=3), f"{ENDED} status 3"),
        (python("import os; os.kill(os.getpid(), 9)"), f"{ENDED} signal 9"),
    ],
)
def test_an_end_without_a_pack_says_why(command: list[str], error: str) -> None:
    *_, end = until_over(InstallProcess(command))
    assert isinstance(end, InstallEnded)
    assert end.error.startswith(error)


def test_it_never_waits() -> None:
    process = InstallProcess(python(HELD_UP))
    begin_s = time.monotonic()
    assert process.poll() == []
    assert time.monotonic() - begin_s < 5
    process.close()


def test_stop_ends_it_and_says_so() -> None:
    process = InstallProcess(python(HELD_UP))
    process.stop()
    process.stop()
    assert until_over(process) == [InstallEnded(STOPPED)]


def test_one_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.usb.install_process.PATIENCE_S", 0.1)
    deaf = """if 1:
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('{"total": 1}', flush=True)
        time.sleep(600)
    """
    process = InstallProcess(python(deaf))
    give_up_s = time.monotonic() + PATIENCE_S
    while not process.poll():
        assert time.monotonic() < give_up_s
        time.sleep(0.01)
    process.stop()
    assert until_over(process) == [InstallEnded(STOPPED)]


def test_closing_ends_it_at_once() -> None:
    process = InstallProcess(python(HELD_UP))
    process.close()
    assert process._process.returncode is not None
    process.close()


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(OSError, match="nothing-like-this"):
        InstallProcess(["/nothing-like-this"])


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="no Linux")
def test_it_leaves_others_their_time_and_memory(tmp_path: Path) -> None:
    look = "import os; p='/proc/self/oom_score_adj'; print(os.getpriority(0, 0), open(p).read())"
    command = install_command(tmp_path, tmp_path)
    asked = command[: command.index(sys.executable)]
    process = InstallProcess([*asked, *python(f"import time; time.sleep(0.3); {look}; exit(9)")])
    *_, end = until_over(process)
    assert isinstance(end, InstallEnded)
    niceness = NICENESS if shutil.which("nice") else os.getpriority(os.PRIO_PROCESS, 0)
    assert end.error.endswith(f": {niceness} 800")


# --- the real program ---


def test_a_pack_is_installed(
    tmp_path: Path, make_test_pack: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    make_test_pack(tmp_path / "stick/toys", name="Toys")
    card = tmp_path / "card"
    card.mkdir()
    events = until_over(InstallProcess(install_command(tmp_path / "stick/toys", card)))
    assert events[-1] == InstallEnded()
    last = events[-2]
    assert isinstance(last, InstallMoved)
    assert last.written_bytes == last.total_bytes > 0
    assert [path.name for path in card.glob("*/manifest.json")] == ["manifest.json"]


def test_a_pack_that_is_damaged_is_refused(
    tmp_path: Path, make_test_pack: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    make_test_pack(tmp_path / "stick/toys", name="Toys")
    cell = next((tmp_path / "stick/toys/cells").iterdir())
    cell.write_bytes(cell.read_bytes()[:-1])
    card = tmp_path / "card"
    card.mkdir()
    *_, end = until_over(InstallProcess(install_command(tmp_path / "stick/toys", card)))
    assert isinstance(end, InstallEnded)
    assert cell.name in end.error
    assert list(card.glob("*/manifest.json")) == []
