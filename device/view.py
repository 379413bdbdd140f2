"""All that a screen, the web page or OSC may show of the instrument: one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.events import NO_ACCESS, Access
from device.usb.view import NO_STICKS, UsbView

NO_BUTTONS = ("", "", "", "")
"""On a playing page the buttons are patches."""


class Screen(Enum):
    """What the display shows."""

    BOOT = "boot"  # the self-test while starting
    HOME = "home"
    INSTRUMENT = "instrument"
    POSITION = "position"
    ENVELOPE = "envelope"
    VOLUME = "volume"
    PATCH = "patch"
    MONITOR = "monitor"  # system pages: from here on
    CHANNEL = "channel"
    PACKS = "packs"
    STATUS = "status"
    SELFTEST = "selftest"
    USB = "usb"
    INSTALL = "install"
    WEB = "web"
    TOKEN = "token"  # asks whether to make a new one for the web panel


class PatchAction(Enum):
    """What is being done, or was just done, with a patch."""

    HOLDING = "holding"  # the button is down: a click recalls, holding on saves
    RECALLED = "recalled"
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True)
class CornerView:
    """One corner: its list of instruments and which one it plays."""

    names: tuple[str, ...]  # as written on screens, at most 8 characters each; empty: no pack
    abbreviations: tuple[str, ...]  # 2 characters each
    index: int


@dataclass(frozen=True)
class PotView:
    """One parameter and the pot that sets it."""

    name: str  # of parameters.PARAMETERS
    label: str
    turn: float  # what sounds, 0..1
    text: str  # the same as a value: "250 ms"
    physical: float | None  # where the knob stands, None if there is none
    is_caught: bool  # turning the knob changes the value


@dataclass(frozen=True)
class PatchView:
    """What the patch screen tells."""

    slot: int  # 0..127
    action: PatchAction
    progress: float  # of holding, 0..1: at 1 the patch is saved
    text: str  # instruments of the patch, or why it failed


@dataclass(frozen=True)
class MidiLine:
    """One line of the MIDI monitor."""

    port: str
    text: str
    is_heard: bool


@dataclass(frozen=True)
class Playable:
    """When notes could be played for the first time."""

    after_kernel_s: float  # since the kernel started
    after_start_s: float  # since the instrument's own process did

    @property
    def text(self) -> str:
        """As journal and service manager write it."""
        return (
            f"playable {self.after_kernel_s:.1f} s after the kernel started, "
            f"{self.after_start_s:.1f} s after its own start"
        )


@dataclass(frozen=True)
class StatusView:
    """How the machine does."""

    load: float = 0.0  # of the audio thread's time, 0..1
    late_buffers: int = 0
    voices: int = 0
    max_voices: int = 0
    memory_free_mb: int = 0
    latency_ms: float = 0.0
    peak: float = 0.0  # of the output lately, 0..1
    midi_ports: tuple[str, ...] = ()
    playable: Playable | None = None  # None: it has not been yet


@dataclass(frozen=True)
class CheckView:
    """One line of the self-test."""

    part: str
    result: str  # "PASS", "FAIL", "NONE" (not there, not needed) or "..." while it runs
    detail: str


@dataclass(frozen=True)
class View:
    """The whole instrument at one moment."""

    screen: Screen
    time_s: float  # of the clock; only for what moves
    pack: str  # name of the pack, "" without one
    packs: tuple[str, ...]  # names to choose from
    pack_index: int
    corners: tuple[CornerView, CornerView, CornerView, CornerView]
    corner: int  # that the instrument screen is about
    x: float  # pad position, 0..1
    y: float
    is_touched: bool
    pots: tuple[PotView, ...]  # in order of parameters.PARAMETERS
    pot: int  # that the envelope screen is about
    patch: PatchView | None
    patch_slots: tuple[int, ...]  # slots that hold a patch
    midi: tuple[MidiLine, ...]  # the latest last
    channel: int  # MIDI channel 1..16, 0 for all
    faults: tuple[tuple[str, str], ...]  # (part, what is wrong), in order of coming
    checks: tuple[CheckView, ...]
    status: StatusView
    buttons: tuple[str, str, str, str] = NO_BUTTONS  # what they mean on this page
    notices: tuple[str, ...] = ()  # what the musician should know, although all works
    usb: UsbView = NO_STICKS
    access: Access = NO_ACCESS  # to the web panel; its token is not for remotes
