"""The words of the report: verdict and facts, the table of gates, credits."""

from __future__ import annotations

from collections.abc import Sequence

from audio_pipeline.quality.report.html import pill, text
from audio_pipeline.quality.table import limit_words, number
from audio_pipeline.quality.verdict import Status, Verdict, has_failed
from device.pack import Manifest


def head(manifest: Manifest, verdicts: Sequence[Verdict], remarks: Sequence[str]) -> str:
    """Name, verdict and facts."""
    failed = [verdict for verdict in verdicts if verdict.status is Status.FAIL]
    judged = [v for v in verdicts if v.status in (Status.PASS, Status.FAIL)]
    outcome = "FAIL" if has_failed(verdicts) else "PASS"
    words = f"{len(judged) - len(failed)} of {len(judged)} gates passed"
    author = f"by {manifest.author}, " if manifest.author else ""
    facts = "<br>".join(text(remark) for remark in remarks)
    return (
        f"<h1>{text(manifest.name)}</h1><p class='soft'>{text(author)}"
        f"{manifest.columns} × {manifest.rows} cells, {len(manifest.pitches)} pitches, "
        f"{manifest.sample_rate_hz / 1000:g} kHz, {text(manifest.licence or 'no licence given')}"
        f"</p><p>{pill(words, outcome, 'big')}</p>{_failures(failed)}<p><small>{facts}</small></p>"
    )


def gates(verdicts: Sequence[Verdict]) -> str:
    """The table of gates."""
    rows = "".join(_gate_row(verdict) for verdict in verdicts if verdict.applied)
    others = [verdict.gate.name for verdict in verdicts if not verdict.applied]
    silent = f"Not applicable to this pack: {', '.join(others)}." if others else ""
    return (
        "<h2>The gates</h2><p class='soft'>What was measured, against the limits.</p>"
        '<div class="card"><table><thead><tr><th>what</th><th>value</th><th>limit</th>'
        f"<th>measured</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"
        f"<p><small>{text(silent)}</small></p>"
    )


def credits(manifest: Manifest) -> str:
    """Where the sounds come from."""
    rows = "".join(
        f"<tr><td>{text(one.sound)}</td><td>{text(one.source)}</td><td>{text(one.licence)}</td></tr>"
        for one in manifest.credits
    )
    table = f"<table>{rows}</table>" if rows else "<p class='soft'>The pack names no sources.</p>"
    made = f"{manifest.renderer_name} {manifest.renderer_version}"
    return (
        f'<h2>Credits</h2><div class="card">{table}</div>'
        f"<p><small>Rendered by {text(made)}. Pack {text(manifest.pack_id)}.</small></p>"
    )


def _failures(failed: Sequence[Verdict]) -> str:
    """What went wrong, at the top of the page."""
    if not failed:
        return ""
    rows = "".join(
        f"<p><b>{text(verdict.gate.says)}</b>: {_value(verdict)}, limit {_limit(verdict)}"
        f'<br><span class="where">{_where(verdict)}</span></p>'
        for verdict in failed
    )
    return f'<div class="card failures">{rows}</div>'


def _value(verdict: Verdict) -> str:
    return text(f"{number(verdict.value)} {verdict.gate.unit}".strip())


def _limit(verdict: Verdict) -> str:
    return limit_words(verdict).replace("<=", "≤").replace(">=", "≥")


def _where(verdict: Verdict) -> str:
    """The worst place; nothing if all is perfect there."""
    if verdict.worst is None or verdict.worst.value == 0:
        return ""
    return f"worst {number(verdict.worst.value)}: {text(verdict.worst.where)}"


def _gate_row(verdict: Verdict) -> str:
    gate = verdict.gate
    kind = {Status.PASS: "PASS", Status.FAIL: "FAIL"}.get(verdict.status, "none")
    return (
        f"<tr><td>{text(gate.says)} <small>{text(gate.name)}</small>"
        f'<div class="where">{_where(verdict)}</div></td>'
        f'<td class="number">{_value(verdict)}</td><td class="number">{_limit(verdict)}</td>'
        f'<td class="number">{verdict.applied} ×</td>'
        f'<td class="number">{pill(str(verdict.status), kind)}</td></tr>'
    )
