"""Answers to HTTP requests: a file, a refusal that says what to do, or the way to the WebSocket."""

from __future__ import annotations

import html
from http import HTTPStatus

from websockets.datastructures import Headers, MultipleValuesError
from websockets.http11 import Request, Response

from device.web.guard import Guard, Refusal
from device.web.static_files import static_files

SOCKET_PATH = "/socket"
PAGES = ("/", "/index.html")

_REFUSED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>latentpad</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
<body class="refused"><main><h1>latentpad</h1><p>{reason}</p>{way_out}</main></body></html>"""

_ASK_TOKEN = """<p>The instrument shows the full address, with its token, on its system page
&ldquo;Web panel&rdquo;, and prints it when it starts. You can also enter the token here:</p>
<form method="get" action="/"><label>Token
<input name="token" autocomplete="off" autofocus required></label><button>Open</button></form>"""


class Answers:
    """What each request gets."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._files = static_files()

    def __call__(self, connection: object, request: Request) -> Response | None:
        """The answer, or None where the WebSocket may open; the form of `process_request`."""
        try:
            host = request.headers.get("Host", "")
            origin = request.headers.get("Origin")
        except MultipleValuesError:
            return _refuse(Refusal(HTTPStatus.BAD_REQUEST, "Host or Origin is there twice."))
        path = request.path.partition("?")[0]
        refusal = self._guard.host(host)
        if refusal is None and path not in {SOCKET_PATH, *self._files}:
            way_in = self._guard.way_in(path)
            if way_in is not None:
                return _lead(way_in)
        refusal = refusal or self._refusal(request, path, origin, host)
        if refusal is not None:
            return _refuse(refusal)
        if path == SOCKET_PATH:
            return None
        file = self._files[path]
        return _response(HTTPStatus.OK, file.content_type, file.body, host)

    def _refusal(
        self, request: Request, path: str, origin: str | None, host: str
    ) -> Refusal | None:
        if request.method != "GET":
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET is of use here.")
        if path == SOCKET_PATH:
            return self._guard.origin(origin, host) or self._guard.token(request.path)
        if path not in self._files:
            text = "There is nothing here; or it is a token that is not the right one any more."
            return Refusal(HTTPStatus.NOT_FOUND, text, wants_token=True)
        # Without the page, its styles and modules are of no use, and they are no secret.
        return self._guard.token(request.path) if path in PAGES else None


def _refuse(refusal: Refusal) -> Response:
    way_out = _ASK_TOKEN if refusal.wants_token else ""
    page = _REFUSED.format(reason=html.escape(refusal.reason), way_out=way_out)
    return _response(refusal.status, "text/html; charset=utf-8", page.encode())


def _lead(place: str) -> Response:
    """On to another place of ours."""
    response = _response(HTTPStatus.SEE_OTHER, "text/plain", b"")
    response.headers["Location"] = place
    return response


def _response(status: HTTPStatus, content_type: str, body: bytes, host: str = "") -> Response:
    # Older browsers do not count WebSockets as 'self', so the policy names them.
    sockets = f"ws://{host} wss://{host}" if host else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {sockets}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = Headers(
        {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
