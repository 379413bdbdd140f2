"""Reads an image from its beginning to its end, decompressed on the fly.

What the file is, its first bytes tell: gzip (RFC 1952), xz, Zstandard (RFC 8878), or plain.
"""

from __future__ import annotations

import gzip
import importlib
import lzma
import os
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, Self

from sdcard.flash_errors import DecoderMissingError, ImageUnusableError

GZIP, XZ, ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
OTHER_ARCHIVES = {b"PK\x03\x04": "zip", b"BZh": "bzip2", b"7z\xbc\xaf": "7z"}
DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error)
CHUNK = 1 << 20  # bytes


class Source:
    """The bytes of an image in order; a context manager closes it."""

    def __init__(self, path: Path) -> None:
        """Raises ImageUnusableError or DecoderMissingError."""
        self.path = path
        self.position = 0  # in the image
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
            self.file_bytes = os.fstat(self._file.fileno()).st_size
            head = self._file.read(6)
            self._file.seek(0)
        except OSError as error:
            raise ImageUnusableError(f"{path}: {error.strerror}") from error
        self._process: subprocess.Popen[bytes] | None = None
        self._is_plain = False
        self._stream: IO[bytes] = self._open(head)

    @property
    def size(self) -> int | None:
        """Bytes of the image; None if only its end will tell."""
        return self.file_bytes if self._is_plain else None

    @property
    def fraction(self) -> float:
        """How much of the file has been read, 0..1."""
        return os.lseek(self._file.fileno(), 0, os.SEEK_CUR) / max(1, self.file_bytes)

    def read(self, count: int) -> bytes:
        """As many bytes, fewer only at the end of the image; raises ImageUnusableError."""
        parts, wanted = [], count
        try:
            while wanted > 0:
                data = self._stream.read(wanted)
                if not data:
                    self._check_end()
                    break
                parts.append(data)
                wanted -= len(data)
        except DAMAGE as error:
            raise ImageUnusableError(
                f"{self.path}: damaged or cut short after {self.position} bytes of the image:"
                f" {error}; download it again"
            ) from error
        self.position += count - wanted
        return b"".join(parts)

    def skip_to(self, position: int) -> None:
        """Pass over what is not needed; ends early at the end of the image."""
        if self._is_plain:
            self.position = self._file.seek(min(position, self.file_bytes))
        while self.position < position and self.read(min(CHUNK, position - self.position)):
            pass

    def close(self) -> None:
        """Give the file back; harmless when closed."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._file.close()

    def _open(self, head: bytes) -> IO[bytes]:
        for magic, kind in OTHER_ARCHIVES.items():
            if head.startswith(magic):
                self._file.close()
                raise ImageUnusableError(
                    f"{self.path}: a {kind} archive; unpack it first (img, xz, gz, zst are read)"
                )
        if head.startswith(GZIP):
            return gzip.GzipFile(fileobj=self._file)  # type: ignore[return-value]
        if head.startswith(XZ):
            return lzma.LZMAFile(self._file)
        if head.startswith(ZSTD):
            return self._open_zstd()
        self._is_plain = True
        return self._file

    def _open_zstd(self) -> IO[bytes]:
        try:
            opener: Callable[[BinaryIO], IO[bytes]] = importlib.import_module(
                "compression.zstd"  # Python 3.14
            ).ZstdFile
        except ImportError:
            return self._run_zstd()
        return opener(self._file)

    def _run_zstd(self) -> IO[bytes]:
        program = shutil.which("zstd")
        if program is None:
            self._file.close()
            raise DecoderMissingError(
                f"{self.path}: nothing here can read Zstandard: install the package zstd"
                " (or take the .xz image)"
            )
        self._process = subprocess.Popen(
            [program, "-dcq"], stdin=self._file, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C is ours alone
        )  # fmt: skip
        assert self._process.stdout is not None
        return self._process.stdout

    def _check_end(self) -> None:
        """A pipe that ends may be the end of the image, or of a decoder in trouble."""
        if self._process is not None and self._process.wait() != 0:
            assert self._process.stderr is not None
            said = self._process.stderr.read().decode(errors="replace").strip()
            raise EOFError(said or f"zstd ended with {self._process.returncode}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
