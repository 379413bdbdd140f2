"""The web panel's pages of the whole instrument in simulated time: the code, and a new token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.events import Reach
from device.screens import legends
from device.screens.manager import render
from device.settings import RemoteSettings, Settings
from device.view import Screen
from device.web.token import TOKEN_NAME, TokenFile

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
BACK, YES, NEW, NEXT = 0, 1, 2, 3
WIDE = Settings(remote=RemoteSettings(web_host="0.0.0.0"))


class Panel:
    """Stands for the server; remembers which tokens it was given."""

    host, port = "0.0.0.0", 8080

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def change_token(self, token: str) -> None:
        self.tokens.append(token)


def to_the_page(world: World) -> None:
    world.open_pages()
    for _ in range(4):
        world.click(NEXT)
    assert world.view.screen is Screen.WEB


def serve(world: World) -> Panel:
    panel = Panel()
    world.app.access.token()
    world.app.access.opened(panel)
    world.run(4)
    return panel


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    made = make_world(settings=WIDE, find_address=lambda: "192.168.1.20")
    made.run(0.5)
    return made


def test_the_page_shows_the_address_with_the_kept_token(world: World, tmp_path: Path) -> None:
    serve(world)
    to_the_page(world)
    access = world.view.access
    token = TokenFile(tmp_path / TOKEN_NAME).read()
    assert access.url == f"http://192.168.1.20:8080/{token}"
    assert world.view.buttons[NEW] == legends.NEW
    assert world.app.painter.frame == render(world.view)
    world.click(NEXT)
    assert world.view.screen is Screen.SELFTEST


def test_a_new_token_is_made_only_after_a_question(world: World, tmp_path: Path) -> None:
    panel = serve(world)
    to_the_page(world)
    before = world.view.access.token
    world.click(NEW)
    assert world.view.screen is Screen.TOKEN
    world.click(BACK)
    assert world.view.screen is Screen.WEB
    world.click(NEW)
    world.click(NEXT)
    assert world.view.screen is Screen.SELFTEST
    assert panel.tokens == []
    world.click(BACK)
    to_the_page(world)
    world.click(NEW)
    world.click(YES)
    assert world.view.screen is Screen.WEB
    assert panel.tokens == [world.view.access.token]
    assert world.view.access.token != before
    assert TokenFile(tmp_path / TOKEN_NAME).read() == world.view.access.token
    assert all(before not in line and panel.tokens[0] not in line for line in world.reports)


def test_there_is_no_new_token_for_a_panel_that_is_not_open(make_world: MakeWorld) -> None:
    world = make_world(settings=Settings(remote=RemoteSettings(web=False)))
    world.run(0.5)
    to_the_page(world)
    assert world.view.access.reach is Reach.OFF
    assert world.view.buttons == (legends.BACK, "", "", legends.NEXT)
    world.click(NEW)
    assert world.view.screen is Screen.WEB


def test_the_question_goes_with_the_network(make_world: MakeWorld) -> None:
    addresses = ["192.168.1.20"]
    world = make_world(settings=WIDE, find_address=lambda: addresses[-1])
    panel = serve(world)
    to_the_page(world)
    world.click(NEW)
    addresses.append("")
    world.run(4)
    assert world.view.screen is Screen.WEB
    assert world.view.access.reach is Reach.NO_NETWORK
    world.click(YES)
    assert panel.tokens == []


def test_a_network_that_comes_does_not_wake_the_display(world: World) -> None:
    world.run(5)
    idle_s = world.app.idle_s(world.clock.now_s())
    serve(world)
    assert world.app.idle_s(world.clock.now_s()) > idle_s
