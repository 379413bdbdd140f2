"""Building again: the same bytes, nothing rendered twice, damage found, old cells removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio_pipeline.settings_reader import settings_from
from device.pack import verify_pack

if TYPE_CHECKING:
    from workshop import Workshop


@pytest.mark.parametrize("name", ["p", "p.onsp"])
def test_the_bytes_do_not_depend_on_the_number_of_processes(workshop: Workshop, name: str) -> None:
    from workshop import tree

    workshop.write_notes()
    for jobs in (1, 2):
        workshop.build(f"{jobs}/{name}", jobs=jobs)
    one = tree(workshop.path / "1")
    assert one == tree(workshop.path / "2")
    assert one


def test_the_workspace_is_removed_unless_it_is_kept(workshop: Workshop) -> None:
    workshop.write_notes()
    workshop.build("a/p")
    assert [path.name for path in (workshop.path / "a").iterdir()] == ["p"]
    workshop.build("a/p", keep_workspace=True)
    assert {path.name for path in (workshop.path / "a").iterdir()} == {"p", ".p.work"}


def test_files_of_others_in_a_workspace_stay(workshop: Workshop) -> None:
    workshop.write_notes()
    (workshop.path / ".p.work").mkdir()
    (workshop.path / ".p.work" / "mine.txt").write_text("mine")
    workshop.build()
    assert [path.name for path in (workshop.path / ".p.work").iterdir()] == ["mine.txt"]


def test_a_given_workspace_serves_other_builds(workshop: Workshop) -> None:
    workshop.write_notes()
    work = workshop.path / "work"
    workshop.build("p", workspace=work)
    assert workshop.build("q.onsp", workspace=work).rendered == 0
    workshop.write_notes(["extra"])
    settings = settings_from(
        {
            "notes": {"rate_hz": 8000},
            "grid": {"size": 3},
            "corners": {
                "top_left": ["alto", "extra"],
                "top_right": ["bell"],
                "bottom_left": ["cello"],
                "bottom_right": ["drone"],
            },
        }
    )
    more = workshop.build("r", settings=settings, workspace=work)
    assert more.rendered == 2 * 4  # the cells in which `extra` is active, at two pitches
    lines = workshop.renderer().tally()
    assert len(lines) == len(set(lines))


def test_another_version_of_the_renderer_renders_anew(workshop: Workshop) -> None:
    workshop.write_notes()
    work = workshop.path / "work"
    workshop.build(workspace=work)
    result = workshop.build(renderer=workshop.renderer(version="2"), workspace=work)
    assert result.rendered == result.notes
    assert result.manifest.renderer_version == "2"


def test_a_build_over_an_old_pack_leaves_no_old_cells(workshop: Workshop) -> None:
    workshop.write_notes()
    workshop.build()
    workshop.write_wav("alto_60.wav", np.sin(np.arange(4000) * 0.2) * 0.5)
    result = workshop.build()
    assert verify_pack(result.path).problems == ()
    named = {name for row in result.manifest.combinations[0].cells for name in row}
    assert {path.stem for path in (result.path / "cells").iterdir()} == named


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone"])
def test_a_damaged_note_is_rendered_again(workshop: Workshop, damage: str) -> None:
    from workshop import tree

    workshop.write_notes()
    work = workshop.path / "work"
    workshop.build("a/p", workspace=work)
    blob = sorted((work / "notes").rglob("*.note"))[3]
    data = bytearray(blob.read_bytes())
    if damage == "gone":
        blob.unlink()
    else:
        data[len(data) // 2] ^= 1
        blob.write_bytes({"cut": data[:-9], "flip": data, "empty": b""}[damage])
    assert workshop.build("b/p", workspace=work).rendered == 1
    assert tree(workshop.path / "a") == tree(workshop.path / "b")
