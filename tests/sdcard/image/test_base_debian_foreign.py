"""Whether programs of another architecture run here, and what is said if they do not."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from sdcard.image.base_debian_errors import ForeignProgramsError
from sdcard.image.base_debian_foreign import ensure_runs
from sdcard.image.base_debian_recipe import MACHINES

ARCHITECTURE, MACHINE = "arm64", MACHINES["arm64"]
ENTRY = "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: POF\noffset 0\n"
RULE = (
    "# what registers the emulator\n:qemu-aarch64:M::\\x7fELF::/usr/bin/qemu-aarch64-static:OPF\n"
)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    folder = tmp_path / "binfmt_misc"
    folder.mkdir()
    (folder / "register").touch()
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "binfmt.d"
    folder.mkdir()
    (folder / f"qemu-{MACHINE}.conf").write_text(RULE)
    return folder


def test_nothing_is_done_where_they_run_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: MACHINE)
    ensure_runs(ARCHITECTURE, print, tmp_path / "none", tmp_path / "none")


def test_nothing_is_done_where_they_are_emulated_already(kernel: Path, tmp_path: Path) -> None:
    (kernel / f"qemu-{MACHINE}").write_text(ENTRY)
    ensure_runs(ARCHITECTURE, print, kernel, tmp_path / "none")
    assert (kernel / "register").read_text() == ""


def test_says_which_package_is_missing(kernel: Path, tmp_path: Path) -> None:
    with pytest.raises(ForeignProgramsError, match="apt-get install qemu-user-static"):
        ensure_runs(ARCHITECTURE, print, kernel, tmp_path / "none")


def test_says_what_root_has_to_do(
    kernel: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ForeignProgramsError, match=r"as root: mount .*; cat .*/register"):
        ensure_runs(ARCHITECTURE, print, kernel, rules)
    assert (kernel / "register").read_text() == ""


def test_root_registers_the_emulator(
    kernel: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    told: list[str] = []
    with pytest.raises(ForeignProgramsError, match="did not take"):  # a plain file does not
        ensure_runs(ARCHITECTURE, told.append, kernel, rules)
    assert (kernel / "register").read_text() == RULE.splitlines()[1] + "\n"
    assert "registering the emulator" in told[0]


def test_an_emulator_that_is_not_open_already_does_not_count(
    kernel: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the flag F the kernel would look for it within the new root, where it is not."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (kernel / f"qemu-{MACHINE}").write_text(ENTRY.replace("POF", "PO"))
    with pytest.raises(ForeignProgramsError, match="not registered"):
        ensure_runs(ARCHITECTURE, print, kernel, rules)
