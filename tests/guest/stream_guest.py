"""Inside the test kernel: plays the piece of 32 voices to a kernel sound card and records it.

What is written to the loopback card's device 0 is read from its device 1: real PCM devices of the
kernel. Beside them an idle stream plays silence the other way and tells how the machine keeps
pace. Each of the three is a process of its own.

    python tests/guest/stream_guest.py FOLDER
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from pathlib import Path

RATE_HZ, SECONDS, BLOCK = 48000, 3, 256
PLAYED, RECORDED = "hw:0,0", "hw:0,1"
PIECE = Path(__file__).parents[1] / "device" / "engine" / "stream_piece.py"


def told_to_stop() -> bool:
    """The standard input has been closed."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


def record(folder: Path) -> None:
    """Write float32 stereo until told to stop and silent; says when it has begun."""
    import sounddevice  # here and below: starting Python under this kernel takes its time

    settings = {"samplerate": RATE_HZ, "channels": 2, "dtype": "float32", "latency": 2.0}
    with (
        sounddevice.RawInputStream(device=RECORDED, **settings) as stream,
        (folder / "capture.f32").open("wb") as out,
    ):
        print("ready", flush=True)
        data = b""
        while any(data) or not told_to_stop():
            data, overflowed = stream.read(RATE_HZ // 10)
            if overflowed:
                raise RuntimeError("the recorder was too late for its own buffer")
            data = bytes(data)
            out.write(data)


def idle(folder: Path) -> None:
    """Play silence until told to stop and write the counters."""
    from device.engine.mixer import Mixer
    from device.engine.stream import AudioStream

    mixer = Mixer(RATE_HZ)
    with AudioStream(mixer, device=RECORDED, block_frames=BLOCK):
        print("ready", flush=True)
        while not told_to_stop():
            time.sleep(0.05)
        underflows = mixer.counters().underflows
    (folder / "idle.json").write_text(json.dumps({"underflows": underflows}))


class Helper:
    """One of the two programs beside the player; stops when left."""

    def __init__(self, job: str, folder: Path) -> None:
        command = [sys.executable, __file__, str(folder), job]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def __enter__(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self._process.args!r} did not start")

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.wait(timeout=20):
            raise RuntimeError(f"{self._process.args!r} failed")


def main() -> int:
    """Record and play, or be one of the helpers."""
    folder, job = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "play"
    if job != "play":
        {"record": record, "idle": idle}[job](folder)
        return 0
    play = [sys.executable, str(PIECE), "--device", PLAYED, "--block", str(BLOCK)]
    play += ["--frames", str(RATE_HZ * SECONDS), "--lead-s", str(SECONDS), "--realtime"]
    recorder, pace = Helper("record", folder), Helper("idle", folder)
    with recorder, pace:
        return subprocess.run(play, timeout=100).returncode


if __name__ == "__main__":
    sys.exit(main())
