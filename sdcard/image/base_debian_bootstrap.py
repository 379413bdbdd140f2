"""Installs Debian's packages into a root of their own, with mmdebstrap; the outcome is a tar file.

mmdebstrap gives every file a fixed time and sorts them, so the same packages make the same bytes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.base_debian_recipe import (
    BEFORE_PACKAGES,
    FIRMWARE_PACKAGES,
    KERNEL_PACKAGES,
    LEFT_OUT,
    PACKAGES,
    SETTINGS_OF_APT,
    SETTINGS_OF_DPKG,
    TIME_S,
)
from sdcard.image.base_debian_sources import apt_settings, debian_sources, has_firmware
from sdcard.image.errors import ProgramMissingError

MERGED_USR = "/usr/share/mmdebstrap/hooks/maybe-merged-usr"
MOST_LINES = 30  # of the output that are told when it fails
WORTH_TELLING = "I: "  # how mmdebstrap begins lines about its progress
SLOW_S = 30.0  # the packages come in one long step; something is told this often


def bootstrap(suite: str, architecture: str, target: Path, report: Callable[[str], None]) -> None:
    """Write the root to `target`, a new tar file; some minutes, more in emulation.

    Raises ProgramMissingError, NoDebianSourceError, BaseBuildError.
    """
    if shutil.which("mmdebstrap") is None:
        raise ProgramMissingError("mmdebstrap: not installed; apt-get install mmdebstrap arch-test")
    sources = target.with_name("debian.sources")
    sources.write_text(debian_sources(suite))
    overlay = target.with_name("before")
    for name, text in BEFORE_PACKAGES.items():
        place = overlay / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    packages = [*PACKAGES, *KERNEL_PACKAGES[architecture]]
    if has_firmware(sources.read_text()):
        packages += FIRMWARE_PACKAGES[architecture]
    words = ["mmdebstrap", "--verbose", "--variant=minbase", f"--architectures={architecture}"]
    words += [f"--include={','.join(packages)}", *_options(overlay), "--format=tar"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(TIME_S), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    _run([*words, suite, str(target), str(sources)], environment, target.parent, report)


def _options(overlay: Path) -> list[str]:
    """For mmdebstrap; `overlay` is a folder of files to come before most packages."""
    words = [f"--hook-dir={MERGED_USR}"]
    words += [f"--aptopt={setting}" for setting in (*SETTINGS_OF_APT, *apt_settings())]
    words += [f"--dpkgopt={setting}" for setting in SETTINGS_OF_DPKG]
    words.append(f"--essential-hook=copy-in {overlay}/. /")
    names = " ".join(name.lstrip("/") for name in LEFT_OUT)
    return [*words, f'--customize-hook=cd "$1" && rm -rf -- {names}']


@contextlib.contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """If this is interrupted, everything that mmdebstrap has started ends, and it cleans up."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        raise


def _run(
    words: Sequence[str],
    environment: dict[str, str],
    folder: Path,
    report: Callable[[str], None],
) -> None:
    """Run it, tell of its steps, and of its last lines if it fails."""
    last: deque[str] = deque(maxlen=MOST_LINES)
    told_s, packages = time.monotonic(), 0
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process, _ended(process):  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            last.append(line.rstrip())
            packages += line.startswith(("Unpacking ", "Setting up "))
            if line.startswith(WORTH_TELLING):
                report(line[len(WORTH_TELLING) :].rstrip())
            elif time.monotonic() - told_s > SLOW_S:
                report(f"{packages} steps of packages done: {line.strip()[:60]}")
                told_s = time.monotonic()
    if process.returncode:
        said = "\n".join(last)
        raise BaseBuildError(f"mmdebstrap ended with status {process.returncode}:\n{said}")
