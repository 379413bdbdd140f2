"""Reads small text files that were written with any editor of any system."""

from __future__ import annotations

import codecs
from pathlib import Path

from sdcard.system.errors import BootFileError

LONGEST_BYTES = 64 << 10
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, by which Windows Notepad tells how it has written."""


def read_text(path: Path) -> str:
    r"""A file's text with "\n" between its lines. Raises BootFileError."""
    try:
        if path.stat().st_size > LONGEST_BYTES:
            raise BootFileError(f"{path}: longer than {LONGEST_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise BootFileError(f"{path}: cannot be read: {error.strerror}") from error
    kind = next((kind for mark, kind in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(kind)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # of older editors in the west
    if "\0" in text:
        raise BootFileError(f"{path}: not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain_name(name: str) -> str:
    """Without the ending that Windows adds and hides."""
    return name[: -len(".txt")] if name.lower().endswith(".txt") else name
