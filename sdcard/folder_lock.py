"""One process at a time changes a folder; the lock ends with the process and leaves no file."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextlib.contextmanager
def folder_lock(folder: Path, busy: Exception) -> Iterator[None]:
    """Keep other processes out; raises `busy` if one is in, OSError if there is no such folder."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        except OSError:  # a file system without locks: nothing else can be done
            pass
        yield
    finally:
        os.close(descriptor)
