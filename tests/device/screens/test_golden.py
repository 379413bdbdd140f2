"""Every screen as a picture: drawn exactly as the golden ones, which people have looked at."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from device.screens.manager import render
from device.view import Screen

GOLDEN = Path(__file__).parent / "golden"
WRITE = "LATENTPAD_GOLDEN"
HELP = (
    f"if the new picture is meant, write it with {WRITE}=1 pytest tests/device/screens, "
    "then look at it with tests/device/screens/contact_sheet.py"
)


def picture(frame: bytes) -> Image.Image:
    return Image.frombytes("1", (128, 64), frame)


def test_every_variant_is_drawn_as_its_golden_picture(views: ModuleType, tmp_path: Path) -> None:
    different = []
    for name, view in views.VARIANTS.items():
        path = GOLDEN / f"{name}.png"
        drawn = picture(render(view))
        if os.environ.get(WRITE) == "1":
            drawn.save(path)
        elif not path.exists() or Image.open(path).convert("1").tobytes() != drawn.tobytes():
            drawn.save(tmp_path / f"{name}.png")
            different.append(name)
    assert different == [], f"drawn otherwise, see {tmp_path}; {HELP}"


def test_every_screen_has_a_golden_picture(views: ModuleType) -> None:
    assert {view.screen for view in views.VARIANTS.values()} == set(Screen)


def test_no_golden_picture_is_left_over(views: ModuleType) -> None:
    assert {path.stem for path in GOLDEN.glob("*.png")} == set(views.VARIANTS)


def test_variants_look_different(views: ModuleType) -> None:
    frames = {name: render(view) for name, view in views.VARIANTS.items()}
    assert len(set(frames.values())) == len(frames)


@pytest.mark.parametrize("screen", list(Screen))
def test_something_is_lit_on_every_screen(views: ModuleType, screen: Screen) -> None:
    assert any(render(views.make_view(screen)))
