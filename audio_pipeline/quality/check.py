"""Checks a pack: measures it, prints the verdicts, writes the report page."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from audio_pipeline.quality.selection import choose, selection_words
from audio_pipeline.quality.source_notes import SourceNotes
from audio_pipeline.quality.survey import Progress, Selection, Survey
from audio_pipeline.quality.table import verdict_json, verdict_table
from audio_pipeline.quality.verdict import Verdict, has_failed, judge_all
from device.pack import Pack, open_pack

LINE_WIDTH = 79


def check_pack(
    path: Path,
    *,
    report: Path | None = None,
    sources_folder: Path | None = None,
    pitches: str | None = None,
    combinations: str | None = None,
    as_json: bool = False,
) -> int:
    """Check a pack and print the result; the exit status is 1 if a gate failed, else 0.

    Raises PackError for a damaged pack, SettingsError for a wrong choice, SourceError,
    SourceFolderError or StorageError for the two folders.
    """
    with open_pack(path) as pack:
        selection = choose(pack.manifest, pitches, combinations)
        sources = None if sources_folder is None else SourceNotes(sources_folder, pack.manifest)
        measurements = Survey(pack, selection, sources).run(_progress_line())
        verdicts = judge_all(measurements, pack.manifest.renderer_name)
        remarks = _remarks(pack, selection, sources)
        if report is not None:
            from audio_pipeline.quality.report import write_report  # matplotlib: only when asked

            write_report(report, pack, selection, verdicts, remarks)
    print(_as_json(verdicts, remarks) if as_json else _as_text(verdicts, remarks))
    return 1 if has_failed(verdicts) else 0


def _remarks(pack: Pack, selection: Selection, sources: SourceNotes | None) -> list[str]:
    """What the reader of the verdicts must know."""
    manifest = pack.manifest
    made_by = f"{manifest.renderer_name} {manifest.renderer_version}"
    remarks = [
        f"{manifest.name}: {manifest.sample_rate_hz} Hz, renderer {made_by}",
        f"measured {selection_words(selection, manifest)}",
    ]
    if sources is None:
        remarks.append("corners are not compared with their sources (no --sources)")
    return remarks


def _as_text(verdicts: Sequence[Verdict], remarks: Sequence[str]) -> str:
    outcome = "FAIL" if has_failed(verdicts) else "PASS"
    return "\n".join([*remarks, "", verdict_table(verdicts), "", outcome])


def _as_json(verdicts: Sequence[Verdict], remarks: Sequence[str]) -> str:
    gates = [verdict_json(verdict) for verdict in verdicts]
    result = {"passed": not has_failed(verdicts), "remarks": list(remarks), "gates": gates}
    return json.dumps(result, indent=1, allow_nan=False)


def _progress_line() -> Progress:
    """One line on a terminal's stderr that is written over; nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total, label: None

    def show(done: int, total: int, label: str) -> None:
        line = f"measuring {done + 1}/{total}: {label}" if done < total else ""
        print(f"\r{line[:LINE_WIDTH]:<{LINE_WIDTH}}", end="\r", file=sys.stderr, flush=True)

    return show
