"""All settings of the player: frozen records read from one TOML file; the only place with defaults.

Every field carries its allowed range; an unknown key, a wrong type or a value out of range is a
SettingsError that names the key, the value and what is allowed.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from device.engine.quality import INTERPOLATIONS, Interpolation
from device.errors import SettingsError, SettingsNotFoundError
from device.parameters import LONGEST_RELEASE_S, LONGEST_TIME_S
from device.settings_fields import Section, choice, from_table, number, numbers, refuse_unknown
from hardware.config import BoardConfig

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class AudioSettings(Section):
    """The sound output."""

    rate_hz: int = number(48000, 8000, 192000)
    block_frames: int = number(128, 16, 8192)
    device: str | None = None  # part of an output's name; None is the system's default
    interpolation: Interpolation = choice("default", *INTERPOLATIONS)  # noqa: RUF009 (a field)
    master_gain_db: float = number(6.0, -60.0, 24.0)
    realtime_priority: int = number(70, 0, 99)  # of the audio thread; 0 asks for none
    event_margin_s: float = number(0.0003, 0.0, 0.1)  # added to every live event, see timeline.py


@dataclass(frozen=True)
class EnvelopeSettings(Section):
    """The shape of a note; the ranges are those of the original instrument's dials."""

    attack_s: float = number(0.005, 0.0, LONGEST_TIME_S)
    decay_s: float = number(0.1, 0.0, LONGEST_TIME_S)
    sustain: float = number(1.0, 0.0, 1.0)
    release_s: float = number(0.3, 0.0, LONGEST_RELEASE_S)
    start_position: float = number(0.0, 0.0, 1.0)  # where in the sound a note begins


@dataclass(frozen=True)
class PlayingSettings(Section):
    """How notes answer to the player's hands."""

    max_voices: int = number(32, 1, 128)
    velocity_curve: str = choice("natural", "natural", "linear", "fixed")
    bend_range_semitones: float = number(2.0, 0.0, 48.0)
    vibrato_rate_hz: float = number(5.5, 0.1, 20.0)
    vibrato_depth_semitones: float = number(0.5, 0.0, 12.0)  # with the modulation wheel full up
    zone_crossfade: str = choice("off", "off", "on")  # between keys: both stored pitches sound
    morph_smoothing_s: float = number(0.02, 0.0, 5.0)
    row_cache_mb: int = number(128, 16, 8192)  # of notes in memory, those that sound included


@dataclass(frozen=True)
class MidiSettings(Section):
    """Which MIDI is listened to; the pad follows two controllers, general purpose 1 and 2."""

    channel: int = number(0, 0, 16)  # 0 hears all channels (omni)
    pad_x_controller: int = number(16, 0, 119)
    pad_y_controller: int = number(17, 0, 119)
    # of each pot in order of PARAMETERS: attack 73, decay 75 and release 72 are the usual ones
    pot_controllers: tuple[int, ...] = numbers((20, 73, 75, 79, 72, 21), 0, 119, 0, 6)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pad_x_controller == self.pad_y_controller:
            raise SettingsError(f"pad_y_controller: {self.pad_y_controller} is pad_x_controller")
        for controller in self.pot_controllers:
            for name in ("pad_x_controller", "pad_y_controller"):
                if controller == getattr(self, name):
                    raise SettingsError(f"pot_controllers: {controller} is {name}")
            if self.pot_controllers.count(controller) > 1:
                raise SettingsError(f"pot_controllers: {controller} is used twice")


@dataclass(frozen=True)
class PanelSettings(Section):
    """How hands and panel understand each other."""

    poll_hz: int = number(200, 50, 1000)
    touch_smoothing_s: float = number(0.04, 0.0, 1.0)  # between the pads of the touch panel
    pot_takeover: str = choice("pickup", "jump", "pickup", "scale")  # after a patch was recalled
    hold_s: float = number(1.0, 0.3, 5.0)  # of a patch button, to save
    page_s: float = number(3.0, 0.5, 60.0)  # until the home page comes back
    safe_button: bool = True  # a patch button that is held at the start means safe mode
    display_hz: int = number(25, 1, 60)


@dataclass(frozen=True)
class FilesSettings(Section):
    """Where sounds and patches lie; a name that is not absolute begins at the working directory.

    That is the one at the start: see `absolute`.
    """

    packs: str = "packs"  # a folder of packs, or one pack
    patches: str = "patches.json"
    memory: bool = True  # remember what was played last, in a file beside the patches
    usb: str = ""  # where USB sticks are mounted, a folder each; packs on them are offered

    def absolute(self) -> Self:
        """The same with absolute names: a library may change the working directory later."""
        packs, patches = (str(Path(name).absolute()) for name in (self.packs, self.patches))
        usb = self.usb and str(Path(self.usb).absolute())
        return dataclasses.replace(self, packs=packs, patches=patches, usb=usb)


@dataclass(frozen=True)
class RemoteSettings(Section):
    """OSC and the web panel; beyond this machine only with another host, the web with a token."""

    web: bool = True
    web_host: str = "127.0.0.1"
    web_port: int = number(8080, 0, HIGHEST_PORT)  # 0: any free one
    web_token: str = ""  # "": one is made and kept beside the patches
    osc: bool = True
    osc_host: str = "127.0.0.1"
    osc_port: int = number(8000, 0, HIGHEST_PORT)
    osc_target: str = ""  # "host:port" that is told of every change

    def __post_init__(self) -> None:
        super().__post_init__()
        host, _, port = self.osc_target.rpartition(":")
        if self.osc_target and not (host and port.isdecimal() and int(port) <= HIGHEST_PORT):
            raise SettingsError(f"osc_target: {self.osc_target!r} is not host:port")


@dataclass(frozen=True)
class Settings:
    """The whole file; each field is a table of it."""

    audio: AudioSettings = AudioSettings()
    envelope: EnvelopeSettings = EnvelopeSettings()
    playing: PlayingSettings = PlayingSettings()
    midi: MidiSettings = MidiSettings()
    panel: PanelSettings = PanelSettings()
    files: FilesSettings = FilesSettings()
    remote: RemoteSettings = RemoteSettings()
    board: BoardConfig = BoardConfig()  # noqa: RUF009 (frozen)


def load_settings(path: Path | None) -> Settings:
    """Settings of a TOML file, or the defaults without one.

    Raises SettingsNotFoundError or SettingsError, naming the file and the key.
    """
    if path is None:
        return Settings()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsNotFoundError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error
    sections = {item.name: type(item.default) for item in dataclasses.fields(Settings)}
    refuse_unknown(tables, list(sections), str(path))
    read: dict[str, Any] = {
        name: from_table(sections[name], table, f"{path}: [{name}]")
        for name, table in tables.items()
    }
    return Settings(**read)
