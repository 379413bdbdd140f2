"""Tests of `latentpad-card verify`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import archive
from sdcard.__main__ import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bad_pack(packs: ModuleType, tmp_path: Path) -> Path:
    """A pack with one flipped byte."""
    path = tmp_path / "bad"
    packs.make_test_pack(path, columns=2, rows=2)
    cell = packs.first_cell(path)
    data = bytearray(cell.read_bytes())
    data[5000] ^= 1
    cell.write_bytes(data)
    return path


def test_a_sound_pack_is_ok(
    test_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive(test_pack, tmp_path / "a.onsp")
    assert main(["verify", str(test_pack), str(tmp_path / "a.onsp")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"OK  {test_pack}: Test pack, 9 cells, 27 notes, 13 s of sound, 0.3 MB"
    assert second == first.replace(str(test_pack), f"{tmp_path}/a.onsp")


@pytest.mark.parametrize("options", [[], ["--quick"]])
def test_a_bad_pack_says_what_is_wrong_and_where(
    packs: ModuleType, bad_pack: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", *options, str(bad_pack)]) == 1
    what, verdict = capsys.readouterr().out.splitlines()
    assert what.startswith(f"{packs.first_cell(bad_pack)}: bytes changed: their hash is ")
    assert what.endswith(" [PackDamagedError]")
    assert verdict == f"BAD {bad_pack}: 1 problem"


def test_quick_does_not_decode(packs: ModuleType, bad_pack: Path) -> None:
    cell = packs.first_cell(bad_pack)
    packs.replace_cell(bad_pack, cell.read_bytes())  # under a name that fits the changed byte
    assert main(["verify", "--quick", str(bad_pack)]) == 0
    assert main(["verify", str(bad_pack)]) == 1


def test_one_bad_pack_among_good_ones_is_enough(
    test_pack: Path, bad_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(bad_pack), str(test_pack)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:3] for line in lines[1:]] == ["BAD", "OK "]


def test_a_folder_of_packs_stands_for_all_of_them(
    packs: ModuleType, bad_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs.make_test_pack(tmp_path / "good", columns=2, rows=2)
    (tmp_path / "photos").mkdir()
    assert main(["verify", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [f"BAD {bad_pack}", f"OK  {tmp_path}/good"]
    assert main(["verify", str(tmp_path / "photos")]) == 1
    assert "[PackNotFoundError]" in capsys.readouterr().out


def test_json_is_one_object_per_pack(
    test_pack: Path, bad_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--json", str(test_pack)]) == 0
    good = json.loads(capsys.readouterr().out)
    assert good["ok"] is True
    assert (good["name"], good["cells"], good["notes"]) == ("Test pack", 9, 27)
    assert good["problems"] == []
    assert main(["verify", "--json", str(bad_pack)]) == 1
    bad = json.loads(capsys.readouterr().out)
    assert bad["ok"] is False
    assert [problem["kind"] for problem in bad["problems"]] == ["PackDamagedError"]
    assert bad["problems"][0]["path"].startswith(str(bad_pack))


def test_a_file_name_that_is_no_text_can_be_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = os.fsdecode(bytes(tmp_path) + b"/\xff.onsp")
    assert main(["verify", path]) == 1
    assert "\\udcff.onsp: no sound pack here" in capsys.readouterr().out


def test_a_wrong_call_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["verify"], ["frobnicate"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "usage: latentpad-card" in capsys.readouterr().err


def test_the_room_is_the_command(bad_pack: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sdcard", "verify", str(bad_pack)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "bytes changed" in result.stdout
    assert result.stderr == ""
