"""An xz stream read piece by piece: whatever comes at once, and however much is wanted."""

from __future__ import annotations

import io
import lzma
import random

import pytest

from sdcard.releases import xz_stream
from sdcard.releases.errors import ReleaseDamagedError
from sdcard.releases.xz_stream import XzStream

DATA = bytes(random.Random(1).choice(b"abcdef \n") for _ in range(3000))
PACKED = lzma.compress(DATA)


def stream(data: bytes) -> XzStream:
    return XzStream(io.BytesIO(data), "new.release")


@pytest.mark.parametrize("at_once", [1, 3, 16, 64, 1000, 65536])
@pytest.mark.parametrize("wanted", [1, 7, 512, 3000])
def test_all_comes_in_any_pieces(
    at_once: int, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come may give nothing yet although the unpacker asked for no more: no end."""
    monkeypatch.setattr(xz_stream, "_INPUT_BYTES", at_once)
    found = stream(PACKED)
    parts = [found.read(min(wanted, len(DATA) - at)) for at in range(0, len(DATA), wanted)]
    found.check_end()
    assert b"".join(parts) == DATA


@pytest.mark.parametrize("length", [0, 1, 20, len(PACKED) // 2])
def test_one_that_is_cut_short_is_told(length: int) -> None:
    with pytest.raises(ReleaseDamagedError, match=r"new\.release: ends too early"):
        stream(PACKED[:length]).read(len(DATA))


def test_one_without_its_end_is_not_whole() -> None:
    found = stream(PACKED[:-1])
    assert found.read(len(DATA)) == DATA
    with pytest.raises(ReleaseDamagedError, match="is not whole"):
        found.check_end()


def test_more_after_the_end_is_told() -> None:
    found = stream(PACKED + b"x")
    found.read(len(DATA))
    with pytest.raises(ReleaseDamagedError, match="has more after its end"):
        found.check_end()
