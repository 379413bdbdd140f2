"""What `install --progress json` tells the program that started it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from device import shelf
from sdcard.__main__ import main
from sdcard.packs import Installed
from sdcard.packs.reports import JsonReport

MakePack = Callable[..., Path]
ROOT = Path(__file__).parents[3]


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def shelf_folder(tmp_path: Path) -> Path:
    (tmp_path / "packs").mkdir()
    return tmp_path / "packs"


def test_an_install_in_lines(
    make_pack: MakePack, shelf_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = make_pack("One", sounds=2)
    size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    for shared in (False, True):
        assert main(["install", "--progress", "json", str(source), str(shelf_folder)]) == 0
        told = capsys.readouterr()
        first, *middle, last = lines(told.out)
        assert told.err == ""
        assert first == {"total": size}
        assert [list(one) for one in middle] == [["written"]] * len(middle)
        assert middle[-1] == {"written": size}
        assert (last["installed"], last["path"]) == ("One", str(shelf_folder / "One"))
        assert int(str(last["written"])) + int(str(last["shared"])) == size
        assert (last["shared"] != 0) == shared


def test_an_error_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--progress", "json", str(tmp_path / "no"), str(tmp_path)]) == 1
    (only,) = lines(capsys.readouterr().out)
    assert only["kind"] == "PackNotFoundError"
    assert str(tmp_path / "no") in str(only["error"])


def test_sums_grow_and_are_told_ten_times_a_second() -> None:
    now_s, out = [0.0], io.StringIO()
    report = JsonReport(out, lambda: now_s[0])
    report.begin(1000)
    for _ in range(100):
        now_s[0] += 1 / 64
        report.add(10)
    report.done(Installed(Path("x"), "One", 1000, 0))
    sums = [int(str(one["written"])) for one in lines(out.getvalue())[1:-1]]
    assert sums == sorted(set(sums))
    assert sums[-1] == 1000
    assert 14 <= len(sums) <= 16


def test_a_reader_that_is_gone_does_not_stop_the_install(
    make_pack: MakePack, shelf_folder: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sdcard", "install", "--progress", "json"]
    done = subprocess.run(
        [*command, str(make_pack("One")), str(shelf_folder)], cwd=ROOT, stdout=writing, check=False
    )
    os.close(writing)
    assert done.returncode == 0
    assert [one.name for one in shelf.look(shelf_folder).packs] == ["One"]


WAIT_IN_INSTALL = """
import sys, time
from sdcard.targets import shelf
def forever(*arguments, on_total, **named):
    on_total(7)
    while True:
        time.sleep(0.01)
shelf.install = forever
from sdcard.__main__ import main
sys.exit(main(["install", "--progress", "json", "pack", "card"]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_started_it_may_stop_it(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAIT_IN_INSTALL], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline()) == {"total": 7}
        child.send_signal(number)
        last = json.loads(child.stdout.readline())
        assert child.wait(20) == 130
    assert last["kind"] == "Interrupted"
