"""Everything that can go wrong while making a pack, as one tree of typed errors."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class RenderError(Exception):
    """Root of all errors that `latentpad-render` explains to the user."""

    exit_code = 1


class SettingsError(RenderError, ValueError):
    """A settings file or an option has an unknown name or a value out of range."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one file or sound."""

    subject: str  # file name or sound name
    detail: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.detail}"


class SourceError(RenderError, ValueError):
    """The source notes cannot be used; `problems` has all that was found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem], headline: str | None = None) -> None:
        self.problems = tuple(problems)
        if headline is None and len(self.problems) == 1:
            super().__init__(str(self.problems[0]))
            return
        head = headline or f"{len(self.problems)} problems with the source notes"
        super().__init__("\n  ".join([f"{head}:", *map(str, self.problems)]))


class SourceFolderError(RenderError, FileNotFoundError):
    """The folder of source notes is missing or has no usable file."""

    exit_code = 2


class BankError(RenderError, ValueError):
    """A SoundFont cannot be read, or lacks the program that was asked for."""

    exit_code = 2


class ModelError(RenderError, ValueError):
    """A file of an NSynth model that cannot be used; `tensor` is its name, or empty."""

    exit_code = 2

    def __init__(self, path: Path, reason: str, tensor: str = "") -> None:
        super().__init__(f"{path}: {tensor}: {reason}" if tensor else f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.tensor = tensor


class CheckpointError(ModelError):
    """A TensorFlow checkpoint that is damaged, or stored in a way that is not supported."""


class ProgramMissingError(RenderError, FileNotFoundError):
    """A program that must be installed is not there."""


class TargetError(RenderError, FileExistsError):
    """The place to write to holds something that is not ours to replace."""

    exit_code = 2


class BusyError(RenderError, BlockingIOError):
    """Another build is writing the same pack."""


class WorkerError(RenderError, RuntimeError):
    """A render process ended without an answer."""


class StorageError(RenderError, OSError):
    """Writing failed: disk full, read-only, no permission. `filename` is the path."""

    def __str__(self) -> str:
        return f"cannot write {self.filename}: {_plain_words(self.errno, self.strerror)}"


def storage_error(error: OSError, path: str | os.PathLike[str]) -> StorageError:
    """`error` as a StorageError that names `path`, unless the error itself names a file."""
    named = error.filename if isinstance(error.filename, str) else os.fspath(path)
    return StorageError(error.errno, error.strerror or str(error), str(Path(named)))


def _plain_words(code: int | None, fallback: str | None) -> str:
    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file grew larger than this system allows",
        errno.EROFS: "the file system is read-only",
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
    }
    return words.get(code or 0, fallback or "unknown reason")
