"""The bar, the speed and the time left, on a terminal and in a log."""

from __future__ import annotations

import io

from sdcard.flash_progress import LOG_PERIOD_S, ProgressBar, clock_text, progress_line


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


class Time:
    """A clock that is set by hand."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_line_tells_all() -> None:
    line = progress_line("writing", 1_200_000_000, 0.5, 60.0)
    assert line == "writing   [############------------]  50%  1.2 GB  20.0 MB/s  1:00 left"
    assert progress_line("writing", 0, 0.0, 0.0).endswith("]   0%  0.0 MB")


def test_time_is_told_like_a_clock() -> None:
    assert [clock_text(s) for s in (0.4, 65, 3605)] == ["0:00", "1:05", "1:00:05"]


def test_a_terminal_has_one_line_per_stage() -> None:
    output, time = Terminal(), Time()
    bar = ProgressBar(output, time)
    for step in range(101):
        bar("writing", step * 1_000_000, step / 100)
        time.now_s += 0.1
    bar("verifying", 1_000_000, 1.0)
    bar.end()
    text = output.getvalue()
    assert text.count("\n") == 2
    assert 20 < text.count("\r") < 60
    assert "100%  100.0 MB  10.0 MB/s\x1b[K\n\rverifying" in text


def test_a_log_has_few_lines_and_the_last() -> None:
    output, time = io.StringIO(), Time()
    bar = ProgressBar(output, time)
    for step in range(121):
        bar("writing", step, step / 120)
        time.now_s += LOG_PERIOD_S / 10
    bar.end()
    lines = output.getvalue().splitlines()
    assert len(lines) == 13
    assert "100%" in lines[-1]


def test_the_last_line_of_a_stage_is_never_missing() -> None:
    output, time = io.StringIO(), Time()
    bar = ProgressBar(output, time)
    for step in range(11):  # all within one period
        bar("writing", step * 1_000_000, 1.0)  # a decoder has read all, the rest is in its hands
    bar("verifying", 0, 0.0)
    bar.end()
    first, last, verifying = output.getvalue().splitlines()
    assert "0.0 MB" in first
    assert "10.0 MB" in last
    assert verifying.startswith("verifying")
