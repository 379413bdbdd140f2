"""Tests of device/pack/strict_json.py."""

from __future__ import annotations

import pytest

from device.pack import PackInvalidError, PackUnsafeError
from device.pack.strict_json import loads


def test_ordinary_json_is_read() -> None:
    assert loads('{"a": [1, 2.5, "ä", null]}'.encode(), 100, "x") == {"a": [1, 2.5, "ä", None]}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"{} {}", "Extra data"),
        (b"NaN", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b'{"a": 1, "a": 2}', "key 'a' appears twice"),
        (b'{"x": {"\\u001b": 1, "\\u001b": 2}}', r"key '\\x1b' appears twice"),
        (b"\xff", "can't decode byte 0xff"),
        (b"\xef\xbb\xbf{}", "BOM|Expecting value"),
        (b'"\x01"', "Invalid control character"),
        (b"9" * 5000, "4300 digits"),
    ],
)
def test_other_json_is_invalid(data: bytes, problem: str) -> None:
    with pytest.raises(PackInvalidError, match=problem):
        loads(data, 10_000, "x")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[]," * 200_001, "200001 objects and lists; at most 200000"),
        (b"0," * 1_000_001, "1000001 commas; at most 1000000"),
        (b" " * 4_000_001, "4000001 bytes; at most 4000000"),
    ],
)
def test_json_that_would_take_the_memory_is_unsafe(data: bytes, problem: str) -> None:
    with pytest.raises(PackUnsafeError, match=problem):
        loads(data, 4_000_000, "x")
