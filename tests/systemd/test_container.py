"""The unit under a real systemd: launcher, readiness, watchdog, safe mode, and attempts anew."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SETTINGS = """[board]
board = "web"
[remote]
web_port = 0
[audio]
realtime_priority = 0
"""
IMPATIENT = "[Service]\nWatchdogSec=3\nRestartSec=200ms\n"
SOON = "[Service]\nExecStart=\nExecStart=/usr/bin/sleep 1\n"
UPDATE = "9.9.9"
CHOICE = {
    "format": 1, "current": "base", "previous": "base", "trial": UPDATE, "attempt": None,
    "refusal": None,
}  # fmt: skip
PLAY = """# plays a note, saves a patch over OSC, and tells what it hears of that
import socket
def message(address, types, *words):
    texts = (text.encode() + bytes(4 - len(text) % 4) for text in (address, types))
    return b"".join(texts) + b"".join(word.to_bytes(4, "big") for word in words)
channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
channel.settimeout(30)
def send(*words):
    channel.sendto(message(*words), ("127.0.0.1", 8000))
send("/subscribe", ",")
heard = channel.recv(4096)
send("/on", ",ii", 60, 1)
send("/patch/save", ",i", 3)
while not heard.startswith(b"/patch/saved"):
    heard = channel.recv(4096)
print("saved", heard[-1], flush=True)
"""
STALL = """# holds the busiest thread, that of the sound, and nothing else (ptrace(2))
import ctypes, os, sys, time
threads = f"/proc/{sys.argv[1]}/task"
def ticks(thread):
    with open(f"{threads}/{thread}/stat") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:13]))  # utime, stime
before = {thread: ticks(thread) for thread in os.listdir(threads)}
time.sleep(1)
busiest = max(before, key=lambda thread: ticks(thread) - before[thread])
print("main thread" if busiest == sys.argv[1] else "another thread", flush=True)
ctypes.CDLL(None).ptrace(16, int(busiest), None, None)  # PTRACE_ATTACH
ended = False
while not ended:
    _, status = os.waitpid(int(busiest), 0x40000000)  # __WALL
    ended = os.WIFEXITED(status) or os.WIFSIGNALED(status)
"""
SCRIPT = """
show started
first=$(pid)
grep -E 'Uid|CapEff|NoNewPrivs|Seccomp:' /proc/$first/status
tr '\\0' ' ' </proc/$first/cmdline; echo
echo "release $(tr '\\0' '\\n' </proc/$first/environ | grep LATENTPAD_RELEASE)"
echo "choice $(tr -d '\\n' </var/lib/latentpad/release.json)"
/opt/python-of-probe /opt/play.py
sleep 4
show fed
echo "patches $(tr -d '\\n' </var/lib/latentpad/patches.json)"

/opt/python-of-probe /opt/stall.py $first
until_true is NRestarts 1
until_true is ActiveState active
show restarted

echo '[audio' >>/var/lib/latentpad/settings.toml
systemctl restart latentpad
show broken
tr '\\0' ' ' </proc/$(pid)/cmdline; echo
echo "choice $(tr -d '\\n' </var/lib/latentpad/release.json)"

mv /opt/latentpad/bin/latentpad-card /opt/latentpad/bin/aside
printf '#!/bin/sh\\nexit 1\\n' >/opt/latentpad/bin/latentpad-card
chmod 755 /opt/latentpad/bin/latentpad-card
systemctl restart --no-block latentpad
until_true is ActiveState failed
echo "given up"
mv /opt/latentpad/bin/aside /opt/latentpad/bin/latentpad-card
until_true is ActiveState active
show again

