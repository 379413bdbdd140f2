"""Writes cmdline.txt: what the kernel is told, on one line."""

from __future__ import annotations

import re

from sdcard.image.layout import ROOT, partuuid
from sdcard.system.config.uart_rules import HEADER_CONSOLE
from sdcard.system.errors import BaseUnfitError, OptionError

TAKEN_OUT = (
    HEADER_CONSOLE.pattern,  # a login prompt there answers every MIDI byte
    r"console=ttyAMA10\b\S*",  # the Pi 5's debug connector: nothing is printed in vain
    r"root=.*", r"rootfstype=.*", r"rootflags=.*", r"rootwait", r"rootdelay=.*", r"r[ow]",
    r"fsck\..*",
    r"init=.*",  # first-boot scripts of Raspberry Pi OS: they would resize and rename
    r"resize",
    r"systemd\.(run|run_success_action|run_failure_action|unit)=.*",  # Raspberry Pi Imager's
    r"ds=.*", r"cloud-init=.*",
    r"overlayroot=.*", r"boot=overlay",  # would hide the partitions that may be written
    r"quiet", r"splash", r"loglevel=.*", r"plymouth\..*",  # a screen is plugged in to see trouble
    r"cpufreq\.default_governor=.*",
)  # fmt: skip
"""Words of a base that get in the way, or are written anew."""
COUNTRY = "cfg80211.ieee80211_regdom="
SCREEN = "console=tty1"


def cmdline_txt(base: str, disk_id: int, wifi_country: str = "") -> str:
    """The line for the card whose disk id is `disk_id`; other words of the base stay.

    `wifi_country`: two capital letters (ISO 3166), "" is not told. Raises BaseUnfitError and
    OptionError.
    """
    if wifi_country and not re.fullmatch(r"[A-Z]{2}", wifi_country):
        raise OptionError(f"Wi-Fi country {wifi_country!r}: two capital letters, as GB")
    lines = [line for line in base.splitlines() if line.strip()]
    if len(lines) > 1:
        raise BaseUnfitError(
            f"cmdline.txt has {len(lines)} lines, and the kernel is told the first"
        )
    taken_out = re.compile("|".join(f"(?:{pattern})" for pattern in TAKEN_OUT))
    kept = [word for line in lines for word in line.split() if not taken_out.fullmatch(word)]
    kept = [word for word in kept if not (wifi_country and word.startswith(COUNTRY))]
    first = [] if SCREEN in kept else [SCREEN]
    return " ".join([*first, *kept, *_own(disk_id, wifi_country)]) + "\n"


def _own(disk_id: int, wifi_country: str) -> list[str]:
    """Fsck mends by itself; the clock of the processor never has to rise for a chord."""
    words = [f"root=PARTUUID={partuuid(disk_id, ROOT)}", "rootfstype=ext4", "ro", "rootwait"]
    words += ["fsck.repair=yes", "cpufreq.default_governor=performance"]
    return [*words, *([f"{COUNTRY}{wifi_country}"] if wifi_country else [])]
