"""config.txt, which the firmware of a Raspberry Pi reads before Linux: written, and checked."""

from sdcard.system.config.lint import Circumstances, lint
from sdcard.system.config.write import config_txt

__all__ = ["Circumstances", "config_txt", "lint"]
