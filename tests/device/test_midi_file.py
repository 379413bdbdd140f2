"""MIDI files: both types, tempo changes, channels, and broken ones in every way."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import mido
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from device.errors import MidiFileError
from device.events import Bend, NoteOff, NoteOn, Origin, ProgramChange, Sustain
from device.midi_file import read_midi_file


def song(kind: int = 1) -> mido.MidiFile:
    """A tempo track (120, then 60 beats a minute after one beat) and one track of notes."""
    tempo = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=500_000, time=0),
            mido.MetaMessage("set_tempo", tempo=1_000_000, time=480),
        ]
    )
    notes = mido.MidiTrack(
        [
            mido.Message("program_change", program=5, time=0),
            mido.Message("note_on", note=60, velocity=90, time=240),
            mido.Message("pitchwheel", pitch=8191, channel=3, time=0),
            mido.Message("sysex", data=(1, 2, 3), time=0),
            mido.Message("control_change", control=64, value=127, time=240),
            mido.Message("note_on", note=60, velocity=0, time=480),
        ]
    )
    merged = [mido.merge_tracks([tempo, notes])]
    tracks = [tempo, notes] if kind == 1 else merged
    return mido.MidiFile(type=kind, ticks_per_beat=480, tracks=tracks)


@pytest.mark.parametrize("kind", [0, 1])
def test_times_follow_tempo_changes(tmp_path: Path, kind: int) -> None:
    song(kind).save(tmp_path / "song.mid")
    timed = read_midi_file(tmp_path / "song.mid")
    here, third = Origin("file", 0), Origin("file", 3)
    assert [event for _, event in timed] == [
        ProgramChange(here, 5), NoteOn(here, 60, 90), Bend(third, 1.0),
        Sustain(here, True), NoteOff(here, 60),
    ]  # fmt: skip
    assert [seconds for seconds, _ in timed] == pytest.approx([0, 0.25, 0.25, 0.5, 1.5])


def test_one_channel_only(tmp_path: Path) -> None:
    song().save(tmp_path / "song.mid")
    assert [e for _, e in read_midi_file(tmp_path / "song.mid", 4)] == [Bend(Origin("file", 3), 1)]
    with pytest.raises(MidiFileError, match="no notes or controllers on channel 9"):
        read_midi_file(tmp_path / "song.mid", 9)


def test_type_two_smpte_and_endless_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.mid"
    odd = song()
    odd.type = 2
    odd.save(path)
    with pytest.raises(MidiFileError, match=r"odd.mid.*type 2"):
        read_midi_file(path)
    data = bytearray(_bytes(song()))
    data[12:14] = b"\xe7\x28"
    path.write_bytes(data)
    with pytest.raises(MidiFileError, match="SMPTE"):
        read_midi_file(path)
    late = mido.MidiTrack([mido.Message("note_on", note=1, time=2**27)])
    mido.MidiFile(tracks=[late]).save(path)
    with pytest.raises(MidiFileError, match="longer than 4 hours"):
        read_midi_file(path)


def test_missing_empty_and_foreign_files(tmp_path: Path) -> None:
    for data in (b"", b"hello, this is text", b"MThd"):
        (tmp_path / "odd.mid").write_bytes(data)
        with pytest.raises(MidiFileError, match=r"odd\.mid"):
            read_midi_file(tmp_path / "odd.mid")
    with pytest.raises(MidiFileError, match="no such file"):
        read_midi_file(tmp_path / "nowhere.mid")


@given(st.data())
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(_bytes(song()))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.mid"
    path.write_bytes(good[: data.draw(st.integers(0, len(good)))])
    with contextlib.suppress(MidiFileError):
        timed = read_midi_file(path)
        assert timed == sorted(timed, key=lambda item: item[0])


def _bytes(made: mido.MidiFile) -> bytes:
    buffer = io.BytesIO()
    made.save(file=buffer)
    return buffer.getvalue()
