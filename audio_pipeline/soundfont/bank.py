"""Reads the list of presets and the credits of a SoundFont 2 file, without its samples.

A bank is a RIFF file of form "sfbk": LIST INFO (texts: INAM name, ICOP copyright, IENG author),
LIST sdta (samples, skipped), LIST pdta, whose chunk "phdr" has 38 bytes per preset: name
(20 bytes), preset uint16, bank uint16, and 14 bytes that only synthesis needs. The last record
marks the end. (SoundFont Technical Specification 2.04, sections 4 to 7.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from audio_pipeline.errors import BankError

_CHUNK = struct.Struct("<4sI")
_PRESET = struct.Struct("<20sHH14x")
_MOST_TEXT_BYTES = 65_536  # the specification's limit for ICMT, the longest text
_MOST_PRESET_BYTES = 4 << 20


@dataclass(frozen=True, order=True)
class Preset:
    """One sound of a bank."""

    bank: int  # 0 melodic, 128 percussion, others variations
    program: int  # 0..127
    name: str


@dataclass(frozen=True)
class Bank:
    """What a SoundFont says of itself."""

    path: Path
    texts: Mapping[str, str]  # INFO chunk id -> text
    presets: tuple[Preset, ...]  # sorted by bank and program

    @property
    def title(self) -> str:
        """The bank's name, with its author if it says who."""
        name = self.texts.get("INAM") or self.path.stem
        author = self.texts.get("IENG")
        return f"{name} by {author}" if author else name

    @property
    def licence(self) -> str:
        """The bank's copyright and its comment, which is where banks state their terms."""
        return "; ".join(text for key in ("ICOP", "ICMT") if (text := self.texts.get(key)))

    def preset(self, bank: int, program: int) -> Preset:
        """The preset at these numbers; BankError names what the bank has instead."""
        for preset in self.presets:
            if (preset.bank, preset.program) == (bank, program):
                return preset
        raise BankError(f"{self.path} has no program {program} in bank {bank}; {self._hint(bank)}")

    def _hint(self, bank: int) -> str:
        programs = [preset.program for preset in self.presets if preset.bank == bank]
        if not programs:
            return f"its banks are {', '.join(map(str, sorted({p.bank for p in self.presets})))}"
        return f"bank {bank} has {len(programs)} programs, see --list"


def read_bank(path: Path) -> Bank:
    """Presets and texts of an .sf2 file; BankError says what is wrong with it."""
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as error:
        raise BankError(f"{path}: {error.strerror or error}") from error


def _read(file: BinaryIO, path: Path) -> Bank:
    magic, _ = _chunk_header(file, path)
    form = file.read(4)
    if magic != b"RIFF" or form != b"sfbk":
        raise BankError(f"{path} is not a SoundFont 2 file")
    end = path.stat().st_size
    texts: dict[str, str] = {}
    presets: tuple[Preset, ...] | None = None
    for name, begin, size in _chunks(file, path, 12, end):
        kind = file.read(4) if name == b"LIST" else b""
        inner = list(_chunks(file, path, begin + 4, begin + size)) if kind in _LISTS else []
        for inner_name, inner_begin, inner_size in inner:
            file.seek(inner_begin)
            if kind == b"INFO" and inner_size <= _MOST_TEXT_BYTES:
                texts[inner_name.decode("latin-1")] = _text(file.read(inner_size))
            elif kind == b"pdta" and inner_name == b"phdr" and inner_size <= _MOST_PRESET_BYTES:
                presets = _presets(file.read(inner_size))
    if not presets:
        raise BankError(f"{path} has no presets: it is cut off or damaged")
    return Bank(path, texts, presets)


_LISTS = (b"INFO", b"pdta")


def _chunks(file: BinaryIO, path: Path, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(id, offset of the content, size) of each chunk; the file stands at the content."""
    while begin + _CHUNK.size <= end:
        file.seek(begin)
        name, size = _chunk_header(file, path)
        content = begin + _CHUNK.size
        if content + size > end:
            raise BankError(f"{path} is cut off: its chunk {name!r} ends behind the file")
        yield name, content, size
        begin = content + size + size % 2


def _chunk_header(file: BinaryIO, path: Path) -> tuple[bytes, int]:
    header = file.read(_CHUNK.size)
    if len(header) < _CHUNK.size:
        raise BankError(f"{path} is not a SoundFont 2 file")
    name, size = _CHUNK.unpack(header)
    return name, size


def _presets(data: bytes) -> tuple[Preset, ...]:
    whole = len(data) - len(data) % _PRESET.size
    records = [Preset(bank, program, _text(name)) for name, program, bank in
               _PRESET.iter_unpack(data[:whole])]  # fmt: skip
    return tuple(sorted(records[:-1]))


def _text(data: bytes) -> str:
    """A zero-terminated text; ASCII by the specification, Latin-1 in the wild."""
    return data.split(b"\0", 1)[0].decode("latin-1").strip()
