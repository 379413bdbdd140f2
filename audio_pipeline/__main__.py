"""latentpad-render: the stages from sounds to a sound pack, one subcommand each."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence

from audio_pipeline.pool import limit_threads

limit_threads()  # before anything imports NumPy

STAGES = (
    "audio_pipeline.soundfont.cli",
    "audio_pipeline.build_cli",
    "audio_pipeline.quality.cli",
    "audio_pipeline.picture",
)
"""Modules with `add_parser(stages)`; the parser's default `run(options)` gives the exit code."""

INTERRUPTED = 130  # what shells report after Ctrl-C


def make_parser() -> argparse.ArgumentParser:
    """The command line with all stages."""
    parser = argparse.ArgumentParser(
        prog="latentpad-render", description="Makes sound packs: the sounds between four sounds."
    )
    stages = parser.add_subparsers(title="stages", metavar="STAGE", required=True)
    for stage in STAGES:
        importlib.import_module(stage).add_parser(stages)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one stage; errors become one line on stderr and exit code 2 (bad input) or 1."""
    from audio_pipeline.errors import RenderError
    from device.pack.errors import PackError

    try:
        options = make_parser().parse_args(arguments)
        code: int = options.run(options)
    except RenderError as error:
        return _fail(str(error), error.exit_code)
    except PackError as error:
        return _fail(str(error), 1)
    except ModuleNotFoundError as error:
        return _fail(f"{error.name} is not installed: pip install 'latentpad[designer]'", 1)
    except KeyboardInterrupt:
        return _fail("stopped; run the same command again to go on from here", INTERRUPTED)
    return code


def _fail(words: str, code: int) -> int:
    print(f"latentpad-render: error: {words}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
