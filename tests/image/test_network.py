"""The emulated instrument in a network: packs and a release over SSH, and the web panel.

The key lies on the boot partition, where a musician puts it.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from imagetier.building import Built
from imagetier.card import Card
from imagetier.console import Shell
from imagetier.cutting import READY_S, UNTIL_READY
from imagetier.machine import RaspberryPi
from imagetier.network import Laptop, Wire
from imagetier.preparation import set_value
from imagetier.waiting import wait_for

from sdcard.releases.choice import BASE

Step = Callable[[str], None]
UNTIL_CONNECTED = "until ip -4 -o address show scope global | grep -q inet; do sleep 1; done"
PAGE_S = 60.0
REFUSED = 403


@dataclass(frozen=True)
class Reached:
    """An instrument that runs, and the laptop beside it."""

    shell: Shell
    laptop: Laptop
    wire: Wire


@pytest.fixture(scope="module")
def reached(card: Card, tmp_path_factory: pytest.TempPathFactory, step: Step) -> Iterator[Reached]:
    wire = Wire.of_free_ports()
    laptop = Laptop(tmp_path_factory.mktemp("laptop"), wire)
    card.put_boot_file("latentpad/authorized_keys", laptop.public_key)
    set_value(card, "board", "web")  # the start would wait long for the parts that are not there
    with RaspberryPi(card, extra=wire.words) as pi:
        shell = pi.boot()
        shell.run(UNTIL_READY, READY_S)
        shell.run(UNTIL_CONNECTED, READY_S)
        step("the emulated Raspberry Pi has an address in the network")
        yield Reached(shell, laptop, wire)
        pi.power_off()


def names(reached: Reached) -> set[str]:
    listed = json.loads(reached.laptop.card("list", "--json", reached.laptop.instrument))
    return {one["name"] for one in listed}


def page(reached: Reached, path: str) -> tuple[int, str]:
    """(status, text) of a page of the web panel."""
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{reached.wire.web_port}{path}", timeout=PAGE_S
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_packs_come_and_go_over_ssh(reached: Reached, pack_sources: Path) -> None:
    laptop = reached.laptop
    assert names(reached) == {"Alpha"}
    laptop.card("install", pack_sources / "Beta 1", laptop.instrument)
    assert names(reached) == {"Alpha", "Beta"}
    assert laptop.card("verify", "--json", laptop.instrument).count('"ok": true') == 2
    laptop.card("remove", "Beta", laptop.instrument)
    assert names(reached) == {"Alpha"}


def test_the_web_panel_opens_with_its_token_alone(reached: Reached) -> None:
    said = reached.shell.run("journalctl -b -u latentpad --no-pager -o cat")
    (token,) = set(re.findall(r"web panel: \S+\?token=(\w+)", said))
    assert reached.shell.run("cat /var/lib/latentpad/web-token").strip() == token
    status, text = page(reached, f"/?token={token}")
    assert (status, "<canvas" in text) == (200, True)
    assert page(reached, "/?token=guessed")[0] == REFUSED


def test_a_release_comes_over_ssh_and_plays(
    reached: Reached, built: Built, tmp_path: Path, step: Step
) -> None:
    laptop = reached.laptop
    release = tmp_path / "latentpad.release"
    step("building a release, and sending it")
    laptop.card("release", "--base", built.base, "-o", release)
    laptop.card("update", release, laptop.instrument)

    (name,) = (name for name in states(reached) if name != BASE)
    wait_for("it is confirmed", lambda: states(reached)[name] == "current", READY_S)
    process = reached.shell.run("systemctl show -P MainPID latentpad")
    command = reached.shell.run(f"tr '\\0' ' ' </proc/{process}/cmdline")
    assert f"/data/releases/{name}/" in command
    assert reached.shell.run("systemctl is-active latentpad") == "active"


def states(reached: Reached) -> dict[str, str]:
    """Of each release on the instrument, in words."""
    listed = json.loads(reached.shell.run("/opt/latentpad/bin/latentpad-card releases --json"))
    return {one["name"]: one["state"] for one in listed}
