"""An install as a program of its own, `latentpad-card install`, that leaves the music its time.

It runs at the lowest priority for processor and card. What it tells, one JSON object a line, is
described in sdcard.packs.reports; whatever else it prints explains an end that it did not tell.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from device.events import InstallEnded, InstallMoved

NICENESS = 19
OOM_SCORE = 800  # of -1000..1000: if memory is short, it goes before the music
PATIENCE_S = 4.0  # for what it tidies up when it is stopped
STOPPED = "stopped; the packs on the card are as they were"
_CHUNK_BYTES = 65536


def install_command(source: Path, packs: Path) -> list[str]:
    """The words of the program, run by the same Python as this one."""
    words = [sys.executable, "-P", "-m", "sdcard", "install", "--progress", "json"]
    if shutil.which("ionice"):
        words = ["ionice", "-c", "idle", *words]
    if shutil.which("nice"):
        words = ["nice", "-n", str(NICENESS), *words]
    return [*words, "--", str(source.absolute()), str(packs.absolute())]


class InstallProcess:
    """A worker.Install; raises OSError if the program cannot be started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        with contextlib.suppress(OSError):
            Path(f"/proc/{self._process.pid}/oom_score_adj").write_text(f"{OOM_SCORE}\n")
        self._rest = b""  # of a line that has begun
        self._total = 0
        self._last_words = ""
        self._stop_s: float | None = None
        self._end: InstallEnded | None = None  # as it was told
        self._is_over = False

    def poll(self) -> list[InstallMoved | InstallEnded]:
        """See worker.Install; the end is that of the program, which then has let go of the card."""
        if self._is_over:
            return []
        self._is_over = self._process.poll() is not None  # first: all it said is in the pipe then
        events: list[InstallMoved | InstallEnded] = []
        for line in self._lines():
            events += self._heard(line)
        if self._is_over:
            return [*events, self._end or InstallEnded(self._unexplained())]
        if self._stop_s is not None and time.monotonic() >= self._stop_s + PATIENCE_S:
            self._process.kill()
        return events

    def stop(self) -> None:
        """It tidies up and ends; after PATIENCE_S in any case."""
        if self._stop_s is None:
            self._stop_s = time.monotonic()
            self._process.terminate()

    def close(self) -> None:
        """The same, and wait for it."""
        if self._process.poll() is None:
            self.stop()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _lines(self) -> list[bytes]:
        """The lines that have come."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._output, _CHUNK_BYTES):
                self._rest += chunk
        *lines, self._rest = self._rest.split(b"\n")
        return lines

    def _heard(self, line: bytes) -> list[InstallMoved]:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self._last_words = line.decode("utf-8", "replace").strip() or self._last_words
        elif "error" in said:
            self._end = InstallEnded(str(said["error"]) or "it failed")
        elif "installed" in said:
            self._end = InstallEnded()
        elif isinstance(total := said.get("total", self._total), int):
            self._total = total
            written = said.get("written", 0)
            return [InstallMoved(written, total)] if isinstance(written, int) else []
        return []

    def _unexplained(self) -> str:
        """It ended without a word of its own."""
        if self._stop_s is not None:
            return STOPPED
        status = self._process.returncode
        how = f"signal {-status}" if status < 0 else f"status {status}"
        return f"the install ended with {how}: {self._last_words}".rstrip(": ")


def start_install(source: Path, packs: Path) -> InstallProcess:
    """A worker.StartInstall."""
    return InstallProcess(install_command(source, packs))
