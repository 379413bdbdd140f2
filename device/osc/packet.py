"""OSC datagrams to messages and back; no bytes can stop, hang or exhaust it.

python-osc reads and writes single messages. Bundles are taken apart here, since its own reader goes
round forever on an element of negative size, recurses into nested ones, and logs what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pythonosc import osc_message
from pythonosc.osc_message_builder import OscMessageBuilder

from device.errors import OscMessageError

MOST_BYTES = 8192  # of a datagram; Ethernet carries 1472 in one piece
LONGEST_TEXT = 200  # of what is sent
Argument = str | int | float  # bool among them

_BUNDLE = b"#bundle\0"
_BUNDLE_HEADER_BYTES = 16  # "#bundle", then a time tag
_TYPES = frozenset(b"ihfdsTF")  # numbers, strings, true and false: all that any address takes


@dataclass(frozen=True)
class OscCall:
    """One message."""

    address: str
    arguments: tuple[Argument, ...] = ()


def read_packet(datagram: bytes) -> list[OscCall]:
    """The messages of a datagram in order, bundles and bundles in bundles included.

    Raises OscMessageError if any part of it is no OSC.
    """
    if len(datagram) > MOST_BYTES:
        raise OscMessageError(f"more than {MOST_BYTES} bytes")
    calls, parts = [], [datagram]
    while parts:
        part = parts.pop()
        if part.startswith(_BUNDLE):
            parts += reversed(list(_elements(part)))
        elif part.startswith(b"/"):
            calls.append(_call(part))
        else:
            raise OscMessageError(f"{part[:20]!a} begins neither a message nor a bundle")
    return calls


def _elements(bundle: bytes) -> Iterator[bytes]:
    place = _BUNDLE_HEADER_BYTES
    while place < len(bundle):
        size = int.from_bytes(bundle[place : place + 4], "big")
        place += 4 + size
        if place > len(bundle):
            raise OscMessageError(f"an element of a bundle says it has {size} bytes")
        yield bundle[place - size : place]


def _call(data: bytes) -> OscCall:
    unknown = set(_type_tags(data)) - _TYPES
    if unknown:
        raise OscMessageError(f"arguments of type {chr(min(unknown))!a} are not understood")
    try:
        message = osc_message.OscMessage(data)
    except (osc_message.ParseError, ValueError):  # UnicodeDecodeError is one of the latter
        raise OscMessageError(f"{data[:20]!a} begins a message that is not whole") from None
    return OscCall(message.address, tuple(message.params))


def _type_tags(data: bytes) -> bytes:
    """The type tags after the address and their comma; none if there are none."""
    address, end, _ = data.partition(b"\0")
    begin = (len(address) // 4 + 1) * 4 if end else len(data)
    return data[begin:].partition(b"\0")[0].removeprefix(b",")


def write_message(call: OscCall) -> bytes:
    """A message as a datagram; text is cut to LONGEST_TEXT."""
    builder = OscMessageBuilder(call.address)
    for argument in call.arguments:
        if isinstance(argument, str):
            builder.add_arg(_sendable(argument), OscMessageBuilder.ARG_TYPE_STRING)
        elif isinstance(argument, int):
            builder.add_arg(int(argument), OscMessageBuilder.ARG_TYPE_INT)
        else:
            builder.add_arg(argument, OscMessageBuilder.ARG_TYPE_FLOAT)
    return builder.build().dgram


def _sendable(text: str) -> str:
    """Text that an OSC string can carry: no zero character, no half surrogate."""
    return text[:LONGEST_TEXT].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
