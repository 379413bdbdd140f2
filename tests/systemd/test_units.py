"""The units and their companions, judged by systemd's own programs in a temporary root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
SERVICE = UNITS / "latentpad.service"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
OUR_PROGRAM = "/opt/latentpad/bin/latentpad-card"
MOST_EXPOSED = {"latentpad-usb@.service": 40}  # it mounts, so it can have no mount namespace
USUALLY_EXPOSED = 20  # tenths, of systemd-analyze's 0 (safe) to 100 (open)
INSTANCE = "sda1"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of the units with a program that is there."""
    program = tmp_path / "latentpad-card"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in SERVICES:
        text = (UNITS / name).read_text().replace(OUR_PROGRAM, str(program))
        (tmp_path / name.replace("@.", f"@{INSTANCE}.")).write_text(text)
    return tmp_path


def settings(name: str, section: str) -> dict[str, list[str]]:
    """A unit's settings, each with all its values."""
    found: dict[str, list[str]] = {}
    text = (UNITS / name).read_text()
    part = re.search(rf"^\[{section}\]$(.*?)(?=^\[|\Z)", text, re.M | re.S)
    for line in part[1].splitlines() if part else ():
        if line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@needs("systemd-analyze")
@pytest.mark.parametrize("name", SERVICES)
def test_systemd_has_nothing_to_say_about_it(installed: Path, name: str) -> None:
    unit = installed / name.replace("@.", f"@{INSTANCE}.")
    result = run("systemd-analyze", "verify", unit)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs("systemd-analyze")
@pytest.mark.parametrize("line", ["RestartStep=3", "Type=notification", "ExecStop=/no/program"])
def test_it_would_say_what_is_wrong(installed: Path, line: str) -> None:
    service = installed / SERVICE.name
    service.write_text(service.read_text().replace("[Install]", f"{line}\n[Install]"))
    result = run("systemd-analyze", "verify", service)
    assert result.stdout + result.stderr


@needs("systemd-analyze")
@pytest.mark.parametrize("name", SERVICES)
def test_its_exposure_is_small(name: str) -> None:
    words = ("systemd-analyze", "security", "--offline=true", "--no-pager")
    threshold = MOST_EXPOSED.get(name, USUALLY_EXPOSED)
    result = run(*words, f"--threshold={threshold}", UNITS / name)
    assert result.returncode == 0, result.stdout
    assert "Overall exposure level" in result.stdout


@needs("systemd-analyze")
def test_a_larger_exposure_would_be_seen(installed: Path) -> None:
    service = installed / SERVICE.name
    service.write_text(service.read_text().replace("CapabilityBoundingSet=\n", ""))
    words = ("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15")
    assert run(*words, service).returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_it_says_where_it_is_installed(name: str) -> None:
    text = (UNITS / name).read_text()
    words = " ".join(text.partition("[Unit]")[0].replace("#", "").split())
    assert f"/usr/lib/systemd/system/{name} and enabled" in words or "nothing enables it" in words
    is_enabled = bool(settings(name, "Install"))
    assert is_enabled == ("and enabled" in words)


def test_what_the_instrument_needs_stays_allowed() -> None:
    service = settings(SERVICE.name, "Service")
    allowed = {value.split()[0] for value in service["DeviceAllow"]}
    wanted = {"char-i2c", "char-gpiochip", "char-spi", "char-alsa", "char-ttyAMA", "char-ttyS"}
    assert allowed == wanted
    assert all(value.endswith(" rw") for value in service["DeviceAllow"])
    for hides in ("PrivateDevices", "PrivateNetwork", "RestrictRealtime", "ProcSubset"):
        assert hides not in service
    assert int(service["LimitRTPRIO"][0]) >= 70  # what the settings ask for by default
    assert service["LimitMEMLOCK"] == ["infinity"]
    assert service["ReadWritePaths"] == ["-/packs"]
    assert "CPUSchedulingPolicy" not in service


def test_it_comes_back_again_and_again() -> None:
    unit, service = settings(SERVICE.name, "Unit"), settings(SERVICE.name, "Service")
    assert service["Restart"] == ["on-failure"]
    assert "RestartSteps" not in service  # Debian 12 does not know it
    burst, interval_s = int(unit["StartLimitBurst"][0]), int(unit["StartLimitIntervalSec"][0])
    quickest_s = int(service["RestartSec"][0]) + 5
    assert burst * quickest_s < interval_s  # or the pause would never grow
    assert unit["OnFailure"] == ["latentpad-again.service"]
    again = settings("latentpad-again.service", "Service")
    assert again["ExecStart"][0] == "/usr/bin/sleep 60"
    assert again["ExecStart"][-1].endswith("start latentpad.service")


