"""Who may come in: the names this machine answers to, pages of our own only, and the token.

A browser would carry out what a page of another site asks of this address. Two headers that no
page can forge tell: Host must be a name of ours, or else somebody's name server has been made to
point here (DNS rebinding; a literal address cannot be made to, nor can a name in .local, which is
asked for in the home network only), and Origin must be that same host. Beyond this machine a token
is asked for as well.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, quote, unquote, urlsplit

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Refusal:
    """Why somebody may not come in, as he is told."""

    status: HTTPStatus
    reason: str
    wants_token: bool = False


class Guard:
    """Checks the headers and the address of requests."""

    def __init__(self, host: str, token: str) -> None:
        """`host`: as bound to; an empty token lets everybody in that passes the other checks."""
        machine = socket.gethostname().lower()
        short = machine.partition(".")[0]
        self._names = {"localhost", host.lower(), machine, f"{short}.local"}
        # The second of two instruments calls itself latentpad-2.local: RFC 6762, section 9.
        self._renamed = re.compile(re.escape(short) + r"-[0-9]{1,3}\.local")
        self._token = token.encode()

    def host(self, header: str | None) -> Refusal | None:
        """Refuse a Host header that is not a name of this machine or a literal address."""
        match = _HOST.fullmatch(header or "")
        if match is None:
            return Refusal(HTTPStatus.BAD_REQUEST, "The request names no proper Host.")
        name = match[1].lower().removesuffix(".")
        if name in self._names or self._renamed.fullmatch(name) or _is_address(name):
            return None
        known = ", ".join(sorted(self._names))
        text = f"This machine is not called {name}: use its address or one of {known}."
        return Refusal(HTTPStatus.MISDIRECTED_REQUEST, text)

    def origin(self, header: str | None, host: str) -> Refusal | None:
        """Refuse a connection from another site's page; programs that are no browser send none."""
        if header is None or header.lower() in {
            f"http://{host}".lower(),
            f"https://{host}".lower(),
        }:
            return None
        return Refusal(HTTPStatus.FORBIDDEN, "Only pages of this instrument may play it.")

    def token(self, path: str) -> Refusal | None:
        """Refuse a request whose address lacks the token."""
        given = _query_token(path)
        if not self._token or self._is_token(given):
            return None
        what = "This token is not the right one." if given else "The address lacks the token."
        return Refusal(HTTPStatus.FORBIDDEN, what, wants_token=True)

    def change_token(self, token: str) -> None:
        """Let in only who has this one from now on."""
        self._token = token.encode()

    def way_in(self, path: str) -> str | None:
        """Where an address leads that has the token as its path, as the display shows it."""
        given = unquote(path.removeprefix("/"))
        if not self._token or not self._is_token(given):
            return None
        return f"/?token={quote(self._token, safe='')}"

    def _is_token(self, given: str) -> bool:
        """Whoever types a token that has only capitals may do so in small letters."""
        found = [one.encode(errors="surrogateescape") for one in (given, given.upper())]
        return any(hmac.compare_digest(one, self._token) for one in found)


def _query_token(path: str) -> str:
    try:
        return parse_qs(urlsplit(path).query, max_num_fields=8).get("token", [""])[0]
    except ValueError:  # too many fields, or brackets that look like a broken address
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
