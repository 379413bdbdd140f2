"""The subcommand `lint-config` of latentpad-card."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from sdcard.system.config.findings import ERROR
from sdcard.system.config.lint import Circumstances, lint
from sdcard.system.config.overlays import Catalogue
from sdcard.system.config.readme import read_catalogue
from sdcard.system.errors import BaseUnfitError


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser("lint-config", help="check a Raspberry Pi's config.txt")
    one.add_argument("file", metavar="FILE", type=Path, help="config.txt of a card")
    one.add_argument("--cmdline", metavar="FILE", type=Path, help="default: cmdline.txt beside it")
    one.add_argument("--overlays", metavar="FILE", type=Path, help="default: overlays/README there")
    one.add_argument("--settings", metavar="FILE", type=Path, help="the instrument's settings.toml")
    one.set_defaults(run=_lint)


def _lint(options: argparse.Namespace) -> int:
    """The exit status is 1 if there are errors; warnings alone are let pass."""
    file: Path = options.file
    try:
        text = _text(file, is_needed=True)
        overlays = options.overlays or file.with_name("overlays") / "README"
        known = Circumstances(
            _text(options.cmdline or file.with_name("cmdline.txt"), bool(options.cmdline)),
            _din_rate(options.settings),
            catalogue=_catalogue(overlays, bool(options.overlays)),
        )
    except BaseUnfitError as error:
        print(f"latentpad-card: error: {error}", file=sys.stderr)
        return 1
    findings = lint(text or "", known)
    for finding in findings:
        line = f"{file}:{finding.number or ''}{':' if finding.number else ''} {finding}"
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"))
    errors = sum(finding.level == ERROR for finding in findings)
    print(f"{file}: {errors} errors, {len(findings) - errors} warnings")
    return 1 if errors else 0


def _text(path: Path, is_needed: bool) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        if is_needed:
            raise BaseUnfitError(f"{path}: cannot be read: {error.strerror}") from error
        return None


def _catalogue(path: Path, is_needed: bool) -> Catalogue:
    text = _text(path, is_needed)
    return Catalogue() if text is None else read_catalogue(text)


def _din_rate(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        tables = tomllib.loads(_text(path, is_needed=True) or "")
    except tomllib.TOMLDecodeError as error:
        raise BaseUnfitError(f"{path}: not a TOML file: {error}") from error
    board = tables.get("board")
    rate = board.get("din_rate", "auto") if isinstance(board, dict) else "auto"
    return str(rate)
