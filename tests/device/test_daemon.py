"""The instrument as a process: started, played over its web panel and OSC, stopped by signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 60
WEB, OSC, PLAYING = "web panel: ", "OSC: 127.0.0.1 port ", "playing "


class Instrument:
    """The process, and what it has said of itself by the time it plays."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.web = self.osc_port = self.pack = ""

    def read_until_ready(self) -> None:
        assert self.process.stdout is not None
        while not (self.web and self.osc_port and self.pack):
            line = self.process.stdout.readline()
            assert line, self.lines
            self.lines.append(line)
            self.web = self.web or rest(line, WEB)
            self.osc_port = self.osc_port or rest(line, OSC)
            self.pack = self.pack or rest(line, PLAYING)

    @contextmanager
    def page(self) -> Iterator[Page]:
        with connect(self.web.replace("http", "ws", 1) + "socket", proxy=None) as connection:
            yield Page(connection)


class Page:
    """A browser without a face: it sends what a page sends and follows the view."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.view: dict[str, Any] = {}

    def send(self, **message: object) -> None:
        self.connection.send(json.dumps(message))

    def wait(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Until the view is so."""
        while not (self.view and what(self.view)):
            data = self.connection.recv(timeout=PATIENCE_S)
            if isinstance(data, str):
                message = json.loads(data)
                if message.pop("type") == "view":
                    self.view |= message
        return self.view


def rest(line: str, head: str) -> str:
    return line.removeprefix(head).strip() if line.startswith(head) else ""


@contextmanager
def running(two_packs: Path, tmp_path: Path, *more: str) -> Iterator[Instrument]:
    settings = tmp_path / "settings.toml"
    settings.write_text("[remote]\nosc_port = 0\n[audio]\nrealtime_priority = 0\n")
    command = [sys.executable, "-m", "device", "run", "--board", "web", "--web-port", "0"]
    files = ["--pack", two_packs, "--patches", tmp_path / "patches.json", "--settings", settings]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [*command, *map(str, files), *more], cwd=tmp_path, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        watchdog = threading.Timer(PATIENCE_S, process.kill)
        watchdog.start()
        instrument = Instrument(process)
        instrument.read_until_ready()
        yield instrument
        watchdog.cancel()
        process.kill()


@pytest.fixture
def instrument(two_packs: Path, tmp_path: Path) -> Iterator[Instrument]:
    with running(two_packs, tmp_path) as instrument:
        yield instrument


def test_a_page_plays_and_what_it_held_ends_with_it(instrument: Instrument) -> None:
    with instrument.page() as watcher:
        with instrument.page() as player:
            player.send(type="touch", x=1.0, y=0.25)
            player.send(type="on", note=60, velocity=100)
            view = watcher.wait(lambda view: view["status"]["voices"] == 1)
            watcher.wait(lambda view: view["pad"][0] == 1.0)
            assert view["chosen"]["pack"] == "Alpha"
        watcher.wait(lambda view: view["status"]["voices"] == 0)


def test_a_bookmark_outlives_the_instrument_until_a_new_token_is_made(
    two_packs: Path, tmp_path: Path
) -> None:
    """Over the network's side of the panel; the new token is asked for on the display's pages."""
    with running(two_packs, tmp_path, "--web-host", "0.0.0.0") as first:
        bookmark = urlsplit(first.web).query
        assert bookmark == f"token={(tmp_path / 'web-token').read_text().strip()}"
    with running(two_packs, tmp_path, "--web-host", "0.0.0.0") as second:
        where = f"ws://127.0.0.1:{urlsplit(second.web).port}/socket"
        with connect(f"{where}?{bookmark}", proxy=None) as connection:
            page = Page(connection)
            for screen in ("status", "monitor", "channel", "packs", "web"):
                page.send(type="page", forward=True)
                page.wait(lambda view, screen=screen: view["chosen"]["screen"] == screen)
            for button in (2, 1):
                page.send(type="button", button=button, down=True)
                page.send(type="button", button=button, down=False)
            with pytest.raises(ConnectionClosed):
                page.wait(lambda view: False)
        with pytest.raises(InvalidStatus), connect(f"{where}?{bookmark}", proxy=None):
            pass
        token = (tmp_path / "web-token").read_text().strip()
        with connect(f"{where}?token={token}", proxy=None) as connection:
            Page(connection).wait(lambda view: view["chosen"]["screen"] == "web")


def test_osc_plays_the_same_instrument(instrument: Instrument) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        instrument.page() as watcher,
    ):
        udp.settimeout(PATIENCE_S)
        udp.connect(("127.0.0.1", int(instrument.osc_port)))

        def send(address: str, *values: float) -> None:
            builder = OscMessageBuilder(address)
            for value in values:
                builder.add_arg(value)
            udp.send(builder.build().dgram)

        send("/ping")
        assert OscMessage(udp.recv(1024)).address == "/pong"
        send("/on", 64, 0.8)
        watcher.wait(lambda view: view["status"]["voices"] == 1)
        send("/panic")
        watcher.wait(lambda view: view["status"]["voices"] == 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(instrument: Instrument, number: signal.Signals) -> None:
    instrument.process.send_signal(number)
    assert instrument.process.wait(PATIENCE_S) == 0
    assert instrument.process.stdout is not None
    assert "Traceback" not in "".join(instrument.lines) + instrument.process.stdout.read()


def test_a_taken_port_is_told_and_the_rest_goes_on(two_packs: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "device", "run", "--board", "web", "--web-port", port]
        files = ["--pack", str(two_packs), "--patches", str(tmp_path / "patches.json")]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        with subprocess.Popen(
            [*command, *files], cwd=tmp_path, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith(PLAYING):
                    process.terminate()
    assert any("web panel" in line and port in line for line in said), said
