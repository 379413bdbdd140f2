"""Checks a config.txt for an instrument: all that is known to make it silent, deaf or dark."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sdcard.system.config.board_rules import Circumstances, board_findings
from sdcard.system.config.boards import BOARDS, effect
from sdcard.system.config.findings import Finding
from sdcard.system.config.line_rules import line_findings
from sdcard.system.config.lines import parse

__all__ = ["Circumstances", "lint"]


def lint(text: str, known: Circumstances | None = None) -> list[Finding]:
    """All findings, in order of the lines; any text is checked, none is refused."""
    known = known or Circumstances()
    lines = parse(text)
    found: dict[Finding, list[str]] = defaultdict(list)
    for board in BOARDS:
        for finding in board_findings(effect(lines, board, known.catalogue), lines, known):
            found[finding].append(board)
    merged = [
        finding if len(boards) == len(BOARDS) else replace(finding, boards=tuple(boards))
        for finding, boards in found.items()
    ]
    return sorted([*line_findings(lines, known.catalogue), *merged])
