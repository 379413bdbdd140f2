"""The report page: complete, self-contained, safe with any text, its sounds and pictures real."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile
from PIL import Image

from audio_pipeline.quality.gates import GATES
from audio_pipeline.quality.report import write_report
from audio_pipeline.quality.survey import Selection, Survey
from audio_pipeline.quality.verdict import judge_all
from device.pack import PackWriteError, open_pack

EMPTY_TAGS = {"meta", "img", "br", "circle", "path"}


class Balance(HTMLParser):
    """Fails on a tag that is closed but was not opened, or the other way round."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in EMPTY_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Closes itself."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report_on(pack_path: Path, out: Path) -> str:
    with open_pack(pack_path) as pack:
        selection = Selection((0,), pack.manifest.pitches)
        verdicts = judge_all(Survey(pack, selection).run(), "harmonic")
        write_report(out, pack, selection, verdicts, ["measured & weighed"])
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html(crossfade_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return report_on(crossfade_pack, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def sources(html: str) -> list[str]:
    parser = Balance()
    parser.feed(html)
    assert parser.open == []
    return parser.sources


def test_nothing_is_loaded_from_anywhere(html: str, sources: list[str]) -> None:
    assert all(source.startswith("data:") for source in sources)
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
    assert len(html) < 6e6


def test_says_all_there_is_to_say(html: str) -> None:
    for sound in ("steady", "bar", "saw", "odd"):
        assert f"{sound}<small>" in html
    for gate in GATES:
        assert gate.name in html
    assert "steady to bar" in html
    assert "measured &amp; weighed" in html
    assert "tests/synthetic.py" in html  # the credits


def test_sounds_can_be_played(sources: list[str]) -> None:
    lengths_s = []
    for source in sources:
        if source.startswith("data:audio/ogg;base64,"):
            data = base64.b64decode(source.split(",")[1])
            samples, rate_hz = soundfile.read(io.BytesIO(data))
            assert samples.ndim == 1
            assert abs(samples).max() > 0.01
            lengths_s.append(len(samples) / rate_hz)
    # Corners and middles of a grid of two rows, then four corners and the centre held.
    assert lengths_s == pytest.approx(6 * [2.0] + 5 * [8.0])


def test_pictures_show_something(sources: list[str]) -> None:
    pictures = [source for source in sources if source.startswith("data:image/png;base64,")]
    assert len(pictures) == 2 * 2 + 5  # strip and curves per edge, seams
    for source in pictures:
        image = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))
        assert image.width > 1000
        assert len(np.unique(np.asarray(image.convert("RGBA")))) > 10


def test_every_spot_of_the_pad_has_its_sound(html: str) -> None:
    spots = set(re.findall(r'data-sound="([^"]+)"', html))
    assert len(spots) == 6
    assert all(f'<audio id="{spot}"' in html for spot in spots)


def test_text_from_a_pack_stays_text(packs: ModuleType, tmp_path: Path) -> None:
    packs.make_test_pack(tmp_path / "pack", name="<script>alert('1')</script> & Co")
    html = report_on(tmp_path / "pack", tmp_path / "report.html")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; Co" in html


def test_one_shots_and_the_smallest_grid(packs: ModuleType, tmp_path: Path) -> None:
    packs.make_test_pack(tmp_path / "pack", columns=2, rows=2, is_looped=False)
    assert "a one-shot" in report_on(tmp_path / "pack", tmp_path / "report.html")


def test_a_place_that_cannot_be_written(crossfade_pack: Path, tmp_path: Path) -> None:
    with open_pack(crossfade_pack) as pack, pytest.raises(PackWriteError):
        write_report(tmp_path / "none" / "report.html", pack, Selection((0,), (48,)), [], [])
