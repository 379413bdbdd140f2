"""The web page's code, read by another program from the display's picture as a camera sees it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from device.events import Access, Reach
from device.screens.canvas import HEIGHT_DOTS, WIDTH
from device.screens.code import MODULES, qr_code
from device.screens.manager import render
from device.screens.web import DOTS, QUIET, SIDE
from device.view import Screen, View
from device.web.token import LENGTH, LETTERS

GOLDEN = Path(__file__).parent / "golden"
WITH_CODE = ("web", "web_short_address", "web_longest", "web_pop_up", "web_given_token")
ROOM = 40  # dots of dark round the display
ACCESS = st.builds(
    Access,
    reach=st.just(Reach.OPEN),
    host=st.ip_addresses(v=4).map(str),
    port=st.integers(1, 65535),
    token=st.text(LETTERS, min_size=LENGTH, max_size=LENGTH),
)


@pytest.fixture(scope="module")
def read() -> Callable[[Image.Image], list[str]]:
    """What a reader of codes finds in a picture."""
    try:
        reader: Any = importlib.import_module("zxingcpp")
    except ImportError:
        pytest.skip("zxing-cpp is not installed; it belongs to the extra `dev`")
    return lambda image: [found.text for found in reader.read_barcodes(np.asarray(image))]


def seen(display: Image.Image, scale: int = 4) -> Image.Image:
    """The display in its dark frame, as grey."""
    frame = Image.new("L", (WIDTH + 2 * ROOM, HEIGHT_DOTS + 2 * ROOM))
    frame.paste(display.convert("L"), (ROOM, ROOM))
    return frame.resize((frame.width * scale, frame.height * scale), Image.Resampling.NEAREST)


def photograph(display: Image.Image) -> Image.Image:
    """Turned, blurred, a little noisy, and not quite black and white."""
    turned = seen(display).rotate(7, Image.Resampling.BICUBIC, fillcolor=0)
    soft: NDArray[np.float64] = np.asarray(
        turned.filter(ImageFilter.GaussianBlur(2.5)), dtype=float
    )
    noise = np.random.default_rng(1).normal(0, 12, soft.shape)
    return Image.fromarray(np.clip(30 + 0.7 * soft + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("name", WITH_CODE)
def test_golden_pictures_can_be_read(
    views: ModuleType, read: Callable[[Image.Image], list[str]], name: str
) -> None:
    url = views.VARIANTS[name].access.url
    picture = Image.open(GOLDEN / f"{name}.png")
    assert read(seen(picture)) == [url]
    assert read(photograph(picture)) == [url]


def test_any_address_that_the_instrument_may_have_can_be_read(
    make_view: Callable[..., View], read: Callable[[Image.Image], list[str]]
) -> None:
    @settings(max_examples=60, deadline=None)
    @given(ACCESS)
    def check(access: Access) -> None:
        frame = render(make_view(Screen.WEB, access=access))
        assert read(seen(Image.frombytes("1", (WIDTH, HEIGHT_DOTS), frame))) == [access.url]

    check()


@pytest.mark.parametrize("name", WITH_CODE)
def test_light_lies_round_the_code(name: str) -> None:
    square = np.asarray(Image.open(GOLDEN / f"{name}.png").convert("1"))[:SIDE, :SIDE]
    inner = slice(QUIET * DOTS, SIDE - QUIET * DOTS)
    assert square.sum() - square[inner, inner].sum() == SIDE**2 - (MODULES * DOTS) ** 2
    assert not square[inner, inner][0, : 7 * DOTS].any()  # the finder's edge is dark


def test_what_does_not_fit_is_told() -> None:
    assert qr_code("http://192.168.178.123:65535/" + "A" * LENGTH) is not None
    assert qr_code("http://[fd00::ba27:ebff:fe12:3456]:8080/" + "A" * LENGTH) is None


def test_importing_the_screens_does_not_import_the_maker_of_codes() -> None:
    import subprocess
    import sys

    program = "import sys, device.screens.manager; sys.exit('segno' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
