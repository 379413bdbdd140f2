"""The hardware's Linux implementations on drivers of the kernel: the tests of inside/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PARTS = ("usb_midi", "serial_line", "gpio_lines", "i2c_chips", "i2c_stub")


@pytest.mark.parametrize("part", PARTS)
def test_all_tests_of_a_part_pass_inside(
    part: str, tmp_path: Path, run_in_guest: Callable[..., str]
) -> None:
    printed = run_in_guest("tests/guest/inside/run.py", tmp_path, PART=part)
    print(printed)
    assert " passed" in printed.splitlines()[-1], printed
