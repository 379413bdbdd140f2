"""Apt on folders of its own: what it is told, and that it is asked only once (it is a fake)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdcard.system.environment import apt
from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import LibraryError, ToolMissingError

STATUS = b"Package: libc6\nStatus: install ok installed\n"
FAKE = """#!/bin/sh
for word; do
    case $word in
        --option=Dir::Cache::Archives=*) archives=${word#*=*=} ;;
        --option=Dir::State::Status=*) cat "${word#*=*=}" >> "$SAID" ;;
    esac
    echo "$word" >> "$SAID"
done
test ! -e "$FAIL" || { echo "E: no network" >&2; exit 100; }
case " $* " in *" install "*) echo deb > "$archives/libportaudio2_1_arm64.deb" ;; esac
"""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a stand-in for apt-get was told; it fails while there is a file `fail`."""
    program = tmp_path / "bin/apt-get"
    program.parent.mkdir()
    program.write_text(FAKE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    monkeypatch.setenv("FAIL", str(tmp_path / "fail"))
    monkeypatch.setattr(apt, "sources_for", lambda suite: f"Suites: {suite}\n")
    (tmp_path / "said").touch()
    return tmp_path / "said"


def ask(folder: Path, status: bytes = STATUS) -> list[Path]:
    return apt.download("libportaudio2", Platform(), status, Ingredients(cache=folder / "cache"))


def test_it_sees_the_base_and_nothing_of_this_machine(said: Path, tmp_path: Path) -> None:
    found = ask(tmp_path)
    assert [path.name for path in found] == ["libportaudio2_1_arm64.deb"]
    told = said.read_text().splitlines()
    assert "Package: libc6" in told
    assert "--option=APT::Architecture=arm64" in told
    assert {"--download-only", "install", "libportaudio2", "--no-install-recommends"} < set(told)
    folders = [line.partition("=")[2].partition("=")[2] for line in told if "=Dir::" in line]
    assert {one for one in folders if not one.startswith(str(tmp_path))} == {"/dev/null"}


def test_it_is_asked_again_only_for_another_base(said: Path, tmp_path: Path) -> None:
    first = ask(tmp_path)
    told = said.read_text()
    assert ask(tmp_path) == first
    assert said.read_text() == told
    assert ask(tmp_path, STATUS + b"\n") != first
    assert said.read_text() != told


def test_after_a_failure_it_is_asked_again(said: Path, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    with pytest.raises(LibraryError, match="apt-get: exit status 100: E: no network"):
        ask(tmp_path)
    (tmp_path / "fail").unlink()
    assert len(ask(tmp_path)) == 1


def test_without_apt_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="apt-get: not installed"):
        ask(tmp_path)
