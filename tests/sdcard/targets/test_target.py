"""What a word on the command line stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcard.targets.target import (
    DiskTarget,
    FolderTarget,
    RemoteTarget,
    parse_remote,
    parse_target,
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("pad@latentpad.local", RemoteTarget("pad", "latentpad.local")),
        ("pad@192.168.1.7:2222", RemoteTarget("pad", "192.168.1.7", 2222)),
        ("pad@[fe80::1%eth0]:22", RemoteTarget("pad", "fe80::1%eth0", 22)),
        ("pad@[::1]", RemoteTarget("pad", "::1")),
    ],
)
def test_instruments(text: str, target: RemoteTarget) -> None:
    assert parse_target(text) == target
    assert str(target) == text


@pytest.mark.parametrize(
    "text",
    ["pad@", "@host", "-oProxyCommand=x@host", "pad@-oProxyCommand=x", "pad@host:0", "pad@host:x",
     "pad@host:70000", "pad@host/packs", "p ad@host", "pad@ho st", "pad@::1", "pad@host\n"],
)  # fmt: skip
def test_what_ssh_could_misunderstand_is_no_instrument(text: str) -> None:
    assert parse_remote(text) is None
    assert parse_target(text) == FolderTarget(Path(text))


def test_what_is_there_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pad@host").mkdir()
    (tmp_path / "card.img").touch()
    assert parse_target("pad@host") == FolderTarget(Path("pad@host"))
    assert parse_target("card.img") == DiskTarget(Path("card.img"))
    assert parse_target("missing") == FolderTarget(Path("missing"))
    assert parse_target("\0") == FolderTarget(Path("\0"))
