"""A whole build with a simple renderer: what is in the pack that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.pack import PlayMode, open_pack, unroll, verify_pack

if TYPE_CHECKING:
    from workshop import Workshop


def test_the_pack_is_whole_and_says_what_it_is(workshop: Workshop) -> None:
    workshop.write_notes()
    settings = workshop.settings(pack={"author": "A", "licence": "CC0"})
    result = workshop.build("my pack", settings=settings)
    assert verify_pack(result.path).problems == ()
    with open_pack(result.path) as pack:
        manifest = pack.manifest
    assert manifest == result.manifest
    assert (manifest.name, manifest.author, manifest.licence) == ("my pack", "A", "CC0")
    assert (manifest.columns, manifest.rows, manifest.sample_rate_hz) == (3, 3, 8000)
    assert (manifest.renderer_name, manifest.renderer_version) == ("tally", "1")
    assert manifest.pitches == (60, 67)
    assert [corner[0].name for corner in manifest.corners] == ["alto", "bell", "cello", "drone"]
    assert result.notes == result.rendered == 18


def test_sounds_lie_in_the_corners_where_they_were_put(workshop: Workshop) -> None:
    workshop.write_notes()
    result = workshop.build()
    cells = result.manifest.combinations[0].cells
    with open_pack(result.path) as pack:
        recipe = {
            (x, y): dict(pack.cell(cells[y][x]).recipe.sources) for x in range(3) for y in range(3)
        }
    corners = [recipe[place] for place in ((0, 0), (2, 0), (0, 2), (2, 2))]
    assert [len(corner) for corner in corners] == [1, 1, 1, 1]
    assert len(set(map(str, corners))) == 4
    assert recipe[1, 0].keys() == corners[0].keys() | corners[1].keys()
    assert recipe[0, 1].keys() == corners[0].keys() | corners[2].keys()
    assert recipe[2, 1].keys() == corners[1].keys() | corners[3].keys()
    assert list(recipe[1, 1].values()) == [0.25] * 4
    assert workshop.renderer().tally()[0] == "60 [('alto', 1.0)]"


def test_a_corner_cell_holds_the_prepared_sound(workshop: Workshop) -> None:
    workshop.write_notes()
    result = workshop.build(workspace=workshop.path / "work")
    with open_pack(result.path) as pack:
        cell = pack.cell(result.manifest.combinations[0].cells[0][0])
        samples = unroll(cell.decode(60), cell.notes[60], None, 8000, cell.notes[60].frames)
    prepared = [np.fromfile(path, "<f8") for path in (workshop.path / "work/sources").iterdir()]
    errors = [np.abs(samples - one).max() for one in prepared if len(one) == len(samples)]
    assert min(errors) < 1 / 32767
    assert sorted(errors)[1] > 10 / 32767  # not any of the other sounds


def test_each_note_says_how_loud_it_is(workshop: Workshop) -> None:
    workshop.write_notes()
    result = workshop.build()
    with open_pack(result.path) as pack:
        notes = pack.cell(result.manifest.combinations[0].cells[2][0]).notes
    assert [note.loudness_lufs for note in notes.values()] == pytest.approx([-23, -23], abs=0.05)


def test_loop_points_are_shared_by_all_cells(workshop: Workshop) -> None:
    workshop.write_notes(length_s=3.2)
    result = workshop.build()
    loops = result.manifest.loops
    assert set(loops) == {60, 67}
    assert loops[60].start_frame == round(1.1 * 8000)
    with open_pack(result.path) as pack:
        for name in {name for row in result.manifest.combinations[0].cells for name in row}:
            assert pack.cell(name).loops == loops
            assert {note.mode for note in pack.cell(name).notes.values()} == {PlayMode.LOOP}


def test_without_loops_every_note_plays_once(workshop: Workshop) -> None:
    workshop.write_notes(length_s=3.2)
    result = workshop.build(settings=workshop.settings(loop={"enabled": False}))
    assert result.manifest.loops == {}
    assert verify_pack(result.path).problems == ()


def test_loops_move_forward_where_held_notes_end_early(workshop: Workshop) -> None:
    workshop.write_notes(length_s=3.2)
    workshop.write_notes(["bell"], [60], length_s=2.0)
    loops = workshop.build().manifest.loops
    assert loops[67].start_frame < 1.1 * 8000
    assert loops[67].end_frame <= (2.0 - 0.06) * 8000
    assert "as far as the shortest held note sounds" in workshop.words.getvalue()


def test_held_notes_that_are_too_short_to_loop_are_named(workshop: Workshop) -> None:
    workshop.write_notes(length_s=3.2)
    workshop.write_notes(["bell"], [60], length_s=0.5)
    loops = workshop.build().manifest.loops
    assert loops[60].start_frame == round(1.1 * 8000)
    assert "bell 60 is too short to be held" in workshop.words.getvalue()


def test_a_preview_is_three_by_three_at_four_pitches(workshop: Workshop) -> None:
    workshop.write_notes(pitches=range(40, 80, 3))
    settings = workshop.settings(grid={"size": 9})
    manifest = workshop.build(settings=settings, preview=True).manifest
    assert (manifest.columns, manifest.rows) == (3, 3)
    assert manifest.pitches == (40, 52, 67, 79)


def test_credit_notes_come_into_the_manifest(workshop: Workshop) -> None:
    notes = workshop.write_notes()
    (notes / "bell.toml").write_text('sound = "bell"\nsource = "a tower"\nlicence = "CC0"\n')
    (notes / "other.toml").write_text('sound = "other"\n')
    credits = workshop.build().manifest.credits
    assert [(c.sound, c.source, c.licence) for c in credits] == [("bell", "a tower", "CC0")]


def test_equal_cells_of_several_combinations_are_rendered_once(workshop: Workshop) -> None:
    workshop.write_notes("abcdefgh", (60,))
    result = workshop.build()
    assert len(result.manifest.combinations) == 16
    lines = workshop.renderer().tally()
    assert len(lines) == len(set(lines)) == result.notes == result.rendered < 16 * 9


def test_the_choice_of_corners_is_shown(workshop: Workshop) -> None:
    workshop.write_notes()
    workshop.build()
    lines = workshop.words.getvalue().splitlines()
    assert lines[0].split() == ["alto", "bell"]
    assert lines[6].split() == ["cello", "drone"]
    assert "18 notes" in workshop.words.getvalue()


def test_a_pack_name_and_display_texts_from_settings(workshop: Workshop) -> None:
    workshop.write_notes()
    settings = workshop.settings(pack={"name": "Ünïcode ☀"})
    assert workshop.build(settings=settings).manifest.name == "Ünïcode ☀"
