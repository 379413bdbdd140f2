"""Reads and writes release.json, the file that keeps the choice; a power cut leaves old or new.

This module is imported when the instrument starts: it stays small.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path

from sdcard.releases.choice import BASE, MOST_ATTEMPTS, START, TEST, Attempt, Choice, Refusal
from sdcard.releases.errors import ChoiceDamagedError

FORMAT = 1
_MOST_BYTES = 65_536
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")


def is_version(text: object) -> bool:
    """Whether this can name a release, and its folder."""
    return isinstance(text, str) and _VERSION.fullmatch(text) is not None and text != BASE


def read_choice(path: Path) -> Choice:
    """The choice in a file; the default one if there is none.

    Raises ChoiceDamagedError for anything else, so that the caller can tell and go on with BASE.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Choice()
    except OSError as error:
        raise ChoiceDamagedError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return _parse(data)
    except (ValueError, RecursionError) as error:
        raise ChoiceDamagedError(f"{path}: {error}") from error


def _parse(data: bytes) -> Choice:
    """ValueError, KeyError's text included, says what is wrong."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"longer than {_MOST_BYTES} bytes")
    document = json.loads(data)
    _check_keys(document, {"format", "current", "previous", "trial", "attempt", "refusal"})
    if document.pop("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    for key in ("current", "previous"):
        if document[key] != BASE and not is_version(document[key]):
            raise ValueError(f"{key} is no version")
    if document["trial"] is not None and not is_version(document["trial"]):
        raise ValueError("trial is no version")
    attempt, refusal = document["attempt"], document["refusal"]
    return Choice(
        document["current"],
        document["previous"],
        document["trial"],
        None if attempt is None else _attempt(attempt),
        None if refusal is None else _refusal(refusal),
    )


def _attempt(value: object) -> Attempt:
    fields = _check_keys(value, {"version", "stage", "count"})
    version, stage, count = (fields[key] for key in ("version", "stage", "count"))
    if not is_version(version) or stage not in (TEST, START):
        raise ValueError("attempt is none at a release")
    if type(count) is not int or not 0 <= count <= MOST_ATTEMPTS:
        raise ValueError(f"count is not in 0..{MOST_ATTEMPTS}")
    return Attempt(str(version), str(stage), count)


def _refusal(value: object) -> Refusal:
    fields = _check_keys(value, {"version", "reason"})
    version, reason = fields["version"], fields["reason"]
    if not is_version(version) or not isinstance(reason, str):
        raise ValueError("refusal is none of a release")
    return Refusal(str(version), reason)


def _check_keys(value: object, keys: set[str]) -> dict[str, object]:
    if not isinstance(value, dict) or set(value) != keys:
        raise ValueError(f"is no object with {', '.join(sorted(keys))}")
    return value


def write_choice(choice: Choice, path: Path) -> None:
    """Store it, safe on the medium; raises OSError, and the old one is still there then.

    It stays the property of whoever owns the folder: root updates, the instrument's user starts.
    """
    data = json.dumps({"format": FORMAT, **asdict(choice)}, indent=1).encode() + b"\n"
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with temporary.open("xb") as file:  # it may not be a link that somebody left there
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path)  # once more under its new name: only so it is safe on a FAT too
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
