"""Fitting words to the display: letters that it has, lines that are not too long."""

from __future__ import annotations

import unicodedata

from device.screens.letters import GAP, glyphs, width

LONGEST = 400  # letters looked at: more than any screen can hold
UNKNOWN = "?"
REPLACED = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "♯": "#", "♭": "b", "µ": "u", "μ": "u", "×": "x", "·": "-", "•": "-",
    "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "°": " ",
})  # fmt: skip


def plain(text: str) -> str:
    """A text in letters that the display has: accents dropped, line ends as spaces, others "?"."""
    cut = text[:LONGEST].translate(REPLACED)
    parts = (letter if letter in glyphs() else _nearest(letter) for letter in cut)
    return "".join(parts).strip()


def _nearest(letter: str) -> str:
    """A known letter for an unknown one; nothing for marks that only decorate others."""
    category = unicodedata.category(letter)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category[0] in "ZC":
        return " "
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base in glyphs() else UNKNOWN


def megabytes(size_bytes: int) -> str:
    """A size as people say it: "312 MB", "1.4 GB", "0.3 MB"."""
    size_mb = size_bytes / 1e6
    if size_mb >= 1000:
        return f"{size_mb / 1000:.1f} GB"
    return f"{size_mb:.0f} MB" if size_mb >= 10 else f"{size_mb:.1f} MB"


def elided(text: str, room: int, scale: int = 1) -> str:
    """A plain text that needs at most `room` dots, its end as "…" where it is too long."""
    if width(text, scale) <= room:
        return text
    left = room - width("…", scale)
    for count, letter in enumerate(text):
        left -= (glyphs()[letter].shape[1] + GAP) * scale
        if left < 0:
            return f"{text[:count].rstrip()}…" if room >= width("…", scale) else ""
    return text


def wrapped(text: str, room: int) -> list[str]:
    """A plain text as lines of at most `room` dots; words that are too long are broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, room)
        lines += full
    return [*lines, line] if line else lines


def _broken(word: str, room: int) -> list[str]:
    """A word as pieces of at most `room` dots each."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
