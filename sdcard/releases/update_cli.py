"""The subcommand update of `latentpad-card`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sdcard.image.layout import STATE
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible
from sdcard.releases.errors import ReleaseError, ReleaseNotFoundError
from sdcard.releases.places import of_instrument, of_state
from sdcard.releases.progress_lines import JsonLines, Listener, Spoken
from sdcard.releases.release_reader import ReleaseReader
from sdcard.releases.remote_update import update_remote
from sdcard.releases.restart import CHOSEN, Outcome, restart
from sdcard.releases.update import update
from sdcard.targets.errors import TargetError
from sdcard.targets.reach import folder_of
from sdcard.targets.target import RemoteTarget, parse_target

EXIT_FAILED = 1
_STANDARD_INPUT = "-"
_TARGET_HELP = (
    "a card's device or image file, the mounted folder of its state (lp-state), or an instrument"
    " as pad@HOST[:PORT]"
)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser("update", help="put a release on a card or an instrument")
    one.add_argument("release", metavar="RELEASE", type=Path, help="the file; - for standard input")
    one.add_argument("target", metavar="TARGET", type=parse_target, nargs="?", help=_TARGET_HELP)
    one.add_argument("--here", action="store_true", help="this machine is the instrument")
    one.add_argument("--restart", action="store_true", help="with --here: start it at once")
    one.add_argument(
        "--progress", choices=("bar", "json"), default="bar", help="json: lines for a program"
    )
    one.set_defaults(run=lambda options: _update(one, options))


def _update(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.here == (options.target is not None):
        parser.error("one TARGET is needed, or --here")
    if options.restart and not options.here:
        parser.error("--restart is for --here; an instrument over the network is always restarted")
    listener = _Remembering(
        JsonLines(sys.stdout) if options.progress == "json" else Spoken(sys.stdout, sys.stderr)
    )
    try:
        with interruptible():
            _put_on(options, listener)
    except (ReleaseError, TargetError) as error:
        listener.failed(error)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("stopped; the instrument keeps its release", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_FAILED if listener.last and listener.last.word != CHOSEN else 0


def _put_on(options: argparse.Namespace, listener: Listener) -> None:
    target = options.target
    if isinstance(target, RemoteTarget):
        update_remote(options.release, target, listener)
        return
    with _opened(options.release) as (source, name):
        reader = ReleaseReader(source, name)
        if target is not None:
            with folder_of(target, STATE) as folder:
                done = update(
                    reader, of_state(folder), on_total=listener.begin, on_bytes=listener.add
                )
            listener.updated(done)
            return
        places = of_instrument(os.environ)
        done = update(reader, places, on_total=listener.begin, on_bytes=listener.add)
    listener.updated(done)
    if options.restart:
        listener.outcome(restart(done.version, places))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """(stream, name) of a release file."""
    if str(path) == _STANDARD_INPUT:
        yield sys.stdin.buffer, "the release"
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise ReleaseNotFoundError(f"{path}: cannot be read: {error.strerror}") from error
    with file:
        yield file, str(path)


class _Remembering:
    """A listener that knows in the end what came out."""

    def __init__(self, listener: Listener) -> None:
        self.begin, self.add, self.updated = listener.begin, listener.add, listener.updated
        self.failed, self._listener = listener.failed, listener
        self.last: Outcome | None = None

    def outcome(self, outcome: Outcome) -> None:
        """Pass it on."""
        self.last = outcome
        self._listener.outcome(outcome)
