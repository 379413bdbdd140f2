"""The under-voltage flag, in folders as the kernel lays them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.power import check_power


def monitor(hwmon: Path, number: int, name: str, **files: str) -> None:
    folder = hwmon / f"hwmon{number}"
    folder.mkdir()
    (folder / "name").write_text(name + "\n")
    for file, text in files.items():
        (folder / file).write_text(text + "\n")


@pytest.mark.parametrize(("alarm", "result"), [("0", "PASS"), ("1", "FAIL")])
def test_the_flag_is_that_of_the_pis_own_monitor(tmp_path: Path, alarm: str, result: str) -> None:
    monitor(tmp_path, 0, "cpu_thermal", in0_lcrit_alarm="1")
    monitor(tmp_path, 1, "rpi_volt", in0_lcrit_alarm=alarm)
    monitor(tmp_path, 2, "nvme", in0_lcrit_alarm="1")
    found = check_power(tmp_path)
    assert found.result == result
    assert "under-voltage" in found.detail


def test_without_a_monitor_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert check_power(tmp_path).result == "NONE"
    assert check_power(tmp_path / "missing").result == "NONE"
    monitor(tmp_path, 0, "cpu_thermal")
    monitor(tmp_path, 1, "rpi_volt")  # a kernel that has lost the flag
    (tmp_path / "hwmon2").mkdir()
    assert check_power(tmp_path).result == "NONE"
