"""Writes the report page of one pack: gathers the notes, draws, encodes, assembles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from audio_pipeline.quality.pad_notes import PadNotes
from audio_pipeline.quality.report import sounds, summary
from audio_pipeline.quality.report.html import page
from audio_pipeline.quality.survey import Selection
from audio_pipeline.quality.verdict import Verdict
from device.pack import Pack
from device.pack.atomic import write_atomic

SHOWN_NEAR_PITCH = 60


def write_report(
    path: Path,
    pack: Pack,
    selection: Selection,
    verdicts: Sequence[Verdict],
    remarks: Sequence[str],
) -> None:
    """Write the page; it shows the first chosen pad at the chosen pitch nearest to middle C.

    Raises PackWriteError when the file cannot be written, PackError for a damaged note.
    """
    pitch = min(selection.pitches, key=lambda chosen: abs(chosen - SHOWN_NEAR_PITCH))
    notes = PadNotes(pack, pack.manifest.combinations[selection.combinations[0]], pitch)
    body = [
        summary.head(pack.manifest, verdicts, remarks),
        sounds.pad(notes),
        sounds.paths(notes),
        sounds.loops(notes),
        summary.gates(verdicts),
        summary.credits(pack.manifest),
    ]
    data = page(pack.manifest.name, "\n".join(body)).encode()
    write_atomic(path, lambda file: _write(file, data))


def _write(file: BinaryIO, data: bytes) -> None:
    file.write(data)
