"""What latentpad-card here and on an instrument say to each other (see frames).

Both begin with a greeting. Then there is one request, and what belongs to it:

    list                           -> entries
    remove {pack}                  -> removed
    verify {decode}                -> report for each pack, then done
    install {manifest, sizes, preview}, the manifest as data
        -> total, written ..., send: which of the cells, by number, are wanted
        the cells as data in that order, then the preview
        -> written ..., installed

Instead of any answer there may be an error, after which nothing follows. Whoever sends a pack may
send `abort` in the place of data. `sizes` are those of the cells in the order of their names.
"""

from __future__ import annotations

import importlib.metadata
from typing import TypeVar

from device import pack as packs
from device.pack import PackError
from sdcard import packs as card_packs
from sdcard.targets.errors import ProtocolError, ProtocolMismatchError, RemoteError
from sdcard.targets.frames import Frames, Message

_Kind = TypeVar("_Kind")

PROTOCOL = 1
GREETING = "latentpad-card"
_KNOWN = {
    name: kind
    for module in (packs, card_packs)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, PackError)
}


def greet(frames: Frames) -> None:
    """Say what we are. Raises EndOfStreamError."""
    version = importlib.metadata.version("latentpad")
    frames.send({"hello": GREETING, "protocol": PROTOCOL, "version": version})


def check_greeting(message: Message, who: str) -> None:
    """Raise ProtocolError unless it greets, ProtocolMismatchError unless in our protocol."""
    if message.get("hello") != GREETING:
        raise ProtocolError(f"{who}: does not greet as latentpad-card does")
    if message.get("protocol") != PROTOCOL:
        raise ProtocolMismatchError(
            f"{who}: its latentpad-card {message.get('version')} speaks protocol"
            f" {message.get('protocol')}, this one {PROTOCOL}: update the older of the two"
        )


def error_message(error: Exception) -> Message:
    """An error for the other side."""
    if isinstance(error, PackError):
        fields = {"path": error.path, "detail": error.detail}
    else:
        fields = {"detail": str(error)}
    return {"error": {"kind": type(error).__name__, **fields}}


def error_from(value: object, who: str) -> Exception:
    """The other side's error, as ours if we know it. Raises ProtocolError."""
    if not isinstance(value, dict) or not isinstance(value.get("detail"), str):
        raise ProtocolError(f"{who}: an error that does not say what it is")
    kind, detail = str(value.get("kind")), str(value["detail"])
    if kind in _KNOWN and isinstance(value.get("path"), str):
        return _KNOWN[kind](f"{who}:{value['path']}", detail)
    return RemoteError(f"{who}: {detail} [{kind}]")


def field(message: Message, key: str, kind: type[_Kind]) -> _Kind:
    """A field of a message, of this type. Raises ProtocolError."""
    value = message.get(key)
    if type(value) is not kind:
        raise ProtocolError(f"message without {key}, or it is no {kind.__name__}")
    return value


def integer(message: Message, key: str, least: int, most: int) -> int:
    """A number within a range. Raises ProtocolError."""
    value = message.get(key)
    if type(value) is not int or not least <= value <= most:
        raise ProtocolError(f"message without {key}, or it is not in {least}..{most}")
    return value
