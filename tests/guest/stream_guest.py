"""Inside the test kernel: plays the piece of 32 voices to a kernel sound card and records it.

What is written to the loopback card's device 0 is read from its device 1: real PCM devices of the
kernel. Beside the recorder an idle stream plays silence the other way and tells how the machine
keeps pace.

    python tests/guest/stream_guest.py FOLDER
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RATE_HZ, SECONDS, BLOCK = 48000, 2, 1024
PRIORITY = 70
PLAYED, RECORDED = "hw:0,0", "hw:0,1"
PIECE = Path(__file__).parents[1] / "device" / "engine" / "stream_piece.py"


def told_to_stop() -> bool:
    """The standard input has been closed."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


def watch(folder: Path) -> None:
    """Record float32 stereo until told to stop and silent, beside a stream of silence."""
    import sounddevice  # only here: starting Python takes its time under this kernel

    from device.engine.mixer import Mixer
    from device.engine.stream import AudioStream

    mixer = Mixer(RATE_HZ)
    settings = {"samplerate": RATE_HZ, "channels": 2, "dtype": "float32", "latency": 2.0}
    with (
        AudioStream(mixer, device=RECORDED, block_frames=BLOCK, realtime_priority=PRIORITY),
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
        underflows = mixer.counters().underflows
    (folder / "idle.json").write_text(json.dumps({"underflows": underflows}))


@contextmanager
def watcher(folder: Path) -> Iterator[None]:
    """The watching program, from when it is ready to when it has written all down."""
    command, pipe = [sys.executable, __file__, str(folder), "watch"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the watcher did not start")
        yield
        process.stdin.close()
        if process.wait(timeout=20):
            raise RuntimeError("the watcher failed")


def main() -> int:
    """Watch and play, or be the watcher."""
    folder = Path(sys.argv[1])
    if sys.argv[2:] == ["watch"]:
        watch(folder)
        return 0
    what = {"device": PLAYED, "block": BLOCK, "frames": RATE_HZ * SECONDS}
    what |= {"lead-s": SECONDS, "priority": PRIORITY}
    options = [f"--{name}={value}" for name, value in what.items()]
    play = [sys.executable, str(PIECE), *options]
    with watcher(folder):
        return subprocess.run(play, timeout=100).returncode


if __name__ == "__main__":
    sys.exit(main())
