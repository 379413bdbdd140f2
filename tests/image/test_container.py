"""The card's system in a container of this machine: packs come, releases come and are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from imagetier.container import Container
from imagetier.pc_root import Folders, make_folders
from imagetier.waiting import wait_for

from sdcard.releases.describe import describe
from sdcard.releases.release_file import write_release

Step = Callable[[str], None]
CARD = "/opt/latentpad/bin/latentpad-card"
LIMIT_S = 120.0
GOOD, BROKEN = "9.0.1", "9.0.2"
CHOOSE_PACK = Path(__file__).with_name("inside") / "choose_pack.py"
IN_CONTAINERS = {"systemd-modules-load.service", "systemd-remount-fs.service"}
"""May fail there: no modules of the kernel, and a root that is not the partition of fstab."""


@pytest.fixture(scope="module")
def folders(pack_sources: Path, tmp_path_factory: pytest.TempPathFactory, step: Step) -> Folders:
    if not shutil.which("systemd-nspawn"):
        pytest.skip("needs systemd-nspawn (package systemd-container)")
    return make_folders(pack_sources / "Alpha 1", tmp_path_factory.mktemp("pc"), step)


@pytest.fixture(scope="module")
def container(folders: Folders, step: Step) -> Iterator[Container]:
    with Container(folders) as container:
        container.boot()
        step("the container has started")
        yield container


def program(container: Container) -> str:
    """The release that runs, by the files that its process has opened."""
    process = container.run("systemctl show -P MainPID latentpad")
    return container.run(f"tr '\\0' ' ' </proc/{process}/cmdline")


def states(container: Container) -> dict[str, str]:
    """Of each release, in words."""
    listed = json.loads(container.run(f"{CARD} releases --json"))
    return {one["name"]: one["state"] for one in listed}


def make_release(folders: Folders, version: str, *, is_whole: bool = True) -> str:
    """Put the file of a release on the state partition; where it is in the container.

    It is the base's with another version, and if it is not whole, without NumPy.
    """
    folder = folders.state / f"environment-{version}"
    shutil.copytree(folders.root / "opt/latentpad", folder, symlinks=True)
    facts = folder / "pyvenv.cfg"
    lines = facts.read_text().splitlines()
    kept = [line for line in lines if not line.startswith("latentpad")]
    facts.write_text("\n".join([*kept, f"latentpad = {version}"]) + "\n")
    if not is_whole:
        shutil.rmtree(next(folder.glob("lib/python3*/site-packages/numpy")))
    file = folders.state / f"{version}.release"
    write_release(folder, describe(folder), file)
    shutil.rmtree(folder)
    return f"/data/{file.name}"


def test_the_service_is_ready(container: Container) -> None:
    assert container.run("systemctl is-active latentpad") == "active"
    failed = container.run("systemctl --failed --plain --no-legend").splitlines()
    assert {line.split()[0] for line in failed} <= IN_CONTAINERS


def test_a_pack_that_is_installed_appears(
    container: Container, folders: Folders, pack_sources: Path
) -> None:
    shutil.copytree(pack_sources / "Beta 1", folders.state / "Beta 1")
    container.run(f"{CARD} install '/data/Beta 1' /packs")
    listed = container.run(f"{CARD} list /packs")
    assert "Alpha" in listed
    assert "Beta" in listed
    shutil.copy(CHOOSE_PACK, folders.state)
    container.run(f"/opt/latentpad/bin/python /data/{CHOOSE_PACK.name} 1 Beta", LIMIT_S)


def test_a_new_release_starts(container: Container, folders: Folders, step: Step) -> None:
    step("putting a release on")
    file = make_release(folders, GOOD)
    container.run(f"{CARD} update {file} --here --restart", LIMIT_S)
    wait_for("it is confirmed", lambda: states(container)[GOOD] == "current", LIMIT_S)
    assert f"/data/releases/{GOOD}/" in program(container)
    assert container.run("systemctl is-active latentpad") == "active"


def test_a_release_whose_self_test_dies_is_left(
    container: Container, folders: Folders, step: Step
) -> None:
    step("putting a release on that is broken")
    file = make_release(folders, BROKEN, is_whole=False)
    told = container.try_run(f"{CARD} update {file} --here --restart", LIMIT_S)
    assert told.returncode == 1, told
    assert container.run("systemctl is-active latentpad") == "active"
    assert f"/data/releases/{GOOD}/" in program(container)
    assert states(container)[BROKEN].startswith("refused: its self-test")


def test_it_goes_off_in_order(container: Container) -> None:
    assert container.power_off() == 0
