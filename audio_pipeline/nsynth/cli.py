"""The `nsynth` stage of latentpad-render: models of the WaveNet autoencoder, and using one."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from audio_pipeline.errors import SettingsError

DESCRIPTION = """\
NSynth's WaveNet autoencoder. `convert` makes a model of the checkpoint that Magenta publishes;
the other commands use one. They need PyTorch: pip install 'latentpad[nsynth]'."""

Parsers = argparse._SubParsersAction


def add_parser(stages: Parsers[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser("nsynth", help="the WaveNet autoencoder", description=DESCRIPTION)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_convert(commands)
    _add_encode(commands)
    _add_score(commands)
    _add_decode(commands)
    info = commands.add_parser("info", help="what is in a model")
    info.set_defaults(run=run, command="info")
    _add_model(info)


def _add_convert(commands: Parsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("convert", help="a TensorFlow checkpoint to a model")
    parser.set_defaults(run=run, command="convert")
    add = parser.add_argument
    add("checkpoint", metavar="CHECKPOINT", type=Path,
        help="its folder, or model.ckpt-200000 in it (the .index and .data files)")  # fmt: skip
    add("-o", dest="model", metavar="MODEL", type=Path, required=True,
        help="file to write, model.safetensors")  # fmt: skip
    add("--ema", action="store_true",
        help="running means of the weights, not those that Magenta's generation uses")  # fmt: skip


def _add_encode(commands: Parsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("encode", help="a sound to its embedding [frames, channels]")
    parser.set_defaults(run=run, command="encode")
    _add_model(parser)
    _add_device(parser)
    parser.add_argument("sound", metavar="IN.wav", type=Path)
    parser.add_argument("embedding", metavar="OUT.npy", type=Path)


def _add_score(commands: Parsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("score", help="how likely each sample of a sound is, in nats")
    parser.set_defaults(run=run, command="score")
    _add_model(parser)
    _add_device(parser)
    add = parser.add_argument
    add("sound", metavar="IN.wav", type=Path)
    add("scores", metavar="OUT.npz", type=Path, help="codes and nll [samples]")
    add("--logits", action="store_true", help="logits [samples, 256] too")
    _add_pitch(parser)


def _add_decode(commands: Parsers[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("decode", help="an embedding to a sound")
    parser.set_defaults(run=run, command="decode")
    _add_model(parser)
    _add_device(parser)
    add = parser.add_argument
    add("embedding", metavar="IN.npy", type=Path)
    add("sound", metavar="OUT.wav", type=Path, help="16 kHz, mono, 16 bits")
    add("--seed", metavar="N", type=int, default=0, help="default 0; the same one, the same sound")
    add("--temperature", metavar="T", type=float, default=1.0,
        help="default 1; below, less noise and less variety")  # fmt: skip
    _add_pitch(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", type=Path, help="file that convert has made")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto",
                        help="default auto: the graphics card if there is one")  # fmt: skip


def _add_pitch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pitch", metavar="N", type=int,
                        help="only for models that are conditioned on the pitch")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Run one command; returns the exit code."""
    if options.command == "decode":
        _check_drawing(options.seed, options.temperature)
    from audio_pipeline.nsynth import commands  # PyTorch, which not everybody has installed

    code: int = getattr(commands, options.command)(options)
    return code


def _check_drawing(seed: int, temperature: float) -> None:
    if not 0 <= seed < 1 << 63:
        raise SettingsError(f"--seed {seed} must be 0..{(1 << 63) - 1}")
    if not math.isfinite(temperature) or not 0.01 <= temperature <= 10:
        raise SettingsError(f"--temperature {temperature:g} must be 0.01..10")
