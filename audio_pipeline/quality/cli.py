"""The `check` stage of latentpad-render: options only, so that --help is quick."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Measures the morphs, loops and held notes of a sound pack against the quality gates, and names the
worst place where one fails. Exit status: 0 all gates pass, 1 one fails or the pack is damaged,
2 an option or a source folder is wrong."""


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser(
        "check",
        help="a sound pack to verdicts on its quality, and a page to look and listen",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("pack", metavar="PACK", type=Path, help="a folder or an .onsp file")
    add("--report", metavar="OUT.html", type=Path, help="write one page with pictures and sounds")
    add("--sources", metavar="DIR", type=Path, help="the source notes, to compare corners with")
    add("--pitches", metavar="LIST", help="24:84:12, 36,48 or all; default: five of the pack's")
    add("--combinations", metavar="N", help="how many pads, or all; default: four")
    add("--json", action="store_true", help="print JSON instead of a table")


def run(options: argparse.Namespace) -> int:
    """Check a pack; raises PackError or RenderError."""
    from audio_pipeline.quality.check import check_pack  # numeric libraries: not for --help

    return check_pack(
        options.pack,
        report=options.report,
        sources_folder=options.sources,
        pitches=options.pitches,
        combinations=options.combinations,
        as_json=options.json,
    )
