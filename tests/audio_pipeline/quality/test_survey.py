"""A survey measures every place once and says where it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import soundfile

from audio_pipeline.quality.gates import Kind
from audio_pipeline.quality.source_notes import SourceNotes, corner_distance
from audio_pipeline.quality.survey import Selection, Survey
from device.pack import CORNERS, open_pack


def counted(survey: Survey) -> Counter[str]:
    return Counter(measurement.metric for measurement in survey.run())


def test_measures_every_place_once(crossfade_pack: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    with open_pack(crossfade_pack) as pack:
        survey = Survey(pack, Selection((0,), (48, 60)))
        found = survey.run(lambda *progress: seen.append(progress))
    counts = Counter(measurement.metric for measurement in found)
    assert counts["peak"] == 2 * 18  # pitches x cells
    assert counts["even"] == 2 * 2  # pitches x edges of nine cells
    assert counts["hold_dip"] == 2 * 2
    assert counts["loop_length"] == 2
    assert "corner_lsd" not in counts
    assert [done for done, _, _ in seen] == [0, 1, 2]
    assert seen[0][2] == "steady / bar / saw / odd, pitch 48"


def test_says_where_and_between_what(crossfade_pack: Path) -> None:
    with open_pack(crossfade_pack) as pack:
        found = Survey(pack, Selection((0,), (48,))).run()
    places = [m.where for m in found if m.metric == "even"]
    assert places[0].startswith("steady to bar (top), pitch 48, cell ")
    assert {m.kind for m in found if m.metric == "even"} == {Kind.TONES}
    assert any(m.where == "steady / bar / saw / odd, column 9 row 2, pitch 48" for m in found)


def test_equal_pads_are_measured_once(crossfade_pack: Path) -> None:
    with open_pack(crossfade_pack) as pack:
        once = counted(Survey(pack, Selection((0,), (48,))))
        twice = counted(Survey(pack, Selection((0, 0), (48,))))
    assert once == twice


def test_small_grids_and_one_shots(test_pack: Path) -> None:
    with open_pack(test_pack) as pack:
        counts = counted(Survey(pack, Selection((0,), pack.manifest.pitches)))
    assert counts["peak"] == 27
    assert counts["loop_length"] == 2


def test_corners_are_compared_with_their_sources(
    crossfade_pack: Path, synthetic: ModuleType, tmp_path: Path
) -> None:
    """The right source is near, although the pack has other loudness; another one is far."""
    for sound, file in (("steady", "steady_48.wav"), ("saw", "bar_48.wav")):
        soundfile.write(tmp_path / file, synthetic.SOURCES[sound](48, 16_000), 16_000)
    with open_pack(crossfade_pack) as pack:
        sources = SourceNotes(tmp_path, pack.manifest)
        assert sources.get("odd", 48) is None
        found = Survey(pack, Selection((0,), (48,)), sources).run()
    values = {m.where: m.value for m in found if m.metric == "corner_lsd"}
    assert set(values) == {"steady, pitch 48", "bar, pitch 48"}
    assert values["bar, pitch 48"] > 10 > values["steady, pitch 48"]


def test_a_corner_is_its_source_up_to_the_loop(crossfade_pack: Path) -> None:
    from audio_pipeline.quality.pad_notes import PadNotes

    with open_pack(crossfade_pack) as pack:
        note = PadNotes(pack, pack.manifest.combinations[0], 48).corner(CORNERS[2])
    source = note.stored.copy()
    assert note.loop is not None
    source[note.loop.start_frame + 2000 :] = 0.0
    assert corner_distance(note, source).value == 0
    assert corner_distance(note, np.float32(0.5) * source).value > 3
