"""Keeps figures of this tier beside those of the benchmarks, each with its date and machine."""

from __future__ import annotations

import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "bench" / "results" / "image_boot.json"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()}, {(models or ['unknown'])[0]}, {os.cpu_count()} cores"


def keep(name: str, figures: dict[str, float]) -> None:
    """Replace what was kept under a name before."""
    kept: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    kept[name] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": _machine(),
        **{key: round(value, 1) for key, value in figures.items()},
    }
    FILE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
