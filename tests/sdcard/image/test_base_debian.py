"""The Debian base as a whole, with a stand-in for mmdebstrap: the cache, the steps, the errors."""

from __future__ import annotations

import io
import os
import shutil
import signal
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.image import base_debian, base_debian_bootstrap
from sdcard.image.base_debian import debian_base, packages_of
from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.errors import ProgramMissingError

STATUS = """\
Package: zlib1g
Status: install ok installed
Description: text
 of several lines
Version: 1:1.2.13

Package: base-files
Status: install ok installed
Version: 12.4+deb12u11
"""
LIST = "base-files 12.4+deb12u11\nzlib1g 1:1.2.13\n"
PRETENDING = """#!/bin/sh
echo "$@" >words
for word in "$@"; do case "$word" in *root.tar) target="$word";; esac; done
echo "I: extracting archives..."
{action}
"""

pytestmark = pytest.mark.skipif(
    not shutil.which("mcopy") or not shutil.which("debugfs", path="/sbin:/usr/sbin")
    or (os.geteuid() != 0 and not shutil.which("fakeroot")),
    reason="needs mtools, e2fsprogs, and fakeroot or root",
)  # fmt: skip


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    path = tmp_path / "prepared.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as members:
        for name in ("./etc", "./var", "./var/lib", "./var/lib/dpkg"):
            info = tarfile.TarInfo(name)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            members.addfile(info)
        info = tarfile.TarInfo("./var/lib/dpkg/status")
        info.size = len(STATUS)
        members.addfile(info, io.BytesIO(STATUS.encode()))
    return path


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a program in the place of mmdebstrap; returns the folder for the cache."""

    def put(action: str) -> Path:
        program = tmp_path / "bin" / "mmdebstrap"
        program.parent.mkdir()
        program.write_text(PRETENDING.format(action=action))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return tmp_path / "cache"

    monkeypatch.setattr(base_debian, "ensure_runs", lambda *_: None)
    monkeypatch.setattr(base_debian_bootstrap, "apt_settings", lambda: ('Acquire::Retries "3";',))
    sources = "Types: deb\nComponents: main non-free-firmware\n"
    monkeypatch.setattr(base_debian_bootstrap, "debian_sources", lambda suite: sources)
    return put


def test_it_is_made_once(tar: Path, pretend: Callable[[str], Path]) -> None:
    cache, told = pretend(f'cp {tar} "$target"; cp words {tar}.words'), list[str]()
    image = debian_base(cache, told.append, suite="bookworm", architecture="amd64")
    assert image.name.startswith("debian-bookworm-amd64-")
    assert (
        image.with_suffix(".packages").read_text() == "base-files 12.4+deb12u11\nzlib1g 1:1.2.13\n"
    )
    assert "extracting archives..." in told
    assert sorted(path.suffix for path in cache.iterdir()) == [".img", ".packages"]
    words = tar.with_name(f"{tar.name}.words").read_text().split()
    assert "--architectures=amd64" in words
    assert "bookworm" in words
    told.clear()
    assert debian_base(cache, told.append, suite="bookworm", architecture="amd64") == image
    assert told == []


def test_a_failure_tells_what_was_said_and_leaves_nothing(pretend: Callable[[str], Path]) -> None:
    cache = pretend("echo E: no such archive; exit 25")
    with pytest.raises(BaseBuildError, match=r"status 25:\n(.*\n)*E: no such archive"):
        debian_base(cache, lambda text: None, suite="bookworm", architecture="amd64")
    assert list(cache.iterdir()) == []


def test_an_interrupt_ends_all_that_was_started(
    pretend: Callable[[str], Path], tmp_path: Path
) -> None:
    """As Ctrl-C does: what mmdebstrap runs must not go on without it."""
    cache = pretend(f"echo I: begun; sleep 600 & echo $! >{tmp_path}/child; wait")
    child = tmp_path / "child"

    def report(text: str) -> None:
        if text == "begun":
            while not (child.exists() and child.read_text()):
                threading.Event().wait(0.01)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        debian_base(cache, report, suite="bookworm", architecture="amd64")
    process = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not process.exists() or process.read_text().split()[2] == "Z"


def test_what_is_missing_is_told(
    pretend: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProgramMissingError, match="apt-get install mmdebstrap"):
        debian_base(tmp_path, lambda text: None, suite="bookworm", architecture="amd64")


def test_other_architectures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BaseBuildError, match="'armhf': not arm64 or amd64"):
        debian_base(tmp_path, lambda text: None, architecture="armhf")


def test_a_tar_that_is_no_debian_is_told_so(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    with pytest.raises(BaseBuildError, match="dpkg"):
        packages_of(tmp_path / "empty.tar")
