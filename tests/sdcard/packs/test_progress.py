"""The line that tells how far an install is."""

from __future__ import annotations

import io

from sdcard.packs.progress import Progress


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_bytes_rate_and_time_left() -> None:
    clock = Clock()
    progress = Progress(io.StringIO(), clock)
    progress.begin(400_000_000)
    assert progress.line() == "  0 %  0.0 of 400.0 MB"
    clock.now_s += 5
    progress.add(100_000_000)
    assert progress.line() == " 25 %  100.0 of 400.0 MB  20.0 MB/s  15 s left"
    clock.now_s += 45
    assert progress.line().endswith("2.0 MB/s  2 min 30 s left")


def test_a_terminal_has_one_line_a_few_times_a_second() -> None:
    clock, out = Clock(), Terminal()
    progress = Progress(out, clock)
    progress.begin(100)
    for _ in range(100):
        clock.now_s += 1 / 128
        progress.add(1)
    assert out.getvalue().count("\r") == 3
    assert "\n" not in out.getvalue()
    progress.end()
    assert out.getvalue().endswith("\r\x1b[K")


def test_a_log_has_a_line_every_ten_seconds() -> None:
    clock, out = Clock(), io.StringIO()
    progress = Progress(out, clock)
    progress.begin(100)
    for _ in range(25):
        clock.now_s += 1
        progress.add(4)
    progress.end()
    assert len(out.getvalue().splitlines()) == 2
    assert "\r" not in out.getvalue()
