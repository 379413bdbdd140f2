"""Who may come in: names, origins and tokens."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.web.guard import Guard

SHORT = socket.gethostname().partition(".")[0]
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
        f"{SHORT}.local",
        f"{SHORT}.local.:8080",
        f"{SHORT}-2.local:8080",
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
        (f"{SHORT}.local.example", 421),
        (f"{SHORT}-x.local", 421),
        ("other.local", 421),
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
    [
        "/",
        "/?token=",
        "/?token=kestrel",
        "/?token=%FF",
        "/?" + "&a=1" * 20,
        "//[",
        "/?token=é",
        "/?token=\udcff",
    ],
)
def test_no_token_or_another_does_not(path: str) -> None:
    refusal = LOCKED.token(path)
    assert refusal is not None
    assert refusal.wants_token


@pytest.mark.parametrize("host", ["192.168.1.20:8080", f"{SHORT}.local:8080"])
def test_a_phone_in_the_home_network_comes_in_by_address_and_by_name(host: str) -> None:
    guard = Guard("0.0.0.0", "K7QFZ3MXWB2HD")
    assert guard.host(host) is None
    assert guard.origin(f"http://{host}", host) is None
    assert guard.token("/socket?token=K7QFZ3MXWB2HD") is None
    assert guard.origin("http://192.168.1.21:8080", host) is not None


def test_the_token_may_be_the_path_and_be_typed_in_small_letters() -> None:
    guard = Guard("0.0.0.0", "K7QFZ3MXWB2HD")
    for path in ("/K7QFZ3MXWB2HD", "/k7qfz3mxwb2hd"):
        assert guard.way_in(path) == "/?token=K7QFZ3MXWB2HD"
    assert guard.token("/?token=k7qfz3mxwb2hd") is None
    assert LOCKED.way_in("/kestrel%20%26%20co") == "/?token=kestrel%20%26%20co"
    assert LOCKED.way_in("/KESTREL%20%26%20CO") is None
    for path in ("/", "/K7QFZ3MXWB2H", "//K7QFZ3MXWB2HD", "/%FF", "/\udcff"):
        assert guard.way_in(path) is None
    assert OPEN.way_in("/") is None


def test_another_token_shuts_the_old_one_out() -> None:
    guard = Guard("0.0.0.0", "old")
    guard.change_token("new")
    assert guard.token("/?token=old") is not None
    assert guard.way_in("/old") is None
    assert guard.token("/?token=new") is None
