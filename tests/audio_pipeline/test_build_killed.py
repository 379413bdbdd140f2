"""Builds that are killed: nothing half-written, nothing rendered twice, the same pack at last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from device.pack import verify_pack

if TYPE_CHECKING:
    from workshop import Workshop

SCRIPT = """
import sys
from pathlib import Path
from tally_renderer import TallyRenderer
from audio_pipeline.build import build
from audio_pipeline.settings_reader import settings_from
if __name__ == "__main__":
    notes, pack, log = map(Path, sys.argv[1:])
    settings = settings_from({"notes": {"rate_hz": 8000}, "grid": {"size": 5}})
    build(notes, pack, settings, TallyRenderer(log), jobs=2)
"""


def dying(rename: Callable[..., Path], left: list[int]) -> Callable[..., Path]:
    """`rename`, but the process is killed after the call at which `left` counts down to 0."""

    def last(*arguments: Path) -> Path:
        result = rename(*arguments)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return last


def is_killed_at_rename(count: int, work: Callable[[], object]) -> bool:
    """Do `work` in a forked process that is killed after its count-th rename; whether it was."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            left = [count]
            for name in ("replace", "rename"):
                setattr(Path, name, dying(getattr(Path, name), left))
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("name", ["p", "p.onsp"])
def test_killed_after_each_file_that_is_put_in_place(workshop: Workshop, name: str) -> None:
    from workshop import tree

    workshop.write_notes(pitches=[60])
    settings = workshop.settings(grid={"size": 2})
    workshop.build(f"whole/{name}", workshop.renderer("whole.log"), settings)
    count = 0
    while True:
        count += 1
        renderer = workshop.renderer(f"{count}.log")
        pack = workshop.path / str(count) / name

        def work(pack: str = f"{count}/{name}", renderer: object = renderer) -> None:
            workshop.build(pack, renderer, settings)

        if not is_killed_at_rename(count, work):
            break
        if pack.exists():
            assert verify_pack(pack).problems == ()
        work()
        assert tree(pack.parent) == tree(workshop.path / "whole")
        assert len(renderer.tally()) == 4
    assert count > 4 + 4 + 4 + 1  # sources, notes, cells, manifest: all moments were tried


def test_killed_with_its_processes_at_any_moment(workshop: Workshop) -> None:
    from workshop import tree

    workshop.write_notes(pitches=range(48, 72, 4))
    renderer, pack = workshop.renderer(), workshop.path / "out" / "p"
    script = workshop.path / "render.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, script, workshop.notes, pack, renderer.log]
    kills = 0
    for at_least in (1, 75):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        while process.poll() is None and len(renderer.tally()) < at_least:
            time.sleep(0.001)  # only yields the processor: the log says when
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        assert not pack.exists() or verify_pack(pack).problems == ()
    assert kills >= 1
    settings = workshop.settings(grid={"size": 5})
    result = workshop.build("out/p", renderer, settings)
    lines = renderer.tally()
    assert len(set(lines)) == result.notes == 25 * 6
    assert result.rendered < result.notes
    assert len(lines) <= result.notes + 2 * kills  # one per process and kill may not be stored yet
    workshop.build("whole/p", workshop.renderer("whole.log"), settings)
    assert tree(pack) == tree(workshop.path / "whole" / "p")
