"""JACK MIDI through a JACK server of our own, with keyboards that another process plays."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from device.events import Event, NoteOn, Origin, PortFound, PortLost
from device.midi_reader import MidiReader
from hardware import jack_midi
from hardware.errors import HardwareError, MidiPortNotFoundError, MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.jack_midi import JackMidiInput, open_jack_midi
from hardware.midi import MidiKind, MidiMessage

pytestmark = pytest.mark.skipif(
    shutil.which("jackd") is None or importlib.util.find_spec("jack") is None,
    reason="needs jackd (package jackd2) and the Python package JACK-Client",
)

KEYBOARD = Path(__file__).parent / "helpers" / "jack_keyboard.py"
RATE_HZ, BLOCK = 48000, 1024  # long periods, so that a busy machine seldom misses one
PATIENCE_S, ATTEMPTS = 30.0, 5
NUMBERS = count()
NOTE, NOTE_ON = b"\x90\x3c\x64", MidiMessage(MidiKind.NOTE_ON, 0, 60, 100)


def wait_for(what: str, is_true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < end_s, f"waited {PATIENCE_S} s for {what}"


def may_run_realtime() -> bool:
    attempt = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))"
    return subprocess.run([sys.executable, "-c", attempt], capture_output=True).returncode == 0


class Server:
    """A JACK server that can be ended and started again under the same name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._priority = ["-R", "-P", "60"] if may_run_realtime() else ["-r"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        driver = ["-d", "dummy", "-r", str(RATE_HZ), "-p", str(BLOCK)]
        command = ["jackd", *self._priority, "--no-mlock", "-n", self._name, *driver]
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=silent, stderr=silent)
        wait_for("the JACK server", lambda: _opens(open_jack_midi))

    def end(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=20)
            self._process = None


class Keyboards:
    """The process of jack_keyboard.py; its verbs return when they have been obeyed."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, str(KEYBOARD)], stdin=pipe, stdout=pipe, text=True
        )
        assert self._answer() == "ready"

    def plug(self, name: str, is_hardware: bool = True) -> None:
        self._tell("plug", name, is_hardware)

    def unplug(self, name: str) -> None:
        self._tell("unplug", name)

    def play(self, name: str, *messages: bytes) -> None:
        self._tell("play", name, *(message.hex() for message in messages))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _tell(self, *words: str | bool) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        assert self._answer() == "done"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _opens(open_input: Callable[[], JackMidiInput]) -> bool:
    try:
        open_input().close()
    except HardwareError:
        return False
    return True


@pytest.fixture(scope="module")
def environment() -> Iterator[str]:
    """The name of the server that all clients of this process and its children mean."""
    with pytest.MonkeyPatch.context() as patch:
        name = f"latentpad-midi-{os.getpid()}"
        patch.setenv("JACK_DEFAULT_SERVER", name)
        patch.setenv("JACK_NO_START_SERVER", "1")
        patch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
        yield name


@pytest.fixture(scope="module")
def common_server(environment: str) -> Iterator[Server]:
    server = Server(environment)
    try:
        server.start()
        yield server
    finally:
        server.end()


@pytest.fixture
def own_server(environment: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that a test may end."""
    name = f"{environment}-{next(NUMBERS)}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    server = Server(name)
    try:
        server.start()
        yield server
    finally:
        server.end()


@pytest.fixture
def keyboards(common_server: Server) -> Iterator[Keyboards]:
    made = Keyboards()
    yield made
    made.end()


@pytest.fixture
def midi(common_server: Server) -> Iterator[JackMidiInput]:
    opened = open_jack_midi()
    yield opened
    opened.close()


def hear(midi: JackMidiInput, is_enough: Callable[[list[MidiReport]], bool]) -> list[MidiReport]:
    """All reports until there are enough of them."""
    heard: list[MidiReport] = []

    def has_enough() -> bool:
        heard.extend(midi.receive(0.05))
        return is_enough(heard)

    wait_for(f"enough reports, {heard}", has_enough)
    return heard


def hear_kind(midi: JackMidiInput, kind: type[MidiReport], port: str) -> list[MidiReport]:
    """Until this has happened to this port; the rest is of no interest."""
    return hear(midi, lambda heard: any(isinstance(r, kind) and r.port == port for r in heard))


