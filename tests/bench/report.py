"""What every benchmark needs: its result file with date and machine, and helpers beside it."""

from __future__ import annotations

import datetime
import importlib.util
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent


def machine() -> str:
    """Architecture, processor and number of cores."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()}, {(models or ['unknown'])[0]}, {os.cpu_count()} cores"


def write(path: Path | None, figures: dict[str, Any]) -> None:
    """Figures as JSON with date and machine, if a path was asked for."""
    if path is not None:
        head = {"date": datetime.date.today().isoformat(), "machine": machine()}
        path.write_text(json.dumps(head | figures, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> ModuleType:
    """Import a file of the tests that is no package."""
    name = f"latentpad_bench_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def stream_piece() -> ModuleType:
    """The piece of 32 voices that the stream tests play."""
    return load(HERE.parent / "device" / "engine" / "stream_piece.py")


def may_run_realtime() -> bool:
    """Whether the system grants real-time priority, tried in a process of its own."""
    attempt = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))"
    return subprocess.run([sys.executable, "-c", attempt], capture_output=True).returncode == 0
