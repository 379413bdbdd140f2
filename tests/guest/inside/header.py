"""The header's GPIO lines and the hand that pulls them: the kernel's gpio-sim."""

from __future__ import annotations

from pathlib import Path

CONFIG = Path("/sys/kernel/config/gpio-sim/pi")
LABEL, LINES = "pinctrl-bcm2835", 54  # as on a Raspberry Pi up to 4


class Header:
    """All lines of the header; make one only, and before anything looks for them."""

    def __init__(self) -> None:
        bank = CONFIG / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (bank / "label").write_text(LABEL)
        (CONFIG / "live").write_text("1")
        device, chip = ((at / name).read_text().strip() for at, name in
                        ((CONFIG, "dev_name"), (bank, "chip_name")))  # fmt: skip
        self._lines = Path("/sys/devices/platform") / device / chip

    def pull(self, line: int, high: bool) -> None:
        """Make a line high, or low as a switch to ground does."""
        (self._lines / f"sim_gpio{line}/pull").write_text("pull-up" if high else "pull-down")

    def is_high(self, line: int) -> bool:
        """What is on the line, whoever drives it."""
        return (self._lines / f"sim_gpio{line}/value").read_text().strip() == "1"
