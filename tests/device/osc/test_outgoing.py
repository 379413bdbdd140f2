"""What is told of a view: everything once, then changes only."""

from __future__ import annotations

import re
from dataclasses import replace

import device.osc
from device.events import Access, Offer, Reach, Standing
from device.osc.outgoing import METERS_PER_S, OscOut
from device.osc.packet import OscCall
from device.parameters import ATTACK, PARAMETERS
from device.usb.view import InstallPhase, InstallView, UsbView
from device.view import CornerView, PatchAction, PatchView, Screen, StatusView, View

RECALLED = PatchView(7, PatchAction.RECALLED, 0.0, "")
HOLDING = PatchView(7, PatchAction.HOLDING, 0.5, "")

OFFER = Offer("/usb/toys.onsp", "Toys", "1", 400, Standing.NEW)
RUNNING = UsbView(1, (OFFER,), install=InstallView("Toys", InstallPhase.RUNNING, 100, 400))
ENDED = UsbView(1, (OFFER,), install=InstallView("Toys", InstallPhase.FAILED, text="no room"))


def told(out: OscOut, view: View, now_s: float = 0.0) -> list[tuple[str, tuple[object, ...]]]:
    return [(call.address, call.arguments) for call in out.changes(view, now_s)]


def test_the_first_view_is_told_whole(view: View) -> None:
    assert told(OscOut(), view) == [
        ("/pad", (0.25, 0.75)),
        *((f"/parameter/{parameter.name}", (0.5,)) for parameter in PARAMETERS),
        ("/instruments", ("BRASS", "BRASS", "BRASS", "BASS")),
        ("/pack", ("First",)),
        ("/web", ("",)),
        ("/usb", ()),
        ("/meters", (0.5, 0.125, 3)),
    ]


def test_the_same_again_is_not_told(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    assert told(out, view, 9.0) == []


def test_only_what_changed_is_told(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    pots = list(view.pots)
    pots[ATTACK] = replace(pots[ATTACK], turn=0.75)
    assert told(out, replace(view, pots=tuple(pots), x=1.0)) == [
        ("/pad", (1.0, 0.75)),
        ("/parameter/attack", (0.75,)),
    ]


def test_everything_is_what_stands_now(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    out.changes(replace(view, x=1.0, faults=(("oled", "gone"),), patch=RECALLED), 0.0)
    everything = out.everything()
    assert OscCall("/pad", (1.0, 0.75)) in everything
    assert OscCall("/fault", ("oled", "gone")) in everything
    assert OscCall("/meters", (0.5, 0.125, 3)) in everything
    assert not any(call.address.startswith("/patch") for call in everything)
    assert len({(call.address, call.arguments) for call in everything}) == len(everything)


def test_faults_come_change_and_go(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    both = replace(view, faults=(("oled", "gone"), ("panel", "silent")))
    assert told(out, both) == [("/fault", ("oled", "gone")), ("/fault", ("panel", "silent"))]
    other = replace(view, faults=(("panel", "noisy"),))
    assert told(out, other) == [("/fault", ("panel", "noisy")), ("/fault", ("oled", ""))]
    assert told(out, view) == [("/fault", ("panel", ""))]
    assert told(out, view) == []


def test_a_patch_is_told_once_and_again_when_it_happens_again(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    assert told(out, replace(view, patch=RECALLED)) == [("/patch/recalled", (7,))]
    assert told(out, replace(view, patch=RECALLED)) == []
    assert told(out, replace(view, patch=HOLDING)) == []
    saved = replace(HOLDING, action=PatchAction.SAVED)
    assert told(out, replace(view, patch=saved)) == [("/patch/saved", (7,))]
    assert told(out, replace(view, patch=None)) == []
    assert told(out, replace(view, patch=RECALLED)) == [("/patch/recalled", (7,))]
    failed = replace(HOLDING, action=PatchAction.FAILED)
    assert told(out, replace(view, patch=failed)) == []


def test_meters_are_told_ten_times_a_second_at_most(view: View) -> None:
    out = OscOut()
    sent = []
    for step in range(100):
        moving = replace(view, status=StatusView(voices=step))
        sent += [call for call in told(out, moving, step / 100) if call[0] == "/meters"]
    assert len(sent) == METERS_PER_S
    assert told(out, replace(view, status=StatusView(voices=99)), 2.0) == [
        ("/meters", (0.0, 0.0, 99))
    ]


def test_without_a_pack_names_are_empty(view: View) -> None:
    bare = replace(view, pack="", corners=(CornerView((), (), 0),) * 4)
    assert ("/instruments", ("", "", "", "")) in told(OscOut(), bare)
    assert ("/pack", ("",)) in told(OscOut(), bare)


def test_sticks_and_installs_are_told(view: View) -> None:
    out = OscOut()
    assert ("/usb", ()) in told(out, view)
    running = replace(view, usb=RUNNING)
    assert told(out, running) == [("/usb", ("Toys",)), ("/install/progress", ("Toys", 0.25))]
    assert told(out, running) == []
    assert told(out, replace(view, usb=ENDED)) == [("/install/ended", ("Toys", "no room"))]
    assert OscCall("/usb", ("Toys",)) in out.everything()
    assert OscCall("/install/ended", ("Toys", "no room")) in out.everything()
    assert told(out, view) == [("/usb", ())]
    assert not any(call.address.startswith("/install") for call in out.everything())


def test_the_documentation_lists_exactly_what_is_told(view: View) -> None:
    out = OscOut()
    loud = replace(
        view, faults=(("oled", "gone"),), notices=("old release",), patch=RECALLED, usb=RUNNING
    )
    addresses = {call.address for call in out.changes(loud, 0.0)}
    saved = replace(view, patch=replace(RECALLED, action=PatchAction.SAVED), usb=ENDED)
    addresses |= {call.address for call in out.changes(saved, 0.0)} | {"/error", "/pong"}
    general = {re.sub("^/parameter/.*", "/parameter/<name>", one) for one in addresses}
    assert device.osc.__doc__ is not None
    section = device.osc.__doc__.split("Told to the targets")[1]
    assert set(re.findall(r"^    (/[a-z/<>]+)", section, re.MULTILINE)) == general


def test_where_the_web_panel_is_but_never_its_token(view: View) -> None:
    out = OscOut()
    out.changes(view, 0.0)
    access = Access(Reach.OPEN, "192.168.1.20", 8080, "K7QFZ3MXWB2HD")
    shown = replace(view, access=access, screen=Screen.WEB)
    assert told(out, shown) == [("/web", ("192.168.1.20:8080",))]
    assert access.token not in repr(out.everything())
    assert told(out, replace(shown, access=replace(access, token="AAAAAAAAAAAAA"))) == []
    assert told(out, replace(shown, access=Access(Reach.NO_NETWORK))) == [("/web", ("",))]
