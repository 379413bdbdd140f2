"""USB sticks in the whole instrument, in simulated time: offers, installs, and pulling the plug."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from device.events import (
    InstallAsked,
    InstallEnded,
    InstallMoved,
    InstallStopAsked,
    PackSelected,
    Standing,
)
from device.screens import legends
from device.usb.view import InstallPhase
from device.usb.worker import GONE
from device.view import PatchAction, Screen

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
ON, OFF = (0x90, 60, 100), (0x80, 60, 0)
BACK, YES, MORE, NEXT = range(4)
STOP = YES
PATIENCE_S = 60


class SlowInstall:
    """An install that goes on when it is told to; when it ends well, the pack is there."""

    def __init__(self, source: Path, packs: Path) -> None:
        self.source, self.packs = source, packs
        self.is_stopped = self.is_closed = False
        self.events: list[InstallMoved | InstallEnded] = []

    def end(self, error: str = "") -> None:
        """It is over."""
        if not error:
            target = self.packs / self.source.name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(self.source, target)
        self.events.append(InstallEnded(error))

    def poll(self) -> list[InstallMoved | InstallEnded]:
        events, self.events = self.events, []
        return events

    def stop(self) -> None:
        self.is_stopped = True

    def close(self) -> None:
        self.is_closed = True


class Bench:
    """An instrument with one pack on its card, and sticks to plug in."""

    def __init__(self, folder: Path, two_packs: Path, make: MakeWorld) -> None:
        self.card, self.place = folder / "card", folder / "usb"
        self.packs, self.make = two_packs, make
        self.installs: list[SlowInstall] = []
        self.card.mkdir()
        self.place.mkdir()
        shutil.copytree(two_packs / "alpha", self.card / "alpha")

    def start(self, source: Path, packs: Path) -> SlowInstall:
        self.installs.append(SlowInstall(source, packs))
        return self.installs[-1]

    def world(self, seconds: float = 1.5, **more: object) -> World:
        world = self.make(packs=self.card, usb=self.place, **{"start_install": self.start} | more)
        world.run(seconds)
        return world

    def plug(self, *packs: str, stick: str = "sda1") -> None:
        for pack in packs:
            shutil.copytree(self.packs / pack, self.place / stick / pack)
        (self.place / stick).mkdir(exist_ok=True)
        (self.place / stick / "letter.txt").write_text("dear")

    def pull(self, stick: str = "sda1") -> None:
        shutil.rmtree(self.place / stick)


@pytest.fixture
def bench(tmp_path: Path, two_packs: Path, make_world: MakeWorld) -> Bench:
    return Bench(tmp_path, two_packs, make_world)


def install_of(world: World) -> Any:  # noqa: ANN401
    return world.view.usb.install


def test_a_new_pack_is_offered_installed_and_can_be_opened(bench: Bench) -> None:
    world = bench.world()
    assert world.view.screen is Screen.HOME
    bench.plug("beta")
    world.run(1.5)
    view = world.view
    assert view.screen is Screen.USB
    assert view.buttons == (legends.BACK, legends.YES, legends.MORE, legends.NEXT)
    assert [(offer.name, offer.standing) for offer in view.usb.offers] == [("Beta", Standing.NEW)]
    world.click(YES)
    (install,) = bench.installs
    assert (install.source, install.packs) == (bench.place / "sda1/beta", bench.card)
    assert world.view.screen is Screen.INSTALL
    assert world.view.buttons[STOP] == legends.STOP
    install.events.append(InstallMoved(100, 400))
    world.run(2)
    assert install_of(world).part == 0.25
    assert install_of(world).left_s == pytest.approx(3 * 0.35, abs=0.4)
    install.end()
    world.run(2.5)
    assert world.view.screen is Screen.USB
    assert install_of(world).phase is InstallPhase.DONE
    assert [offer.standing for offer in world.view.usb.offers] == [Standing.SAME]
    assert "Beta: installed" in world.reports
    assert world.view.packs == ("Alpha", "Beta")
    assert world.view.pack == "Alpha"
    world.click(BACK)
    assert (world.view.screen, install_of(world)) == (Screen.HOME, None)
    world.app.post(PackSelected(1))
    world.run(0.3)
    assert world.view.pack == "Beta"


def test_without_a_pack_the_first_one_is_opened_at_once(bench: Bench) -> None:
    shutil.rmtree(bench.card / "alpha")
    world = bench.world()
    assert world.view.pack == ""
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    bench.installs[0].end()
    world.run(2.5)
    assert world.view.pack == "Beta"
    world.play(ON)
    assert world.heard(0.3).any()


def test_several_packs_are_chosen_by_any_encoder_or_a_button(bench: Bench) -> None:
    world = bench.world()
    world.hands.turn(0, 1)
    world.run(4)
    before = world.view.corners
    bench.plug("alpha", "beta")
    world.run(1.5)
    standings = [(offer.name, offer.standing) for offer in world.view.usb.offers]
    assert standings == [("Alpha", Standing.SAME), ("Beta", Standing.NEW)]
    assert world.view.usb.chosen == 1  # the one that is new
    world.hands.turn(2, 1)
    world.run(0.1)
    assert (world.view.usb.chosen, world.view.screen) == (0, Screen.USB)
    world.click(YES)
    assert bench.installs == []  # it is on the card
    world.hands.turn(1, -1)
    world.run(0.1)
    assert world.view.usb.chosen == 1
    world.click(MORE)
    assert world.view.usb.chosen == 0
    assert world.view.corners == before
    world.click(MORE)
    world.click(YES)
    assert [install.source.name for install in bench.installs] == ["beta"]


def test_pad_and_keys_play_on_while_a_pack_is_installed(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    world.play(ON)
    world.hands.touch(3, 7)
    world.run(0.3)
    assert np.abs(world.heard(0.2)).max() > 0.01
    assert (world.view.x, world.view.y) == pytest.approx((0.3, 0.7))
    assert world.view.screen is Screen.INSTALL
    world.click(BACK)
    assert world.view.screen is Screen.HOME
    world.run(1)
    assert world.view.usb.is_installing
    bench.installs[0].end()
    world.run(0.3)
    assert world.view.screen is Screen.USB  # for a while
    assert world.view.buttons == ("", "", "", "")
    world.click(YES)  # a patch button, as it is not the page's
    assert world.view.patch.action is PatchAction.FAILED
    world.run(12)
    assert world.view.screen is Screen.HOME


def test_a_stick_that_is_pulled_out_is_told_and_old_packs_play(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    bench.installs[0].events.append(InstallMoved(100, 400))
    world.run(0.5)
    bench.pull()
    bench.installs[0].end("/usb/sda1/beta/cells/0.cell: cannot be read: Input/output error")
    world.run(1.5)
    view = world.view
    assert (view.screen, view.usb.sticks) == (Screen.USB, 0)
    assert (view.usb.install.phase, view.usb.install.text) == (InstallPhase.FAILED, GONE)
    assert view.packs == ("Alpha",)
    world.play(ON)
    assert world.heard(0.3).any()
    world.click(BACK)
    assert world.view.screen is Screen.HOME
    world.open_pages()
    seen = [world.view.screen]
    for _ in range(6):
        world.click(NEXT)
        seen.append(world.view.screen)
    assert Screen.USB not in seen


def test_an_install_can_be_stopped_and_begun_again(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    world.click(STOP)
    assert bench.installs[0].is_stopped
    bench.installs[0].end("stopped; the packs on the card are as they were")
    world.run(0.5)
    assert world.view.screen is Screen.USB
    assert install_of(world).text.startswith("stopped")
    assert world.view.faults == ()
    world.click(YES)
    assert len(bench.installs) == 2
    assert world.view.screen is Screen.INSTALL


def test_the_pages_of_sticks_are_there_while_there_is_something_to_see(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    for expected in (Screen.WEB, Screen.SELFTEST):
        world.click(NEXT)
        assert world.view.screen is expected
    for expected in (Screen.STATUS, Screen.MONITOR, Screen.CHANNEL, Screen.PACKS, Screen.USB):
        world.click(NEXT)
        assert world.view.screen is expected
    world.click(YES)
    world.click(NEXT)
    for _ in range(6):
        world.click(NEXT)
    assert world.view.screen is Screen.INSTALL
    world.click(BACK)


def test_a_stick_with_nothing_new_is_only_shown_for_a_while(bench: Bench) -> None:
    world = bench.world()
    for packs in (["alpha"], []):
        bench.plug(*packs)
        world.run(1.5)
        assert world.view.screen is Screen.USB
        assert world.view.buttons == ("", "", "", "")
        world.run(10)
        assert world.view.screen is Screen.HOME
        bench.pull()
        world.run(1.5)
        assert world.view.screen is Screen.HOME


def test_pulling_the_stick_ends_its_page(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    bench.pull()
    world.run(1.5)
    assert (world.view.screen, world.view.usb.offers) == (Screen.HOME, ())


@pytest.mark.parametrize(("pack", "screen"), [("beta", Screen.USB), ("alpha", Screen.HOME)])
def test_a_stick_that_is_there_at_the_start_waits_for_the_self_test(
    bench: Bench, pack: str, screen: Screen
) -> None:
    bench.plug(pack)
    world = bench.world(seconds=0.0)
    assert world.view.screen is Screen.BOOT
    world.run(1.5)
    assert world.view.screen is screen


def test_a_remote_installs_and_stops(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    world.click(BACK)
    world.app.post(InstallAsked(7))
    world.app.post(InstallAsked(0))
    world.app.post(InstallAsked(0))
    world.run(0.3)
    assert len(bench.installs) == 1
    assert world.view.screen is Screen.HOME
    world.app.post(InstallStopAsked())
    world.run(0.3)
    assert bench.installs[0].is_stopped


def test_another_version_is_told_apart_and_a_pack_that_plays_is_opened_anew(
    bench: Bench, packs: ModuleType
) -> None:
    world = bench.world()
    world.hands.turn(0, 1)
    world.run(4)
    bench.plug("alpha")
    manifest = bench.place / "sda1/alpha"
    packs.edit_manifest(manifest, lambda one: packs.altered(one, ["name"], "Alpha 2"))
    world.run(1.5)
    (offer,) = world.view.usb.offers
    assert (offer.name, offer.standing) == ("Alpha 2", Standing.OTHER)
    world.click(YES)
    bench.installs[0].end()
    world.run(2.5)
    assert world.view.pack == "Alpha 2"
    assert world.view.corners[0].index == 1  # the same instruments as before
    assert world.view.faults == ()
    world.play(ON)
    assert world.heard(0.3).any()


def test_an_install_that_cannot_begin_is_told(bench: Bench) -> None:
    def fail(source: Path, packs: Path) -> SlowInstall:
        raise FileNotFoundError(2, "No such file or directory")

    world = bench.world(start_install=fail)
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    assert install_of(world).text == "cannot be begun: No such file or directory"


def test_what_runs_at_the_end_is_ended(bench: Bench) -> None:
    world = bench.world()
    bench.plug("beta")
    world.run(1.5)
    world.click(YES)
    world.app.sticks.close()
    assert bench.installs[0].is_closed


def test_sticks_are_not_looked_at_unless_the_settings_say_where(make_world: MakeWorld) -> None:
    world = make_world()
    assert world.app.sticks not in world.app.workers


# --- with the real installer ---


def until(world: World, is_over: Callable[[], bool], notes: Iterable[int] = ()) -> None:
    """`notes`: MIDI to play again and again, as the world's time passes much quicker than ours."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_over():
        assert time.monotonic() < give_up_s
        world.play(notes)
        world.run(0.1)
        time.sleep(0.02)  # another process does the work


