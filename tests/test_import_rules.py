"""Who may import whom: the rooms' rules, enforced on every import statement of the project."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("device", "hardware", "audio_pipeline", "sdcard")
PURE = ("numpy", "PIL")

# room or module -> what it may import beside the standard library; the longest prefix counts
ALLOWED: dict[str, tuple[str, ...]] = {
    "device.pack": ("device.pack", "numpy", "soundfile"),
    "device.mapping": ("device", *PURE),
    "device.events": ("device.events", *PURE),
    "device.instrument": ("device", *PURE),
    "device.screens": ("device", *PURE),
    "device.screens.code": ("device", *PURE, "segno"),
    "device.engine": ("device.engine", "numpy", "sounddevice", "_sounddevice", "cffi"),
    "device.engine.kernel": ("cffi",),
    "device.__main__": (
        "device", "hardware.board", "hardware.interfaces", "hardware.errors", "hardware.config",
    ),
    "device": (
        "device", "hardware.interfaces", "hardware.midi", "hardware.errors", "hardware.config",
        "numpy", "PIL", "mido", "soundfile", "websockets", "pythonosc",
    ),
    "hardware.__main__": ("hardware",),
    "hardware": ("hardware", "alsa_midi", "jack", "smbus2", "RPi", "serial", "pygame"),
    "hardware.sim": ("hardware",),
    "hardware.sim.window": ("hardware", "pygame"),
    "audio_pipeline": (
        "audio_pipeline", "device.pack", "numpy", "scipy", "soxr", "soundfile", "matplotlib",
        "mido",
    ),
    "audio_pipeline.nsynth": (
        "audio_pipeline", "device.pack", "numpy", "scipy", "soundfile", "torch", "triton",
        "safetensors",
    ),
    "audio_pipeline.nsynth.job": ("audio_pipeline", "numpy", "torch", "ray"),
    "sdcard": ("sdcard", "device.pack", "numpy"),
    "sdcard.export_resample": ("sdcard", "numpy", "soxr"),
    "sdcard.system.environment.kernel": ("sdcard", "device.engine.kernel"),  # to compile it
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(name: str, path: Path) -> Iterator[str]:
    """Full names of all that a module imports, at any depth, relative imports resolved."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*base, node.module] if node.module else base)
            source = source if node.level else str(node.module)
            yield from (f"{source}.{alias.name}" for alias in node.names)


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def forbidden(name: str, path: Path) -> list[str]:
    rule = max((room for room in ALLOWED if within(name, room)), key=len)
    return [
        target
        for target in imports(name, path)
        if target.split(".")[0] not in sys.stdlib_module_names
        and not any(within(target, allowed) for allowed in ALLOWED[rule])
    ]


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: str(value))
def test_imports_only_what_its_room_may(name: str, path: Path) -> None:
    assert forbidden(name, path) == []


def test_the_rules_would_notice(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text("import torch\nfrom audio_pipeline import grid\nfrom . import app\n")
    assert forbidden("device.mapping", probe) == ["torch", "audio_pipeline.grid"]
    assert forbidden("device.pack.reader", probe) == ["torch", "audio_pipeline.grid"]
    assert "device.pack.app" in list(imports("device.pack.reader", probe))


def test_systemd_is_never_a_package() -> None:
    """`systemd` is a known Python package: ours must not hide it."""
    assert [*ROOT.glob("systemd/**/*.py")] == []
