"""Gesture files: straight lines between rows, jumps, and errors that name line and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.errors import GestureError
from device.events import TouchMoved
from device.gesture import Gesture, read_gesture


def read(tmp_path: Path, text: str) -> Gesture:
    path = tmp_path / "path.csv"
    path.write_text(text, encoding="utf-8")
    return read_gesture(path)


@pytest.mark.parametrize("header", ["", "seconds,x,y\n", "\ufeffSeconds, X, Y\n"])
def test_lines_between_rows(tmp_path: Path, header: str) -> None:
    gesture = read(tmp_path, header + "1,0,0\n\n3, 1, 0.5\n")
    assert gesture.at(0) == (0, 0)
    assert gesture.at(2) == (0.5, 0.25)
    assert gesture.at(9) == (1, 0.5)


def test_two_rows_at_one_time_are_a_jump(tmp_path: Path) -> None:
    gesture = read(tmp_path, "0,0,0\n1,0,0\n1,1,1\n2,1,1")
    assert gesture.at(0.999) == (0, 0)
    assert gesture.at(1) == (1, 1)


def test_moves_only_while_the_finger_moves(tmp_path: Path) -> None:
    moves = list(read(tmp_path, "0,0,0\n10,0,0\n10.02,1,0\n20,1,0").moves(0.01))
    assert moves[0] == (0, TouchMoved(0, 0))
    assert [event.x for _, event in moves] == pytest.approx([0, 0.5, 1])
    assert [seconds for seconds, _ in moves] == pytest.approx([0, 10.01, 10.02])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("seconds,x,y\n", "empty"),
        ("0,0,0\n1,1.5,0", r"path.csv:2: x 1.5 is outside 0..1"),
        ("0,0,-0.1", r":1: y -0.1 is outside 0..1"),
        ("-1,0,0", r":1: seconds -1 is outside 0..14400"),
        ("0,nan,0", r":1: x nan is outside 0..1"),
        ("inf,0,0", "seconds inf is outside"),
        ("0,0,0\n1,left,0", r":2: x 'left' is not a number"),
        ("time,x,y\n0,0,0", r":1: seconds 'time' is not a number"),
        ("0,0", r":1: 2 values; a row is seconds,x,y"),
        ("0,0,0\n2,0,0\n1,0,0", r":3: seconds 1 comes after 2"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(GestureError, match=message):
        read(tmp_path, text)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(GestureError, match=r"nowhere.csv: cannot be read"):
        read_gesture(tmp_path / "nowhere.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GestureError, match=r"binary.csv: not a text file"):
        read_gesture(tmp_path / "binary.csv")
