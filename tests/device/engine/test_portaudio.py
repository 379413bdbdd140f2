"""PortAudio where only the dynamic loader finds it: in a folder that LD_LIBRARY_PATH names."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from device.engine import portaudio

HIDDEN = """
import ctypes.util, subprocess
usual = ctypes.util.find_library
ctypes.util.find_library = lambda name: None  # as on a system that has it nowhere
def no_program(*words, **more):
    raise AssertionError(f"a program was started: {words}")
subprocess.Popen = no_program
from device.engine.portaudio import load_sounddevice
hidden = ctypes.util.find_library
module = load_sounddevice()
print(module.get_portaudio_version()[0] > 0, ctypes.util.find_library is hidden)
"""


def library() -> str | None:
    """Where PortAudio is here."""
    maps = Path("/proc/self/maps")
    try:
        ctypes.CDLL(portaudio.SONAME)
    except OSError:
        return None
    lines = maps.read_text().splitlines() if maps.exists() else []
    return next((line.split()[-1] for line in lines if "libportaudio" in line), None)


@pytest.mark.skipif(library() is None, reason="needs libportaudio2")
def test_a_private_library_is_found_without_any_program(tmp_path: Path) -> None:
    """And from a path that no cache of libraries knows."""
    found = library()
    assert found is not None
    shutil.copy(found, tmp_path / portaudio.SONAME)
    environ = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, text=True, env=environ, timeout=60
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


@pytest.mark.skipif(library() is None, reason="needs libportaudio2")
def test_only_portaudio_is_answered_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    usual = ctypes.util.find_library
    with portaudio._known_to_find_library():
        assert ctypes.util.find_library("portaudio") == portaudio.SONAME
        assert ctypes.util.find_library("no-such-thing") is None
    assert ctypes.util.find_library is usual


def test_elsewhere_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    usual = ctypes.util.find_library
    monkeypatch.setattr(portaudio, "SONAME", "libportaudio.so.none")
    with portaudio._known_to_find_library():
        assert ctypes.util.find_library is usual
    monkeypatch.setattr(portaudio.sys, "platform", "darwin")
    assert not portaudio._is_loadable()
