"""Unfinished frames: the best of earlier workers' is gone on with, torn ones are made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_pipeline.errors import StorageError
from audio_pipeline.nsynth.job.checkpoint import Checkpoint

NOTES, FRAMES, HOP = 4, 5, 8
CODES = np.random.default_rng(0).integers(1, 256, (NOTES, FRAMES * HOP)).astype(np.uint8)


def checkpoint(folder: Path, claim: int = 1, shard: str = "s") -> Checkpoint:
    return Checkpoint(folder, shard, claim, NOTES, FRAMES, HOP)


def keep(target: Checkpoint, frame: int, rows: slice = slice(0, NOTES)) -> None:
    target.append(rows.start, frame, CODES[rows, frame * HOP : (frame + 1) * HOP])


def begun(folder: Path, frames: int, claim: int = 1) -> Checkpoint:
    target = checkpoint(folder, claim)
    target.inherit()
    for frame in range(frames):
        keep(target, frame)
    return target


def test_nothing_was_begun(tmp_path: Path) -> None:
    progress = checkpoint(tmp_path / "new").inherit()
    assert not progress.codes.any()
    assert progress.frames_done.tolist() == [0] * NOTES


def test_the_next_claim_goes_on(tmp_path: Path) -> None:
    begun(tmp_path, 2)
    second = checkpoint(tmp_path, claim=2)
    progress = second.inherit()
    assert progress.frames_done.tolist() == [2] * NOTES
    np.testing.assert_array_equal(progress.codes[:, : 2 * HOP], CODES[:, : 2 * HOP])
    assert not progress.codes[:, 2 * HOP :].any()
    keep(second, 2)
    assert checkpoint(tmp_path, claim=3).inherit().frames_done.tolist() == [3] * NOTES


def test_the_best_of_all_claims_counts_even_of_one_that_is_not_dead(tmp_path: Path) -> None:
    first = begun(tmp_path, 1)
    begun(tmp_path, 2, claim=2)
    for frame in (1, 2, 3):
        keep(first, frame)
    assert checkpoint(tmp_path, claim=3).inherit().frames_done.tolist() == [4] * NOTES


def test_notes_need_not_be_equally_far(tmp_path: Path) -> None:
    target = begun(tmp_path, 0)
    for frame in range(FRAMES):
        keep(target, frame, slice(0, 3))
    keep(target, 0, slice(3, 4))
    progress = checkpoint(tmp_path, claim=2).inherit()
    assert progress.frames_done.tolist() == [FRAMES] * 3 + [1]
    np.testing.assert_array_equal(progress.codes[:3], CODES[:3])


@pytest.mark.parametrize("cut", [1, HOP, NOTES * HOP, NOTES * HOP + 19])
def test_a_torn_frame_is_left_out_and_does_not_stay(tmp_path: Path, cut: int) -> None:
    begun(tmp_path, 3)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    second = checkpoint(tmp_path, claim=2)
    assert second.inherit().frames_done.tolist() == [2] * NOTES
    keep(second, 2)
    progress = checkpoint(tmp_path, claim=3).inherit()
    np.testing.assert_array_equal(progress.codes[:, : 3 * HOP], CODES[:, : 3 * HOP])


def test_a_damaged_frame_ends_what_counts(tmp_path: Path) -> None:
    begun(tmp_path, 4)
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    data[len(data) // 2 + 30] ^= 1
    path.write_bytes(data)
    assert checkpoint(tmp_path, claim=2).inherit().frames_done.tolist() == [2] * NOTES


def test_frames_of_another_shape_are_not_taken(tmp_path: Path) -> None:
    begun(tmp_path, 2)
    narrow = Checkpoint(tmp_path, "s", 2, NOTES - 1, FRAMES, HOP)
    assert narrow.inherit().frames_done.tolist() == [0] * (NOTES - 1)


def test_finished_shards_leave_nothing(tmp_path: Path) -> None:
    begun(tmp_path, 1)
    second = begun(tmp_path, 2, claim=2)
    other = checkpoint(tmp_path, shard="other")
    other.inherit()
    second.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["other.1.part"]


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(StorageError, match="/f: "):
        checkpoint(tmp_path / "f").inherit()
