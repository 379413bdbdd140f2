"""Whether the power supply holds its voltage, as the Raspberry Pi's firmware tells the kernel."""

from __future__ import annotations

from pathlib import Path

from hardware.interfaces import CheckResult

HWMON = Path("/sys/class/hwmon")
DRIVER = "rpi_volt"  # drivers/hwmon/raspberrypi-hwmon.c: in0_lcrit_alarm is the under-voltage flag
ALARM = "in0_lcrit_alarm"


def check_power(hwmon: Path = HWMON) -> CheckResult:
    """FAIL after an undervoltage, NONE where nothing tells of it."""
    for folder in sorted(hwmon.glob("hwmon*")):
        try:
            if (folder / "name").read_text().strip() != DRIVER:
                continue
            is_low = (folder / ALARM).read_text().strip() != "0"
        except OSError:
            continue
        if is_low:
            return CheckResult("FAIL", "under-voltage: use a stronger supply, a shorter cable")
        return CheckResult("PASS", "no under-voltage")
    return CheckResult("NONE", "not a Raspberry Pi, or no voltage monitor")
