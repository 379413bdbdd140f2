"""The server itself: pages come and go, strangers stay out, and nothing holds it up."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedError,
    ConnectionClosedOK,
    InvalidStatus,
)
from websockets.frames import Close
from websockets.sync.client import ClientConnection, connect

from device.errors import DeviceError, WebUnavailableError
from device.events import (
    ButtonPressed,
    ButtonReleased,
    NoteOn,
    Origin,
    Panicked,
    ParameterSet,
    PortLost,
    PotMoved,
    TouchLifted,
    TouchMoved,
)
from device.web import WebPanel
from device.web.panel import MOST_PAGES
from hardware.interfaces import FRAME_BYTES

Join = Callable[..., ClientConnection]
Instrument = Any  # of conftest.py, which no test can import


@pytest.fixture
def join() -> Iterator[Join]:
    """Connects as a page does."""
    stack = contextlib.ExitStack()

    def join(panel: WebPanel, **options: Any) -> ClientConnection:  # noqa: ANN401 (of connect)
        url = urlsplit(panel.address)
        options.setdefault("origin", f"http://{url.netloc}")
        where = f"ws://{url.netloc}/socket?{url.query}"
        return stack.enter_context(connect(where, proxy=None, max_size=None, **options))

    with stack:
        yield join


def say(connection: ClientConnection, **message: object) -> None:
    connection.send(json.dumps(message))


def hear(connection: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a type."""
    while True:
        message = connection.recv(timeout=20)
        if isinstance(message, str) and (read := json.loads(message))["type"] == kind:
            return dict(read)


def hear_frame(connection: ClientConnection) -> bytes:
    while True:
        message = connection.recv(timeout=20)
        if isinstance(message, bytes):
            return message


def hear_the_end(connection: ClientConnection) -> Close | None:
    """How the server ended a connection, all messages before it skipped."""
    with contextlib.suppress(ConnectionClosedOK):
        try:
            while True:
                connection.recv(timeout=20)
        except ConnectionClosedError as error:
            return error.rcvd
    return None


def get(
    panel: WebPanel, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    url = urlsplit(panel.address)
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=20)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    return response, response.read().decode()


