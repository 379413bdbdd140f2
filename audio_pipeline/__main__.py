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
    "audio_pipeline.nsynth.cli",
    "audio_pipeline.nsynth.job.cli",
    "audio_pipeline.status_cli",
)
"""Modules with `add_parser(stages)`; the parser's default `run(options)` gives the exit code."""

EXTRAS = {"torch": "nsynth", "safetensors": "nsynth", "triton": "nsynth", "ray": "cluster"}
"""Which extra brings what may be missing; all else that a stage imports comes with designer."""

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
        package = (error.name or "a package").partition(".")[0]
        extra = EXTRAS.get(package, "designer")
        return _fail(f"{package} is not installed: pip install 'latentpad[{extra}]'", 1)
    except KeyboardInterrupt:
        return _fail("stopped; run the same command again to go on from here", INTERRUPTED)
    return code


def _fail(words: str, code: int) -> int:
    print(f"latentpad-render: error: {words}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
