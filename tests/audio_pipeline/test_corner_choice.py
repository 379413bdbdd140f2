"""Which sounds play from which corner."""

from __future__ import annotations

import pytest

from audio_pipeline.corner_choice import choose_corners, draw_pad
from audio_pipeline.errors import SettingsError, SourceError
from device.pack import Corner


def test_sounds_are_dealt_out_by_name() -> None:
    assert choose_corners(["d", "a", "c", "b"], None) == (("a",), ("b",), ("c",), ("d",))
    six = choose_corners("fedcba", None)
    assert six == (("a", "e"), ("b", "f"), ("c",), ("d",))


def test_four_sounds_are_needed() -> None:
    with pytest.raises(SettingsError, match=r"four sounds.* here are 3 \(a, b, c\)"):
        choose_corners(["a", "b", "c"], None)


def test_wanted_corners_are_taken() -> None:
    wanted = dict(zip(Corner, (("a",), ("a", "b"), ("c",), ("a",)), strict=True))
    assert choose_corners(["c", "b", "a", "x"], wanted) == (("a",), ("a", "b"), ("c",), ("a",))


def test_wanted_sounds_that_are_absent_are_all_named() -> None:
    wanted = dict.fromkeys(Corner, ("flote", "zither"))
    with pytest.raises(SourceError) as caught:
        choose_corners(["flute", "oboe"], wanted)
    details = {problem.subject: problem.detail for problem in caught.value.problems}
    assert "did you mean flute" in details["flote"]
    assert "there are flute, oboe" in details["zither"]


def test_the_pad_is_drawn() -> None:
    assert draw_pad((("flute", "oboe"), ("choir",), ("guitar",), ("piano", "harp"))) == "\n".join(
        [
            " flute              choir",
            "  oboe",
            "       ┌──────────┐",
            "       │          │",
            "       │          │",
            "       │          │",
            "       └──────────┘",
            "guitar              piano",
            "                    harp",
        ]
    )


def test_long_and_wide_names_keep_the_pad_straight() -> None:
    lines = draw_pad((("箏箏",), ("b" * 40,), ("cccc",), ("d",))).splitlines()
    assert lines[0].startswith("箏箏" + " " * 14 + "b" * 23 + "…")
    assert lines[-1].startswith("cccc" + " " * 14 + "d")