def real_world(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    world = bench.make(packs=bench.card, usb=bench.place)
    world.run(1.5)
    return world


def test_the_real_installer_installs_while_a_note_sounds(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = real_world(bench, monkeypatch)
    bench.plug("beta")
    world.play(ON)
    world.run(1.5)
    world.click(YES)
    world.sound.clear()
    until(world, lambda: not world.view.usb.is_installing, notes=(*OFF, *ON))
    block = world.settings.audio.rate_hz // 10
    sound = np.concatenate(world.sound)
    assert all(np.abs(sound[at : at + block]).max() > 0.005 for at in range(0, len(sound), block))
    assert install_of(world).phase is InstallPhase.DONE, install_of(world).text
    until(world, lambda: world.view.packs == ("Alpha", "Beta"))


def test_the_real_installer_and_a_pack_that_is_not_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = real_world(bench, monkeypatch)
    bench.plug("beta")
    cell = next((bench.place / "sda1/beta/cells").iterdir())
    data = bytearray(cell.read_bytes())
    data[-1] ^= 1
    cell.write_bytes(data)
    world.run(1.5)
    world.click(YES)
    until(world, lambda: not world.view.usb.is_installing)
    assert install_of(world).phase is InstallPhase.FAILED
    assert install_of(world).text.startswith("sda1/beta/cells/")
    assert world.view.packs == ("Alpha",)
