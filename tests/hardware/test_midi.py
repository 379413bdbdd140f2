"""The MIDI parser: any bytes at all, awkward keyboards, and every message back from its bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardware.midi import MidiKind, MidiMessage, MidiParser

data_byte = st.integers(0, 127)
real_time = st.integers(0xF8, 0xFF)


@st.composite
def messages(draw: st.DrawFn) -> MidiMessage:
    """Any message that the parser can give back as it is (so no note-on of velocity 0)."""
    kind = draw(st.sampled_from(list(MidiKind)))
    low = 1 if kind is MidiKind.NOTE_ON else 0
    second = draw(st.integers(low, 127)) if kind.data_bytes == 2 else 0
    return MidiMessage(kind, draw(st.integers(0, 15)), draw(data_byte), second)


def encode(message: MidiMessage) -> list[int]:
    data = [message.data1, message.data2][: message.kind.data_bytes]
    return [message.kind | message.channel, *data]


@given(st.lists(messages()), st.data())
def test_running_status_and_real_time_bytes_anywhere(
    sent: list[MidiMessage], data: st.DataObject
) -> None:
    stream: list[int] = []
    status = None
    for message in sent:
        encoded = encode(message)
        skip = encoded[0] == status and data.draw(st.booleans())
        for value in encoded[1 if skip else 0 :]:
            stream += [*data.draw(st.lists(real_time, max_size=2)), value]
        status = encoded[0]
    assert MidiParser().feed(stream) == sent


@given(st.binary(), messages())
def test_resynchronises_within_one_message(noise: bytes, message: MidiMessage) -> None:
    parser = MidiParser()
    parser.feed(noise)
    assert parser.feed(encode(message)) == [message]


@given(st.binary(), st.data())
def test_chunks_do_not_matter(stream: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(stream)))
    parser = MidiParser()
    assert parser.feed(stream[:cut]) + parser.feed(stream[cut:]) == MidiParser().feed(stream)


@given(st.lists(data_byte))
def test_sysex_is_skipped_and_clears_running_status(body: list[int]) -> None:
    note_on = MidiMessage(MidiKind.NOTE_ON, 0, 60, 100)
    stream = [0x90, 60, 100, 0xF0, *body, 0xF7, 61, 100, 0x90, 60, 100]
    assert MidiParser().feed(stream) == [note_on, note_on]


def test_torn_sysex_ends_at_the_next_status_byte() -> None:
    got = MidiParser().feed([0xF0, 1, 2, 0x91, 60, 1])
    assert got == [MidiMessage(MidiKind.NOTE_ON, 1, 60, 1)]


def test_chord_and_its_velocity_zero_note_offs_in_running_status() -> None:
    got = MidiParser().feed([0x90, 60, 9, 64, 9, 0xFE, 67, 9, 60, 0, 0xF8, 64, 0, 67, 0])
    assert [(m.kind.name, m.data1) for m in got] == [
        ("NOTE_ON", 60), ("NOTE_ON", 64), ("NOTE_ON", 67),
        ("NOTE_OFF", 60), ("NOTE_OFF", 64), ("NOTE_OFF", 67),
    ]  # fmt: skip


def test_lost_byte_costs_one_message_only() -> None:
    got = MidiParser().feed([0x90, 60, 0x80, 60, 64, 0x90, 62, 5])
    assert [m.kind for m in got] == [MidiKind.NOTE_OFF, MidiKind.NOTE_ON]


def test_bend_is_fourteen_bits_low_first() -> None:
    (bend,) = MidiParser().feed([0xE0, 0x01, 0x40])
    assert bend.data14 == 0x40 * 128 + 1
