"""An instrument whose releases are small shell scripts."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.releases.base_note import base_note
from sdcard.releases.choice import BASE
from sdcard.releases.describe import describe
from sdcard.releases.places import BASE_NOTE, DEVICE_PROGRAM, Places, of_instrument
from sdcard.releases.release_file import write_release

GOOD_TEST = "PASS  oled       acknowledges at 0x3d\nFAIL  sound      no output device"
SCRIPT = """#!/bin/sh
if [ "$1" = selftest ]; then
{test}
fi
echo "$0 $*"
env
"""

AddRelease = Callable[..., Path]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An instrument that has its base only."""
    found = of_instrument({"LATENTPAD_ROOT": str(tmp_path / "root")})
    found.releases.mkdir(parents=True)
    found.choice.parent.mkdir(parents=True)
    return found


@pytest.fixture
def add_release(places: Places) -> AddRelease:
    """Puts a release there, or the base; `test`: shell commands of its self-test."""

    def add(version: str, test: str = "", failed: bool = True) -> Path:
        folder = places.folder(version)
        program = folder / DEVICE_PROGRAM
        program.parent.mkdir(parents=True, exist_ok=True)
        test = test or f"cat <<END\n{GOOD_TEST}\nEND\nexit {int(failed)}"
        program.write_text(SCRIPT.format(test=test))
        program.chmod(0o755)
        return folder

    add(BASE)
    return add


MakeEnvironment = Callable[..., Path]
MakeRelease = Callable[..., Path]
AARCH64, X86_64 = 183, 62  # EM_* of elf(5)


def elf(machine: int) -> bytes:
    """The beginning of a library for a processor, and something after it."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(44)


@pytest.fixture
def make_environment(tmp_path: Path) -> MakeEnvironment:
    """Makes what sdcard.system.environment makes, but small."""

    def make(version: str = "0.2.0", machine: int = AARCH64, python: str = "3.11") -> Path:
        root = tmp_path / f"environment-{version}-{machine}-{python}"
        if root.exists():
            return root
        files = {
            "pyvenv.cfg": f"home = /usr/bin\nversion = {python}\nlatentpad = {version}\n",
            DEVICE_PROGRAM: SCRIPT.format(test=f"echo 'PASS  version    {version}'; exit 0"),
            "bin/latentpad-card": "#!/bin/sh\n",
            f"lib/python{python}/site-packages/device/__init__.py": "x = 1\n" * 5000,
            f"lib/python{python}/site-packages/empty.py": "",
        }
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for name in (DEVICE_PROGRAM, "bin/latentpad-card"):
            (root / name).chmod(0o755)
        (root / "bin/python").symlink_to("/usr/bin/python3")
        (root / "lib/libportaudio.so.2.0.0").write_bytes(elf(machine))
        (root / "lib/libportaudio.so.2").symlink_to("libportaudio.so.2.0.0")
        return root

    return make


@pytest.fixture
def make_release(make_environment: MakeEnvironment, tmp_path: Path) -> MakeRelease:
    """Makes a release file of such an environment, or of one that was changed."""

    def make(environment: Path | None = None, **what: object) -> Path:
        environment = environment or make_environment(**what)
        manifest = describe(environment)
        output = tmp_path / manifest.file_name
        write_release(environment, manifest, output)
        return output

    return make


@pytest.fixture
def based(places: Places, make_environment: MakeEnvironment, add_release: AddRelease) -> Places:
    """An instrument with its base, as the image of a card brings it."""
    note = base_note(make_environment("0.1.0"))
    (places.releases / BASE_NOTE).write_bytes(note)
    return places
