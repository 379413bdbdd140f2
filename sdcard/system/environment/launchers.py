"""The programs of an environment: small shell scripts that find everything beside themselves."""

from __future__ import annotations

from pathlib import Path

from sdcard.system.environment import own_code
from sdcard.system.environment.platform import Platform

PROGRAMS = {"latentpad-device": "device", "latentpad-card": "sdcard"}
"""Program -> the package that it runs."""
PYTHON = "/usr/bin/python3"
LIBRARIES = "lib"
ALSA = "share/alsa"
"""ALSA's configuration, where the base has none."""
# exec keeps the process: systemd waits for a word from the one that it started. -I: nothing of
# the caller's folder or environment may get in between.
SCRIPT = """#!/bin/sh
program=$0
[ ! -L "$program" ] || program=$(readlink -f -- "$program")
here=${{program%/*}}/..
LD_LIBRARY_PATH=$here/{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}
export LD_LIBRARY_PATH
if [ -d "$here/{alsa}" ] && [ ! -d "/usr/{alsa}" ]; then
    ALSA_CONFIG_DIR=$(cd -- "$here/{alsa}" && pwd) && export ALSA_CONFIG_DIR
fi
exec "$here/bin/python" -I -m {package} "$@"
"""


def write_launchers(environment: Path, platform: Platform) -> None:
    """The folder `bin`, and pyvenv.cfg, which makes Python look for packages here (PEP 405)."""
    folder = environment / "bin"
    folder.mkdir()
    (folder / "python").symlink_to(PYTHON)
    for name, package in PROGRAMS.items():
        program = folder / name
        text = SCRIPT.format(libraries=LIBRARIES, alsa=ALSA, package=package)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
    lines = {
        "home": str(Path(PYTHON).parent),
        "include-system-site-packages": "false",
        "version": f"3.{platform.python}",
        "latentpad": own_code.version(),
    }
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (environment / "pyvenv.cfg").write_text(text, encoding="utf-8")
