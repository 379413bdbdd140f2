"""Who may come in: the names this machine answers to, pages of our own only, and the token.

A browser would carry out what a page of another site asks of this address. Two headers that no
page can forge tell: Host must be a name of ours, or else somebody's name server has been made to
point here (DNS rebinding; a literal address cannot be made to), and Origin must be that same host.
Beyond this machine a token is asked for as well.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

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
        self._names = {"localhost", host.lower(), machine, f"{machine}.local"}
        self._token = token.encode()

    def host(self, header: str | None) -> Refusal | None:
        """Refuse a Host header that is not a name of this machine or a literal address."""
        match = _HOST.fullmatch(header or "")
        if match is None:
            return Refusal(HTTPStatus.BAD_REQUEST, "The request names no proper Host.")
        name = match[1].lower()
        if name in self._names or _is_address(name):
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
        if not self._token or hmac.compare_digest(given.encode(), self._token):
            return None
        what = "This token is not the right one." if given else "The address lacks the token."
        return Refusal(HTTPStatus.FORBIDDEN, what, wants_token=True)


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
