"""`latentpad-card launch -- ARGUMENTS` and `latentpad-card launched`, for the service.

It is what the instrument does first, so nothing is imported that a usual start does not need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sdcard.releases.errors import ReleaseError
from sdcard.releases.launcher import Launcher
from sdcard.releases.places import of_instrument

EXIT_FAILED, EXIT_USAGE = 1, 2
_USAGE = """usage: latentpad-card launch -- ARGUMENTS   become latentpad-device of the best release
       latentpad-card launched               confirm that it has started (ExecStartPost=)"""
_SETTINGS, _OR_SAFE = "--settings", "--or-safe"


def run(words: Sequence[str]) -> int:
    """Run one of the two; returns only from `launched`, and where nothing can be started."""
    if words[0] == "launched" and len(words) == 1:
        from sdcard.releases.confirm import confirm_start

        return confirm_start(of_instrument(os.environ), os.environ)
    if words[0] == "launch" and words[1:2] == ["--"] and len(words) > 2:
        return _launch(words[2:])
    asked = {"-h", "--help"} & set(words[1:2])
    print(_USAGE, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else EXIT_USAGE


def _launch(arguments: Sequence[str]) -> int:
    def test(trial: Path, old: Path, environment: Callable[[Path], Mapping[str, str]]) -> str:
        from sdcard.releases.trial import judge

        return judge(trial, old, environment, test_options(arguments))

    try:
        Launcher(of_instrument(os.environ), os.environ, _become, test).launch(arguments)
    except ReleaseError as error:
        print(f"latentpad-card: error: {error}", file=sys.stderr)
    return EXIT_FAILED


def _become(program: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    os.execve(program, list(arguments), dict(environ))


def test_options(arguments: Sequence[str]) -> list[str]:
    """The options of `run` that its self-test needs: where the settings are, if they may be bad.

    Settings that no release can read are then one part that fails in both tests.
    """
    found = [word for word in arguments if word == _OR_SAFE]
    for index, word in enumerate(arguments):
        if word == _SETTINGS:
            found += arguments[index : index + 2]
        elif word.startswith(f"{_SETTINGS}="):
            found.append(word)
    return found
