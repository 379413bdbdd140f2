"""Turns Wi-Fi on once it is known where the instrument is: radio rules differ by country."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from pathlib import Path

from sdcard.system.errors import BootFileError
from sdcard.system.on_card.texts import read_text

FILE = "wifi-country.txt"
SWITCHES = Path("/sys/class/rfkill")  # kernel: Documentation/driver-api/rfkill.rst


def take_country(drop_in: Path, switches: Path = SWITCHES) -> list[str]:
    """Tell the kernel, and let Wi-Fi send. Raises BootFileError."""
    paths = [path for path in drop_in.glob("*") if path.name.lower() == FILE]
    if not paths:
        return []
    country = read_text(paths[0]).strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise BootFileError(f"{paths[0]}: {country[:20]!r}: two letters are expected, as GB")
    program = shutil.which("iw")
    if program is not None:
        subprocess.run([program, "reg", "set", country], check=False, capture_output=True)
    for kind in switches.glob("*/type"):
        with contextlib.suppress(OSError):
            if kind.read_text().strip() == "wlan":
                kind.with_name("soft").write_text("0")
    return [f"Wi-Fi as allowed in {country}"]
