"""Tests of device/pack/verify.py: every kind of damage is found and named."""

from __future__ import annotations

import dataclasses
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from device.pack import (
    Manifest,
    PackDamagedError,
    PackNotFoundError,
    VerifyReport,
    archive,
    encode_cell,
    encode_note,
    open_pack,
    parse_header,
    verify_pack,
    write_manifest,
)
from device.pack import verify as verify_module
from device.pack.members import cell_names

LEFT = (1.0, 0.0, 0.0, 0.0)


def only_problem(report: VerifyReport) -> Exception:
    assert not report.is_ok
    assert len(report.problems) == 1, report.problems
    return report.problems[0]


def test_a_sound_pack_is_ok_and_counted(pack_dir: Path, onsp: Path) -> None:
    size = sum(file.stat().st_size for file in (pack_dir / "cells").iterdir())
    for path in (pack_dir, onsp):
        report = verify_pack(path)
        assert report.is_ok
        assert (report.name, report.cells, report.notes) == ("Test pack", 9, 27)
        assert report.cell_bytes == size
        assert report.seconds == pytest.approx(12.58, abs=0.01)
        assert verify_pack(path, decode=False) == report


def test_a_pack_that_does_not_open_is_a_report_too(tmp_path: Path) -> None:
    report = verify_pack(tmp_path / "none")
    assert isinstance(only_problem(report), PackNotFoundError)
    assert report.cells == 0


