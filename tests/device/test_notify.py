"""What systemd is told, over sockets of both kinds, and when its watchdog is not fed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.app import App
from device.daemon import beat
from device.engine.errors import StreamError
from device.engine.steady import SteadyStream
from device.engine.stream import AudioStream
from device.notify import FEEDS, LOOK_S, Heartbeat, sender, watchdog_s

RATE_HZ = 48000
LIMIT_S = 20.0
PATIENCE_S = 60


class Instrument:
    """A clock, a mixer's counter, and all that has been sent."""

    def __init__(self, limit_s: float | None = LIMIT_S) -> None:
        self.time_s = 50.0
        self.frame = 0
        self.sent: list[str] = []
        self.is_ready, self.status = False, "starting"
        self.heart = Heartbeat(self.sent.append, lambda: self.time_s, RATE_HZ, limit_s)

    def run(self, seconds: float, pace: float = 1.0) -> list[str]:
        """Let time pass, with a mixer that goes at a pace; the lines that were sent."""
        self.sent.clear()
        for _ in range(round(seconds / 0.05)):
            self.time_s += 0.05
            self.frame += round(0.05 * RATE_HZ * pace)
            self.heart.look(self.frame, self.is_ready, lambda: self.status)
        return "\n".join(self.sent).splitlines()


def feeds(lines: list[str]) -> int:
    return lines.count("WATCHDOG=1")


def test_the_watchdog_is_fed_several_times_in_its_patience() -> None:
    assert FEEDS - 1 <= feeds(Instrument().run(LIMIT_S)) <= FEEDS
    assert feeds(Instrument(limit_s=None).run(LIMIT_S)) == 0


def test_it_is_not_fed_while_the_mixer_stands_still() -> None:
    instrument = Instrument()
    instrument.run(LIMIT_S)
    lines = instrument.run(2 * LIMIT_S, pace=0.0)
    assert feeds(lines) <= 1  # for what still came before
    assert lines[-1] == "STATUS=the sound stands still"
    lines = instrument.run(LIMIT_S)
    assert feeds(lines) >= FEEDS - 2
    assert "STATUS=starting" in lines


@pytest.mark.parametrize(("pace", "is_fed"), [(0.1, False), (0.5, True), (1.0, True), (100, True)])
def test_the_pace_of_the_mixer_decides(pace: float, is_fed: bool) -> None:
    assert (feeds(Instrument().run(LIMIT_S, pace)) > 0) == is_fed


def test_a_mixer_that_goes_backwards_is_no_progress() -> None:
    instrument = Instrument()
    instrument.run(LIMIT_S)
    instrument.frame = 0
    assert feeds(instrument.run(LIMIT_S / FEEDS, pace=0.5)) == 0


def test_after_a_long_sleep_of_the_process_it_is_fed_again() -> None:
    instrument = Instrument()
    instrument.run(LIMIT_S)
    instrument.time_s += 3600
    assert feeds(instrument.run(LIMIT_S)) >= FEEDS - 2


def test_ready_is_told_once() -> None:
    instrument = Instrument()
    assert "READY=1" not in instrument.run(5)
    instrument.is_ready = True
    assert instrument.run(5).count("READY=1") == 1
    assert "READY=1" not in instrument.run(5)


def test_status_is_told_when_it_changes_and_is_one_line() -> None:
    instrument = Instrument()
    assert instrument.run(5).count("STATUS=starting") == 1
    instrument.status = "playing A\nWATCHDOG=1\x00" + "b" * 1000
    lines = [line for line in instrument.run(4) if line.startswith("STATUS")]
    assert len(lines) == 1
    assert lines[0].startswith("STATUS=playing A WATCHDOG=1")
    assert len(lines[0]) < 250


def test_it_looks_seldom() -> None:
    instrument, asked = Instrument(), 0

    def status() -> str:
        nonlocal asked
        asked += 1
        return ""

    for _ in range(1000):
        instrument.time_s += 0.001
        instrument.heart.look(0, False, status)
    assert asked <= 1 / LOOK_S + 1


def test_the_end_is_told() -> None:
    instrument = Instrument()
    instrument.heart.stop()
    assert instrument.sent == ["STOPPING=1\nSTATUS=ending"]


