"""The self-test at the terminal: a table of PASS, FAIL and NONE, and an exit code."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from device.board_parts import BoardParts
from device.engine.errors import StreamError
from device.engine.mixer import Mixer
from device.engine.stream import AudioStream
from device.events import Checked, Event
from device.midi_reader import MidiReader
from device.selftest import FAIL, RUNNING, SelfTest, check_sound
from device.settings import Settings
from device.test_tone import SECONDS, TestTone
from device.worker import WorkerThreads
from hardware.interfaces import Clock

EXIT_FAILED = 1


def run_self_test(
    settings: Settings,
    board: BoardParts,
    clock: Clock,
    report: Callable[[str], None],
    *,
    tone: bool,
    trouble: str = "",
) -> int:
    """Test everything and print it as it comes; returns 0, or EXIT_FAILED if something failed.

    `trouble`: why the settings that were given could not be used, and others are. Each line is a
    result, two spaces, the part in ten letters or more, a space and what is known: programs read
    it too.
    """

    def tell(event: Event) -> None:
        if isinstance(event, Checked) and event.result != RUNNING:
            report(f"{event.result}  {event.part:10} {event.detail}")

    if trouble:
        tell(Checked("settings", FAIL, trouble))
    with ExitStack() as stack:
        threads = WorkerThreads(clock.now_s, lambda name, error: report(f"{name}: {error!r}"))
        stack.callback(threads.close)
        for name, opener in board.midi:  # so that bytes are counted
            reader = MidiReader(name, opener, lambda *_: None, lambda: 0, clock.now_s)
            threads.start(reader)
        test = SelfTest(settings, board.checks, lambda: check_sound(settings.audio.device), tell)
        is_well = test.run() and not trouble
    if tone:
        is_well = _play_tone(settings, report) and is_well
    return 0 if is_well else EXIT_FAILED


def _play_tone(settings: Settings, report: Callable[[str], None]) -> bool:
    audio = settings.audio
    mixer = Mixer(audio.rate_hz)
    try:
        with AudioStream(mixer, device=audio.device, block_frames=audio.block_frames) as stream:
            TestTone(mixer, audio.rate_hz).sound(mixer.frame)
            while stream.is_playing and mixer.frame < (SECONDS + 0.2) * audio.rate_hz:
                time.sleep(0.01)
    except StreamError as error:
        report(f"FAIL  tone       {error}")
        return False
    report("PASS  tone       played: was it heard?")
    return True
