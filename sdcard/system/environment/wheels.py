"""Python packages for the card: the project's dependencies, put into site-packages as wheels."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.pip import Pip
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import WheelError

PROJECT, EXTRA = "latentpad", "pi"
GPIO, GPIO_NEEDS, GPIO_IN_BASE = "rpi-lgpio", "lgpio>=0.1.0.1", "python3-lgpio"
"""The first requires the second, of which there are no wheels for every Python; Raspberry Pi OS has
it, made for its own Python, as the third."""
DIST_PACKAGES = "/usr/lib/python3/dist-packages"
UNUSED = ("bin", "*/tests", "*/_core/tests", "*/*/tests", "**/__pycache__", "**/*.pyi")
"""Below site-packages: programs of packages, their tests and what only type checkers read."""


def requirements() -> list[str]:
    """What the instrument needs: the project's dependencies and those of its extra `pi`.

    Raises WheelError if the project is not installed, not even from its checkout.
    """
    try:
        declared = importlib.metadata.requires(PROJECT) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise WheelError(f"{PROJECT} is not installed here: pip install -e .") from error
    return [wanted for text in declared if (wanted := _without_extra(text))]


def _without_extra(text: str) -> str:
    """A requirement for pip; "" if it is for another extra (PEP 508)."""
    requirement, _, marker = text.partition(";")
    extra = re.fullmatch(r"\s*(?:\((.*)\) and )?extra == [\"']([^\"']+)[\"']\s*", marker)
    if extra is None:
        return "" if re.search(r"\bextra\b", marker) else text
    if extra[2] != EXTRA:
        return ""
    return f"{requirement};{extra[1]}" if extra[1] else requirement.strip()


def install_wheels(
    site_packages: Path, platform: Platform, in_base: Collection[str], ingredients: Ingredients
) -> None:
    """Unpack all that is needed. `in_base`: Debian packages of the base.

    Raises ToolMissingError and WheelError.
    """
    pip = Pip(platform, ingredients)
    wanted = requirements()
    gpio = [text for text in wanted if re.match(rf"{GPIO}\b", text)]
    pip.install([text for text in wanted if text not in gpio], site_packages, with_needs=True)
    pip.install(gpio, site_packages, with_needs=False)
    if GPIO_IN_BASE in in_base:
        _link_gpio(site_packages, platform)
    else:
        _install_gpio(pip, site_packages, platform, ingredients)
    for pattern in UNUSED:
        for path in sorted(site_packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _link_gpio(site_packages: Path, platform: Platform) -> None:
    for name in ("lgpio.py", f"_lgpio.cpython-3{platform.python}-{platform.triplet}.so"):
        (site_packages / name).symlink_to(f"{DIST_PACKAGES}/{name}")


def _install_gpio(
    pip: Pip, site_packages: Path, platform: Platform, ingredients: Ingredients
) -> None:
    try:
        pip.install([GPIO_NEEDS], site_packages, with_needs=False)
    except WheelError:
        ingredients.report(
            f"WARNING: no {GPIO_NEEDS} for Python 3.{platform.python}, neither as a wheel nor as"
            f" {GPIO_IN_BASE} in the base: buttons and the display's reset will not work"
        )
