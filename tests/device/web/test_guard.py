"""Who may come in: names, origins and tokens."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.web.guard import Guard

OPEN, LOCKED = Guard("127.0.0.1", ""), Guard("0.0.0.0", "kestrel & co")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost",
        "LOCALHOST:1",
        "[::1]:8080",
        "192.0.2.7:8080",
        f"{socket.gethostname()}:8080",
        f"{socket.gethostname()}.local",
    ],
)
def test_names_of_this_machine_and_addresses_pass(host: str) -> None:
    assert OPEN.host(host) is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("rebound.example:8080", 421),
        ("127.0.0.1.example", 421),
        ("localhost.example", 421),
        ("", 400),
        (None, 400),
        ("localhost; script-src *", 400),
        ("localhost:8080/", 400),
        ("a@localhost", 400),
    ],
)
def test_other_names_are_refused(host: str | None, status: int) -> None:
    refusal = OPEN.host(host)
    assert refusal is not None
    assert refusal.status == status


@given(st.text(max_size=50))
def test_no_host_is_trouble(host: str) -> None:
    refusal = OPEN.host(host)
    assert refusal is None or refusal.status in (400, 421)


@pytest.mark.parametrize("origin", ["http://a:1", "https://a:1", "HTTP://A:1", None])
def test_our_own_page_passes(origin: str | None) -> None:
    assert OPEN.origin(origin, "a:1") is None


@pytest.mark.parametrize(
    "origin", ["http://b:1", "http://a:2", "http://a", "null", "", "http://a:1.example"]
)
def test_pages_of_others_do_not(origin: str) -> None:
    refusal = OPEN.origin(origin, "a:1")
    assert refusal is not None
    assert refusal.status == 403


def test_the_token_lets_in() -> None:
    assert LOCKED.token("/?token=kestrel%20%26%20co") is None
    assert LOCKED.token("/socket?a=1&token=kestrel+%26+co") is None
    assert OPEN.token("/") is None


@pytest.mark.parametrize(
    "path",
    ["/", "/?token=", "/?token=kestrel", "/?token=%FF", "/?" + "&a=1" * 20, "//[", "/?token=é"],
)
def test_no_token_or_another_does_not(path: str) -> None:
    refusal = LOCKED.token(path)
    assert refusal is not None
    assert refusal.wants_token
