"""The card's environment as it is made for a Raspberry Pi, run by an emulated processor.

Packages come from the network the first time, and are kept. The root that it runs in has Debian's
Python and nothing else of a system: no kernel, no services.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from device.__main__ import main
from sdcard.image.base_debian_errors import ForeignProgramsError
from sdcard.image.base_debian_foreign import ensure_runs
from sdcard.system.environment import Ingredients, Platform, apt, build_environment
from sdcard.system.environment.ingredients import cache_folder

PI = Platform()
ROOT_PACKAGES = ("python3", "dash", "coreutils", "libasound2")
MERGED = ("bin", "lib", "sbin")  # folders that are links into usr (Debian from 12 on)
STEP_OF_24_BITS = 2.0**-23
LOADED = """
import sys
import alsa_midi, mido, numpy, PIL.Image, pythonosc, segno, serial, smbus2, soundfile, websockets
from device.engine.portaudio import load_sounddevice
load_sounddevice()
loaded = open("/proc/self/maps").read()
print("libportaudio.so.2" in loaded, "/opt/latentpad/lib/libjack" in loaded, sys.prefix)
"""


@pytest.fixture(scope="module")
def root(step: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with the environment in its place."""
    if os.geteuid() != 0 or shutil.which("dpkg-deb") is None:
        pytest.skip("needs root, to change into another one, and dpkg-deb")
    try:
        ensure_runs("arm64", step)
    except ForeignProgramsError as error:
        pytest.skip(str(error))
    step("making a root for ARM of Debian's packages")
    root = tmp_path_factory.mktemp("arm") / "root"
    status = _unpack(root, step)
    step("building the environment")
    build_environment(root / "opt/latentpad", PI, status, Ingredients(report=step))
    return root


def _unpack(root: Path, step: Callable[[str], None]) -> bytes:
    """Packages and what they need, side by side; what dpkg would have written down of them."""
    ingredients = Ingredients(cache=cache_folder() / "arm-root", report=step)
    debs = [deb for name in ROOT_PACKAGES for deb in apt.download(name, PI, b"", ingredients)]
    stanzas = []
    for deb in {deb.name: deb for deb in debs}.values():
        subprocess.run(["dpkg-deb", "--extract", deb, root], check=True)
        fields = subprocess.run(["dpkg-deb", "--field", deb], check=True, capture_output=True)
        stanzas.append(fields.stdout + b"Status: install ok installed\n")
    for name in MERGED:
        shutil.copytree(root / name, root / "usr" / name, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(root / name)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("proc", "tmp", "mine"):
        (root / name).mkdir(exist_ok=True)
    if not (root / "usr/bin/sh").exists():
        (root / "usr/bin/sh").symlink_to("dash")
    return b"\n".join(stanzas)


def run(root: Path, *words: str) -> str:
    """What a command says there."""
    done = subprocess.run(
        ["unshare", "--mount", "--", "/bin/sh", "-c",
         'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', str(root), *words],
        capture_output=True, text=True, timeout=600,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def test_all_that_it_needs_can_be_loaded(root: Path) -> None:
    words = ["/bin/sh", "-c", 'LD_LIBRARY_PATH=/opt/latentpad/lib exec "$@"', "sh"]
    found = run(root, *words, "/opt/latentpad/bin/python", "-I", "-c", LOADED)
    assert found.split() == ["True", "True", "/opt/latentpad"]


def test_it_tells_its_settings(root: Path) -> None:
    there = run(root, "/opt/latentpad/bin/latentpad-device", "settings")
    assert tomllib.loads(there)["board"]["board"] == "onss"


def test_it_checks_packs_as_this_machine_does(root: Path, test_pack: Path) -> None:
    shutil.copytree(test_pack, root / "mine/pack", dirs_exist_ok=True)
    told = run(root, "/opt/latentpad/bin/latentpad-card", "verify", "/mine/pack")
    assert told.startswith("OK  /mine/pack: ")


def test_it_sounds_as_this_machine_does(root: Path, test_pack: Path, tmp_path: Path) -> None:
    """To two steps of 24 bits: the C library rounds exp2 in another way on ARM."""
    mine = root / "mine"
    shutil.copytree(test_pack, mine / "pack", dirs_exist_ok=True)
    assert main(["demo-song", str(mine)]) == 0
    words = ["bounce", "--pack", "{}/pack", "--midi", "{}/song.mid", "--gesture",
             "{}/gesture.csv", "-o", "{}/out.wav"]  # fmt: skip
    run(root, "/opt/latentpad/bin/latentpad-device", *(word.format("/mine") for word in words))
    (mine / "out.wav").rename(tmp_path / "there.wav")
    assert main([word.format(mine) for word in words]) == 0
    there, rate_hz = soundfile.read(tmp_path / "there.wav")
    here, _ = soundfile.read(mine / "out.wav")
    assert rate_hz == 48000
    assert there.shape == here.shape
    assert np.abs(here).max() > 0.5
    assert np.abs(there - here).max() <= 2 * STEP_OF_24_BITS
    assert np.mean(there == here) > 0.98
