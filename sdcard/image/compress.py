"""Compresses an image on all processors, so that the same image gives the same bytes anywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sdcard.image.errors import ProgramFailedError
from sdcard.image.programs import environment, found_program
from sdcard.image.report import Progress
from sdcard.image.sparse import chunks, write_sparse

COMPRESSORS = {
    "": (),
    ".xz": ("xz", "-6", "--block-size=24MiB", "-c"),
    ".zst": ("zstd", "-q", "-10", "-c"),
}
"""By suffix: the program and its options."""


def compress(image: Path, suffix: str, output: BinaryIO, progress: Progress) -> str:
    """Write an image to a new file; the SHA-256 of the image. Raises ProgramFailedError."""
    if suffix:
        return _through(COMPRESSORS[suffix], image, output, progress)
    digest = _read(image, lambda data: write_sparse(output, data), progress)
    output.truncate(image.stat().st_size)
    return digest


def _through(command: tuple[str, ...], image: Path, output: BinaryIO, progress: Progress) -> str:
    """By a program.

    How many threads it has does not show in what it writes, but whether there is more than one
    does: the streams of both are of another kind then.
    """
    threads = max(2, os.cpu_count() or 2)
    with subprocess.Popen(
        [found_program(command[0]), *command[1:], f"-T{threads}"],
        stdin=subprocess.PIPE, stdout=output, stderr=subprocess.PIPE, env=environment(0),
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        digest = ""
        try:
            digest = _read(image, process.stdin.write, progress)
            process.stdin.close()
        except BrokenPipeError:
            process.wait()  # what it says tells why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode or not digest:
        raise ProgramFailedError(
            f"{command[0]}: exit status {process.returncode}: {said[-500:] or 'no reason given'}"
        )
    return digest


def _read(image: Path, sink: Callable[[bytes], object], progress: Progress) -> str:
    digest, done, size = hashlib.sha256(), 0, image.stat().st_size
    for data in chunks(image):
        digest.update(data)
        sink(data)
        done += len(data)
        progress(done, done / size)
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
