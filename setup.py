"""Builds the C kernel as device.engine._mixer, and takes the folder systemd along into wheels."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithUnits(build_py):
    """`systemd` can be no package: a well-known one has that name. So its files go with a room."""

    def run(self) -> None:
        """In a checkout they are used where they are."""
        super().run()
        if not self.editable_mode:
            units = Path(self.build_lib) / "sdcard" / "system" / "units"
            shutil.copytree("systemd", units, dirs_exist_ok=True)


setup(
    cffi_modules=["device/engine/kernel/build.py:ffibuilder"],
    cmdclass={"build_py": BuildWithUnits},
)
