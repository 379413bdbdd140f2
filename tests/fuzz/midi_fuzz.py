"""Coverage-guided fuzzing of the MIDI parser against a slow and obvious reference.

An input is the bytes of one cable; they arrive in chunks whose lengths its first byte seeds. Run by
hand, for as long as one likes:

    python tests/fuzz/midi_fuzz.py CORPUS_DIRECTORY -max_total_time=600

The corpus is begun with the streams of tests/hardware/streams if the directory is empty. Arguments
that begin with a dash are libFuzzer's, but for `--broken=NAME`, which fuzzes a parser with that
defect (see BROKEN), to show that it would be found. The suite runs it briefly:
tests/fuzz/test_midi_fuzz.py.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardware.midi import MidiParser

ROOT = Path(__file__).parents[2]
STREAMS = ROOT / "tests" / "hardware" / "streams"
Plain = tuple[int, ...]
"""A message as its bytes: status, then one or two data bytes."""
MILLION = 1_000_000


def reference(stream: bytes) -> list[Plain]:
    """What the bytes mean, by the wording of the MIDI 1.0 specification and no state machine.

    Real-time bytes are taken out, the rest is cut before every status byte, and the data of each
    channel status is dealt out in ones or twos; a last one that is not full is no message.
    """
    bare = [value for value in stream if value < 0xF8]
    starts = [place for place, value in enumerate(bare) if value >= 0x80]
    found: list[Plain] = []
    for begin, end in pairwise([*starts, len(bare)]):
        status, data = bare[begin], bare[begin + 1 : end]
        if status < 0xF0:
            size = 1 if 0xC0 <= status < 0xE0 else 2
            full = range(0, len(data) - size + 1, size)
            found += [_note_off((status, *data[place : place + size])) for place in full]
    return found


def _note_off(message: Plain) -> Plain:
    """A note-on of velocity 0 is a note-off."""
    status = message[0]
    if 0x90 <= status < 0xA0 and message[2] == 0:
        return status - 0x10, message[1], 0
    return message


def chunks(stream: bytes, seed: int) -> list[bytes]:
    """The stream as it may arrive, each chunk of 0 to 8 bytes."""
    lengths, place, parts = random.Random(seed), 0, []
    while place < len(stream):
        length = lengths.randrange(9)
        parts.append(stream[place : place + length])
        place += length
    return parts


def check(data: bytes) -> None:
    """Parse an input in chunks; an assertion fails if anything differs from the reference."""
    from hardware.midi import MidiParser

    check_parser(data, MidiParser)


def check_parser(data: bytes, make: Callable[[], MidiParser]) -> None:
    """The check of any parser: meaning, chunks, real-time bytes, memory, and finding back."""
    seed, stream = (data[0], data[1:]) if data else (0, b"")
    parser, got = make(), []
    for chunk in chunks(stream, seed):
        got += _plain(parser.feed(chunk))
        assert len(parser._data) <= 1, "more is kept than half a message"
    assert got == reference(stream)
    ticking = b"".join(bytes([value, 0xF8 | value & 7]) for value in stream)
    assert _plain(make().feed(ticking)) == got, "real-time bytes are not transparent"
    assert _plain(parser.feed([0x91, 60, 1])) == [(0x91, 60, 1)], "not found back"


def _plain(messages: Iterable[object]) -> list[Plain]:
    """Messages of the parser as their bytes."""
    from hardware.midi import MidiMessage

    plain: list[Plain] = []
    for message in messages:
        assert isinstance(message, MidiMessage)
        data = (message.data1, message.data2)[: message.kind.data_bytes]
        assert message.kind.data_bytes == 2 or message.data2 == 0
        plain.append((message.kind + message.channel, *data))
    return plain


def seeds() -> list[bytes]:
    """Inputs to begin with: the streams of awkward keyboards."""
    found = []
    for path in sorted(STREAMS.glob("*.hex")):
        lines = path.read_text().splitlines()
        parts = [line.partition("#")[0].partition("->")[0] for line in lines]
        found.append(b"\x07" + bytes.fromhex(" ".join(parts)))
    return found


def main() -> None:
    """Fuzz until libFuzzer's arguments say stop; exit status 77 or 1 when something was found."""
    import atheris

    with atheris.instrument_imports(include=["hardware.midi"]):
        import hardware.midi
    names = [one.removeprefix("--broken=") for one in sys.argv if one.startswith("--broken=")]
    arguments = [one for one in sys.argv[1:] if not one.startswith("--broken=")]
    directories = [Path(one) for one in arguments if not one.startswith("-")]
    if directories and not any(directories[0].glob("*")):
        directories[0].mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds()):
            (directories[0] / f"seed-{number}").write_bytes(data)
    make = broken()[names[0]] if names else hardware.midi.MidiParser
    atheris.Setup([sys.argv[0], *arguments], counted(make))
    atheris.Fuzz()


def counted(make: Callable[[], MidiParser]) -> Callable[[bytes], None]:
    """The check of a parser, telling at every million of bytes how many it has had."""
    had = 0

    def target(data: bytes) -> None:
        nonlocal had
        check_parser(data, make)
        had += len(data)
        if had // MILLION > (had - len(data)) // MILLION:
            print(f"{had // MILLION} million bytes", file=sys.stderr, flush=True)

    return target


def broken() -> dict[str, Callable[[], MidiParser]]:
    """Parsers with one defect each, as instruments on sale have them."""
    from hardware.midi import MidiMessage, MidiParser

    class ClockEndsMessage(MidiParser):
        def _byte(self, value: int) -> MidiMessage | None:
            if value >= 0xF8:
                self._data = []
            return super()._byte(value)

    class NoRunningStatus(MidiParser):
        def _complete(self, status: int) -> MidiMessage | None:
            message = super()._complete(status)
            if message is not None:
                self._status = None
            return message

    class SysexKeepsRunningStatus(MidiParser):
        def _byte(self, value: int) -> MidiMessage | None:
            return None if 0xF0 <= value < 0xF8 else super()._byte(value)

    class ForgetsBetweenChunks(MidiParser):
        def feed(self, data: Iterable[int]) -> list[MidiMessage]:
            self._data = []
            return super().feed(data)

    class StopsAtUndefined(MidiParser):
        def _byte(self, value: int) -> MidiMessage | None:
            if value in (0xF4, 0xF5):
                raise ValueError(f"undefined status {value:#x}")
            return super()._byte(value)

    kinds: tuple[type[MidiParser], ...] = (
        ClockEndsMessage,
        NoRunningStatus,
        SysexKeepsRunningStatus,
        ForgetsBetweenChunks,
        StopsAtUndefined,
    )
    return {kind.__name__: kind for kind in kinds}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
