"""OSC datagrams: bundles in order, and no bytes that stop, hang or confuse the reader."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from device.errors import OscMessageError
from device.osc.packet import LONGEST_TEXT, MOST_BYTES, OscCall, read_packet, write_message

LATER = struct.pack(">Q", 2**63)  # a time tag of the year 2036
arguments = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(width=32, allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)
calls = st.builds(
    OscCall,
    st.text("abc/", max_size=10).map(lambda rest: "/" + rest),
    st.lists(arguments, max_size=5).map(tuple),
)


def bundle(*elements: bytes, time_tag: bytes = LATER) -> bytes:
    sized = (struct.pack(">I", len(element)) + element for element in elements)
    return b"#bundle\0" + time_tag + b"".join(sized)


@given(calls)
def test_messages_come_back(call: OscCall) -> None:
    assert read_packet(write_message(call)) == [call]


@given(st.lists(calls, max_size=6), st.data())
def test_bundles_in_bundles_keep_their_order(sent: list[OscCall], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(sent)))
    first, rest = sent[:cut], sent[cut:]
    inner = bundle(*map(write_message, rest))
    whole = bundle(*map(write_message, first), inner, bundle())
    assert read_packet(whole) == sent


def test_all_number_types_are_numbers() -> None:
    builder = OscMessageBuilder("/x")
    for kind, value in (("i", 1), ("h", 2**40), ("f", 0.5), ("d", 0.1), ("T", True), ("F", False)):
        builder.add_arg(value, kind)
    assert read_packet(builder.build().dgram) == [OscCall("/x", (1, 2**40, 0.5, 0.1, True, False))]


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert read_packet(b"/panic\0\0") == [OscCall("/panic")]


@pytest.mark.parametrize(
    ("datagram", "named"),
    [
        (b"", "begins neither"),
        (b"hello", "begins neither"),
        (b"/on", "not whole"),
        (b"/on\0,i\0\0", "not whole"),
        (b"/on\0,i\0\0\0\0", "not whole"),
        (b"/on\0,[i]\0\0\0\0\0\0\0\1", r"type '\['"),
        (b"/on\0,N\0\0", "type 'N'"),
        (b"/on\0xyz\0", "type"),
        (b"/\xff\xfe\0,\0\0\0", "not whole"),
        (b"#bundle\0" + LATER + b"\xff\xff\xff\xfc", "4294967292 bytes"),
        (b"#bundle\0" + LATER + b"\0\0\0\4", "4 bytes"),
        (b"#bundle\0" + LATER + b"\0\0", "bytes"),
        (bundle(b""), "begins neither"),
        (b"/" * (MOST_BYTES + 1), "more than 8192 bytes"),
    ],
)
def test_what_is_no_osc_is_refused(datagram: bytes, named: str) -> None:
    with pytest.raises(OscMessageError, match=named):
        read_packet(datagram)


def test_deep_bundles_need_no_deep_stack() -> None:
    datagram = write_message(OscCall("/ping"))
    while len(datagram) + 20 <= MOST_BYTES:
        datagram = bundle(datagram)
    assert read_packet(datagram) == [OscCall("/ping")]


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for datagram in (b"/a\0\0,Z\0\0", bundle(b"junk"), b"/a\0\0,I\0\0"):
        with pytest.raises(OscMessageError):
            read_packet(datagram)
    assert caplog.records == []


@given(st.binary())
def test_any_bytes_are_read_or_refused(datagram: bytes) -> None:
    with suppress(OscMessageError):
        read_packet(datagram)


@given(st.lists(calls, min_size=1, max_size=3), st.data())
def test_any_damage_is_read_or_refused(sent: list[OscCall], data: st.DataObject) -> None:
    damaged = bytearray(bundle(*map(write_message, sent)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(OscMessageError):
        read_packet(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


@given(st.text())
def test_any_text_can_be_sent(text: str) -> None:
    (call,) = read_packet(write_message(OscCall("/error", (text,))))
    (got,) = call.arguments
    assert isinstance(got, str)
    assert len(got) <= LONGEST_TEXT
