"""The nsynth stage at the command line: convert, info, encode, score, decode, and its errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from audio_pipeline.__main__ import main
from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.model import Model, Sizes
from audio_pipeline.nsynth.model_file import load_model, save_model

Golden = Mapping[str, NDArray[Any]]
MakeModel = Callable[[Sizes], Model]
Nsynth = Callable[..., int]


@pytest.fixture
def model(tmp_path: Path, random_model: MakeModel, small_sizes: Sizes) -> Path:
    path = tmp_path / "small.safetensors"
    save_model(path, random_model(small_sizes))
    return path


@pytest.fixture
def golden_file(tmp_path: Path, golden_model: Model) -> Path:
    path = tmp_path / "golden.safetensors"
    save_model(path, golden_model)
    return path


def nsynth(*arguments: object) -> int:
    return main(["nsynth", *map(str, arguments)])


def write_wav(path: Path, audio: NDArray[Any], rate_hz: int = 16_000) -> Path:
    soundfile.write(path, audio, rate_hz, subtype="FLOAT")
    return path


def sine(samples: int, rate_hz: int = 16_000, hz: float = 440) -> NDArray[np.float64]:
    wave: NDArray[np.float64] = 0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / rate_hz)
    return wave


@pytest.mark.parametrize(("flags", "weights"), [([], "raw"), (["--ema"], "ema")])
def test_convert_makes_a_model(
    checkpoint_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    flags: list[str], weights: str,
) -> None:  # fmt: skip
    path = tmp_path / "m.safetensors"
    assert nsynth("convert", checkpoint_folder, "-o", path, *flags) == 0
    assert f"374 tensors ({weights}) of model.ckpt-200000: {path}" in capsys.readouterr().out
    assert load_model(path).weights == weights
    assert nsynth("info", path) == 0
    shown = capsys.readouterr().out
    assert f"made of    model.ckpt-200000, weights {weights}" in shown
    assert "374 tensors, 303,968 parameters" in shown
    assert "decoder    width 32, skip 16, 30 layers, sees 6141 past samples" in shown
    assert "embedding  16 channels, a frame per 512 samples" in shown


def test_a_failed_convert_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.safetensors"
    assert nsynth("convert", tmp_path, "-o", path) == 2
    assert "there is no checkpoint in this folder" in capsys.readouterr().err
    assert not path.exists()


def test_encode_gives_the_originals_embedding(
    golden_file: Path, golden: Golden, tmp_path: Path
) -> None:
    sound = write_wav(tmp_path / "note.wav", golden["full_note_wav"])
    assert nsynth("encode", golden_file, sound, tmp_path / "e") == 0
    embedding = np.load(tmp_path / "e")  # under just this name
    assert embedding.dtype == np.float32
    np.testing.assert_allclose(embedding, golden["full_note_encoding"], rtol=0, atol=3e-5)


def test_a_tail_is_filled_up_with_zeros(model: Path, tmp_path: Path) -> None:
    wave = sine(1609)  # 100 frames of 16, and 9 more
    sounds = {"short": wave, "long": np.append(wave, np.zeros(7))}
    for name, audio in sounds.items():
        sound = write_wav(tmp_path / f"{name}.wav", audio)
        assert nsynth("encode", model, sound, tmp_path / f"{name}.npy") == 0
    short, long = (np.load(tmp_path / f"{name}.npy") for name in sounds)
    assert short.shape == (101, 3)
    np.testing.assert_array_equal(short, long)


def test_sounds_come_in_at_16_khz_and_mono(model: Path, tmp_path: Path) -> None:
    stereo = np.stack([sine(48_000, 48_000), sine(48_000, 48_000)], axis=1)
    sound = write_wav(tmp_path / "s.wav", stereo, 48_000)
    assert nsynth("score", model, sound, tmp_path / "s.npz") == 0
    with np.load(tmp_path / "s.npz") as scores:
        inside = slice(100, -100)  # the resampler settles at the ends
        expected = mulaw.encode(sine(16_000))[inside]
        assert np.abs(scores["codes"][inside] - expected).max() <= 1


def test_clipped_sounds_say_so(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = write_wav(tmp_path / "loud.wav", 4 * sine(3200))
    assert nsynth("score", model, sound, tmp_path / "s.npz") == 0
    assert "samples are louder than full scale; they are clipped" in capsys.readouterr().err
    with np.load(tmp_path / "s.npz") as scores:
        assert (scores["codes"].min(), scores["codes"].max()) == (-128, 127)
        assert np.isfinite(scores["nll"]).all()


def test_score_gives_the_originals_logits(
    golden_file: Path, golden: Golden, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = write_wav(tmp_path / "note.wav", golden["full_note_wav"][:6000])
    assert nsynth("score", golden_file, sound, tmp_path / "s.npz", "--logits") == 0
    with np.load(tmp_path / "s.npz") as file:
        scores = dict(file)
    assert scores["codes"].dtype == np.int16
    np.testing.assert_array_equal(scores["codes"], golden["full_note_codes"][:6000])
    assert scores["logits"].shape == (6000, 256)
    # the embedding's first frames do not see the end that was cut off (3070 samples before it)
    rows = np.arange(0, 2900, 111)
    expected = golden["full_note_logits_every111"][: len(rows)]
    np.testing.assert_allclose(scores["logits"][rows], expected, rtol=0, atol=2e-4)
    logits = scores["logits"].astype(np.float64)
    sums = np.log(np.exp(logits).sum(axis=1))
    nll = sums - logits[np.arange(6000), scores["codes"] + 128]
    assert scores["nll"].dtype == np.float32
    np.testing.assert_allclose(scores["nll"], nll, rtol=1e-5, atol=1e-5)
    assert f"6000 samples, {nll.mean():.4f} nats" in capsys.readouterr().out


def test_logits_are_left_out_unless_wanted(model: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "s.wav", sine(1600))
    assert nsynth("score", model, sound, tmp_path / "s.npz") == 0
    with np.load(tmp_path / "s.npz") as file:
        assert sorted(file) == ["codes", "nll"]


def test_decode_makes_the_same_sound_of_the_same_seed(model: Path, tmp_path: Path) -> None:
    embedding = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    np.save(tmp_path / "e.npy", embedding)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        sound = tmp_path / f"{name}.wav"
        assert nsynth("decode", model, tmp_path / "e.npy", sound, "--seed", seed) == 0
    files = {name: (tmp_path / f"{name}.wav").read_bytes() for name in "abc"}
    assert files["a"] == files["b"] != files["c"]
    about = soundfile.info(tmp_path / "a.wav")
    assert (about.samplerate, about.channels, about.frames) == (16_000, 1, 320)
    assert about.subtype == "PCM_16"


def test_decode_is_drawn_from_what_score_gives(model: Path, tmp_path: Path) -> None:
    """Nearly without temperature, every sample is the likeliest after those before it."""
    import torch

    from audio_pipeline.nsynth import network

    embedding = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    np.save(tmp_path / "e.npy", embedding)
    sound = tmp_path / "s.wav"
    assert nsynth("decode", model, tmp_path / "e.npy", sound, "--temperature", 0.01) == 0
    codes = mulaw.encode(soundfile.read(sound, dtype="float32")[0])
    condition = torch.from_numpy(embedding)[None]
    logits = network.decode_logits(load_model(model), torch.from_numpy(codes)[None], condition)[0]
    best, second = logits.topk(2).values.unbind(dim=1)
    clear = (best - second > 0.3).numpy()
    assert clear.sum() > 50
    np.testing.assert_array_equal(codes[clear], logits.argmax(dim=1).numpy()[clear] - 128)


def test_16_bits_keep_all_codes_apart(tmp_path: Path) -> None:
    from audio_pipeline.nsynth.sound_files import write_sound

    codes = np.arange(-128, 128).astype(np.int16)
    write_sound(tmp_path / "s.wav", codes)
    audio, rate_hz = soundfile.read(tmp_path / "s.wav", dtype="float32")
    assert rate_hz == 16_000
    np.testing.assert_array_equal(mulaw.encode(audio), codes)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 2)), "has shape [4, 2]; [frames, 3] was expected"),
        (np.zeros((0, 3)), "has shape [0, 3]; [frames, 3] was expected"),
        (np.zeros((1, 4, 3)), "has shape [1, 4, 3]"),
        (np.full((4, 3), np.nan), "has values that are not finite numbers"),
        (np.full((4, 3), "a"), "is not one array of numbers"),
        (np.full((4, 3), None), "cannot be read as .npy"),
    ],
)
def test_embeddings_that_are_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    array: NDArray[Any], words: str,
) -> None:  # fmt: skip
    from audio_pipeline.errors import SourceError
    from audio_pipeline.nsynth.sound_files import read_embedding

    np.save(tmp_path / "e.npy", array, allow_pickle=True)
    with pytest.raises(SourceError) as raised:
        read_embedding(tmp_path / "e.npy", channels=3)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["encode", "absent", "IN.wav", "e.npy"], "absent: "),
        (["encode", "MODEL", "absent.wav", "e.npy"], "absent.wav: it cannot be read as audio"),
        (["score", "MODEL", "IN.wav", "s.npz", "--pitch", "60"], "not conditioned on the pitch"),
        (["score", "PITCHED", "IN.wav", "s.npz"], "this model needs one, 0..8"),
        (["score", "PITCHED", "IN.wav", "s.npz", "--pitch", "9"], "this model needs one, 0..8"),
        (["decode", "MODEL", "e.npy", "o.wav", "--seed", "-1"], "--seed -1 must be 0.."),
        (["decode", "MODEL", "e.npy", "o.wav", "--temperature", "0"], "--temperature 0 must be"),
        (["decode", "MODEL", "e.npy", "o.wav", "--temperature", "nan"], "--temperature nan must"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    model: Path, tmp_path: Path, random_model: MakeModel, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str,
) -> None:  # fmt: skip
    sizes = Sizes(6, 5, 4, 3, 256, 4, 3, stages=3, hop=16, pitches=9)
    save_model(tmp_path / "PITCHED", random_model(sizes))
    model.rename(tmp_path / "MODEL")
    write_wav(tmp_path / "IN.wav", sine(1600))
    monkeypatch.chdir(tmp_path)
    assert nsynth(*arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_pitched_model_scores(tmp_path: Path, random_model: MakeModel) -> None:
    sizes = Sizes(6, 5, 4, 3, 256, 4, 3, stages=3, hop=16, pitches=9)
    path, sound = tmp_path / "m", write_wav(tmp_path / "s.wav", sine(1600))
    save_model(path, random_model(sizes))
    scores = []
    for pitch in (0, 8):
        assert nsynth("score", path, sound, tmp_path / "s.npz", "--pitch", pitch) == 0
        with np.load(tmp_path / "s.npz") as file:
            scores.append(file["nll"])
    assert np.abs(scores[0] - scores[1]).max() > 1e-3


@pytest.mark.parametrize("missing", ["torch", "safetensors"])
def test_without_the_extra_it_is_named(tmp_path: Path, missing: str) -> None:
    """In a fresh process, in which the package cannot be imported."""
    program = (
        "import sys\n"
        "class Hiding:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {missing!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hiding())\n"
        "from audio_pipeline.__main__ import main\n"
        "sys.exit(main(['nsynth', 'info', 'm.safetensors']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 1
    assert f"{missing} is not installed: pip install 'latentpad[nsynth]'" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_help_does_not_import_pytorch() -> None:
    program = (
        "import sys\n"
        "from audio_pipeline.__main__ import make_parser\n"
        "make_parser().parse_args(['nsynth', 'info', 'm'])\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
