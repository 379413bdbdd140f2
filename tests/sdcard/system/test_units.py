"""Unit files: where each goes, what starts it, and that what is placed is what systemd accepts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sdcard.image.changes import BaseFiles, PutFile, Symlink
from sdcard.system.errors import UnitError
from sdcard.system.services import MASKED, NOWHERE, services
from sdcard.system.static_files import FILES
from sdcard.system.units import ENABLED, UNITS, enabled, place, placed, unit_files

ROOT = Path(__file__).parents[3]


def links(name: str, text: str) -> dict[str, str]:
    return {c.path: c.target for c in enabled(name, text) if isinstance(c, Symlink)}


def test_all_of_the_projects_units_are_placed() -> None:
    files = unit_files()
    assert set(files) == {path.name for path in (ROOT / "systemd").iterdir()}
    put = {c.path for c in placed(files) if isinstance(c, PutFile)}
    assert len(put) == len(files)
    assert f"{UNITS}/latentpad.service" in put
    assert "/usr/lib/udev/rules.d/99-latentpad.rules" in put
    assert "/usr/lib/sysusers.d/latentpad.conf" in put
    assert "/usr/lib/tmpfiles.d/latentpad.conf" in put
    assert "/usr/lib/modules-load.d/latentpad.conf" in put


def test_each_goes_where_its_own_first_lines_say() -> None:
    for name, data in unit_files().items():
        said = " ".join(data.decode().replace("\n#", "").split())
        assert f"Installed as {place(name)}" in said, name


def test_the_instrument_starts_with_the_system() -> None:
    started = [c for c in placed(unit_files()) if isinstance(c, Symlink)]
    wanted = f"{ENABLED}/multi-user.target.wants/latentpad.service"
    assert Symlink(wanted, f"{UNITS}/latentpad.service") in started


def test_installs_are_followed_as_systemctl_does() -> None:
    text = (
        "[Unit]\nWantedBy=no.target\n[Install]\n# WantedBy=no.target\nWantedBy=a.target b.mount\n"
    )
    text += "RequiredBy=c.service\nWantedBy = d.target\nAlias=other.service\n"
    assert set(links("x.service", text)) == {
        f"{ENABLED}/{path}"
        for path in (
            "a.target.wants/x.service", "b.mount.wants/x.service", "d.target.wants/x.service",
            "c.service.requires/x.service", "other.service",
        )
    }  # fmt: skip
    assert links("x@.service", text) == {}
    assert links("x@.service", f"{text}DefaultInstance=one\n")[
        f"{ENABLED}/a.target.wants/x@one.service"
    ] == f"{UNITS}/x@.service"  # fmt: skip


@pytest.mark.skipif(shutil.which("systemctl") is None, reason="needs systemctl (systemd)")
def test_systemctl_makes_the_same_links(tmp_path: Path) -> None:
    units, etc = tmp_path / UNITS[1:], tmp_path / ENABLED[1:]
    units.mkdir(parents=True)
    names = [name for name in unit_files() if name.endswith(".service")]
    ours: dict[str, str] = {}
    for name in names:
        (units / name).write_bytes(unit_files()[name])
        ours |= links(name, unit_files()[name].decode())
    words = ["systemctl", "--root", str(tmp_path), "enable", *(n for n in names if "@" not in n)]
    subprocess.run(words, check=True, capture_output=True)
    theirs = {path: path.readlink().name for path in etc.rglob("*") if path.is_symlink()}
    expected = {path: target.rpartition("/")[2] for path, target in ours.items()}
    assert {f"/{path.relative_to(tmp_path)}": name for path, name in theirs.items()} == expected


def test_what_has_no_place_is_told() -> None:
    with pytest.raises(UnitError, match=r"systemd/thing.conf: there is no place"):
        place("thing.conf")
    with pytest.raises(UnitError, match=r"systemd/x.service: \[Install\] has 'Wanted'"):
        enabled("x.service", "[Install]\nWanted=y\n")
    assert place("README.md") == "/usr/share/doc/latentpad/README.md"


def test_masks_lead_nowhere_and_hit_nothing_that_is_ours(pi_os: BaseFiles) -> None:
    masked = [c for c in services(pi_os) if isinstance(c, Symlink) and c.target == NOWHERE]
    names = [path.path.removeprefix(f"{ENABLED}/") for path in masked]
    assert len(set(names)) == len(names) == sum(map(len, MASKED.values()))
    assert "userconfig.service" in names
    assert not set(names) & {*unit_files(), "ssh.service", "getty@tty1.service"}


def test_only_what_the_base_has_is_started(pi_os: BaseFiles, little_debian: BaseFiles) -> None:
    def started(root: BaseFiles) -> set[str]:
        found = (c for c in services(root) if isinstance(c, Symlink) and c.target != NOWHERE)
        return {c.path.rpartition("/")[2] for c in found}

    programs = {"ssh.service", "NetworkManager.service", "avahi-daemon.service"}
    assert started(pi_os) == {"getty@tty1.service", *programs}
    assert started(little_debian) == {"getty@tty1.service"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_has_nothing_to_say_about_our_own_unit() -> None:
    """Any word on standard error counts: unknown keys do not change the exit status."""
    unit = FILES / "root" / UNITS[1:] / "latentpad-no-state.service"
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    told = [line for line in done.stderr.splitlines() if "latentpad-no-state" in line]
    assert told == []
    assert done.returncode == 0
