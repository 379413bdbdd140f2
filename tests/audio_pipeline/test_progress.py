"""The line that says how far a job is."""

from __future__ import annotations

import io

from audio_pipeline.progress import LiveLine, Progress, duration


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Stands still until it is told."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_terminal_gets_one_line_that_is_rewritten() -> None:
    clock, stream = Clock(), Terminal()
    progress = Progress(100, "notes", stream, clock)
    for _ in range(50):
        clock.now_s += 0.125
        progress.step()
    progress.finish()
    shown = stream.getvalue().split("\r\x1b[K")
    assert shown[-2] == " 50 %  50/100 notes, 8.0/s, 6 s left"
    assert shown[-1] == "50 notes in 6 s, 8.0 per second\n"
    assert len(shown) == 1 + 25 + 1  # no more than five times a second
    assert stream.getvalue().count("\n") == 1


def test_a_log_gets_a_line_each_five_seconds() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(100, "notes", stream, clock)
    for _ in range(100):
        clock.now_s += 0.125
        progress.step()
    progress.finish()
    assert stream.getvalue().splitlines() == [
        " 40 %  40/100 notes, 8.0/s, 8 s left",
        " 80 %  80/100 notes, 8.0/s, 2 s left",
        "100 notes in 12 s, 8.0 per second",
    ]


def test_the_slow_start_of_processes_does_not_count() -> None:
    clock = Clock()
    progress = Progress(21, "notes", io.StringIO(), clock)
    clock.now_s += 100
    for _ in range(11):
        progress.step()
        clock.now_s += 1
    assert progress.line(clock.now_s - 1) == " 52 %  11/21 notes, 1.0/s, 10 s left"


def test_without_a_pace_the_time_left_is_not_known() -> None:
    clock = Clock()
    progress = Progress(3, "notes", io.StringIO(), clock)
    assert progress.line(200.0).endswith("? left")
    progress.step()
    assert progress.line(200.0).endswith("? left")


def test_durations_are_said_as_people_do() -> None:
    assert [duration(s) for s in (0.2, 42, 59.6, 185, 3599, 7620)] == [
        "0 s", "42 s", "1 min 00 s", "3 min 05 s", "59 min 59 s", "2 h 07 min",
    ]  # fmt: skip


def test_whoever_listens_hears_what_is_shown() -> None:
    clock, heard = Clock(), []
    progress = Progress(2, "notes", io.StringIO(), clock, listener=heard.append)
    for _ in range(2):
        clock.now_s += 5
        progress.step()
    progress.finish()
    assert heard == [
        " 50 %  1/2 notes, 0.0/s, ? left",
        "100 %  2/2 notes, 0.2/s, 0 s left",
        "2 notes in 10 s, 0.2 per second",
    ]


def test_a_live_line_is_shown_as_often_and_heard_always() -> None:
    clock, heard, stream = Clock(), [], io.StringIO()
    line = LiveLine(stream, clock, heard.append)
    for number in range(4):
        line.tell(f"line {number}")
        clock.now_s += 2.5
    line.finish("done")
    assert stream.getvalue().splitlines() == ["line 0", "line 2", "done"]
    assert heard == ["line 0", "line 1", "line 2", "line 3"]