def test_the_launcher_has_time_and_its_confirmation_stops_nobody() -> None:
    from sdcard.releases.trial import LIMIT_S

    service = settings(SERVICE.name, "Service")
    words = service["ExecStart"][0].split()
    assert words[:4] == [OUR_PROGRAM, "launch", "--", "run"]
    assert "--or-safe" in words
    assert service["ExecStartPost"] == [f"-{OUR_PROGRAM} launched"]
    assert int(service["TimeoutStartSec"][0]) > 2 * LIMIT_S + 20


def test_mounts_come_first_but_packs_may_be_missing() -> None:
    unit = settings(SERVICE.name, "Unit")
    assert unit["RequiresMountsFor"] == ["/var/lib/latentpad"]
    order = " ".join(unit["After"]).split()
    assert {"packs.mount", "sound.target", "dev-snd-controlC0.device"} <= set(order)
    for waits in ("Wants", "Requires", "BindsTo", "Requisite"):
        assert waits not in unit
    grow = settings("latentpad-grow.service", "Unit")
    assert "packs.mount" in " ".join(grow["Before"]).split()
    assert settings("latentpad-grow.service", "Install")["WantedBy"] == ["packs.mount"]


def test_places_are_those_of_the_card() -> None:
    """One owner, sdcard.image.layout; neither units nor the instrument can import it."""
    from device import start
    from sdcard.image.layout import BASE_RELEASE, HOME, PACKS, SETTINGS, STATE, USB_MOUNTS

    service = SERVICE.read_text()
    assert f"{BASE_RELEASE}/bin/" in service
    assert f"RequiresMountsFor={HOME}\n" in service
    assert f"--settings {SETTINGS}" in service
    assert f"-{PACKS.mount}" in service
    assert f"{STATE.mount}/.packs-grown" in (UNITS / "latentpad-grow.service").read_text()
    assert str(start.BASE) == BASE_RELEASE
    for name in ("latentpad-usb@.service", "latentpad.tmpfiles.conf"):
        assert USB_MOUNTS in (UNITS / name).read_text()


def test_a_stick_can_only_be_read() -> None:
    (mount,) = settings("latentpad-usb@.service", "Service")["ExecStart"]
    options = re.search(r"options=(\S+);", mount)
    assert options is not None
    assert {"ro", "nosuid", "nodev", "noexec", "nosymfollow"} <= set(options[1].split(","))
    kinds = re.search(r'ENV\{ID_FS_TYPE\}=="([^"]+)"', (UNITS / "99-latentpad.rules").read_text())
    assert kinds is not None
    assert set(kinds[1].split("|")) == set(re.findall(r"(\w+)\)", mount)) - {"TYPE"} == {
        "vfat", "exfat", "ext4"
    }  # fmt: skip


def test_groups_of_unit_and_rules_are_made(tmp_path: Path) -> None:
    made = re.findall(r"^[gu] (\S+)", (UNITS / "latentpad.sysusers.conf").read_text(), re.M)
    wanted = settings(SERVICE.name, "Service")["SupplementaryGroups"][0].split()
    wanted += re.findall(r'GROUP="(\w+)"', (UNITS / "99-latentpad.rules").read_text())
    assert set(wanted) | {"latentpad"} == set(made)


def test_rules_are_matches_then_assignments() -> None:
    match, assignment = r'[A-Z]+(\{\w+\})?(==|!=)"[^"]+"', r'[A-Z]+(\{\w+\})?\+?="[^"]+"'
    for line in (UNITS / "99-latentpad.rules").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(rf"{match}(, {match})*(, {assignment})+", line), line


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
    assert (tmp_path / "run/latentpad-usb").is_dir()
    assert load_settings(state / "settings.toml") == Settings()


@pytest.mark.parametrize("name", SERVICES)
def test_only_lists_have_several_values(name: str) -> None:
    lists = {"DeviceAllow", "SystemCallFilter", "ExecStart", "After", "Before"}
    for section in ("Unit", "Service", "Install"):
        found = settings(name, section)
        assert {key for key, values in found.items() if len(values) > 1} <= lists