def test_pages_play_and_see_the_same(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve()
    first, second = join(panel), join(panel)
    assert hear(first, "hello")["port"] == "web 1"
    assert hear(second, "hello")["port"] == "web 2"
    say(first, type="on", note=60, velocity=90)
    say(second, type="pot", pot=2, turn=0.75)
    instrument.wait_event(NoteOn(Origin("web 1", 0), 60, 90), PotMoved(2, 0.75))
    for connection in (first, second):
        assert hear(connection, "view")["packs"] == ["Four Winds", "Glasshouse"]
    instrument.show(channel=7)
    for connection in (first, second):
        assert hear(connection, "view") == {
            "type": "view",
            "chosen": {
                "pack": "Four Winds",
                "pack_index": 0,
                "instruments": [0, 1, 2, 3],
                "corner": 0,
                "pot": 1,
                "channel": 7,
                "screen": "home",
            },
        }


def test_the_picture_comes_at_once_and_when_it_changes(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve())
    assert hear_frame(connection) == bytes(FRAME_BYTES)
    instrument.frame = b"\xaa" * FRAME_BYTES
    assert hear_frame(connection) == b"\xaa" * FRAME_BYTES


def test_a_lost_page_lets_go(instrument: Instrument, join: Join) -> None:
    """Its connection breaks without a goodbye; a page that stays keeps what it holds."""
    panel = instrument.serve()
    stays, goes = join(panel), join(panel)
    say(stays, type="touch", x=0.5, y=0.5)
    say(goes, type="touch", x=0.25, y=0.5)
    say(goes, type="button", button=1, down=True)
    instrument.wait_event(TouchMoved(0.5, 0.5), TouchMoved(0.25, 0.5), ButtonPressed(1))
    goes.socket.shutdown(socket.SHUT_RDWR)
    events = instrument.wait_event(PortLost("web 2"))
    assert events[-3:] == [ButtonReleased(1, is_lost=True), TouchLifted(), PortLost("web 2")]


def test_a_free_port_name_is_used_again(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve()
    first, second = join(panel), join(panel)
    assert hear(second, "hello")["port"] == "web 2"
    first.close()
    instrument.wait_event(PortLost("web 1"))
    third = join(panel)
    assert hear(third, "hello")["port"] == "web 1"


def test_one_page_too_many_is_told(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve()
    pages = [join(panel) for _ in range(MOST_PAGES)]
    for page in pages:
        hear(page, "hello")
    with pytest.raises(ConnectionClosed) as caught:
        join(panel).recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1013
    assert f"{MOST_PAGES} pages" in caught.value.rcvd.reason


def test_nonsense_is_answered_counted_and_reported(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve())
    say(connection, type="on", note=128, velocity=1)
    error = hear(connection, "error")
    assert error["text"] == "on: note: 128 is outside 0..127"
    assert error["count"] == 1
    say(connection, type="panic")
    instrument.wait_event(Panicked())
    say(connection, type="reboot")
    assert hear(connection, "error")["count"] == 2
    connection.close()
    instrument.wait_event(PortLost("web 1"))
    assert instrument.reports[0] == "web 1: on: note: 128 is outside 0..127"
    assert instrument.reports[1] == "web 1: 2 messages were refused"


def test_endless_nonsense_ends_the_page(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve())
    for _ in range(100):
        connection.send("nonsense")
    end = hear_the_end(connection)
    assert end is not None
    assert end.code == 1008
    assert len(instrument.reports) <= 2


def test_a_huge_message_ends_the_page(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve())
    connection.send("x" * 100_000)
    instrument.wait_event(PortLost("web 1"))
    hear_the_end(connection)


def test_no_event_of_a_flood_is_lost(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve())
    for number in range(300):
        say(connection, type="pot", pot=0, turn=number / 300)
    instrument.wait_event(PotMoved(0, 299 / 300))
    assert instrument.events == [PotMoved(0, number / 300) for number in range(300)]


def test_beside_real_pots_the_page_sets_values(instrument: Instrument, join: Join) -> None:
    connection = join(instrument.serve(is_panel=False))
    assert hear(connection, "hello")["knobs"] is False
    say(connection, type="pot", pot=3, turn=0.5)
    instrument.wait_event(ParameterSet(3, 0.5))


def test_serves_its_files_with_strict_headers(instrument: Instrument) -> None:
    panel = instrument.serve()
    for path, kind in (
        ("/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/main.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ):
        response, _ = get(panel, path)
        assert response.status == 200
        assert response.headers["Content-Type"] == kind
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-cache"
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path",
    ["/../panel.py", "/..%2fpanel.py", "/%2e%2e/panel.py", "/static/main.js", "//etc/passwd", "*"],
)
def test_serves_nothing_else(instrument: Instrument, path: str) -> None:
    response, body = get(instrument.serve(), path)
    assert response.status == 404
    assert "WebPanel" not in body


def test_other_methods_and_plain_requests_to_the_socket(instrument: Instrument) -> None:
    panel = instrument.serve()
    assert get(panel, "/", "POST")[0].status == 405
    assert get(panel, "/socket")[0].status == 426


def test_pages_of_others_cannot_come_in(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve()
    with pytest.raises(InvalidStatus) as caught:
        join(panel, origin="http://elsewhere.example")
    assert caught.value.response.status_code == 403
    assert get(panel, "/", Host="rebound.example")[0].status == 421
    assert instrument.events == []


def test_the_token_is_asked_for(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve(token="k & 7")
    assert panel.address.endswith("/?token=k%20%26%207")
    response, body = get(panel, "/")
    assert response.status == 403
    assert '<input name="token"' in body
    assert get(panel, "/?token=wrong")[0].status == 403
    assert get(panel, f"/?{urlsplit(panel.address).query}")[0].status == 200
    assert hear(join(panel), "hello")["port"] == "web 1"
    url = urlsplit(panel.address)
    with pytest.raises(InvalidStatus) as caught, connect(f"ws://{url.netloc}/socket", proxy=None):
        pass
    assert caught.value.response.status_code == 403


def test_the_address_of_the_display_leads_to_the_page(instrument: Instrument) -> None:
    panel = instrument.serve(token="K7QFZ3MXWB2HD", host="0.0.0.0")
    here = http.client.HTTPConnection("127.0.0.1", panel.port, timeout=20)
    here.request("GET", "/k7qfz3mxwb2hd")
    response = here.getresponse()
    assert (response.status, response.headers["Location"]) == (303, "/?token=K7QFZ3MXWB2HD")
    assert response.read() == b""
    here.close()
    here.request("GET", "/K7QFZ3MXWB2HE")
    refused = here.getresponse()
    assert refused.status == 404
    assert b'<input name="token"' in refused.read()
    here.close()
    here.request("GET", "/K7QFZ3MXWB2HD", headers={"Host": "rebound.example"})
    assert here.getresponse().status == 421
    here.close()


def test_a_token_with_the_name_of_a_file_hides_no_file(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve(token="socket")
    assert hear(join(panel), "hello")["port"] == "web 1"


def test_a_new_token_ends_pages_and_what_they_hold(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve(token="first")
    old_address = panel.address
    page = join(panel)
    hear(page, "hello")
    say(page, type="touch", x=0.5, y=0.5)
    instrument.wait_event(TouchMoved(0.5, 0.5))
    panel.change_token("second")
    assert panel.address.endswith("?token=second")
    instrument.frame = b"\xaa" * FRAME_BYTES  # it shows the new token
    heard = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            heard.append(page.recv(timeout=20))
    assert instrument.frame not in heard
    instrument.wait_event(TouchLifted(), PortLost("web 1"))
    assert get(panel, f"/?{urlsplit(old_address).query}")[0].status == 403
    assert hear(join(panel), "hello")["port"] == "web 1"


def test_beyond_this_machine_only_with_a_token(instrument: Instrument) -> None:
    with pytest.raises(WebUnavailableError, match="set a web_token"):
        instrument.serve(host="0.0.0.0")


def test_a_taken_port_is_named(instrument: Instrument) -> None:
    port = urlsplit(instrument.serve().address).port
    with pytest.raises(WebUnavailableError, match=rf"127\.0\.0\.1:{port}: .*in use") as caught:
        instrument.serve(port=port)
    assert isinstance(caught.value, DeviceError)
    assert isinstance(caught.value, OSError)


def test_a_host_that_is_not_ours_is_named(instrument: Instrument) -> None:
    with pytest.raises(WebUnavailableError, match=r"192\.0\.2\.1:0: "):
        instrument.serve(host="192.0.2.1")


def test_close_ends_all_and_may_be_called_again(instrument: Instrument, join: Join) -> None:
    panel = instrument.serve()
    connection = join(panel)
    hear(connection, "hello")
    url = urlsplit(panel.address)
    waits = socket.create_connection((str(url.hostname), url.port or 0))  # and says nothing
    panel.close()
    assert instrument.events == [PortLost("web 1")]
    panel.close()
    hear_the_end(connection)
    waits.close()
    with pytest.raises(ConnectionRefusedError):
        get(panel, "/")


def test_closing_what_never_started_is_fine(instrument: Instrument) -> None:
    def nothing(_: object) -> None:
        return

    panel = WebPanel(
        host="127.0.0.1",
        port=0,
        token="",
        post=nothing,
        view=lambda: None,
        frame=lambda: b"",
        report=nothing,
    )
    panel.close()
    assert panel.address == ""


def test_a_page_that_reads_nothing_holds_nobody_up(instrument: Instrument, join: Join) -> None:
    """Its pings stay unanswered, and then its port is lost, while the other page is served."""
    panel = instrument.serve()
    url = urlsplit(panel.address)
    deaf = socket.create_connection((str(url.hostname), url.port or 0))
    deaf.sendall(
        f"GET /socket HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b" 101 " in deaf.recv(30)
    connection = join(panel)
    for number in range(50):
        instrument.frame = bytes([number + 1]) * FRAME_BYTES
        assert hear_frame(connection)
    instrument.wait_event(PortLost("web 1"))
    deaf.close()
