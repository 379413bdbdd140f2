"""`latentpad-card` puts packs on cards in a USB reader, and into image files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from card_disk import Disk, run
from card_facts import look, untidy
from usb_reader import UsbReader
from waiting import wait_for

SHARE = Path("/mnt")
SOURCES = SHARE / "sources"
LATENTPAD_CARD = [sys.executable, "-m", "sdcard"]
LIMIT_S = 60


@pytest.fixture
def reader() -> Iterator[UsbReader]:
    """With a card that has the pack Next."""
    made = UsbReader(SHARE / "card.img")
    made.plug()
    yield made
    made.discard()


def card(*words: str | Path) -> str:
    """What the command says on its standard output."""
    return run(*LATENTPAD_CARD, *map(str, words))


def names_on(target: Path) -> set[str]:
    return {one["name"] for one in json.loads(card("list", "--json", target))}


def assert_nothing_mounted() -> None:
    assert "latentpad-card-" not in Path("/proc/mounts").read_text()


def put_and_take(target: Path) -> None:
    for name in ("Alpha 1", "Delta 1", "Flöte 1", "Alpha 2"):
        card("install", SOURCES / name, target)
    assert names_on(target) == {"Next", "Alpha", "Delta", "Flöte"}
    assert card("verify", "--json", target).count('"ok": true') == 4
    card("remove", "Delta", target)
    card("remove", "Flöte", target)
    assert names_on(target) == {"Next", "Alpha"}
    assert_nothing_mounted()


def assert_sound(disk: Disk, packs: dict[str, int]) -> None:
    """As the instrument finds it."""
    disk.assert_clean()
    with disk.mounted() as (data, shelf):
        found = look(data, shelf)
        assert found["troubles"] == []
        assert dict(found["packs"]) == packs
        assert untidy(shelf) == []


def test_packs_come_and_go_on_a_card_in_a_reader(reader: UsbReader) -> None:
    put_and_take(reader.node)
    assert_sound(Disk(str(reader.node)), {"Next": 1, "Alpha": 2})


def test_packs_come_and_go_in_an_image_file() -> None:
    image = SHARE / "other.img"
    put_and_take(image)
    node = run("losetup", "--find", "--show", "--partscan", str(image)).strip()
    assert_sound(Disk(node), {"Next": 1, "Alpha": 2})
    run("losetup", "--detach", node)


def test_a_card_that_is_mounted_is_left_alone(reader: UsbReader) -> None:
    with Disk(str(reader.node)).mounted():
        words = [*LATENTPAD_CARD, "install", str(SOURCES / "Delta 1"), str(reader.node)]
        done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert "mounted" in done.stderr


@pytest.mark.parametrize("sectors", [1, 4000])
def test_a_card_that_is_pulled_out_while_it_is_written(reader: UsbReader, sectors: int) -> None:
    """The command says so and leaves nothing mounted; what was on the card is still there."""
    before = reader.written
    words = [*LATENTPAD_CARD, "install", str(SOURCES / "Big 1"), str(reader.node)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as installing:
        wait_for("writes", lambda: reader.written >= before + sectors)
        reader.unplug()
        _, said = installing.communicate(timeout=LIMIT_S)
    assert installing.returncode == 1, said
    assert "Error]" in said.splitlines()[-1], said
    assert "Traceback" not in said
    assert_nothing_mounted()
    reader.plug()
    before_it = names_on(reader.node)
    assert "Next" in before_it
    card("install", SOURCES / "Big 1", reader.node)
    assert names_on(reader.node) == before_it | {"Big"}
    card("remove", "Big", reader.node)
    with Disk(str(reader.node)).mounted() as (data, shelf):
        assert look(data, shelf)["troubles"] == []
        assert untidy(shelf) == []
