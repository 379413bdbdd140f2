"""Where the parts of an environment come from, and to whom its building is told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/latentpad`: what was downloaded, to be used again."""
    wanted = os.environ.get("XDG_CACHE_HOME", "")
    if wanted.startswith("/"):
        return Path(wanted) / "latentpad"
    home = os.path.expanduser("~")  # noqa: PTH111 (Path would fail for a user without a home)
    caches = Path(home) / ".cache" if home.startswith("/") else Path(tempfile.gettempdir())
    return caches / "latentpad"


def _tell_nobody(text: str) -> None:
    """Take a line of progress."""


@dataclass(frozen=True)
class Ingredients:
    """With folders of wheels and of Debian packages nothing is asked of any network."""

    wheels: Path | None = None
    debs: Path | None = None
    cache: Path = field(default_factory=cache_folder)
    report: Callable[[str], None] = _tell_nobody
