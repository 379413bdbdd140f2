"""One source note through the whole chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio_pipeline.config import NoteSettings
from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.sources.audio_file import BadAudioError
from audio_pipeline.sources.folder import SourceFile
from audio_pipeline.sources.prepare import PreparedNote, prepare_note, source_id
from audio_pipeline.tuning import mean_cents

if TYPE_CHECKING:
    from workshop import Workshop

SETTINGS = NoteSettings(rate_hz=48_000)


def prepared(
    workshop: Workshop,
    sounding: float,
    named: int = 60,
    shift: int = 0,
    settings: NoteSettings = SETTINGS,
    rate_hz: int = 44_100,
) -> tuple[PreparedNote, np.ndarray]:
    """A tone at the pitch `sounding` in a file whose name says `named`."""
    from workshop import tone

    path = workshop.write_wav(f"a_{named}.wav", tone(sounding, rate_hz, 2.0), rate_hz)
    return prepare_note(SourceFile("a", named + shift, path, shift), settings)


def test_a_note_comes_out_at_the_packs_rate_and_level(workshop: Workshop) -> None:
    note, samples = prepared(workshop, 60)
    assert (note.sound, note.pitch, note.warnings) == ("a", 60, ())
    assert len(samples) == pytest.approx(2.0 * 48_000, abs=50)
    assert momentary_loudness_lufs(samples, 48_000) == pytest.approx(-23.0, abs=0.01)
    assert note.steady.sustained


@pytest.mark.parametrize("cents", [-49, -12, 0.2, 8, 49])
def test_a_note_that_is_a_little_out_of_tune_is_corrected(workshop: Workshop, cents: float) -> None:
    note, samples = prepared(workshop, 60 + cents / 100)
    assert abs(mean_cents(samples, 48_000, 60).cents) < 0.5
    assert note.corrected_cents == pytest.approx(-cents if abs(cents) > 0.5 else 0, abs=0.2)


def test_tuning_can_be_left_alone(workshop: Workshop) -> None:
    settings = NoteSettings(rate_hz=48_000, tune=False)
    note, samples = prepared(workshop, 60.3, settings=settings)
    assert mean_cents(samples, 48_000, 60).cents == pytest.approx(30, abs=0.3)
    assert note.corrected_cents == 0


@pytest.mark.parametrize(("sounding", "named"), [(62, 60), (60.8, 60), (48, 60), (72.1, 63)])
def test_a_note_with_a_wrong_name_is_warned_of_and_left(
    workshop: Workshop, sounding: float, named: int
) -> None:
    note, samples = prepared(workshop, sounding, named)
    assert len(note.warnings) == 1
    assert f"a_{named}.wav: its name says pitch {named}, but it sounds like" in note.warnings[0]
    assert f"like {round(sounding)} " in note.warnings[0]
    assert abs(mean_cents(samples, 48_000, sounding).cents) < 0.5


def test_a_missing_note_is_made_from_its_neighbour(workshop: Workshop) -> None:
    for shift in (-4, 3):
        note, samples = prepared(workshop, 60.1, 60, shift)
        assert note.pitch == 60 + shift
        assert abs(mean_cents(samples, 48_000, 60 + shift).cents) < 0.5
        assert momentary_loudness_lufs(samples, 48_000) == pytest.approx(-23.0, abs=0.01)


def test_a_note_is_cut_to_the_wanted_length(workshop: Workshop) -> None:
    _, samples = prepared(workshop, 60, settings=NoteSettings(length_s=0.5))
    assert len(samples) == 24_000


def test_noise_is_left_as_it_is_without_warning(workshop: Workshop) -> None:
    noise = 0.1 * np.random.default_rng(5).standard_normal(44_100)
    path = workshop.write_wav("snare_38.wav", noise, 44_100)
    note, _ = prepare_note(SourceFile("snare", 38, path), SETTINGS)
    assert note.warnings == ()
    assert note.corrected_cents == 0


def test_only_dc_is_refused(workshop: Workshop) -> None:
    path = workshop.write_wav("dc_60.wav", np.full(44_100, 0.5), 44_100)
    with pytest.raises(BadAudioError, match="only DC or rumble"):
        prepare_note(SourceFile("dc", 60, path), SETTINGS)


def test_the_id_is_that_of_the_samples(workshop: Workshop, tmp_path: Path) -> None:
    first, samples = prepared(workshop, 60)
    again, _ = prepared(workshop, 60)
    other, _ = prepared(workshop, 60.01)
    assert first.source_id == again.source_id == source_id(samples, 48_000)
    assert other.source_id != first.source_id
    assert source_id(samples, 44_100) != first.source_id
