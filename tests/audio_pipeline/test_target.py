"""The place of a pack: locked, and whole or absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audio_pipeline.errors import BusyError, TargetError
from audio_pipeline.target import beside, open_target


def test_nothing_is_left_without_a_commit(tmp_path: Path) -> None:
    for name in ("p", "p.onsp"):
        with open_target(tmp_path / "deep" / name) as target:
            assert target.cell_folder.is_dir()
            assert target.cell_folder != target.path
        assert list((tmp_path / "deep").iterdir()) == []


def test_the_lock_ends_with_its_owner(tmp_path: Path) -> None:
    """A killed owner leaves the file but not the lock."""
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from audio_pipeline.target import open_target\n"
        "with open_target(Path(sys.argv[1])):\n"
        "    print('locked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "p"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as owner:  # fmt: skip
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"locked\n"
        with pytest.raises(BusyError, match="another build"), open_target(tmp_path / "p"):
            pass
        owner.kill()
    assert beside(tmp_path / "p", "lock").exists()
    with open_target(tmp_path / "p"):
        pass
    assert not beside(tmp_path / "p", "lock").exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    with open_target(tmp_path / "p") as target:
        assert target.path == tmp_path / "p"


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"format": "other"}'])
def test_a_folder_with_another_manifest_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "manifest.json").write_text(content)
    with pytest.raises(TargetError, match="not a sound pack"), open_target(tmp_path / "p"):
        pass
