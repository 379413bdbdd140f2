"""Which player this is, and which players and formats can read a pack."""

from __future__ import annotations

import re

from device.pack.errors import PackInvalidError, PackTooNewError

PLAYER_VERSION = "0.1.0"
"""The version of this player; a test holds it to pyproject.toml."""

_PLAYER = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")
_FORMAT = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def check_min_player(wanted: str, path: str) -> None:
    """Raise PackTooNewError when a pack wants a later player than this one."""
    if not _PLAYER.fullmatch(wanted):
        raise PackInvalidError(path, f"min_player: {wanted[:40]!r} is not of the form 1.2.3")
    if _numbers(wanted) > _numbers(PLAYER_VERSION):
        raise PackTooNewError(path, f"needs player {wanted}, this is {PLAYER_VERSION}")


def parse_format_version(text: str, path: str) -> tuple[int, int]:
    """(major, minor) of a text such as '1.0'."""
    if not _FORMAT.fullmatch(text):
        raise PackInvalidError(path, f"format_version: {text[:40]!r} is not of the form 1.0")
    major, minor = _numbers(text)
    return major, minor


def check_format(major: int, minor: int, supported: int, path: str) -> None:
    """Accept every minor version of the supported major one; raise for any other."""
    if major > supported:
        raise PackTooNewError(
            path, f"format {major}.{minor} is too new: player {PLAYER_VERSION} reads {supported}.x"
        )
    if major < supported:
        raise PackInvalidError(path, f"format {major}.{minor} never existed; {supported}.x does")
