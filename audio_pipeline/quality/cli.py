"""`latentpad-render check PACK`: measures a pack, prints the gates, writes the report page."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from audio_pipeline.quality.selection import choose, selection_words
from audio_pipeline.quality.source_notes import SourceNotes
from audio_pipeline.quality.survey import Progress, Selection, Survey
from audio_pipeline.quality.table import verdict_json, verdict_table
from audio_pipeline.quality.verdict import Verdict, has_failed, judge_all
from device.pack import Pack, open_pack

if TYPE_CHECKING:
    SubParsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: SubParsers) -> None:
    """Add the stage `check`; its `run` takes the parsed arguments and returns the exit status."""
    parser = subparsers.add_parser(
        "check",
        help="measure the morphs and loops of a sound pack against the quality gates",
        description="Measures a sound pack against the quality gates; exit status 1 if one failed.",
    )
    parser.add_argument("pack", type=Path, help="a pack: a directory or an .onsp file")
    parser.add_argument("--report", type=Path, metavar="OUT.html", help="write a page to look at")
    parser.add_argument("--sources", type=Path, metavar="DIR", help="compare corners with these")
    parser.add_argument("--pitches", help="24:84:12, a list, or all (default: five of them)")
    parser.add_argument("--combinations", metavar="N", help="how many, or all (default: four)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check a pack; raises PackError, SourceError or SettingsError, returns 0 or 1."""
    with open_pack(arguments.pack) as pack:
        selection = choose(pack.manifest, arguments.pitches, arguments.combinations)
        sources = None
        if arguments.sources is not None:
            sources = SourceNotes(arguments.sources, pack.manifest)
        measurements = Survey(pack, selection, sources).run(_progress_line())
        verdicts = judge_all(measurements, pack.manifest.renderer_name)
        remarks = _remarks(pack, selection, sources)
        if arguments.report is not None:
            from audio_pipeline.quality.report import write_report  # matplotlib: only when asked

            write_report(arguments.report, pack, selection, verdicts, remarks)
    print(_as_json(verdicts, remarks) if arguments.json else _as_text(verdicts, remarks))
    return 1 if has_failed(verdicts) else 0


def _remarks(pack: Pack, selection: Selection, sources: SourceNotes | None) -> list[str]:
    """What the reader of the table must know."""
    manifest = pack.manifest
    made_by = f"{manifest.renderer_name} {manifest.renderer_version}"
    remarks = [
        f"{manifest.name}: {manifest.sample_rate_hz} Hz, renderer {made_by}",
        f"measured {selection_words(selection, manifest)}",
    ]
    if sources is None:
        remarks.append("corners are not compared with their sources (no --sources)")
    return remarks


def _as_text(verdicts: list[Verdict], remarks: list[str]) -> str:
    outcome = "FAIL" if has_failed(verdicts) else "PASS"
    return "\n".join([*remarks, "", verdict_table(verdicts), "", outcome])


def _as_json(verdicts: list[Verdict], remarks: list[str]) -> str:
    gates = [verdict_json(verdict) for verdict in verdicts]
    return json.dumps(
        {"passed": not has_failed(verdicts), "remarks": remarks, "gates": gates}, indent=1
    )


def _progress_line() -> Progress:
    """One line on a terminal's stderr that is written over; nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total, label: None

    def show(done: int, total: int, label: str) -> None:
        line = f"measuring {done + 1}/{total}: {label}"[:78] if done < total else ""
        print(f"\r{line:<79}", end="\r" if done == total else "", file=sys.stderr, flush=True)

    return show
