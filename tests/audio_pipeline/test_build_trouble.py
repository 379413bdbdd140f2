"""Builds that cannot go on: what is said, and that nothing half-written is left."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from audio_pipeline.errors import (
    BusyError,
    RenderError,
    SourceError,
    StorageError,
    TargetError,
    WorkerError,
)
from audio_pipeline.target import open_target
from audio_pipeline.workspace import Workspace
from device.pack.errors import PackWriteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop import Workshop

    from audio_pipeline.renderers.base import RenderedNote


def test_a_second_build_of_one_pack_is_refused_while_the_first_runs(workshop: Workshop) -> None:
    workshop.write_notes()
    with open_target(workshop.path / "p"), pytest.raises(BusyError, match="another build"):
        workshop.build()
    assert workshop.build().rendered == 18


@pytest.mark.parametrize("name", ["notes", "file", "folder.onsp"])
def test_what_is_not_a_pack_is_not_replaced(workshop: Workshop, name: str) -> None:
    from workshop import tree

    workshop.write_notes()
    (workshop.path / "file").write_text("mine")
    (workshop.path / "folder.onsp").mkdir()
    before = tree(workshop.path)
    with pytest.raises(TargetError, match=name):
        workshop.build(name)
    assert tree(workshop.path) == before


def test_all_bad_files_are_named_at_once(workshop: Workshop) -> None:
    notes = workshop.write_notes()
    workshop.write_wav("alto_60.wav", np.zeros(4000))
    workshop.write_wav("bell_67.wav", np.zeros((4000, 3)) + 0.1)
    (notes / "drone_60.wav").write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        workshop.build()
    subjects = [problem.subject for problem in caught.value.problems]
    assert subjects == ["alto_60.wav", "bell_67.wav", "drone_60.wav"]
    assert not (workshop.path / "p").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_renderer_raises_arrives_and_the_rest_is_kept(workshop: Workshop, jobs: int) -> None:
    workshop.write_notes()
    with pytest.raises(ArithmeticError, match="no note at 67"):
        workshop.build(renderer=workshop.renderer(fails_at_pitch=67), jobs=jobs)
    assert not (workshop.path / "p").exists()
    assert workshop.build().rendered == 9 if jobs == 1 else 9 <= workshop.build().rendered <= 18
    assert {path.name for path in workshop.path.glob(".*")} == set()


def test_a_looped_note_of_the_wrong_length_is_refused(workshop: Workshop) -> None:
    from tally_renderer import TallyRenderer

    class TooLong(TallyRenderer):
        def render(self, prepared: object, weights: Mapping[str, float]) -> RenderedNote:
            note = super().render(prepared, weights)
            return replace(note, samples=np.append(note.samples, np.float32(0)))

    workshop.write_notes(length_s=3.2)
    with pytest.raises(RenderError, match=r"frames instead of .* pitch 60"):
        workshop.build(renderer=TooLong(workshop.path / "log"))


def test_a_note_that_vanishes_during_the_build_is_reported(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write_notes()
    monkeypatch.setattr(Workspace, "note", lambda self, key: None)
    with pytest.raises(RenderError, match="changed or removed"):
        workshop.build()
    assert not (workshop.path / "p").exists()


def test_a_killed_worker_is_reported(workshop: Workshop) -> None:
    from killing_renderer import KillingRenderer

    workshop.write_notes()
    with pytest.raises(WorkerError, match="ended by itself"):
        workshop.build(renderer=KillingRenderer(workshop.path / "log"), jobs=2)
    assert not (workshop.path / "p").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_is_named_and_finished_notes_are_kept(
    workshop: Workshop, small_disk: Path, jobs: int
) -> None:
    """The disk has room for the prepared sources but not for all notes."""
    workshop.write_notes(pitches=range(40, 72, 4))
    settings = workshop.settings(grid={"size": 9})
    with pytest.raises((StorageError, PackWriteError), match=f"{small_disk}.*(full|No space)"):
        workshop.build(str(small_disk / "p"), settings=settings, jobs=jobs)
    assert {path.name for path in small_disk.iterdir()} == {".p.work"}
    kept = list((small_disk / ".p.work" / "notes").rglob("*.note"))
    assert len(kept) > 50
    assert jobs > 1 or not list((small_disk / ".p.work" / "notes").rglob("*.tmp"))


def test_a_read_only_disk_is_named(workshop: Workshop, small_disk: Path) -> None:
    workshop.write_notes()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StorageError, match=f"{small_disk}.*read-only") as caught:
        workshop.build(str(small_disk / "p"))
    assert caught.value.errno == errno.EROFS


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root; the patched tests below run everywhere")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("suffix", [".note", ".f64", ".cell", "manifest.json", ".onsp"])
def test_a_write_that_fails_names_the_file_and_leaves_no_pack(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    workshop.write_notes()
    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if str(target).endswith(suffix):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", failing)
        with pytest.raises((StorageError, PackWriteError), match=suffix.replace(".", "[.]")):
            workshop.build("out/p.onsp")
    assert {path.name for path in (workshop.path / "out").iterdir()} == {".p.onsp.work"}
    again = workshop.build("out/p.onsp")
    assert again.rendered == (18 if suffix in (".note", ".f64") else 0)


def test_a_target_below_a_file_is_named(workshop: Workshop) -> None:
    workshop.write_notes()
    (workshop.path / "file").write_text("mine")
    with pytest.raises(StorageError, match="file"):
        workshop.build("file/p")


def test_the_old_pack_stays_when_a_new_build_fails(workshop: Workshop) -> None:
    from workshop import tree

    notes = workshop.write_notes()
    workshop.build()
    before = tree(workshop.path / "p")
    soundfile.write(notes / "alto_60.wav", np.sin(np.arange(4000) * 0.2), 8000)
    with pytest.raises(ArithmeticError):
        workshop.build(renderer=workshop.renderer(fails_at_pitch=67))
    assert tree(workshop.path / "p") == before
