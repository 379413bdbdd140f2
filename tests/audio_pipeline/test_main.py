"""The command line: stages, options, errors in one line, exit codes."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audio_pipeline import build_cli
from audio_pipeline.__main__ import main, make_parser
from audio_pipeline.config import BuildSettings
from audio_pipeline.errors import BusyError
from audio_pipeline.settings_reader import read_toml
from device.pack import open_pack

if TYPE_CHECKING:
    from workshop import Workshop


@pytest.fixture
def tally(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop whose renderer the command line uses."""
    monkeypatch.setattr(build_cli.registry, "make_renderer", lambda name: workshop.renderer())
    return workshop


def build_options(*arguments: str) -> argparse.Namespace:
    return make_parser().parse_args(["build", "src", "-o", "p", *arguments])


def test_all_stages_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for stage in ("soundfont", "build", "check"):
        assert f"\n    {stage}" in shown


def test_a_pack_is_built(tally: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    notes, pack = tally.write_notes(), tally.path / "my.onsp"
    options = ["--grid", "2", "--rate", "8000", "--jobs", "1", "--author", "Me", "--pitches", "60"]
    assert main(["build", *options, str(notes), "-o", str(pack)]) == 0
    assert f"my: {pack}" in capsys.readouterr().out
    with open_pack(pack) as opened:
        assert opened.manifest.author == "Me"
        assert opened.manifest.pitches == (60,)
        assert (opened.manifest.columns, opened.manifest.sample_rate_hz) == (2, 8000)


def test_a_settings_file_and_options_over_it(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[grid]\nsize = 5\nweights = "distance"\n[notes]\nlength_s = 2\n')
    settings = build_cli.settings_of(build_options("--settings", str(path), "--grid", "3"))
    assert (settings.grid.size, settings.grid.weights) == (3, "distance")
    assert settings.notes.length_s == 2
    options = ["--no-tune", "--no-loops", "--fill-pitches", "--pitches", "60:64:2"]
    settings = build_cli.settings_of(build_options("--settings", str(path), *options))
    assert not settings.notes.tune
    assert not settings.loop.enabled
    assert settings.notes.fill_pitches
    assert settings.notes.pitches == (60, 62, 64)


def test_without_options_the_defaults_hold() -> None:
    assert build_cli.settings_of(build_options()) == BuildSettings()


def test_an_upstream_settings_file_says_how_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"pads": {"NW": ["a"], "NE": ["b"], "SW": ["c"], "SE": ["d"]}}')
    options = build_options("--settings", str(path), "--upstream-corners", "as_upstream_sounds")
    settings = build_cli.settings_of(options)
    assert settings.corners is not None
    assert [names[0] for names in settings.corners.values()] == ["a", "b", "d", "c"]
    assert "SW is the bottom right" in capsys.readouterr().out


def test_all_settings_can_be_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--show-settings"]) == 0
    path = tmp_path / "s.toml"
    path.write_text(capsys.readouterr().out)
    assert read_toml(path) == BuildSettings()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent", "-o", "p"], "absent: there is no such folder"),
        (["src", "-o", "p", "--grid", "1"], "grid.size = 1 must be 2..64"),
        (["src", "-o", "p", "--pitches", "C4"], "first:last:step"),
        (["src", "-o", "p", "--jobs", "0"], "--jobs 0"),
        (["src", "-o", "p", "--settings", "absent.toml"], "absent.toml"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("latentpad-render: error: ")
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (BusyError("busy"), 1, "error: busy"),
        (KeyboardInterrupt(), 130, "run the same command again to go on"),
        (ModuleNotFoundError(name="soxr"), 1, "soxr is not installed: pip install"),
    ],
)
def test_other_ends_have_their_codes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    words: str,
) -> None:
    def ending(options: argparse.Namespace) -> int:
        raise raised

    monkeypatch.setattr(build_cli, "run", ending)
    assert main(["build", "src", "-o", "p"]) == code
    assert words in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_finished(tally: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The renderer is interrupted at its third note; the next run renders the rest only."""
    from tally_renderer import TallyRenderer

    class Interrupted(TallyRenderer):
        def render(self, *arguments: object) -> object:
            if len(self.tally()) == 2:
                raise KeyboardInterrupt
            return super().render(*arguments)

    tally.write_notes(pitches=[60])
    monkeypatch.setattr(
        build_cli.registry, "make_renderer", lambda name: Interrupted(tally.path / "tally.log")
    )
    command = ["build", str(tally.notes), "-o", str(tally.path / "p")]
    options = ["--grid", "2", "--rate", "8000", "--jobs", "1"]
    assert main([*command, *options]) == 130
    assert not (tally.path / "p").exists()
    assert tally.build(settings=tally.settings(grid={"size": 2})).rendered == 2


def test_the_module_runs_with_one_thread_per_process() -> None:
    """The limit must be set before NumPy reads it, so in a fresh process."""
    program = (
        "import sys; sys.argv = ['x', 'build', '--show-settings']\n"
        "import runpy, os\n"
        "try: runpy.run_module('audio_pipeline', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stderr.strip() == "1"
    assert "[pack]" in ended.stdout
