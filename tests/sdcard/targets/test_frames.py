"""The wire's format, with anything at all on the wire."""

from __future__ import annotations

import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.targets import frames as module
from sdcard.targets.errors import ProtocolError
from sdcard.targets.frames import EndOfStreamError, Frames

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
MESSAGES = st.dictionaries(st.text(max_size=9), JSON, max_size=5)


def received(data: bytes) -> list[object]:
    """All that comes out of a stream of bytes, and what ends it."""
    reading, writing = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(writing, data), os.close(writing)))
    writer.start()
    frames, found = Frames(reading, io.BytesIO()), list[object]()
    try:
        while True:
            found.append(frames.receive())
    except (EndOfStreamError, ProtocolError) as error:
        found.append(type(error))
    finally:
        os.close(reading)
        writer.join()
    return found


def sent(*what: dict[str, object] | bytes) -> bytes:
    out = io.BytesIO()
    frames = Frames(-1, out)
    for one in what:
        frames.send_data(one) if isinstance(one, bytes) else frames.send(one)
    return out.getvalue()


@given(st.lists(MESSAGES | st.binary(min_size=1, max_size=50), max_size=6))
def test_what_is_sent_is_received(what: list[dict[str, object] | bytes]) -> None:
    assert received(sent(*what)) == [*what, EndOfStreamError]


@given(st.binary(max_size=60))
def test_anything_is_understood_or_refused(data: bytes) -> None:
    *found, end = received(data)
    assert end in (EndOfStreamError, ProtocolError)
    assert all(isinstance(one, (dict, bytes)) for one in found)


@given(st.lists(MESSAGES, min_size=1, max_size=3), st.data())
def test_a_changed_byte_is_never_a_crash(
    what: list[dict[str, object]], data: st.DataObject
) -> None:
    stream = bytearray(sent(*what))
    stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    assert received(bytes(stream))[-1] in (EndOfStreamError, ProtocolError)


def test_much_data_goes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DATA_BYTES", 4)
    assert received(sent(b"123456789")) == [b"1234", b"5678", b"9", EndOfStreamError]


def test_a_length_that_nobody_sends_is_refused_before_it_is_read() -> None:
    reading, writing = os.pipe()  # and stays open: whoever waited would wait for ever
    os.write(writing, b"D\xff\xff\xff\xff")
    with pytest.raises(ProtocolError, match="not what latentpad-card says"):
        Frames(reading, io.BytesIO()).receive()
    os.close(writing)
    os.close(reading)


def test_patience_ends() -> None:
    reading, writing = os.pipe()
    with pytest.raises(EndOfStreamError, match=r"nothing came for 0\.05 s"):
        Frames(reading, io.BytesIO(), patience_s=0.05).receive()
    os.close(writing)
    os.close(reading)


def test_nobody_listens() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as out, pytest.raises(EndOfStreamError):
        Frames(-1, out).send({"do": "list"})  # type: ignore[arg-type]
