"""Byte streams of awkward keyboards (tests/hardware/streams) and the messages that they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.midi import MidiKind, MidiMessage, MidiParser

STREAMS = sorted(Path(__file__).with_name("streams").glob("*.hex"))
KINDS = {
    "on": MidiKind.NOTE_ON,
    "off": MidiKind.NOTE_OFF,
    "pressure": MidiKind.KEY_PRESSURE,
    "control": MidiKind.CONTROL,
    "program": MidiKind.PROGRAM,
    "touch": MidiKind.CHANNEL_PRESSURE,
    "bend": MidiKind.BEND,
}
Line = tuple[bytes, list[MidiMessage]]


def lines(path: Path) -> list[Line]:
    """(bytes, messages that they complete) of each line of a stream."""
    texts = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [_line(text) for text in texts if text]


def _line(text: str) -> Line:
    data, _, meaning = text.partition("->")
    words = [one.split() for one in meaning.split(",") if one.strip()]
    return bytes.fromhex(data), [_message(*one) for one in words]


def _message(kind: str, channel: str, *data: str) -> MidiMessage:
    return MidiMessage(KINDS[kind], int(channel) - 1, *map(int, data))


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_every_line_completes_the_messages_written_beside_it(path: Path) -> None:
    parser = MidiParser()
    for number, (data, expected) in enumerate(lines(path)):
        assert parser.feed(data) == expected, f"{path.name}, stream line {number}: {data.hex(' ')}"


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_it_is_the_same_byte_by_byte_and_all_at_once(path: Path) -> None:
    whole = b"".join(data for data, _ in lines(path))
    expected = [message for _, messages in lines(path) for message in messages]
    assert MidiParser().feed(whole) == expected
    parser = MidiParser()
    assert [message for value in whole for message in parser.feed([value])] == expected


def test_there_are_streams_and_each_means_something() -> None:
    assert len(STREAMS) >= 10
    assert all(any(messages for _, messages in lines(path)) for path in STREAMS)
    assert all("Made after" in path.read_text() for path in STREAMS)
