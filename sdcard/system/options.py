"""What may be wished of a card's system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sdcard.system.config.boards import overlay_name
from sdcard.system.errors import OptionError

DAC = "iqaudio-dac"
"""The overlay that the original instrument uses for its PCM5122."""
HIGHEST_ID = 0xFFFFFFFF


@dataclass(frozen=True)
class SystemOptions:
    """Raises OptionError for a value that cannot be granted."""

    disk_id: int  # of the card's partition table
    environment: Path  # a folder made by build_environment
    dac: str = DAC  # overlay, and parameters after commas
    hostname: str = "latentpad"  # answers in the home network as latentpad.local
    wifi_country: str = ""  # two capital letters; without them Wi-Fi stays off
    authorized_keys: bytes = b""  # public SSH keys, for the boot partition
    connections: tuple[Path, ...] = ()  # NetworkManager's keyfiles, for the boot partition

    def __post_init__(self) -> None:
        if not 0 < self.disk_id <= HIGHEST_ID:
            raise OptionError(f"disk id {self.disk_id:#x}: 1 to {HIGHEST_ID:#x} are allowed")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", self.hostname):
            raise OptionError(
                f"host name {self.hostname!r}: small letters, digits and '-' are allowed, up to 63"
            )
        if self.wifi_country and not re.fullmatch(r"[A-Z]{2}", self.wifi_country):
            raise OptionError(f"Wi-Fi country {self.wifi_country!r}: two capital letters, as GB")
        for path in self.connections:
            if path.suffix != ".nmconnection":
                raise OptionError(f"{path}: must be called NAME.nmconnection")

    @property
    def dac_overlay(self) -> str:
        """Its name alone."""
        return overlay_name(self.dac)
