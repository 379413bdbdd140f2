"""Files of several machines: put in place as a whole, and swept when nobody's."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from audio_pipeline.errors import StorageError
from audio_pipeline.nsynth.job import files
from audio_pipeline.nsynth.job.files import Identity, put, put_json, read_json, sweep


def test_who_has_ended_is_known_only_on_the_same_system(gone_process: int) -> None:
    own = Identity.own()
    assert own.process == os.getpid()
    assert not own.knows_gone(own)
    dead = replace(own, process=gone_process)
    assert own.knows_gone(dead)
    assert not own.knows_gone(replace(dead, system="another"))
    assert not replace(own, system="").knows_gone(replace(dead, system=""))


def test_a_process_that_nobody_waited_for_has_ended() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        os.waitid(
            os.P_PID, child, os.WEXITED | os.WNOWAIT
        )  # it has ended; its entry is still there
        assert Identity.own().knows_gone(replace(Identity.own(), process=child))
    finally:
        os.waitpid(child, 0)


def test_documents_come_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "d.json"
    assert read_json(path) is None
    put_json(path, {"a": 1})
    assert read_json(path) == {"a": 1}
    for text in ("", "[1]", "{"):
        path.write_text(text)
        assert read_json(path) is None


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_whole_or_the_old_one(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "f"
    put(path, lambda file: (file.write(b"old"), None)[1], durable=durable)

    def fail(file: BinaryIO) -> None:
        file.write(b"ne")
        raise OSError(28, "no space")

    with pytest.raises(StorageError, match="disk is full"):
        put(path, fail, durable=durable)
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
    assert path.read_bytes() == b"old"


def test_only_files_that_are_nobodys_are_swept(
    tmp_path: Path, gone_process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfinished(name: str, host: str, process: int, age_s: float = 0.0) -> Path:
        path = tmp_path / f".{name}.{files._short(host)}.{process}.abcd{files.UNFINISHED}"
        path.write_text("")
        os.utime(path, (time.time() - age_s,) * 2)
        return path

    host = Identity.own().host
    dead = unfinished("a.shard", host, gone_process)
    mine = unfinished("b.shard", host, os.getpid())
    far = unfinished("c.shard", "elsewhere.example.org", gone_process)
    old = unfinished("d.shard", "elsewhere.example.org", gone_process, files.ABANDONED_S + 10)
    other = tmp_path / f".something{files.UNFINISHED}"
    other.write_text("")
    sweep(tmp_path)
    assert [path.exists() for path in (dead, mine, far, old, other)] == [
        False, True, True, False, True,
    ]  # fmt: skip
