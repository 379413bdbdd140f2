"""Compares the self-tests of a new release and the old one, before anything plays.

Each test is the program itself, `latentpad-device selftest`, with its lines "PASS  part  detail".
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdcard.releases.places import DEVICE_PROGRAM

LIMIT_S = 25.0
"""For one test. Both and the start must end within TimeoutStartSec of the service."""

_MOST_BYTES = 1 << 20
_FAIL, _RESULTS = "FAIL", ("PASS", "FAIL", "NONE")
_PART = slice(6, 16)  # columns, see device.selftest_cli
_WELL, _SOME_FAILED = 0, 1  # exit codes


@dataclass(frozen=True)
class Outcome:
    """What came of one self-test."""

    failed: dict[str, str]  # part -> why
    death: str = ""  # why it has no result, "" if it has


def judge(
    trial: Path,
    old: Path,
    environment: Callable[[Path], Mapping[str, str]],
    options: Sequence[str] = (),
    limit_s: float = LIMIT_S,
) -> str:
    """Why the release in folder `trial` must not start, or "".

    It must not if its test dies, takes too long, or finds a part to FAIL that the old one's does
    not. `options` are those of `selftest`.
    """
    new = run_test(trial, environment(trial), options, limit_s)
    if new.death:
        return f"its self-test {new.death}"
    if not new.failed:
        return ""
    before = run_test(old, environment(old), options, limit_s)
    worse = {part: why for part, why in new.failed.items() if part not in before.failed}
    return "; ".join(f"its self-test fails: {part}: {why}" for part, why in worse.items())


def run_test(
    release: Path, environ: Mapping[str, str], options: Sequence[str], limit_s: float
) -> Outcome:
    """Run the self-test of a release; it and all that it started are gone afterwards."""
    command = [str(release / DEVICE_PROGRAM), "selftest", *options]
    try:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(environ), start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Outcome({}, f"cannot be run: {error.strerror or error}")
    with child:
        try:
            output, trouble = _listen(child, time.monotonic() + limit_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    lines = output.decode("utf-8", "replace").splitlines()
    return _outcome(lines, child.returncode, trouble or "")


def _listen(child: subprocess.Popen[bytes], end_s: float) -> tuple[bytes, str]:
    """(its output, why it had to be stopped or "")."""
    assert child.stdout is not None
    parts: list[bytes] = []
    size = 0
    while (left_s := end_s - time.monotonic()) > 0:
        ready, _, _ = select.select([child.stdout], [], [], left_s)
        chunk = os.read(child.stdout.fileno(), 65_536) if ready else b""
        if ready and not chunk:
            return b"".join(parts), _wait(child, end_s)
        parts.append(chunk)
        size += len(chunk)
        if size > _MOST_BYTES:
            return b"".join(parts), f"wrote more than {_MOST_BYTES} bytes"
    return b"".join(parts), "took too long"


def _wait(child: subprocess.Popen[bytes], end_s: float) -> str:
    try:
        child.wait(max(0.0, end_s - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "took too long"
    return ""


def _outcome(lines: Sequence[str], code: int, trouble: str) -> Outcome:
    results = [line for line in lines if line.split(" ", 1)[0] in _RESULTS]
    failed = {
        line[_PART].strip(): line[_PART.stop :].strip() for line in results if line[:4] == _FAIL
    }
    if trouble:
        return Outcome(failed, trouble)
    if code not in (_WELL, _SOME_FAILED) or bool(failed) != (code == _SOME_FAILED) or not results:
        last = next((line for line in reversed(lines) if line.strip()), "without a word")
        return Outcome(failed, f"died ({_code_text(code)}): {last.strip()}")
    return Outcome(failed)


def _code_text(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
