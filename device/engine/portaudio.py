"""The one place that imports sounddevice, and helps it to find PortAudio.

sounddevice asks ctypes.util.find_library, which on Linux looks into the system's cache of libraries
and then runs compilers; it never looks where LD_LIBRARY_PATH leads. So the dynamic loader is asked
first, by the name that programs linked with PortAudio know it by.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from types import ModuleType

from device.engine.errors import AudioLibraryMissingError

SONAME = "libportaudio.so.2"


def load_sounddevice() -> ModuleType:
    """The module; raises AudioLibraryMissingError without PortAudio."""
    try:
        with _known_to_find_library():
            import sounddevice
    except OSError as error:
        raise AudioLibraryMissingError(
            "PortAudio is missing: install the system package libportaudio2"
        ) from error
    module: ModuleType = sounddevice
    return module


@contextlib.contextmanager
def _known_to_find_library() -> Iterator[None]:
    """For as long as sounddevice is imported, and only for PortAudio."""
    if "sounddevice" in sys.modules or not _is_loadable():
        yield
        return
    usual = ctypes.util.find_library
    ctypes.util.find_library = lambda name: SONAME if name == "portaudio" else usual(name)
    try:
        yield
    finally:
        ctypes.util.find_library = usual


def _is_loadable() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError):
        ctypes.CDLL(SONAME)
        return True
    return False
