"""The MIDI parser: any bytes at all, awkward keyboards, and every message back from its bytes."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hardware.midi import MidiKind, MidiMessage, MidiParser

data_byte = st.integers(0, 127)
real_time = st.integers(0xF8, 0xFF)


# Mostly what a cable carries: noise alone would hardly ever complete a message.
wire = st.lists(
    st.one_of(data_byte, st.integers(0x80, 0xEF), st.integers(0xF0, 0xFF), st.integers(0, 255)),
    max_size=200,
).map(bytes)


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


@given(wire)
def test_any_bytes_give_only_messages_that_exist(stream: bytes) -> None:
    for message in MidiParser().feed(stream):
        assert 0 <= message.channel <= 15
        assert 0 <= message.data1 <= 127
        assert 0 <= message.data2 <= 127
        assert not (message.kind is MidiKind.NOTE_ON and message.data2 == 0)
        assert message.kind.data_bytes == 2 or message.data2 == 0


@given(wire, st.data())
def test_chunks_do_not_matter(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    parser = MidiParser()
    chunks = [stream[begin:end] for begin, end in pairwise([0, *cuts, len(stream)])]
    got = [message for chunk in chunks for message in parser.feed(chunk)]
    assert got == MidiParser().feed(stream)


@given(wire, st.data())
def test_real_time_bytes_anywhere_change_nothing(stream: bytes, data: st.DataObject) -> None:
    mixed: list[int] = []
    for value in stream:
        mixed += [*data.draw(st.lists(real_time, max_size=2)), value]
    assert MidiParser().feed(mixed) == MidiParser().feed(stream)


@given(wire, messages())
def test_resynchronises_within_one_message(noise: bytes, message: MidiMessage) -> None:
    parser = MidiParser()
    parser.feed(noise)
    assert parser.feed(encode(message)) == [message]


@given(wire, st.lists(messages(), min_size=1, max_size=5), st.data())
def test_a_lost_beginning_costs_that_message_only(
    noise: bytes, sent: list[MidiMessage], data: st.DataObject
) -> None:
    parser = MidiParser()
    parser.feed(noise)
    first = encode(sent[0])
    parser.feed(first[data.draw(st.integers(1, len(first))) :])
    assert parser.feed([value for message in sent[1:] for value in encode(message)]) == sent[1:]


def test_a_sysex_without_end_takes_no_memory() -> None:
    parser = MidiParser()
    parser.feed([0x90, 60, 100, 0xF0])
    tracemalloc.start()
    try:
        for _ in range(100):
            assert parser.feed(b"\x55" * 1000) == []
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 4000, f"{kept} bytes kept of a sysex of 100,000"
    assert most < 16_000, f"{most} bytes needed at a time"


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
