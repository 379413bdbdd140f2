"""Says in words, or in JSON, whether a sound pack is whole."""

from __future__ import annotations

import json

from device.pack import VerifyReport


def report_text(report: VerifyReport) -> str:
    """Lines for a person: every problem with the place where it is, then the verdict."""
    lines = [f"{problem} [{type(problem).__name__}]" for problem in report.problems]
    count = len(report.problems)
    if count:
        lines.append(f"BAD {report.path}: {count} problem{'s' if count > 1 else ''}")
    else:
        lines.append(
            f"OK  {report.path}: {report.name}, {report.cells} cells, {report.notes} notes,"
            f" {report.seconds:.0f} s of sound, {report.cell_bytes / 1e6:.1f} MB"
        )
    return _printable("\n".join(lines))


def _printable(text: str) -> str:
    """File names need not be text: show the bytes that are not."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def report_json(report: VerifyReport) -> str:
    """One JSON object for a program."""
    return json.dumps(report_fields(report), indent=1)


def report_fields(report: VerifyReport) -> dict[str, object]:
    """All that it says."""
    problems = [
        {"kind": type(problem).__name__, "path": problem.path, "detail": problem.detail}
        for problem in report.problems
    ]
    return {
        "path": str(report.path),
        "ok": report.is_ok,
        "name": report.name,
        "cells": report.cells,
        "notes": report.notes,
        "seconds": round(report.seconds, 3),
        "cell_bytes": report.cell_bytes,
        "problems": problems,
    }
