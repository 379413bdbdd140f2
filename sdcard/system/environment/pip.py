"""Asks pip for wheels that run on the card, and lets it unpack them: nothing is built or run."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from sdcard.system.environment import tools
from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import ToolMissingError, WheelError


class Pip:
    """For one platform; with a folder of wheels it asks no network, else what it gets is kept."""

    def __init__(self, platform: Platform, ingredients: Ingredients) -> None:
        """Raises ToolMissingError and WheelError."""
        if importlib.util.find_spec("pip") is None:
            raise ToolMissingError("pip: not installed here; apt-get install python3-pip")
        kept = ingredients.cache / "wheels" / f"{platform.machine}-cp3{platform.python}"
        self._platform, self._report = platform, ingredients.report
        self._is_offline = ingredients.wheels is not None
        self._folder = ingredients.wheels or kept
        if self._is_offline and not self._folder.is_dir():
            raise WheelError(f"{self._folder}: there is no such folder of wheels")

    def install(self, wanted: Sequence[str], site_packages: Path, *, with_needs: bool) -> None:
        """Unpack requirements, and if `with_needs` what they require. Raises WheelError."""
        words = [*wanted] if with_needs else ["--no-deps", *wanted]
        try:
            self._unpack(words, site_packages)
        except WheelError:
            if self._is_offline:
                raise
            self._folder.mkdir(parents=True, exist_ok=True)
            self._report(f"downloading Python packages to {self._folder}")
            self._run("download", "--dest", self._folder, *words)
            self._unpack(words, site_packages)

    def _unpack(self, words: Sequence[str], site_packages: Path) -> None:
        where: list[str | Path] = [
            "--no-index",
            "--find-links",
            self._folder,
            "--target",
            site_packages,
        ]
        # what a wheel requires of Python was heeded when it was chosen; here pip would compare
        # it with the Python that runs pip
        where += ["--no-compile", "--upgrade", "--ignore-requires-python"]
        self._run("install", *where, *words)

    def _run(self, command: str, *words: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]
        tools.run([*pip, *self._choice(), *words], WheelError)

    def _choice(self) -> list[str]:
        """Options by which pip chooses as it would on the card."""
        minor = self._platform.python
        words = ["--only-binary=:all:", "--implementation", "cp", "--python-version", f"3.{minor}"]
        for abi in (f"cp3{minor}", "abi3", "none"):
            words += ["--abi", abi]
        for tag in self._platform.wheel_platforms:
            words += ["--platform", tag]
        return words