def played(midi: JackMidiInput, play: Callable[[], None], number: int) -> list[MidiReceived]:
    """What is heard of so many messages; again where the machine held JACK up meanwhile.

    The listener then says that it may have missed some: MidiPortLost.
    """
    for _ in range(ATTEMPTS):
        play()
        heard = hear(
            midi,
            lambda reports: (
                sum(isinstance(r, MidiReceived) for r in reports) >= number
                or any(isinstance(r, MidiPortLost) for r in reports)
            ),
        )
        if all(isinstance(report, MidiReceived) for report in heard):
            return [report for report in heard if isinstance(report, MidiReceived)]
        settle_s = time.monotonic() + 0.5
        while time.monotonic() < settle_s:
            midi.receive(0.1)
    pytest.skip(f"the machine held JACK up in {ATTEMPTS} attempts")


def test_messages_of_two_ports_come_in_order_and_are_told_apart(
    keyboards: Keyboards, midi: JackMidiInput
) -> None:
    for name in ("one", "two"):
        keyboards.plug(name)
        hear_kind(midi, MidiPortOpened, f"keyboards:{name}")
    sent = [MidiMessage(MidiKind.NOTE_ON, 2, note, 1 + note) for note in range(120)]

    def play() -> None:
        for note in range(0, 120, 10):
            chunk = [bytes((0x92, n, 1 + n)) for n in range(note, note + 10)]
            keyboards.play("one", *chunk)
            keyboards.play("two", *chunk)

    heard = played(midi, play, 240)
    for name in ("one", "two"):
        assert [r.message for r in heard if r.port == f"keyboards:{name}"] == sent
    times_s = [report.time_s for report in heard]
    assert times_s == sorted(times_s)
    assert 0 <= time.monotonic() - times_s[-1] < PATIENCE_S


def test_a_velocity_of_zero_and_sysex_are_read_as_everywhere(
    keyboards: Keyboards, midi: JackMidiInput
) -> None:
    keyboards.plug("one")
    hear_kind(midi, MidiPortOpened, "keyboards:one")
    sent = [b"\x90\x3c\x64", b"\xf0\x7e\x00\x01\xf7", b"\xf8", b"\x90\x3c\x00", b"\xe1\x01\x40"]
    heard = played(midi, lambda: keyboards.play("one", *sent), 3)
    assert [report.message.kind for report in heard] == [
        MidiKind.NOTE_ON, MidiKind.NOTE_OFF, MidiKind.BEND,
    ]  # fmt: skip
    assert heard[2].message.data14 == 0x2001


def test_ports_that_were_there_before_come_and_go_and_come_again(
    keyboards: Keyboards, common_server: Server
) -> None:
    keyboards.plug("one")
    midi = open_jack_midi()
    assert midi.ports() == ("keyboards:one",)
    assert isinstance(hear(midi, bool)[0], MidiPortOpened)
    for _ in range(3):
        keyboards.unplug("one")
        hear_kind(midi, MidiPortLost, "keyboards:one")
        wait_for("no port", lambda: not midi.receive(0.05) and midi.ports() == ())
        keyboards.plug("one")
        hear_kind(midi, MidiPortOpened, "keyboards:one")
        (heard,) = played(midi, lambda: keyboards.play("one", NOTE), 1)
        assert heard.message == NOTE_ON
    midi.close()
    midi.close()


def hears_again_after_loss(midi: JackMidiInput, keyboards: Keyboards) -> None:
    """Told that the port was lost and is open again, then the next note is heard."""

    def is_open_again(heard: list[MidiReport]) -> bool:
        states = [type(r) for r in heard if not isinstance(r, MidiReceived)]
        return MidiPortLost in states and states[-1] is MidiPortOpened

    hear(midi, is_open_again)
    assert midi.ports() == ("keyboards:one",)
    keyboards.play("one", b"\xc0\x07")
    last = MidiMessage(MidiKind.PROGRAM, 0, 7)
    hear(midi, lambda heard: any(isinstance(r, MidiReceived) and r.message == last for r in heard))


def test_missed_periods_are_told_as_loss(midi: JackMidiInput, keyboards: Keyboards) -> None:
    keyboards.plug("one")
    hear_kind(midi, MidiPortOpened, "keyboards:one")
    os.kill(midi._listener.pid, signal.SIGSTOP)
    time.sleep(8 * BLOCK / RATE_HZ)  # JACK has no other clock than the real one
    os.kill(midi._listener.pid, signal.SIGCONT)
    hears_again_after_loss(midi, keyboards)


def test_a_reader_that_is_away_for_too_long_is_told_of_loss(
    midi: JackMidiInput, keyboards: Keyboards
) -> None:
    keyboards.plug("one")
    hear_kind(midi, MidiPortOpened, "keyboards:one")
    keyboards.play("one", *[NOTE] * 6000)  # more than the pipe and the listener's queue hold
    time.sleep(1.5 * 6000 / 200 * BLOCK / RATE_HZ)  # nobody reads
    hears_again_after_loss(midi, keyboards)