def test_every_flipped_byte_is_found_by_its_hash(packs: ModuleType, pack_dir: Path) -> None:
    cell = packs.first_cell(pack_dir)
    good = cell.read_bytes()
    for position in (0, 9, 20, 4000, 4096, 5000, len(good) // 2, len(good) - 1):
        data = bytearray(good)
        data[position] ^= 0x10
        cell.write_bytes(data)
        for decode in (True, False):
            problem = only_problem(verify_pack(pack_dir, decode=decode))
            assert isinstance(problem, PackDamagedError)
            assert cell.name in str(problem)
            assert "bytes changed: their hash is" in str(problem)


def test_all_problems_are_reported(packs: ModuleType, pack_dir: Path) -> None:
    first, second, *_ = sorted((pack_dir / "cells").iterdir())
    first.unlink()
    second.write_bytes(b"LPADCELL")
    problems = verify_pack(pack_dir).problems
    assert [type(problem) for problem in problems] == [PackNotFoundError, PackDamagedError]


def test_a_hopeless_pack_is_given_up(pack_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "MOST_PROBLEMS", 3)
    monkeypatch.setattr(verify_module, "_BATCH", 2)
    shutil.rmtree(pack_dir / "cells")
    assert len(verify_pack(pack_dir).problems) == 4


def test_a_missing_preview_is_reported(pack_dir: Path) -> None:
    with open_pack(pack_dir) as pack:
        manifest = pack.manifest
    (pack_dir / "sound.ogg").write_bytes(b"x")
    write_manifest(pack_dir, dataclasses.replace(manifest, preview="sound.ogg"))
    assert verify_pack(pack_dir).is_ok
    (pack_dir / "sound.ogg").unlink()
    problem = only_problem(verify_pack(pack_dir))
    assert str(problem) == f"{pack_dir}/sound.ogg: is not there"


def test_a_manifest_changed_inside_an_archive_is_damage(onsp: Path) -> None:
    data = onsp.read_bytes()
    assert data.count(b"Test pack") == 1
    onsp.write_bytes(data.replace(b"Test pack", b"Best pack"))
    problem = only_problem(verify_pack(onsp))
    assert "manifest.json: CRC-32 does not fit its bytes" in str(problem)


# From here on the hash fits: a writer made the mistake.


def test_a_head_must_be_how_its_note_begins(
    packs: ModuleType, pack_dir: Path, cell_data: bytes
) -> None:
    data = bytearray(cell_data)
    offset = parse_header(cell_data, "x").heads[60]
    data[offset + 100] ^= 1
    packs.replace_cell(pack_dir, bytes(data))
    assert "head of pitch 60 is not how its note begins" in str(only_problem(verify_pack(pack_dir)))
    assert verify_pack(pack_dir, decode=False).is_ok


def test_what_follows_a_short_note_in_its_head_is_silence(
    packs: ModuleType, pack_dir: Path
) -> None:
    data = bytearray(packs.make_cell(LEFT, (48, 60, 72), 16_000, 0.05, {}))
    packs.replace_cell(pack_dir, bytes(data))
    assert verify_pack(pack_dir).is_ok
    offset = parse_header(bytes(data), "x").heads[72]
    data[offset + 2 * 800] = 1
    packs.replace_cell(pack_dir, bytes(data))
    assert "head of pitch 72" in str(only_problem(verify_pack(pack_dir)))


def with_stream(cell_data: bytes, packs: ModuleType, stream: bytes) -> bytes:
    """A cell whose note 72, the last one, has another stream."""
    offset, _ = parse_header(cell_data, "x").data[72]

    place = ("notes", 2, "data_bytes")
    return bytes(
        packs.edit_header(
            cell_data[:offset] + stream, lambda header: packs.altered(header, place, len(stream))
        )
    )


def stream_of(rate_hz: int, frames: int, channels: int = 1, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    samples = np.zeros((frames, channels))
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype=subtype)
    return file.getvalue()


def lying(stream: bytes, frames: int) -> bytes:
    """A FLAC stream that claims another length (36 bits at bit 108 of STREAMINFO)."""
    word = int.from_bytes(stream[18:26], "big") >> 36 << 36 | frames
    return stream[:18] + word.to_bytes(8, "big") + stream[26:]


GOOD = stream_of(16_000, 8000)


@pytest.mark.parametrize(
    ("stream", "problem"),
    [
        (stream_of(8000, 8000), "FLAC stream has 8000 Hz, not 16000"),
        (stream_of(16_000, 8000, channels=2), "FLAC stream has 2 channels, not 1"),
        (stream_of(16_000, 8000, subtype="PCM_24"), "FLAC stream has 24 bits, not 16"),
        (stream_of(16_000, 7999), "FLAC stream has 7999 frames, not 8000"),
        (lying(GOOD, 2**36 - 1), "FLAC stream has 68719476735 frames, not 8000"),
        (lying(GOOD, 0), "FLAC stream has 0 frames, not 8000"),
        (lying(stream_of(16_000, 4000), 8000), "FLAC stream (ends at frame 4000|does not decode)"),
        (GOOD[:41], "is not a FLAC stream"),
        (GOOD[:42], "FLAC stream (does not|ends)"),
        (b"fLaX" + GOOD[4:], "is not a FLAC stream"),
        (b"RIFF" + GOOD[4:], "is not a FLAC stream"),
        (b"x", "is not a FLAC stream"),
    ],
)
def test_a_stream_must_be_what_the_header_says(
    packs: ModuleType, pack_dir: Path, cell_data: bytes, stream: bytes, problem: str
) -> None:
    packs.replace_cell(pack_dir, with_stream(cell_data, packs, stream))
    report = verify_pack(pack_dir)
    assert isinstance(only_problem(report), PackDamagedError)
    with pytest.raises(PackDamagedError, match=f"note 72: {problem}"):
        raise only_problem(report)


def test_a_stream_cut_off_anywhere_is_damage(
    packs: ModuleType, pack_dir: Path, cell_data: bytes
) -> None:
    offset, length = parse_header(cell_data, "x").data[72]
    stream = cell_data[offset:]
    for size in [*range(1, 200, 13), *range(200, length, 1009), length - 1]:
        name = packs.replace_cell(pack_dir, with_stream(cell_data, packs, stream[:size]))
        with open_pack(pack_dir) as pack, pytest.raises(PackDamagedError, match="note 72"):
            pack.cell(name).decode(72)


def test_the_manifest_may_use_another_loop_than_the_cells(
    packs: ModuleType, pack_dir: Path
) -> None:
    place = ("loops", 0, "start_frame")
    packs.edit_manifest(pack_dir, lambda manifest: packs.altered(manifest, place, 4001))
    problems = verify_pack(pack_dir).problems
    assert len(problems) == 9
    assert all("pitch 48 has Loop(start_frame=4000" in str(problem) for problem in problems)


def test_verification_reads_archives_of_any_number_of_cells(
    tmp_path: Path, make_test_pack: Callable[..., Manifest], packs: ModuleType
) -> None:
    """More cells than a pack keeps open at a time."""
    manifest = make_test_pack(tmp_path / "pack", columns=2, rows=2, pitches=(60,), seconds=0.02)
    names = []
    for number in range(300):
        note = encode_note(packs.make_note(60, number / 300, 16_000, 0.02, None), 16_000)
        with open_pack(tmp_path / "pack") as pack:
            recipe = pack.cell(cell_names(manifest)[0]).recipe
        names.append(
            packs.write_cell(tmp_path / "pack", encode_cell(16_000, recipe, "t", "1", [note], {}))
        )
    grid = tuple(tuple(names[row * 20 : row * 20 + 20]) for row in range(15))
    combination = dataclasses.replace(manifest.combinations[0], cells=grid)
    large = dataclasses.replace(manifest, columns=20, rows=15, combinations=(combination,))
    write_manifest(tmp_path / "pack", large)
    archive(tmp_path / "pack", tmp_path / "large.onsp")
    for path in (tmp_path / "pack", tmp_path / "large.onsp"):
        report = verify_pack(path)
        assert report.is_ok
        assert report.cells == len(set(names)) > 256
