"""Finding source notes, and saying which are missing."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from audio_pipeline.errors import SourceError, SourceFolderError
from audio_pipeline.sources.folder import choose_notes, find_notes


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


def test_sounds_and_pitches_are_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b_67.wav", "b_60.WAV", "a c_60.flac", "a_d_60.aiff", "notes.txt", "._b_60.wav")
    (tmp_path / "folder_60.wav").mkdir()
    notes, warnings = find_notes(tmp_path)
    assert {sound: list(files) for sound, files in notes.items()} == {
        "a c": [60],
        "a_d": [60],
        "b": [60, 67],
    }
    assert warnings == []


def test_an_empty_or_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFolderError, match="no source notes here"):
        find_notes(touch(tmp_path, "readme.txt"))
    with pytest.raises(SourceFolderError, match="no such folder"):
        find_notes(tmp_path / "absent")
    with pytest.raises(SourceFolderError, match="no such folder"):
        find_notes(touch(tmp_path, "file_60.wav") / "file_60.wav")


def test_all_bad_names_are_reported_together(tmp_path: Path) -> None:
    touch(tmp_path, "good_60.wav", "bad.wav", "high_128.wav", "x_60.wav", "x_60.flac", "x_060.wav")
    with pytest.raises(SourceError) as caught:
        find_notes(tmp_path)
    said = {problem.subject: problem.detail for problem in caught.value.problems}
    assert set(said) == {"bad.wav", "high_128.wav", "x_060.wav"}
    assert "x_60.flac, x_60.wav" in said["x_060.wav"]


def test_two_unicode_forms_of_one_name_are_the_same_sound(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Flöte_60.wav") for form in ("NFC", "NFD")]
    touch(tmp_path, *names)
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system keeps one Unicode form only")
    with pytest.raises(SourceError, match="the same sound 'Flöte' and pitch 60"):
        find_notes(tmp_path)


def test_names_that_differ_only_in_case_are_warned_of(tmp_path: Path) -> None:
    touch(tmp_path, "Flute_60.wav", "flute_60.wav")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system does not tell upper from lower case")
    notes, warnings = find_notes(tmp_path)
    assert list(notes) == ["Flute", "flute"]
    assert warnings == ["the sounds 'Flute' and 'flute' differ only in upper and lower case"]


def test_the_pitches_of_all_are_wanted_unless_some_are_asked_for(tmp_path: Path) -> None:
    notes, _ = find_notes(touch(tmp_path, "a_60.wav", "a_67.wav", "b_60.wav", "b_67.wav"))
    chosen = choose_notes(notes, ["a", "b"], (), fill=False)
    assert {sound: list(files) for sound, files in chosen.items()} == {"a": [60, 67], "b": [60, 67]}
    assert list(choose_notes(notes, ["a"], (67,), fill=False)["a"]) == [67]


def test_missing_notes_are_named_with_what_would_fill_them(tmp_path: Path) -> None:
    notes, _ = find_notes(touch(tmp_path, "a_60.wav", "a_64.wav", "a_90.wav", "b_60.flac"))
    with pytest.raises(SourceError) as caught:
        choose_notes(notes, ["a", "b"], (), fill=False)
    text = str(caught.value)
    assert "all have --pitches 60" in text
    assert "b: missing pitches 64,90; add b_64.flac, b_90.flac" in text
    assert "--fill-pitches would make 64 from b_60.flac" in text
    assert "a:" not in text


def test_missing_notes_can_be_made_from_near_ones(tmp_path: Path) -> None:
    notes, _ = find_notes(touch(tmp_path, "a_60.wav", "a_66.wav", "b_60.wav", "b_63.wav"))
    chosen = choose_notes(notes, ["a", "b"], (), fill=True)
    made = {
        (sound, pitch): (file.path.name, file.shift_semitones)
        for sound, files in chosen.items()
        for pitch, file in files.items()
        if file.shift_semitones
    }
    assert made == {("a", 63): ("a_60.wav", 3), ("b", 66): ("b_63.wav", 3)}
    with pytest.raises(SourceError, match="no note within 4 semitones"):
        choose_notes(notes, ["a", "b"], (60, 71), fill=True)