def test_the_keyboards_own_end_loses_its_ports(midi: JackMidiInput, keyboards: Keyboards) -> None:
    keyboards.plug("one")
    hear_kind(midi, MidiPortOpened, "keyboards:one")
    keyboards.end()
    hear_kind(midi, MidiPortLost, "keyboards:one")


def test_software_is_heard_by_name_only(keyboards: Keyboards, common_server: Server) -> None:
    keyboards.plug("sequencer", is_hardware=False)
    keyboards.plug("piano")
    everything = open_jack_midi()
    assert everything.ports() == ("keyboards:piano",)
    named = open_jack_midi("SEQuencer")
    assert named.ports() == ("keyboards:sequencer",)
    everything.close()
    named.close()
    with pytest.raises(MidiPortNotFoundError, match=r"'Moog'.*jack_lsp"):
        open_jack_midi("Moog")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ends_is_an_error_and_can_be_opened_again(
    own_server: Server, number: int
) -> None:
    midi = open_jack_midi()
    own_server.end(number)
    with pytest.raises(MidiUnavailableError, match="through JACK: the server has gone"):
        hear(midi, lambda heard: False)
    with pytest.raises(MidiUnavailableError, match="has ended"):
        hear(midi, lambda heard: False)
    midi.close()
    with pytest.raises(MidiUnavailableError, match="no JACK server runs"):
        open_jack_midi()
    own_server.start()
    assert _opens(open_jack_midi)


def test_a_listener_that_ends_is_an_error(midi: JackMidiInput) -> None:
    midi._listener.kill()
    with pytest.raises(MidiUnavailableError, match=r"jack_listener\.py has ended"):
        hear(midi, lambda heard: False)


def test_closing_ends_the_listener_and_waiting_ends_in_time(midi: JackMidiInput) -> None:
    hear(midi, lambda heard: not midi.receive(0.3))
    midi.close()
    assert midi._listener.returncode >= 0, "it had to be killed"


def test_closing_does_not_wait_for_a_listener_that_waits_for_the_reader(
    midi: JackMidiInput, keyboards: Keyboards
) -> None:
    keyboards.plug("one")
    hear_kind(midi, MidiPortOpened, "keyboards:one")
    keyboards.play("one", *[NOTE] * 3000)  # more than the pipe holds
    time.sleep(1.5 * 3000 / 200 * BLOCK / RATE_HZ)
    midi.close()
    assert midi._listener.returncode >= 0, "it had to be killed"


def test_a_listener_ends_with_the_process_that_started_it(common_server: Server) -> None:
    program = "import hardware.jack_midi as j; print(j.open_jack_midi()._listener.pid, flush=True)"
    waiting = [sys.executable, "-c", f"{program}; input()"]
    pipe = subprocess.PIPE
    starter = subprocess.Popen(waiting, stdin=pipe, stdout=pipe, text=True)
    assert starter.stdout is not None
    listener = Path("/proc", starter.stdout.readline().strip())
    assert "jack_listener.py" in (listener / "cmdline").read_text()
    starter.kill()
    starter.communicate()
    wait_for("its end", lambda: not _is_running(listener))


def _is_running(process: Path) -> bool:
    """Whether it exists and is more than an entry that nobody has asked for yet."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_without_the_package_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MidiUnavailableError, match="pip install JACK-Client"):
        open_jack_midi()


def test_a_listener_that_is_silent_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = tmp_path / "silent.py"
    silent.write_text("import sys\nsys.stdin.read()\n")
    monkeypatch.setattr(jack_midi, "LISTENER", silent)
    monkeypatch.setattr(jack_midi, "START_S", 0.2)
    with pytest.raises(MidiUnavailableError, match=r"silent\.py has said nothing"):
        open_jack_midi()


def test_a_keyboard_plays_events_and_its_loss_is_one(
    keyboards: Keyboards, common_server: Server
) -> None:
    told: list[Event] = []
    reader = MidiReader(
        "USB MIDI", open_jack_midi, lambda event, _: told.append(event), lambda: 0, time.monotonic
    )
    keyboards.plug("one")

    def has_told(event: Event) -> bool:
        reader.step(time.monotonic())
        return event in told

    wait_for("the port", lambda: has_told(PortFound("keyboards:one")))
    keyboards.play("one", bytes((0x91, 60, 100)))
    wait_for("the note", lambda: has_told(NoteOn(Origin("keyboards:one", 1), 60, 100)))
    keyboards.unplug("one")
    wait_for("the loss", lambda: has_told(PortLost("keyboards:one")))
    reader.close()
