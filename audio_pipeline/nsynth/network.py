"""NSynth's WaveNet autoencoder on whole sounds: encoder, and decoder with the samples given.

Engel et al. 2017, "Neural Audio Synthesis of Musical Notes with WaveNet Autoencoders",
arXiv:1704.01279, section 3.1; details that the paper leaves open (gate order, padding, where
the conditioning enters) are those of the published model. Tensors are [batch, time, channels].
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad, relu

from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.model import Model, dilation

CHUNK = 4_096  # samples that the decoder works on at a time: bounds memory, changes nothing


def encode(model: Model, wav: Tensor) -> Tensor:
    """Embeddings [B, frames, bottleneck] of audio [B, T], full scale 1, 16 kHz.

    Raises ValueError where T is not a whole number of frames (model.sizes.hop samples).
    """
    codes = torch.from_numpy(mulaw.encode(wav.detach().cpu().numpy()))
    return encode_codes(model, codes.to(model.device))


def encode_codes(model: Model, codes: Tensor) -> Tensor:
    """As `encode`, of mu-law codes [B, T] (-128..128) on the model's device."""
    hop = model.sizes.hop
    if codes.shape[-1] == 0 or codes.shape[-1] % hop:
        raise ValueError(f"{codes.shape[-1]} samples are not a whole number of frames of {hop}")
    x = _convolved(model, "ae_startconv", _inputs(codes), 1, around=True)
    for layer in range(1, model.sizes.encoder_depth + 1):
        step = dilation(layer, model.sizes.stages)
        hidden = _convolved(model, f"ae_dilatedconv_{layer}", relu(x), step, around=True)
        x = x + _mixed(model, f"ae_res_{layer}", relu(hidden))
    x = _mixed(model, "ae_bottleneck", x)  # [B, T, bottleneck]
    return x.reshape(len(x), -1, hop, x.shape[2]).mean(dim=2)


def conditioning(model: Model, encoding: Tensor, pitch: Tensor | None = None) -> Tensor:
    """What conditions the decoder [B, frames, bottleneck + pitches]: embedding, one-hot pitch.

    `pitch` holds an index in 0..pitches-1 for each of the batch. The published model has no
    pitches: there the embedding alone is the conditioning.
    """
    pitches = model.sizes.pitches
    if (pitch is None) != (pitches == 0):
        raise ValueError(
            f"the model knows {pitches} pitches: pitch {'missing' if pitches else 'given'}"
        )
    if pitch is None:
        return encoding
    hot = one_hot(pitch.long(), pitches).to(encoding)  # [B, pitches]
    return torch.cat([encoding, hot[:, None].expand(-1, encoding.shape[1], -1)], dim=2)


def decode_logits(model: Model, codes: Tensor, condition: Tensor, chunk: int = CHUNK) -> Tensor:
    """Logits [B, T, classes] of each sample, given those before it: row t sees codes[:, :t].

    `codes` [B, T] are mu-law codes (-128..128), `condition` [B, frames, bottleneck + pitches]
    is that of `conditioning`; frame t // hop counts for sample t.
    """
    rows = decoded_chunks(model, codes, condition, chunk)
    return torch.cat(list(rows), dim=1)


def decoded_chunks(
    model: Model, codes: Tensor, condition: Tensor, chunk: int = CHUNK
) -> Iterator[Tensor]:
    """The rows of `decode_logits`, `chunk` samples after another: [B, <= chunk, classes]."""
    sizes = model.sizes
    samples = codes.shape[1]
    if samples > condition.shape[1] * sizes.hop:
        raise ValueError(f"{samples} samples need more than {condition.shape[1]} frames")
    if condition.shape[2] != sizes.bottleneck + sizes.pitches:
        raise ValueError(f"conditioning of {condition.shape[2]} channels does not fit {sizes}")
    shifted = _inputs(pad(codes, (1, 0))[:, :samples])  # a zero first: row t must not see t
    past: dict[str, Tensor] = {}
    for start in range(0, samples, chunk):
        x = shifted[:, start : start + chunk]
        frames = torch.arange(start, start + x.shape[1], device=x.device) // sizes.hop
        yield _decoded(model, x, condition, frames, past)


def _decoded(
    model: Model, x: Tensor, condition: Tensor, frames: Tensor, past: dict[str, Tensor]
) -> Tensor:
    """Logits of one chunk; `past` has the layers' inputs before it, and is moved on."""
    x = _causal(model, "startconv", x, 1, past)
    skip = _mixed(model, "skip_start", x)
    for layer in range(1, model.sizes.decoder_depth + 1):
        step = dilation(layer, model.sizes.stages)
        gates = _causal(model, f"dilatedconv_{layer}", x, step, past)  # [B, T, 2 * width]
        gates = gates + _mixed(model, f"cond_map_{layer}", condition)[:, frames]
        opening, signal = gates.chunk(2, dim=2)
        hidden = opening.sigmoid() * signal.tanh()
        x = x + _mixed(model, f"res_{layer}", hidden)
        skip = skip + _mixed(model, f"skip_{layer}", hidden)
    skip = _mixed(model, "out1", relu(skip))
    skip = skip + _mixed(model, "cond_map_out1", condition)[:, frames]
    return _mixed(model, "logits", relu(skip))


def _inputs(codes: Tensor) -> Tensor:
    return (codes.to(torch.float32) / mulaw.HALF)[:, :, None]  # [B, T, 1]


def _mixed(model: Model, name: str, x: Tensor) -> Tensor:
    """A 1x1 convolution."""
    return x @ model.tensors[f"{name}/W"][0, 0] + model.tensors[f"{name}/biases"]


def _causal(model: Model, name: str, x: Tensor, step: int, past: dict[str, Tensor]) -> Tensor:
    """A dilated convolution of the past and present; before the first sample there is zero."""
    reach = (model.tensors[f"{name}/W"].shape[1] - 1) * step
    before = past.get(name)
    x = pad(x, (0, 0, reach, 0)) if before is None else torch.cat([before, x], dim=1)
    past[name] = x[:, x.shape[1] - reach :].clone()  # a view would keep all of x
    return _convolved(model, name, x, step)


def _convolved(model: Model, name: str, x: Tensor, step: int, *, around: bool = False) -> Tensor:
    """A dilated convolution, oldest tap first; with `around` zeros keep the length."""
    taps = model.tensors[f"{name}/W"][0]  # [taps, in, out]
    reach = (len(taps) - 1) * step
    if around:
        x = pad(x, (0, 0, reach // 2, reach - reach // 2))
    length = x.shape[1] - reach
    total = model.tensors[f"{name}/biases"].expand(len(x), length, -1)
    for number, tap in enumerate(taps):
        total = total + x[:, number * step : number * step + length] @ tap
    return total
