"""An environment built of tiny packages, without any network, and run from wherever it lies."""

from __future__ import annotations

import hashlib
import os
import platform as this_machine
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.system.environment import (
    Environment,
    Ingredients,
    Platform,
    build,
    build_environment,
    own_code,
)
from sdcard.system.environment.launchers import PYTHON
from sdcard.system.environment.pip import Pip
from sdcard.system.environment.wheels import requirements
from sdcard.system.errors import EnvironmentBuildError, LibraryError, WheelError

HERE = Platform(this_machine.machine(), sys.version_info.minor)
LIB = f"./usr/lib/{HERE.triplet}"
PROBE = (
    "import sys, os, sounddevice, sdcard.image.layout\n"
    "print(os.path.relpath(sounddevice.__file__, sys.prefix), os.environ['LD_LIBRARY_PATH'])\n"
)
pytestmark = pytest.mark.skipif(
    shutil.which("gcc") is None or HERE.machine not in ("x86_64", "aarch64"),
    reason="needs gcc, on a 64-bit PC or ARM",
)


@pytest.fixture(scope="module")
def ingredients(packages: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Ingredients:
    """Stand-ins of all packages that are needed, and of PortAudio."""
    folder = tmp_path_factory.mktemp("ingredients")
    wheels, debs = folder / "wheels", folder / "debs"
    for wanted in requirements():
        name = re.split(r"[<>=;\[ ]", wanted)[0]
        needs = {"numpy": ["tiny-need>=1"], "rpi-lgpio": ["lgpio>=0.1"]}.get(name, [])
        packages.make_wheel(wheels, name, "99.0", needs=needs)
    packages.make_wheel(wheels, "tiny-need", "1.5", tag=f"py3-none-manylinux_2_31_{HERE.machine}")
    packages.make_wheel(wheels, "tiny-need", "2.0", tag=f"py3-none-manylinux_2_99_{HERE.machine}")
    packages.make_wheel(wheels, "lgpio", "0.2")
    files = {f"{LIB}/libportaudio.so.2.0.0": b"portaudio"}
    packages.make_deb(debs, "a", files, {f"{LIB}/libportaudio.so.2": "libportaudio.so.2.0.0"})
    return Ingredients(wheels, debs, folder / "cache")


@pytest.fixture(scope="module")
def built(ingredients: Ingredients, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The real thing but for the packages: seconds, so only once."""
    return build_environment(tmp_path_factory.mktemp("built") / "env", HERE, b"", ingredients)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither pip nor compiler: for what is around them."""

    def install(site_packages: Path, *others: object) -> None:
        site_packages.mkdir(parents=True)
        (site_packages / "numpy.py").write_text("ZERO = {'a', 'b', 'c'}\n")

    def compile_nothing(output: Path, platform: Platform) -> None:
        output.write_bytes(b"kernel")

    monkeypatch.setattr(build, "install_wheels", install)
    monkeypatch.setattr(build, "compile_kernel", compile_nothing)
    monkeypatch.setattr(own_code, "ROOMS", ("hardware", "device"))
    monkeypatch.setattr(own_code, "LEFT_OUT", (*own_code.LEFT_OUT, "sim", "screens", "pack", "web"))


def digests(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def test_it_has_all_its_parts(built: Environment) -> None:
    packages = built.folder / HERE.site_packages
    assert built.libraries == ("libportaudio.so.2",)
    for path in (
        "device/__main__.py", "device/engine/_mixer.abi3.so", "hardware/board.py", "sounddevice.py",
        "sdcard/image/layout.py", "device/web/static", "tiny_need-1.5.dist-info", "lgpio.py",
        "sdcard/system/files/root/etc/motd", f"latentpad-{built.version}.dist-info/METADATA",
    ):  # fmt: skip
        assert (packages / path).exists(), path
    assert (built.folder / "bin/python").readlink() == Path(PYTHON)
    assert "include-system-site-packages = false" in (built.folder / "pyvenv.cfg").read_text()
    assert not (packages / "audio_pipeline").exists()
    assert built.folder.stat().st_mode & 0o777 == 0o755


def test_its_python_is_compiled_and_its_files_trusted(built: Environment) -> None:
    assert built.is_compiled
    packages = built.folder / HERE.site_packages
    sources = list(packages.rglob("*.py"))
    assert len(sources) > 300
    for source in sources:
        name = f"{source.stem}.cpython-3{HERE.python}.pyc"
        pyc = source.parent / "__pycache__" / name
        flags = pyc.read_bytes()[4:8]  # PEP 552: hash-based, and not to be checked
        assert flags == b"\x01\x00\x00\x00", pyc


@pytest.mark.parametrize("how", ["as it is", "moved", "by a link"])
def test_its_programs_run_from_anywhere(built: Environment, tmp_path: Path, how: str) -> None:
    """With this very Python in the place of the card's."""
    folder = tmp_path / "somewhere else" / "env"
    shutil.copytree(built.folder, folder, symlinks=True)
    (folder / "bin/python").unlink()
    (folder / "bin/python").symlink_to(getattr(sys, "_base_executable", sys.executable))
    home = Path(sys.base_prefix) / "bin"
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")
    shutil.rmtree(folder / HERE.site_packages / "device/__pycache__")  # it would be trusted
    (folder / HERE.site_packages / "device/__main__.py").write_text(PROBE)
    program = folder / "bin/latentpad-device"
    if how == "moved":
        folder = folder.rename(tmp_path / "moved")
        program = folder / "bin/latentpad-device"
    if how == "by a link":
        (tmp_path / "link").symlink_to(program)
        program = tmp_path / "link"
    (tmp_path / "device").mkdir()
    (tmp_path / "device/__main__.py").write_text("raise SystemExit('the wrong one')\n")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "LD_LIBRARY_PATH": "/last"}
    done = subprocess.run(
        [program], capture_output=True, text=True, cwd=tmp_path, env=environ, timeout=60
    )
    assert done.stdout.split()[:1] == [f"{HERE.site_packages}/sounddevice.py"], done.stderr
    library, last = done.stdout.strip().split(" ", 1)[1].rsplit(":", 1)
    assert Path(library).resolve() == (folder / "lib").resolve()
    assert last == "/last"


@pytest.mark.usefixtures("hasty")
def test_built_again_it_is_the_same(ingredients: Ingredients, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "elsewhere/another"]
    one, another = [
        digests(build_environment(folder, HERE, b"", ingredients).folder) for folder in folders
    ]
    assert one == another
    assert any(path.endswith(".pyc") for path in one)


@pytest.mark.usefixtures("hasty")
def test_without_the_cards_python_it_says_so_loudly(
    ingredients: Ingredients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    of_years_to_come = Platform(HERE.machine, 19)
    telling = replace(ingredients, report=told.append)
    made = build_environment(tmp_path / "env", of_years_to_come, b"", telling)
    assert not made.is_compiled
    assert any(line.startswith("WARNING: there is no python3.19") for line in told)
    assert not list(made.folder.rglob("*.pyc"))


@pytest.mark.usefixtures("hasty")
def test_another_python_compiles_for_its_own_kind(
    ingredients: Ingredients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of the right name that is something else is not trusted."""
    fake = tmp_path / "bin/python3.19"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    made = build_environment(tmp_path / "env", Platform(HERE.machine, 19), b"", ingredients)
    assert not made.is_compiled


@pytest.mark.usefixtures("hasty")
def test_a_broken_source_is_told_and_nothing_is_left(
    ingredients: Ingredients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(site_packages: Path, *others: object) -> None:
        site_packages.mkdir(parents=True)
        (site_packages / "broken.py").write_text("def x(:\n")

    monkeypatch.setattr(build, "install_wheels", install)
    with pytest.raises(EnvironmentBuildError, match=r"(?s)broken\.py.*SyntaxError"):
        build_environment(tmp_path / "env", HERE, b"", ingredients)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("hasty")
def test_without_portaudio_there_is_no_environment(
    ingredients: Ingredients, packages: ModuleType, tmp_path: Path
) -> None:
    for folder in (tmp_path / "none", tmp_path / "other"):
        with pytest.raises(LibraryError, match=r"no libportaudio2 with libportaudio\.so\.2"):
            build_environment(tmp_path / "env", HERE, b"", replace(ingredients, debs=folder))
        packages.make_deb(tmp_path / "other", "x", {f"{LIB}/libother.so.1": b"x"})
    assert not (tmp_path / "env").exists()


def test_a_wheel_that_is_missing_is_named(packages: ModuleType, tmp_path: Path) -> None:
    few = tmp_path / "few"
    packages.make_wheel(few, "numpy", "99.0")
    with pytest.raises(WheelError, match="soundfile"):
        Pip(HERE, Ingredients(few)).install(
            ["numpy", "soundfile"], tmp_path / "out", with_needs=True
        )
    with pytest.raises(WheelError, match="no such folder of wheels"):
        Pip(HERE, Ingredients(tmp_path / "none"))


def test_wheels_are_chosen_for_the_card_and_not_for_here(
    packages: ModuleType, tmp_path: Path
) -> None:
    """Another machine, another Python, and what one of them requires of Python."""
    card = Platform("aarch64", 13, 41, "trixie")
    for tag in ("cp313-cp313-manylinux_2_28_aarch64", f"cp311-cp311-manylinux_2_28_{HERE.machine}"):
        files = {"native.py": f"TAG = {tag!r}\n"}
        packages.make_wheel(tmp_path / "w", "native", tag=tag, files=files, python=">=3.13")
    Pip(card, Ingredients(tmp_path / "w")).install(["native"], tmp_path / "out", with_needs=True)
    assert "cp313-manylinux_2_28_aarch64" in (tmp_path / "out/native.py").read_text()


def test_a_folder_in_use_is_left_alone(built: Environment, ingredients: Ingredients) -> None:
    before = digests(built.folder)
    with pytest.raises(EnvironmentBuildError, match="is there already, and not empty"):
        build_environment(built.folder, HERE, b"", ingredients)
    assert digests(built.folder) == before
