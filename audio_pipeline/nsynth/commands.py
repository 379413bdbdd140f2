"""What the `nsynth` stage's commands do; imports PyTorch, so only once one of them runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from audio_pipeline.errors import SettingsError
from audio_pipeline.nsynth import mulaw, network
from audio_pipeline.nsynth.convert import read_checkpoint
from audio_pipeline.nsynth.model import Model, Sizes, receptive_field
from audio_pipeline.nsynth.model_file import load_model, save_model
from audio_pipeline.nsynth.sound_files import (
    RATE_HZ,
    read_embedding,
    read_sound,
    write_array,
    write_arrays,
    write_sound,
)
from audio_pipeline.nsynth.threads import ONE_NOTE, WHOLE_SOUNDS, use_processors
from audio_pipeline.progress import Progress


def convert(options: argparse.Namespace) -> int:
    """A TensorFlow checkpoint to a model file."""
    model = read_checkpoint(options.checkpoint, ema=options.ema)
    save_model(options.model, model)
    print(f"{len(model.tensors)} tensors ({model.weights}) of {model.source}: {options.model}")
    return 0


def info(options: argparse.Namespace) -> int:
    """What is in a model file."""
    model = load_model(options.model)
    count = sum(tensor.numel() for tensor in model.tensors.values())
    print(f"{options.model}: {len(model.tensors)} tensors, {count:,} parameters")
    print(f"  made of    {model.source or 'unknown'}, weights {model.weights}")
    for line in _described(model.sizes):
        print(f"  {line}")
    return 0


def _described(sizes: Sizes) -> list[str]:
    field = receptive_field(sizes.decoder_depth, sizes.stages)
    pitches = f"and on {sizes.pitches} pitches" if sizes.pitches else "and not on the pitch"
    return [
        f"encoder    width {sizes.encoder_width}, {sizes.encoder_depth} layers",
        f"decoder    width {sizes.decoder_width}, skip {sizes.skip_width}, "
        f"{sizes.decoder_depth} layers, sees {field} past samples",
        f"embedding  {sizes.bottleneck} channels, a frame per {sizes.hop} samples",
        f"decoder is conditioned on the embedding {pitches}",
    ]


@torch.inference_mode()
def encode(options: argparse.Namespace) -> int:
    """A sound to its embedding."""
    model, audio = _model(options), _sound(options.sound)
    use_processors(model.sizes.encoder_width, WHOLE_SOUNDS)
    embedding = network.encode(model, _whole_frames(model, audio))[0]
    write_array(options.embedding, embedding.cpu().numpy())
    print(f"{list(embedding.shape)}: {options.embedding}")
    return 0


@torch.inference_mode()
def score(options: argparse.Namespace) -> int:
    """The likelihood of each sample, given those before it and the sound's own embedding."""
    model, audio = _model(options), _sound(options.sound)
    use_processors(model.sizes.decoder_width, WHOLE_SOUNDS)
    condition = network.encode(model, _whole_frames(model, audio))
    condition = _conditioning(model, condition, options.pitch)
    codes = mulaw.encode(audio)
    results = _scores(model, codes, condition, options.logits)
    write_arrays(options.scores, codes=codes, **results)
    mean = float(results["nll"].mean(dtype=np.float64))
    bits = mean / np.log(2)
    print(f"{len(codes)} samples, {mean:.4f} nats ({bits:.4f} bits) each: {options.scores}")
    return 0


def decode(options: argparse.Namespace) -> int:
    """An embedding to a sound."""
    from audio_pipeline.nsynth.generation import generate  # Triton too, which others do without

    model = load_model(options.model)
    use_processors(model.sizes.decoder_width, ONE_NOTE)
    embedding = torch.from_numpy(read_embedding(options.embedding, model.sizes.bottleneck))
    condition = _conditioning(model, embedding[None], options.pitch).numpy()
    progress = Progress(len(embedding), "frames", sys.stderr)
    classes = generate(
        model, condition, seeds=[options.seed], temperature=options.temperature,
        device=options.device, progress=lambda done, total: progress.step(),
    )  # fmt: skip
    progress.finish()
    codes = mulaw.code_of(classes[0])
    write_sound(options.sound, codes)
    print(f"{len(codes) / RATE_HZ:.3f} s: {options.sound}")
    return 0


def _scores(
    model: Model, codes: NDArray[np.int16], condition: Tensor, with_logits: bool
) -> dict[str, NDArray[np.float32]]:
    """`nll` [samples], and `logits` [samples, classes] if wanted."""
    on_device = torch.from_numpy(codes)[None].to(model.device)
    classes = on_device[0].long() + mulaw.HALF
    nll, logits, start = [], [], 0
    for chunk in network.decoded_chunks(model, on_device, condition):
        rows = chunk[0]
        wanted = classes[start : start + len(rows)]
        nll.append(cross_entropy(rows, wanted, reduction="none").cpu().numpy())
        if with_logits:
            logits.append(rows.cpu().numpy())
        start += len(rows)
    found = {"nll": np.concatenate(nll)}
    return found | ({"logits": np.concatenate(logits)} if with_logits else {})


def _model(options: argparse.Namespace) -> Model:
    """The model on the device asked for."""
    cuda = torch.cuda.is_available()
    if options.device == "cuda" and not cuda:
        raise SettingsError("--device cuda: PyTorch finds no such graphics card; leave it out")
    use_cuda = cuda and options.device != "cpu"
    return load_model(options.model, "cuda" if use_cuda else "cpu")


def _sound(path: Path) -> NDArray[np.float32]:
    audio, warnings = read_sound(path)
    for warning in warnings:
        print(f"{path.name}: {warning}", file=sys.stderr)
    return audio


def _whole_frames(model: Model, audio: NDArray[np.float32]) -> Tensor:
    """The sound [1, T], filled up with zeros to a whole number of frames."""
    return torch.from_numpy(np.pad(audio, (0, -len(audio) % model.sizes.hop)))[None]


def _conditioning(model: Model, embedding: Tensor, pitch: int | None) -> Tensor:
    """The embedding with the pitch, if the model wants one."""
    pitches = model.sizes.pitches
    if pitches == 0 and pitch is not None:
        raise SettingsError("--pitch: this model is not conditioned on the pitch; leave it out")
    if pitches and (pitch is None or not 0 <= pitch < pitches):
        raise SettingsError(f"--pitch: this model needs one, 0..{pitches - 1}")
    chosen = None if pitch is None else torch.tensor([pitch], device=embedding.device)
    return network.conditioning(model, embedding, chosen)