systemctl stop latentpad
show stopped
journalctl -u latentpad --no-pager -o cat
"""


@pytest.fixture(scope="module")
def said(
    container: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
    make_test_pack: Callable[..., object],
) -> list[str]:
    """What the probe in the container has said, once it is over."""
    made = container.Container(tmp_path_factory.mktemp("container") / "root")
    root: Path = made.root
    made.change("latentpad.service", IMPATIENT)
    made.change("latentpad-again.service", SOON + AGAIN)
    made.write_programs(f"data/releases/{UPDATE}")
    container.write(root / "opt/stall.py", STALL)
    container.write(root / "opt/play.py", PLAY)
    program = (root / "opt/latentpad/bin/latentpad-device").read_text()
    container.write(root / "opt/python-of-probe", program.replace(" -m device", ""), 0o755)
    state = root / "var/lib/latentpad"
    make_test_pack(state / "packs/alpha", name="Alpha")
    container.write(state / "settings.toml", SETTINGS, 0o666)
    container.write(state / "release.json", json.dumps(CHOICE), 0o666)
    subprocess.run(["chmod", "-R", "a+rX", state], check=True)
    lines: list[str] = made.run(SCRIPT)
    return lines


AGAIN = "".join(
    f"ExecStart=/usr/bin/systemctl {words} latentpad.service\n"
    for words in ("reset-failed", "--no-block start")
)


def test_it_starts_through_the_launcher_in_its_sandbox(said: list[str]) -> None:
    for line in (
        "started ActiveState=active",
        "started NRestarts=0",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
        f"release LATENTPAD_RELEASE={UPDATE}",
    ):
        assert line in said, "\n".join(said)
    assert not any(line.startswith("Uid:\t0") for line in said)
    assert "playing Alpha" in said
    status = next(line for line in said if line.startswith("started StatusText="))
    assert re.search(r"playable [\d.]+ s after the kernel started, ", status), status
    assert status.startswith(("started StatusText=plays Alpha; ", "started StatusText=USB MIDI: "))


def test_it_plays_and_keeps_patches_in_its_sandbox(said: list[str]) -> None:
    assert "saved 3" in said, "\n".join(said)
    (kept,) = (line for line in said if line.startswith("patches "))
    (patch,) = json.loads(kept.removeprefix("patches "))["patches"]
    assert patch["slot"] == 3
    assert not any("cannot be played" in line for line in said), "\n".join(said)


def test_a_new_release_is_confirmed_when_it_has_started(said: list[str]) -> None:
    choice = next(line for line in said if line.startswith("choice "))
    confirmed = json.loads(choice.removeprefix("choice "))
    assert (confirmed["current"], confirmed["trial"], confirmed["attempt"]) == (UPDATE, None, None)


def test_the_watchdog_follows_the_thread_of_the_sound(said: list[str]) -> None:
    assert "fed ActiveState=active" in said  # longer than its patience
    assert "fed NRestarts=0" in said
    assert "another thread" in said, "\n".join(said)
    assert "restarted ActiveState=active" in said, "\n".join(said)
    assert "restarted NRestarts=1" in said
    assert "latentpad.service: Failed with result 'watchdog'." in said


def test_settings_that_cannot_be_read_mean_safe_mode_of_the_base(said: list[str]) -> None:
    assert "broken ActiveState=active" in said, "\n".join(said)
    status = next(line for line in said if line.startswith("broken StatusText="))
    where = "/var/lib/latentpad/settings.toml: not a TOML file: "
    assert status.startswith(f"broken StatusText=safe mode: {where}")
    asked = [line for line in said if " run --settings" in line and line.endswith("--safe ")]
    assert len(asked) == 1
    *_, choice = (line for line in said if line.startswith("choice "))
    assert json.loads(choice.removeprefix("choice "))["current"] == UPDATE


def test_it_is_tried_anew_after_it_was_given_up(said: list[str]) -> None:
    assert "given up" in said, "\n".join(said)
    assert said.index("given up") < said.index("again ActiveState=active")


def test_it_ends_in_order(said: list[str]) -> None:
    for line in (
        "stopped ActiveState=inactive", "stopped Result=success", "stopped StatusText=ending"
    ):  # fmt: skip
        assert line in said
    assert not any("Traceback" in line or line.startswith("never: ") for line in said), said
