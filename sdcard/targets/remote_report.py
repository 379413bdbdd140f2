"""A report of `verify` that an instrument made, as if it had been made here."""

from __future__ import annotations

from pathlib import Path

from device.pack import PackError, VerifyReport
from sdcard.targets.errors import ProtocolError
from sdcard.targets.frames import Message
from sdcard.targets.messages import error_from, field, integer

_MOST = 1 << 50


def report_from(message: Message, who: str) -> VerifyReport:
    """From what sdcard.verify.report_fields gives. Raises ProtocolError."""
    found = field(message, "report", dict)
    problems = field(found, "problems", list)
    if bool(problems) == field(found, "ok", bool):
        raise ProtocolError(f"{who}: a report that contradicts itself")
    cells, notes, cell_bytes = (
        integer(found, key, 0, _MOST) for key in ("cells", "notes", "cell_bytes")
    )
    return VerifyReport(
        path=Path(f"{who}:{field(found, 'path', str)}"),
        name=field(found, "name", str),
        cells=cells,
        notes=notes,
        seconds=_seconds(found),
        cell_bytes=cell_bytes,
        problems=tuple(_problem(one, who) for one in problems),
    )


def _seconds(found: Message) -> float:
    seconds = found.get("seconds")
    if not isinstance(seconds, (int, float)):
        raise ProtocolError("report without seconds")
    return float(seconds)


def _problem(value: object, who: str) -> PackError:
    error = error_from(value, who)
    return error if isinstance(error, PackError) else PackError(who, str(error))
