"""Networks from the boot partition, given to NetworkManager for as long as the system runs."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable
from pathlib import Path

from sdcard.system.errors import BootFileError
from sdcard.system.on_card.placing import make_folder, put
from sdcard.system.on_card.texts import plain_name, read_text

ENDING = ".nmconnection"
OURS = "boot-"
"""How the files begin that were put by us: those of an earlier run are taken away."""
MOST = 32
WIFI = ("wifi", "802-11-wireless")
SHORTEST_PASSWORD, LONGEST_PASSWORD, KEY_DIGITS = 8, 63, 64  # of WPA (IEEE 802.11, annex J)


def take_networks(
    drop_in: Path, target: Path, refuse: Callable[[BootFileError], None]
) -> list[str]:
    """Write each into `target`, for root alone, or NetworkManager would not read it."""
    make_folder(target, 0o755)
    wanted: dict[str, str] = {}
    for path in _files(drop_in)[:MOST]:
        try:
            wanted[_name(path)] = checked(path)
        except BootFileError as error:
            refuse(error)
    for old in target.glob(f"{OURS}*{ENDING}"):
        if old.name not in wanted:
            old.unlink(missing_ok=True)
    for name, text in wanted.items():
        put(target / name, text, 0o600)
    return [f"network {name.removeprefix(OURS).removesuffix(ENDING)}" for name in wanted]


def checked(path: Path) -> str:
    """The text of a keyfile (nm-settings-keyfile(5)). Raises BootFileError."""
    text = read_text(path)
    parser = configparser.RawConfigParser(
        delimiters=("=",), comment_prefixes=("#",), default_section="", empty_lines_in_values=False
    )
    try:
        parser.read_string(text)
    except configparser.Error as error:  # its text would tell passwords to the journal
        raise BootFileError(
            f"{path}, line {_line(error)}: neither [SECTION] nor KEY=VALUE"
        ) from None
    if not parser.has_option("connection", "type"):
        raise BootFileError(f"{path}: [connection] has no type, as wifi or ethernet")
    if parser.get("connection", "type") in WIFI:
        _check_wifi(path, parser)
    return text


def _line(error: configparser.Error) -> int:
    """At which line reading ended."""
    errors: list[tuple[int, str]] = getattr(error, "errors", [])
    return errors[0][0] if errors else getattr(error, "lineno", 1)


def _check_wifi(path: Path, parser: configparser.RawConfigParser) -> None:
    section = next((name for name in WIFI if parser.has_section(name)), "")
    if not section or not parser.get(section, "ssid", fallback=""):
        raise BootFileError(f"{path}: [wifi] has no ssid, the name of the network")
    for name in (f"{kind}-security" for kind in WIFI):
        password = parser.get(name, "psk", fallback=None)
        if password is not None and not _is_password(password):
            raise BootFileError(
                f"{path}: psk has {len(password)} characters; a password has"
                f" {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
            )


def _is_password(text: str) -> bool:
    is_key = bool(re.fullmatch(rf"[0-9a-fA-F]{{{KEY_DIGITS}}}", text))
    return is_key or SHORTEST_PASSWORD <= len(text.encode()) <= LONGEST_PASSWORD


def _files(drop_in: Path) -> list[Path]:
    paths = sorted(drop_in.iterdir()) if drop_in.is_dir() else []
    named = [(plain_name(path.name).lower(), path) for path in paths]
    return [path for name, path in named if name.endswith(ENDING) and name[0] not in "._"]


def _name(path: Path) -> str:
    """MacOS and Windows allow what NetworkManager or a shell would stumble over."""
    stem = plain_name(path.name)[: -len(ENDING)]
    return f"{OURS}{re.sub(r'[^A-Za-z0-9_-]', '_', stem)}{ENDING}"
