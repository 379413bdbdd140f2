"""Compiles an environment's Python beforehand: nothing can be written beside it on the card.

The files are trusted as they are (unchecked hashes, PEP 552): no time stamp has to be right.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from sdcard.image.layout import BASE_RELEASE
from sdcard.system.environment import tools
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import EnvironmentBuildError


def compile_bytecode(environment: Path, platform: Platform) -> bool:
    """False if this machine has no Python of the card's version: the first starts are slow then.

    Raises EnvironmentBuildError for a file that is no Python.
    """
    python = _interpreter(platform.python)
    if python is None:
        return False
    words = [python, "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    words += ["-s", str(environment), "-p", BASE_RELEASE, str(environment / "lib")]
    tools.run(words, EnvironmentBuildError, extra={"PYTHONHASHSEED": "0"})
    return True


def _interpreter(minor: int) -> str | None:
    """Bytecode is the same on all machines, but only within one minor version."""
    if sys.version_info[:2] == (3, minor):
        return sys.executable
    found = shutil.which(f"python3.{minor}")
    if found is None:
        return None
    asked = "import sys; sys.exit(sys.version_info[:2] != (3, int(sys.argv[1])))"
    tried = subprocess.run([found, "-c", asked, str(minor)], capture_output=True, check=False)
    return found if tried.returncode == 0 else None
