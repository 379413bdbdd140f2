"""Reads JSON from untrusted bytes: no NaN, no repeated keys, bounded memory, typed errors."""

from __future__ import annotations

import json
from typing import NoReturn

from device.pack import limits
from device.pack.errors import PackInvalidError, PackUnsafeError


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {repeated[:40]!a} appears twice")
    return result


# Integers need no hook: Python itself refuses those of more than 4300 digits.
_DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)


def loads(data: bytes, most_bytes: int, path: str) -> object:
    """The value of a JSON document in UTF-8.

    Raises PackUnsafeError for one that is too large or too deep, PackInvalidError otherwise.
    """
    _check_size(data, most_bytes, path)
    try:
        value: object = _DECODER.decode(data.decode("utf-8"))
    except RecursionError:
        raise PackUnsafeError(path, "JSON is nested too deeply") from None
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError among them
        raise PackInvalidError(path, f"not valid JSON: {error}") from None
    return value


def _check_size(data: bytes, most_bytes: int, path: str) -> None:
    """Bound what parsing can allocate, by counting before parsing."""
    for what, size, most in (
        ("bytes", len(data), most_bytes),
        ("objects and lists", data.count(b"{") + data.count(b"["), limits.JSON_CONTAINERS),
        ("commas", data.count(b","), limits.JSON_SEPARATORS),
    ):
        if size > most:
            raise PackUnsafeError(path, f"JSON with {size} {what}; at most {most} are allowed")
