"""Fixtures of the tests that build a whole card's image and boot it: see README.md beside this."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))  # for the package imagetier: tests are no package

from imagetier.building import Built, build_image, make_packs  # noqa: E402
from imagetier.card import Card  # noqa: E402
from imagetier.preparation import prepare  # noqa: E402

Step = Callable[[str], None]
CARD_BYTES = 4 << 30


@pytest.fixture(scope="session")
def step(request: pytest.FixtureRequest) -> Iterator[Step]:
    """Tells whoever waits what is being done; skips all if nobody has asked for these tests."""
    if not os.environ.get("LATENTPAD_IMAGE"):
        pytest.skip("builds an image and boots it, for half an hour: `make test-image` asks for it")
    started_s = time.monotonic()
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n[{time.monotonic() - started_s:5.0f} s] {text}", end="", flush=True)

    yield tell
    tell("done\n")


@pytest.fixture(scope="session")
def pack_sources(step: Step, packs: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small packs: see imagetier.building."""
    return make_packs(packs, tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def built(step: Step, pack_sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The image of Debian with one pack; LATENTPAD_IMAGE_FILE names one that is there already."""
    return build_image(pack_sources, tmp_path_factory.mktemp("image"), step)


@pytest.fixture(scope="module")
def card(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A card of 4 GiB with the image, and what the tests need on it."""
    path = tmp_path_factory.mktemp("card") / "card.img"
    card = Card.made_of(built.image, path, CARD_BYTES)
    prepare(card)
    yield card
    path.unlink()
