"""Runs the file system tools of Debian: found, told a fixed time, and their errors typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sdcard.image.errors import ProgramFailedError, ProgramMissingError

PACKAGES = {
    "debugfs": "e2fsprogs", "dumpe2fs": "e2fsprogs", "e2fsck": "e2fsprogs",
    "mke2fs": "e2fsprogs", "resize2fs": "e2fsprogs", "fsck.fat": "dosfstools",
    "mcopy": "mtools", "mmd": "mtools", "mdel": "mtools", "mdeltree": "mtools", "mdir": "mtools",
    "xz": "xz-utils", "zstd": "zstd", "gzip": "gzip",
}  # fmt: skip
"""Program -> Debian's package."""
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # not in everybody's PATH


def require(programs: Iterable[str]) -> None:
    """Raise ProgramMissingError, which names all that are missing and their packages."""
    missing = [name for name in programs if _find(name) is None]
    if missing:
        packages = sorted({PACKAGES[name] for name in missing})
        raise ProgramMissingError(
            f"{', '.join(missing)}: not installed; apt-get install {' '.join(packages)}"
        )


def found_program(program: str) -> str:
    """Its path; raises ProgramMissingError."""
    require([program])
    return str(_find(program))


def run(
    program: str,
    *arguments: str | Path,
    time_s: int = 0,
    good: Iterable[int] = (0,),
    folder: Path | None = None,
) -> tuple[bytes, str]:
    """(standard output, standard error) of a program in `folder`.

    `time_s`: seconds since 1970 that it is told for the present. Raises ProgramMissingError, and
    ProgramFailedError if its exit status is not one of `good`.
    """
    done = subprocess.run(
        [found_program(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=folder,
        env=environment(time_s),
    )  # fmt: skip
    errors = done.stderr.decode(errors="replace")
    if done.returncode not in set(good):
        said = errors.strip() or done.stdout.decode(errors="replace").strip()
        raise ProgramFailedError(
            f"{program} {' '.join(map(str, arguments))[:200]}: exit status {done.returncode}:"
            f" {said[-1000:]}"
        )
    return done.stdout, errors


def environment(time_s: int) -> dict[str, str]:
    """Nothing of this machine may show in what the programs write: no zone, no configuration."""
    return {
        "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS)),
        "LC_ALL": "C",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(time_s),
        "E2FSPROGS_FAKE_TIME": str(time_s),  # e2fsprogs before 1.47.1 know only this one
        "E2FSCK_TIME": str(time_s),
        "MKE2FS_CONFIG": os.devnull,
        "MTOOLSRC": os.devnull,
    }


def _find(program: str) -> str | None:
    return shutil.which(program, path=environment(0)["PATH"])
