"""Views of an instrument to draw: a builder, the variants with golden pictures, and any at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from device import parameters
from device.events import Access, Offer, Reach, Standing
from device.parameters import ATTACK, DECAY, RELEASE, SUSTAIN
from device.screens.legends import LEGENDS
from device.usb.view import InstallPhase, InstallView, UsbView
from device.view import (
    NO_BUTTONS,
    CheckView,
    CornerView,
    MidiLine,
    PatchAction,
    PatchView,
    Playable,
    PotView,
    Screen,
    StatusView,
    View,
)

TURNS = (0.2, 0.45, 0.55, 0.7, 0.6, 0.85)
NAMES = ("Marimba", "Flute", "Strings", "Organ", "Choir", "Bassoon", "Vibes", "Sitar")
NO_CORNER = CornerView((), (), 0)


def corner(index: int, count: int = 8) -> CornerView:
    names = tuple(
        NAMES[at] if at < len(NAMES) else f"{NAMES[at % 8][:4]} {at}" for at in range(count)
    )
    return CornerView(names, tuple(name[:2].upper() for name in names), index)


def pot(parameter: int, turn: float, physical: float | None = None) -> PotView:
    about = parameters.PARAMETERS[parameter]
    text = parameters.written(parameter, turn)
    return PotView(about.name, about.label, turn, text, physical, physical is None)


def pots(**changed: tuple[float, float | None]) -> tuple[PotView, ...]:
    """All pots; by name (turn, where the knob stands uncaught or None)."""
    return tuple(
        pot(index, *changed.get(about.name, (TURNS[index], None)))
        for index, about in enumerate(parameters.PARAMETERS)
    )


def make_view(screen: Screen = Screen.HOME, **changes: object) -> View:
    """A sane instrument with a pack, at rest; keywords replace what they name."""
    view = View(
        screen=screen,
        time_s=10.0,
        pack="Orchestra",
        packs=("Orchestra",),
        pack_index=0,
        corners=(corner(0), corner(1), corner(2), corner(3)),
        corner=0,
        x=0.4,
        y=0.55,
        is_touched=False,
        pots=pots(),
        pot=ATTACK,
        patch=None,
        patch_slots=(0, 1, 3, 17, 64),
        midi=(),
        channel=0,
        faults=(),
        checks=(),
        status=StatusView(0.31, 0, 0, 32, 412, 5.4, 0.0, ("DIN", "MPK mini 3 MIDI 1")),
        buttons=LEGENDS.get(screen, NO_BUTTONS),
    )
    return replace(view, **changes)


PANEL_FAULT = (
    "panel",
    "no chip acknowledges 0x47 on I2C bus 1: check the ribbon cable of the panel",
)
DIN_FAULT = ("DIN MIDI", "/dev/ttyAMA0 cannot be opened: permission denied")
PLAYING = StatusView(0.52, 0, 6, 32, 398, 5.4, 0.6, ("DIN", "MPK mini 3 MIDI 1"))
HARD_WORK = StatusView(0.97, 112, 32, 32, 38, 12.7, 1.0, ("DIN",))
CHECKS = (
    CheckView("panel", "PASS", "0x47 v2"),
    CheckView("touch", "PASS", "11 x 11"),
    CheckView("OLED", "PASS", "0x3d"),
    CheckView("sound", "PASS", "hw:0 48 kHz"),
    CheckView("DIN MIDI", "FAIL", "/dev/ttyAMA0 cannot be opened: permission denied"),
    CheckView("USB MIDI", "NONE", ""),
    CheckView("pack", "PASS", "Orchestra"),
)
RUNNING = (*CHECKS[:3], CheckView("sound", "...", "hw:0"))
MIDI = (
    MidiLine("DIN", "1 off E4", True),
    MidiLine("DIN", "1 on C4 100", True),
    MidiLine("MPK mini 3 MIDI 1", "10 on F#2 127", False),
    MidiLine("DIN", "1 bend +2048", True),
    MidiLine("MPK mini 3 MIDI 1", "16 control 74 = 101", False),
)
PACKS = ("Orchestra", "Glass & metal", "Voices of 1962", "Field recordings from the harbour",
         "Toys", "Synths", "Drones", "Percussion", "Winds")  # fmt: skip


OFFERS = (
    Offer("/usb/a.onsp", "Orchestra", "1", 312_400_000, Standing.SAME),
    Offer("/usb/b.onsp", "Field recordings from the harbour", "2", 1_420_000_000, Standing.NEW),
    Offer("/usb/c.onsp", "Glass & metal", "3", 4_100_000, Standing.OTHER),
    Offer("/usb/d.onsp", "Toys", "4", 98_000_000, Standing.NEW),
    Offer("/usb/e.onsp", "Winds", "5", 98_000_000, Standing.SAME),
)
INSTALLING = InstallView("Field recordings", InstallPhase.RUNNING, 596_000_000, 1_420_000_000, 83.0)
PULLED = InstallView(
    "Glass & metal",
    InstallPhase.FAILED,
    text="the stick was pulled out; the packs on the card are as they were",
)


NOT_NEW = ("back", "", "", "next")
TOKEN = "K7QFZ3MXWB2HD"


def access(host: str = "192.168.178.123", **changes: object) -> Access:
    return replace(Access(Reach.OPEN, host, 8080, TOKEN), **changes)


def usb(chosen: int, count: int = len(OFFERS)) -> UsbView:
    return UsbView(1, OFFERS[:count], chosen)


def patch(action: PatchAction, **changes: object) -> PatchView:
    text = "Marimba Flute Strings Organ"
    return replace(PatchView(2, action, 0.0, text), **changes)


VARIANTS: dict[str, View] = {
    "boot": make_view(Screen.BOOT),
    "boot_running": make_view(Screen.BOOT, checks=RUNNING),
    "boot_done": make_view(Screen.BOOT, checks=CHECKS),
    "home": make_view(),
    "home_playing": make_view(is_touched=True, status=PLAYING, x=0.6, y=0.35),
    "home_loud": make_view(is_touched=True, status=replace(HARD_WORK, voices=12), time_s=200.0),
    "home_corner": make_view(is_touched=True, status=PLAYING, x=1.0, y=1.0, time_s=70.0),
    "home_fault": make_view(faults=(PANEL_FAULT,), time_s=9.0, status=PLAYING),
    "home_fault_mark": make_view(faults=(PANEL_FAULT,), time_s=10.5),
    "home_no_pack": make_view(pack="", corners=(NO_CORNER,) * 4, faults=(("pack", "none"),)),
    "instrument": make_view(Screen.INSTRUMENT, corner=1),
    "instrument_first_of_200": make_view(
        Screen.INSTRUMENT, corner=2, corners=(corner(0, 200),) * 4
    ),
    "instrument_last_of_200": make_view(
        Screen.INSTRUMENT, corner=3, corners=(corner(199, 200),) * 4
    ),
    "instrument_only_one": make_view(Screen.INSTRUMENT, corners=(corner(0, 1),) * 4),
    "instrument_no_pack": make_view(Screen.INSTRUMENT, pack="", corners=(NO_CORNER,) * 4),
    "instrument_fault": make_view(Screen.INSTRUMENT, faults=(DIN_FAULT,), time_s=9.0),
    "instrument_fault_mark": make_view(Screen.INSTRUMENT, faults=(DIN_FAULT,), time_s=10.5),
    "position": make_view(Screen.POSITION),
    "position_end": make_view(Screen.POSITION, pots=pots(position=(1.0, None))),
    "position_start": make_view(Screen.POSITION, pots=pots(position=(0.0, None))),
    "position_far_in": make_view(Screen.POSITION, pots=pots(position=(0.92, None))),
    "position_pickup": make_view(Screen.POSITION, pots=pots(position=(0.2, 0.8))),
    "envelope_attack": make_view(Screen.ENVELOPE, pot=ATTACK),
    "envelope_decay": make_view(Screen.ENVELOPE, pot=DECAY),
    "envelope_sustain": make_view(Screen.ENVELOPE, pot=SUSTAIN),
    "envelope_release": make_view(Screen.ENVELOPE, pot=RELEASE),
    "envelope_shortest": make_view(
        Screen.ENVELOPE,
        pot=DECAY,
        pots=pots(attack=(0.0, None), decay=(0.0, None), release=(0.0, None)),
    ),
    "envelope_no_sustain": make_view(Screen.ENVELOPE, pot=SUSTAIN, pots=pots(sustain=(0.0, None))),
    "envelope_pickup": make_view(Screen.ENVELOPE, pot=RELEASE, pots=pots(release=(0.9, 0.15))),
    "volume": make_view(Screen.VOLUME, status=PLAYING),
    "volume_off": make_view(Screen.VOLUME, pots=pots(volume=(0.0, None))),
    "volume_full": make_view(Screen.VOLUME, pots=pots(volume=(1.0, None)), status=HARD_WORK),
    "volume_pickup": make_view(Screen.VOLUME, pots=pots(volume=(0.4, 0.95)), faults=(DIN_FAULT,)),
    "patch_holding": make_view(
        Screen.PATCH, patch=patch(PatchAction.HOLDING, slot=1, progress=0.6, text="")
    ),
    "patch_recalled": make_view(Screen.PATCH, patch=patch(PatchAction.RECALLED, slot=17)),
    "patch_saved": make_view(Screen.PATCH, patch=patch(PatchAction.SAVED, slot=127)),
    "patch_failed": make_view(
        Screen.PATCH,
        time_s=12.0,
        patch=patch(
            PatchAction.FAILED,
            text="the card is full: /var/lib/latentpad/patches.json was not written",
        ),
    ),
    "patch_holding_empty": make_view(
        Screen.PATCH, patch=patch(PatchAction.HOLDING, slot=2, progress=0.1, text="")
    ),
    "patch_none": make_view(Screen.PATCH),
    "monitor": make_view(Screen.MONITOR, midi=MIDI, channel=1),
    "monitor_nothing": make_view(Screen.MONITOR, channel=3),
    "monitor_no_port": make_view(Screen.MONITOR, status=StatusView()),
    "channel_omni": make_view(Screen.CHANNEL),
    "channel_3": make_view(Screen.CHANNEL, channel=3),
    "channel_16": make_view(Screen.CHANNEL, channel=16),
    "packs": make_view(Screen.PACKS, packs=PACKS[:3], pack_index=0),
    "packs_many": make_view(Screen.PACKS, packs=PACKS, pack_index=3),
    "packs_none": make_view(Screen.PACKS, packs=(), pack=""),
    "status": make_view(Screen.STATUS, status=PLAYING, time_s=3.0),
    "status_hard_work": make_view(Screen.STATUS, status=HARD_WORK),
    "status_fault": make_view(Screen.STATUS, faults=(PANEL_FAULT, DIN_FAULT), time_s=12.0),
    "status_after_faults": make_view(Screen.STATUS, faults=(DIN_FAULT,), time_s=9.0),
    "selftest": make_view(Screen.SELFTEST, checks=CHECKS[:4]),
    "selftest_failed": make_view(Screen.SELFTEST, checks=CHECKS, time_s=12.0),
    "selftest_page_2": make_view(Screen.SELFTEST, checks=CHECKS, time_s=9.0),
    "selftest_none": make_view(Screen.SELFTEST),
    "status_start": make_view(
        Screen.STATUS, status=replace(PLAYING, playable=Playable(9.84, 1.42)), time_s=6.0
    ),
    "status_pop_up": make_view(
        Screen.STATUS, faults=(PANEL_FAULT,), time_s=12.0, buttons=NO_BUTTONS
    ),
    "status_safe_mode": make_view(
        Screen.STATUS,
        faults=(("safe mode", "settings.toml: [audio] rate_hz: 12 is outside 8000..192000"),),
        time_s=12.0,
    ),
    "status_notice": make_view(
        Screen.STATUS, notices=("release 0.2.0 refused: panel FAIL",), time_s=12.0
    ),
    "usb_same": make_view(Screen.USB, usb=usb(0)),
    "usb_new": make_view(Screen.USB, usb=usb(1)),
    "usb_other": make_view(Screen.USB, usb=usb(2)),
    "usb_last": make_view(Screen.USB, usb=usb(4)),
    "usb_only_one": make_view(Screen.USB, usb=replace(usb(0, 1), offers=OFFERS[1:2])),
    "usb_without_packs": make_view(Screen.USB, usb=UsbView(1), buttons=NO_BUTTONS),
    "usb_trouble": make_view(Screen.USB, usb=UsbView(1, trouble="sda1/a.onsp: ends 4 bytes early")),
    "usb_done": make_view(
        Screen.USB, usb=replace(usb(1), install=replace(INSTALLING, phase=InstallPhase.DONE))
    ),
    "usb_failed": make_view(Screen.USB, usb=UsbView(install=PULLED), time_s=12.0),
    "install": make_view(Screen.INSTALL, usb=replace(usb(1), install=INSTALLING)),
    "install_begun": make_view(
        Screen.INSTALL, usb=replace(usb(1), install=InstallView("Toys", InstallPhase.RUNNING))
    ),
    "install_nothing": make_view(Screen.INSTALL),
    "web": make_view(Screen.WEB, access=access()),
    "web_short_address": make_view(Screen.WEB, access=access("10.0.0.7")),
    "web_longest": make_view(Screen.WEB, access=access("192.168.178.123", port=65535)),
    "web_pop_up": make_view(Screen.WEB, access=access("192.168.1.20"), buttons=NO_BUTTONS),
    "web_given_token": make_view(
        Screen.WEB, access=access(token="", is_given=True), buttons=NOT_NEW
    ),
    "web_too_long": make_view(Screen.WEB, access=access("fd00::ba27:ebff:fe12:3456")),
    **{
        f"web_{reach.name.lower()}": make_view(Screen.WEB, access=Access(reach), buttons=NOT_NEW)
        for reach in Reach
        if reach is not Reach.OPEN
    },
    "token": make_view(Screen.TOKEN, access=access()),
}
"""Golden pictures by file name."""

TEXTS = st.text(max_size=30) | st.text(min_size=60, max_size=90)
PARTS = st.floats(0, 1)
COUNTS = st.integers(0, 10**6)


def many(one: st.SearchStrategy[Any], most: int = 6) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def any_corner(draw: st.DrawFn) -> CornerView:
    names = draw(many(TEXTS))
    abbreviations = tuple(name[:2] for name in names)
    return CornerView(names, abbreviations, draw(st.integers(0, max(len(names) - 1, 0))))


ANY_POT = st.builds(
    PotView,
    name=TEXTS,
    label=TEXTS,
    turn=PARTS,
    text=TEXTS,
    physical=st.none() | PARTS,
    is_caught=st.booleans(),
)
ANY_PATCH = st.builds(
    PatchView,
    slot=st.integers(0, 127),
    action=st.sampled_from(PatchAction),
    progress=PARTS,
    text=TEXTS,
)
SECONDS = st.floats(0, 1e6)
ANY_STATUS = st.builds(
    StatusView,
    load=st.floats(0, 10),
    late_buffers=COUNTS,
    voices=COUNTS,
    max_voices=COUNTS,
    memory_free_mb=COUNTS,
    latency_ms=st.floats(0, 1e5),
    peak=PARTS,
    midi_ports=many(TEXTS),
    playable=st.none() | st.builds(Playable, SECONDS, SECONDS),
)
ANY_OFFER = st.builds(Offer, TEXTS, TEXTS, TEXTS, st.integers(0, 10**12), st.sampled_from(Standing))
ANY_INSTALL = st.builds(
    InstallView,
    name=TEXTS,
    phase=st.sampled_from(InstallPhase),
    written_bytes=st.integers(0, 10**12),
    total_bytes=st.integers(0, 10**12),
    left_s=st.none() | SECONDS,
    text=TEXTS,
)
ANY_USB = st.builds(
    UsbView,
    sticks=st.integers(0, 3),
    offers=many(ANY_OFFER),
    chosen=st.integers(0, 6),
    trouble=TEXTS,
    install=st.none() | ANY_INSTALL,
)
ANY_ACCESS = st.builds(
    Access,
    reach=st.sampled_from(Reach),
    host=TEXTS | st.ip_addresses().map(str),
    port=st.integers(0, 65535),
    token=TEXTS | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=13, max_size=13),
    is_given=st.booleans(),
)
RESULTS = st.sampled_from(["PASS", "FAIL", "NONE", "..."])
ANY_VIEW = st.builds(
    View,
    screen=st.sampled_from(Screen),
    time_s=st.floats(0, 1e8),
    pack=TEXTS,
    packs=many(TEXTS),
    pack_index=st.integers(0, 6),
    corners=st.tuples(*[any_corner()] * 4),
    corner=st.integers(0, 3),
    x=PARTS,
    y=PARTS,
    is_touched=st.booleans(),
    pots=st.tuples(*[ANY_POT] * 6),
    pot=st.integers(0, 5),
    patch=st.none() | ANY_PATCH,
    patch_slots=many(st.integers(0, 127)),
    midi=many(st.builds(MidiLine, port=TEXTS, text=TEXTS, is_heard=st.booleans())),
    channel=st.integers(0, 16),
    faults=many(st.tuples(TEXTS, TEXTS)),
    checks=many(st.builds(CheckView, part=TEXTS, result=RESULTS, detail=TEXTS)),
    status=ANY_STATUS,
    buttons=st.sampled_from([NO_BUTTONS, *LEGENDS.values()]),
    notices=many(TEXTS, 2),
    usb=ANY_USB,
    access=ANY_ACCESS,
)
"""Any view that the instrument could ever show, whatever names packs, ports and errors have."""
