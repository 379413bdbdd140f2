"""Which Python packages are asked for, and where the one without wheels comes from."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from sdcard.system.environment import wheels
from sdcard.system.environment.ingredients import Ingredients, cache_folder
from sdcard.system.environment.platform import Platform
from sdcard.system.environment.wheels import install_wheels, requirements
from sdcard.system.errors import WheelError

PI = Platform()


class FakePip:
    """Writes down what it was asked for; has all but what `lacking` begins with."""

    asked: list[tuple[str, bool]]
    lacking = "-"

    def __init__(self, platform: Platform, ingredients: Ingredients) -> None:
        FakePip.asked = []

    def install(self, wanted: Sequence[str], site_packages: Path, *, with_needs: bool) -> None:
        FakePip.asked += [(re.split(r"[<>=;\[ ]", text)[0], with_needs) for text in wanted]
        if any(text.startswith(self.lacking) for text in wanted):
            raise WheelError("there is none")
        for path in ("bin/x", "numpy/tests/x.py", "numpy/_core/tests/x.py", "numpy/x.pyi", "ok.py"):
            (site_packages / path).parent.mkdir(parents=True, exist_ok=True)
            (site_packages / path).touch()


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> type[FakePip]:
    monkeypatch.setattr(wheels, "Pip", FakePip)
    return FakePip


def test_the_needs_are_the_projects_own() -> None:
    names = {re.split(r"[<>=;\[ ]", text)[0] for text in requirements()}
    assert {"numpy", "sounddevice", "smbus2", "pyserial", "rpi-lgpio", "alsa-midi"} <= names
    assert not names & {"scipy", "torch", "pytest", "ray", "pygame-ce", "latentpad"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("numpy>=1.26", "numpy>=1.26"),
        ('alsa-midi>=1; sys_platform == "linux"', 'alsa-midi>=1; sys_platform == "linux"'),
        ('smbus2>=0.4; extra == "pi"', "smbus2>=0.4"),
        ("smbus2>=0.4 ; extra == 'pi'", "smbus2>=0.4"),
        ('x; (sys_platform == "linux") and extra == "pi"', 'x;sys_platform == "linux"'),
        ('scipy; extra == "designer"', ""),
        ('ray; python_version < "3.13" and extra == "dev"', ""),
    ],
)
def test_extras_are_told_apart(monkeypatch: pytest.MonkeyPatch, text: str, wanted: str) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [text])
    assert requirements() == ([wanted] if wanted else [])


def test_a_project_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "PROJECT", "latentpad-no-such-thing")
    with pytest.raises(WheelError, match="is not installed here: pip install -e"):
        requirements()


def test_where_the_base_has_gpio_it_is_linked(pip: type[FakePip], tmp_path: Path) -> None:
    install_wheels(tmp_path, PI, {"python3-lgpio": "0.2"}, Ingredients())
    assert ("numpy", True) in pip.asked
    assert ("rpi-lgpio", False) in pip.asked
    assert "lgpio" not in [name for name, _ in pip.asked]
    for name in ("lgpio.py", "_lgpio.cpython-311-aarch64-linux-gnu.so"):
        assert str((tmp_path / name).readlink()) == f"/usr/lib/python3/dist-packages/{name}"


def test_elsewhere_it_comes_as_a_wheel(pip: type[FakePip], tmp_path: Path) -> None:
    install_wheels(tmp_path, PI, {}, Ingredients())
    assert pip.asked[-1] == ("lgpio", False)
    assert not (tmp_path / "lgpio.py").exists()


def test_without_either_it_warns_and_goes_on(
    pip: type[FakePip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakePip, "lacking", "lgpio")
    told: list[str] = []
    install_wheels(tmp_path, PI, {}, Ingredients(report=told.append))
    assert len(told) == 1
    assert told[0].startswith("WARNING: no lgpio>=0.1.0.1 for Python 3.11")
    monkeypatch.setattr(FakePip, "lacking", "numpy")
    with pytest.raises(WheelError):
        install_wheels(tmp_path, PI, {}, Ingredients())


def test_what_is_never_used_is_left_out(pip: type[FakePip], tmp_path: Path) -> None:
    install_wheels(tmp_path, PI, {}, Ingredients())
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"ok.py"}


def test_downloads_are_kept_where_caches_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/latentpad")
    for relative in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert cache_folder() == Path.home() / ".cache/latentpad"
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # of nobody
    assert cache_folder().is_absolute()
