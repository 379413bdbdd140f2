"""A release as data: what it is, for which machine, and its files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReleaseFile:
    """One file, or link, of a release."""

    path: str  # relative, with slashes
    size: int = 0  # bytes
    sha256: str = ""  # hexadecimal
    is_executable: bool = False
    link: str | None = None  # where it leads; None: it is a file


@dataclass(frozen=True)
class Machine:
    """What a release must fit to."""

    name: str  # as `uname -m` has it
    python: str  # minor version, as "3.11"

    def __str__(self) -> str:
        return f"{self.name} with Python {self.python}"


@dataclass(frozen=True)
class Manifest:
    """A whole release."""

    version: str
    machine: Machine
    files: tuple[ReleaseFile, ...]  # sorted by path

    @property
    def total_bytes(self) -> int:
        """Of all files."""
        return sum(file.size for file in self.files)

    @property
    def file_name(self) -> str:
        """What its release file is called."""
        python = self.machine.python.replace(".", "")
        return f"latentpad-{self.version}-{self.machine.name}-py{python}.release"
