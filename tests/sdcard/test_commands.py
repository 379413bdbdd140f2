"""The command line's table of subcommands says what the modules do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sdcard.commands import PARTS, make_parser

ROOT = Path(__file__).parents[2]


def subcommands(word: str) -> list[str]:
    parser = make_parser(word)
    (action,) = [one for one in parser._actions if one.dest == "==SUPPRESS=="]
    assert action.choices is not None
    return list(action.choices)


@pytest.mark.parametrize("module", PARTS)
def test_a_module_adds_the_subcommands_of_its_row(module: str) -> None:
    for name in PARTS[module]:
        assert subcommands(name) == list(PARTS[module])


def test_any_other_word_shows_all() -> None:
    names = [name for names in PARTS.values() for name in names]
    assert subcommands("frobnicate") == names
    assert len(set(names)) == len(names)


def test_a_subcommand_imports_its_own_part_only() -> None:
    code = "import sys; from sdcard.commands import make_parser; make_parser('install')"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = done.stdout.split()
    assert "sdcard.packs.cli" in loaded
    assert not [name for name in loaded if name.startswith(("sdcard.image.image", "cffi"))]