def test_without_a_service_manager_nothing_happens() -> None:
    assert sender({}) is None
    assert sender({"NOTIFY_SOCKET": "vsock:2:1234"}) is None
    heart = Heartbeat(None, lambda: 0.0, RATE_HZ, None)
    heart.look(0, True, lambda: pytest.fail("nobody wants to know"))
    heart.stop()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """NOTIFY_SOCKET and the service manager's end of it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        end.settimeout(10)
        yield name, end


def test_messages_arrive_at_sockets_of_both_kinds(manager: tuple[str, socket.socket]) -> None:
    name, end = manager
    send = sender({"NOTIFY_SOCKET": name})
    assert send is not None
    send("READY=1\nSTATUS=spielt Flöten")
    assert end.recv(1000).decode() == "READY=1\nSTATUS=spielt Flöten"


def test_a_manager_that_has_gone_or_does_not_listen_does_no_harm(tmp_path: Path) -> None:
    send = sender({"NOTIFY_SOCKET": str(tmp_path / "nowhere")})
    assert send is not None
    send("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        send = sender({"NOTIFY_SOCKET": str(tmp_path / "deaf")})
        assert send is not None
        for _ in range(5000):  # more than any queue holds: it must not block
            send("WATCHDOG=1")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "7"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdogs_patience(environment: dict[str, str], expected: float | None) -> None:
    assert watchdog_s(environment, pid=7) == expected


# --- the instrument itself ---


def heart_of(app: App, sent: list[str]) -> Heartbeat:
    return Heartbeat(sent.append, app.clock.now_s, app.settings.audio.rate_hz, LIMIT_S)


def live(world: Any, heart: Heartbeat, seconds: float) -> None:  # noqa: ANN401
    end_s = world.clock.time_s + seconds
    while world.clock.time_s < end_s:
        world.tick()
        beat(heart, world.app)


def test_an_instrument_with_a_pack_is_ready_and_says_what_it_plays(make_world: Any) -> None:  # noqa: ANN401
    world, sent = make_world(), list[str]()
    live(world, heart_of(world.app, sent), 1.0)
    lines = "\n".join(sent).splitlines()
    assert lines.count("READY=1") == 1
    start = "playable 9.8 s after the kernel started, 1.4 s after its own start"
    assert lines[-1] == f"STATUS=plays Alpha; {start}"
    assert world.reports.count(start) == 1


def test_without_a_pack_it_is_ready_after_the_self_test_and_tells_the_fault(
    make_world: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    world, sent = make_world(packs=tmp_path / "no-packs"), list[str]()
    live(world, heart_of(world.app, sent), 2.0)
    lines = "\n".join(sent).splitlines()
    assert lines.count("READY=1") == 1
    assert lines[-1].startswith("STATUS=pack: ")
    assert "no-packs" in lines[-1]


def test_no_pack_and_no_self_test_yet_is_not_ready(tmp_path: Path, make_world: Any) -> None:  # noqa: ANN401
    world, sent = make_world(packs=tmp_path / "no-packs"), list[str]()
    heart = heart_of(world.app, sent)
    world.clock.time_s += LOOK_S
    beat(heart, world.app)
    assert not any("READY" in message for message in sent)


def test_the_watchdog_starves_when_the_instruments_mixer_stalls(world: Any) -> None:  # noqa: ANN401
    sent: list[str] = []
    heart = heart_of(world.app, sent)
    live(world, heart, LIMIT_S / 2)
    assert any("WATCHDOG=1" in message for message in sent)
    for expected in (1, 0):  # at most one for what still came before
        sent.clear()
        for _ in range(round(LIMIT_S / 0.05)):  # the loop goes on, nobody takes sound
            world.clock.time_s += 0.05
            world.app.step(0)
            beat(heart, world.app)
        assert sum("WATCHDOG=1" in message for message in sent) <= expected


def test_an_instrument_without_a_sound_output_is_well(world: Any) -> None:  # noqa: ANN401
    """It renders unheard: that it does so is what counts."""
    sent: list[str] = []
    heart = heart_of(world.app, sent)
    world.app.output = SteadyStream(
        world.app.mixer, world.clock.now_s, required=False, opener=no_output, rescan=lambda: None
    )
    live(world, heart, LIMIT_S)
    assert sum("WATCHDOG=1" in message for message in sent) >= FEEDS - 1


def no_output() -> AudioStream:
    raise StreamError("no output device at all")


def test_the_process_tells_its_manager(
    manager: tuple[str, socket.socket], two_packs: Path, tmp_path: Path
) -> None:
    name, end = manager
    settings = tmp_path / "settings.toml"
    settings.write_text("[remote]\nweb_port = 0\nosc = false\n[audio]\nrealtime_priority = 0\n")
    command = [sys.executable, "-m", "device", "run", "--board", "web", "--pack", str(two_packs)]
    files = ["--patches", str(tmp_path / "patches.json"), "--settings", str(settings)]
    told = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000000"}
    environment = os.environ | told | {"PYTHONPATH": str(Path(__file__).parents[2])}
    end.settimeout(PATIENCE_S)
    with subprocess.Popen(
        [*command, *files], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            heard = ""
            while "READY=1" not in heard or "WATCHDOG=1" not in heard or "STATUS=" not in heard:
                heard += end.recv(1000).decode() + "\n"
            process.terminate()
            while "STOPPING=1" not in heard:
                heard += end.recv(1000).decode() + "\n"
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
