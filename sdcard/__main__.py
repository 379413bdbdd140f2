"""The command `latentpad-card`: what one does with packs, cards and releases."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_AT_START = ("launch", "launched")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit status is 0 if all is well, 1 if not, 2 for a wrong call."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] and words[0] in _AT_START:
        # the instrument waits for these: what the other subcommands import takes a Pi a second
        from sdcard.releases import launcher_cli

        return launcher_cli.run(words)
    from sdcard import commands

    return commands.run(words)


if __name__ == "__main__":
    sys.exit(main())
