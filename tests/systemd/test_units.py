"""The unit and its companions, judged by systemd's own programs in a temporary root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICE = UNITS / "latentpad.service"
PROGRAM = "/opt/latentpad/bin/latentpad-device"
MOST_EXPOSED = "20"  # tenths, of systemd-analyze's 0 (safe) to 100 (open)


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """The unit with programs that are there."""
    program = tmp_path / "latentpad-device"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "latentpad.service"
    unit.write_text(SERVICE.read_text().replace(PROGRAM, str(program)))
    return unit


def settings(section: str) -> dict[str, list[str]]:
    """The unit's settings, each with all its values."""
    found: dict[str, list[str]] = {}
    text = re.search(rf"^\[{section}\]$(.*?)(?=^\[|\Z)", SERVICE.read_text(), re.M | re.S)
    assert text is not None
    for line in text[1].splitlines():
        if line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_about_it(service: Path) -> None:
    result = run("systemd-analyze", "verify", service)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs("systemd-analyze")
@pytest.mark.parametrize("line", ["RestartStep=3", "Type=notification", "ExecStop=/no/program"])
def test_it_would_say_what_is_wrong(service: Path, line: str) -> None:
    service.write_text(service.read_text().replace("[Install]", f"{line}\n[Install]"))
    result = run("systemd-analyze", "verify", service)
    assert result.stdout + result.stderr


@needs("systemd-analyze")
def test_its_exposure_is_small(service: Path) -> None:
    words = ("systemd-analyze", "security", "--offline=true", "--no-pager")
    result = run(*words, f"--threshold={MOST_EXPOSED}", service)
    assert result.returncode == 0, result.stdout
    assert "Overall exposure level" in result.stdout
    service.write_text(service.read_text().replace("CapabilityBoundingSet=\n", ""))
    assert run(*words, "--threshold=15", service).returncode != 0


def test_what_the_instrument_needs_stays_allowed() -> None:
    service = settings("Service")
    allowed = {value.split()[0] for value in service["DeviceAllow"]}
    wanted = {"char-i2c", "char-gpiochip", "char-spi", "char-alsa", "char-ttyAMA", "char-ttyS"}
    assert allowed == wanted
    assert all(value.endswith(" rw") for value in service["DeviceAllow"])
    for hides in ("PrivateDevices", "PrivateNetwork", "RestrictRealtime", "ProcSubset"):
        assert hides not in service
    assert int(service["LimitRTPRIO"][0]) >= 70  # what the settings ask for by default
    assert service["LimitMEMLOCK"] == ["infinity"]
    assert "CPUSchedulingPolicy" not in service


def test_it_comes_back_but_not_for_ever() -> None:
    unit, service = settings("Unit"), settings("Service")
    assert service["Restart"] == ["on-failure"]
    burst, interval_s = int(unit["StartLimitBurst"][0]), int(unit["StartLimitIntervalSec"][0])
    slowest_s = int(service["RestartSec"][0]) + int(service["WatchdogSec"][0])
    assert burst * slowest_s < interval_s  # or the limit would never be reached
    assert "RestartSteps" not in service  # Debian 12 does not know it


def test_the_self_test_can_neither_fail_nor_hold_up_the_start() -> None:
    (before,) = settings("Service")["ExecStartPre"]
    assert re.match(r"-/usr/bin/timeout --kill-after=1 5 ", before)
    assert PROGRAM in before


def test_groups_of_unit_and_rules_are_made(tmp_path: Path) -> None:
    made = re.findall(r"^[gu] (\S+)", (UNITS / "latentpad.sysusers.conf").read_text(), re.M)
    wanted = settings("Service")["SupplementaryGroups"][0].split()
    wanted += re.findall(r'GROUP="(\w+)"', (UNITS / "99-latentpad.rules").read_text())
    assert set(wanted) | {"latentpad"} == set(made)


def test_rules_are_matches_then_assignments() -> None:
    for line in (UNITS / "99-latentpad.rules").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(
                r'SUBSYSTEM=="[\w-]+"(, KERNEL=="[\w*]+")?, GROUP="\w+", MODE="0660"', line
            )


@needs("systemd-sysusers")
def test_user_and_groups_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    result = run("systemd-sysusers", f"--root={tmp_path}", UNITS / "latentpad.sysusers.conf")
    assert result.returncode == 0, result.stderr
    user = next(
        line
        for line in (tmp_path / "etc/passwd").read_text().splitlines()
        if line.startswith("latentpad:")
    )
    assert user.endswith(":/var/lib/latentpad:/usr/sbin/nologin")
    groups = (tmp_path / "etc/group").read_text()
    assert all(f"{name}:" in groups for name in ("i2c", "gpio", "spi", "audio", "dialout"))


@needs("systemd-tmpfiles")
def test_state_is_made_and_empty_settings_are_valid(tmp_path: Path) -> None:
    from device.settings import Settings, load_settings

    if run("id", "-u").stdout.strip() != "0":
        pytest.skip("only root may give files to others")
    (tmp_path / "etc").mkdir()
    run("systemd-sysusers", f"--root={tmp_path}", UNITS / "latentpad.sysusers.conf")
    result = run(
        "systemd-tmpfiles", f"--root={tmp_path}", "--create", UNITS / "latentpad.tmpfiles.conf"
    )
    assert result.returncode == 0, result.stderr
    state = tmp_path / "var/lib/latentpad"
    assert (state / "packs").is_dir()
    assert load_settings(state / "settings.toml") == Settings()


def test_only_lists_have_several_values() -> None:
    for section in ("Unit", "Service", "Install"):
        twice = {name for name, values in settings(section).items() if len(values) > 1}
        assert twice <= {"DeviceAllow", "SystemCallFilter"}
