"""Bounced performances: the playback law to the sample, morphs without clicks, files whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from device.__main__ import main
from device.grid import find_combination
from device.pack import (
    WEIGHT_LAWS,
    Combination,
    Instrument,
    Loop,
    Manifest,
    NoteAudio,
    PlayMode,
    Recipe,
    encode_cell,
    encode_note,
    open_pack,
    unroll,
    write_cell,
    write_manifest,
)
from device.pack.mixing import mixing_gain, probe

RATE = 48_000
PERIOD = 160  # frames: 300 Hz, loops close exactly
PITCHES = (57, 62)
LOOP = Loop(30 * PERIOD, 60 * PERIOD)
DRY = ("--attack", "0", "--decay", "0", "--sustain", "1", "--release", "0.05")

Song = Callable[[list[tuple[float, float, int, int]]], Path]


def tone(amplitudes: tuple[float, ...]) -> NDArray[np.float32]:
    """Harmonics in sine phase from the first frame on: all cells sound in phase."""
    phase = 2 * np.pi * np.arange(LOOP.end_frame) / PERIOD
    waves = [a * np.sin((n + 1) * phase) for n, a in enumerate(amplitudes)]
    return np.sum(waves, axis=0).astype(np.float32)


@pytest.fixture(scope="module")
def aligned_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3 x 3 cells of one fundamental, with other harmonics in every corner; pitch 62 decays."""
    path = tmp_path_factory.mktemp("aligned") / "pack"
    corners = [(0.3, 0, 0, 0.05), (0.3, 0.1, 0, 0), (0.3, 0, 0.1, 0), (0.3, 0.05, 0.05, 0.05)]
    loops = dict.fromkeys(PITCHES, LOOP)
    grid = []
    for row in range(3):
        names = []
        for column in range(3):
            weights = WEIGHT_LAWS["bilinear"](column / 2, row / 2)
            mixed = tuple(np.dot(weights, np.array(corners)))
            notes = [
                encode_note(NoteAudio(p, tone(mixed), PlayMode.LOOP, decay, -20.0), RATE)
                for p, decay in zip(PITCHES, (0.0, -9.0), strict=True)
            ]
            sources = tuple((f"s{n}", w) for n, w in enumerate(weights) if w > 0)
            data = encode_cell(RATE, Recipe(sources), "t", "1", notes, loops)
            names.append(write_cell(path, data))
        grid.append(tuple(names))
    instruments = tuple((Instrument(name, name, name[:2]),) for name in ("ay", "bee", "sea", "dee"))
    manifest = Manifest(
        pack_id="6f0e3c0a-1d7b-4f0e-9a51-0c9d5b6a7e42", name="aligned", author="tests",
        licence="CC0-1.0", credits=(), sample_rate_hz=RATE, pitches=PITCHES, columns=3, rows=3,
        weight_law="bilinear", renderer_name="t", renderer_version="1", corners=instruments,
        combinations=(Combination((0, 0, 0, 0), tuple(grid)),), loops=loops, loudness_lufs=-20.0,
        peak_dbfs=-1.0,
    )  # fmt: skip
    write_manifest(path, manifest)
    return path


@pytest.fixture
def run(aligned_pack: Path, tmp_path: Path) -> Callable[..., NDArray[np.float64]]:
    """Bounces a song, with a gesture and options, and gives the audio [frames, 2]."""

    def bounce(song: Path, gesture: str = "0,0,0", *options: str) -> NDArray[np.float64]:
        (tmp_path / "path.csv").write_text(gesture)
        (tmp_path / "unity.toml").write_text("[audio]\nmaster_gain_db = 0\n")
        code = main([
            "bounce", "--pack", str(aligned_pack), "--midi", str(song), *DRY,
            "--settings", str(tmp_path / "unity.toml"), *options,
            "--gesture", str(tmp_path / "path.csv"), "-o", str(tmp_path / "out.wav"),
        ])  # fmt: skip
        assert code == 0
        audio, rate_hz = soundfile.read(tmp_path / "out.wav", dtype="float64")
        assert rate_hz == RATE
        return audio

    return bounce


@pytest.mark.parametrize("pitch", PITCHES)
@pytest.mark.parametrize("interpolation", ["eco", "default", "high"])
def test_a_still_note_is_the_playback_law(
    run: Callable[..., NDArray[np.float64]],
    write_song: Song,
    aligned_pack: Path,
    pitch: int,
    interpolation: str,
) -> None:
    start = round(0.25 * RATE)
    audio = run(write_song([(0.25, 1.0, pitch, 127)]), "0,1,1", "--interpolation", interpolation)
    with open_pack(aligned_pack) as pack:
        cell = pack.cell(pack.manifest.combinations[0].cells[2][2])
        law = unroll(cell.decode(pitch), cell.notes[pitch], LOOP, RATE, RATE)
    assert np.abs(audio[:start]).max() == 0
    attack = RATE // 1000 + 1  # the engine's shortest
    heard = audio[start + attack : start + RATE]
    assert np.abs(heard - law[attack:, None]).max() < 1e-4


def test_a_still_note_between_cells_is_the_raised_weighted_sum(
    run: Callable[..., NDArray[np.float64]], write_song: Song, aligned_pack: Path
) -> None:
    audio = run(write_song([(0, 1.0, 57, 127)]), "0,0.1,0.4")[RATE // 2 : RATE // 2 + PERIOD, 0]
    with open_pack(aligned_pack) as pack:
        cells = pack.manifest.combinations[0].cells
        weights = {(0, 0): 0.8 * 0.2, (1, 0): 0.2 * 0.2, (0, 1): 0.8 * 0.8, (1, 1): 0.2 * 0.8}
        notes = []
        for column, row in weights:
            cell = pack.cell(cells[row][column])
            notes.append(unroll(cell.decode(57), cell.notes[57], LOOP, RATE, RATE))
        probes = np.stack([probe(note[: LOOP.end_frame], RATE) for note in notes])
        law = np.array(list(weights.values())) @ np.stack(notes)
        law *= mixing_gain(probes @ probes.T, list(weights.values()))
    assert np.abs(audio - law[RATE // 2 : RATE // 2 + PERIOD]).max() < 1e-4


PATHS = {
    "a sweep along three sides": "0,0,0\n0.5,0,0\n1,1,0\n1.5,1,1\n2,0,1",
    "jumps across the pad": "0,0,0\n0.5,0,0\n0.5,1,1\n0.9,1,1\n0.9,0,1\n1.3,0,1\n1.3,1,0",
    "a nervous hand": "\n".join(
        f"{0.3 + n * 0.02:.2f},{n % 7 / 6:.3f},{n % 5 / 4}" for n in range(80)
    ),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_held_note_morphs_without_clicks_or_dips(
    run: Callable[..., NDArray[np.float64]], write_song: Song, path: str
) -> None:
    audio = run(write_song([(0, 2.0, 57, 127)]), path)[PERIOD : 2 * RATE, 0]
    # What changes from one period to the next: zero for a still note, a step of this size for a
    # cell that is switched.
    change = audio[PERIOD:] - audio[:-PERIOD]
    corners = audio[20 * PERIOD : 21 * PERIOD] - audio[-PERIOD:]
    switched = np.abs(corners).max()
    assert switched > 0.05, "the path ends elsewhere, so there is a morph to hear"
    bend = np.abs(np.diff(change, n=2)).max()
    assert bend < 0.01 * switched
    periods = audio[: len(audio) // PERIOD * PERIOD].reshape(-1, PERIOD)
    wave = np.exp(-2j * np.pi * np.arange(PERIOD) / PERIOD)
    fundamental_db = 20 * np.log10(np.abs(periods @ wave) * 2 / PERIOD / 0.3)
    assert np.abs(fundamental_db).max() < 0.05


def test_the_click_check_hears_a_switched_cell() -> None:
    before, after = tone((0.3, 0, 0, 0.05)), tone((0.3, 0.05, 0.05, 0.05))
    cut = 40 * PERIOD + 21
    audio = np.concatenate([before[:cut], after[cut:]])
    change = audio[PERIOD:] - audio[:-PERIOD]
    switched = np.abs(before[:PERIOD] - after[:PERIOD]).max()
    assert np.abs(np.diff(change, n=2)).max() > 0.1 * switched


def test_pitch_follows_the_keys_between_stored_pitches(
    run: Callable[..., NDArray[np.float64]], write_song: Song
) -> None:
    audio = run(write_song([(0, 1.0, 59, 127)]))[4800 : 4800 + 32768, 0]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    peak_hz = np.argmax(spectrum) * RATE / len(audio)
    assert peak_hz == pytest.approx(RATE / PERIOD * 2 ** (2 / 12), abs=1.5)


def test_keys_left_down_are_let_go_and_the_tail_is_bounded(
    run: Callable[..., NDArray[np.float64]], write_song: Song, tmp_path: Path
) -> None:
    song = write_song([(0, 0.5, 57, 127)])
    audio = run(song, "0,0,0", "--release", "3", "--tail-s", "0.2")
    assert len(audio) == pytest.approx(0.7 * RATE, abs=0.01 * RATE)
    held = run(song, "0,0,0\n0.2,1,1\n0.25,0,0", "--release", "0.1")
    assert len(held) == pytest.approx(0.6 * RATE, abs=0.02 * RATE)


def test_the_same_performance_gives_the_same_bytes(
    run: Callable[..., NDArray[np.float64]], write_song: Song, tmp_path: Path
) -> None:
    song = write_song([(n * 0.02, 0.3, 50 + n, 40 + n) for n in range(30)])
    run(song, PATHS["a nervous hand"])
    first = (tmp_path / "out.wav").read_bytes()
    run(song, PATHS["a nervous hand"])
    assert (tmp_path / "out.wav").read_bytes() == first


def test_what_was_played_is_told(
    run: Callable[..., NDArray[np.float64]],
    write_song: Song,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "few.toml").write_text("[playing]\nmax_voices = 4\n[audio]\nmaster_gain_db = 12\n")
    notes = [(0.0, 0.5, 50 + n, 127) for n in range(6)]
    audio = run(write_song(notes), "0,0,0", "--settings", str(tmp_path / "few.toml"))
    told = capsys.readouterr().out
    assert "2 voices stolen, 0 late events, 0 late rows" in told
    assert "x real time" in told
    assert float(told.split("limiter ")[1].split(" dB")[0]) < -3
    assert 0.5 < np.abs(audio).max() <= 1


def test_a_damaged_pack_leaves_the_old_file_and_nothing_else(
    aligned_pack: Path, write_song: Song, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    (broken / "cells").mkdir(parents=True)
    for cell in (aligned_pack / "cells").iterdir():
        data = cell.read_bytes()
        (broken / "cells" / cell.name).write_bytes(data[: len(data) - 40] + bytes(40))
    (broken / "manifest.json").write_bytes((aligned_pack / "manifest.json").read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    (out / "song.wav").write_bytes(b"the old one")
    song = write_song([(0, 1, 62, 100)])
    code = main(["bounce", "--pack", str(broken), "--midi", str(song), "-o", f"{out}/song.wav"])
    assert code == 1
    error = capsys.readouterr().err
    assert error.startswith("latentpad-device: error: ")
    assert ".cell" in error
    assert [path.name for path in out.iterdir()] == ["song.wav"]
    assert (out / "song.wav").read_bytes() == b"the old one"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--combination", "ay,bee,dee,sea"], "this pack has ay,bee,sea,dee"),
        (["--combination", "1"], "no combination 1: this pack has 0..0"),
        (["--rate", "100"], "rate_hz: 100 is outside 8000..192000"),
        (["--channel", "17"], "channel: 17 is outside 0..16"),
        (["--sustain", "nan"], "sustain: nan is outside 0..1"),
        (["--pack", "nowhere"], "nowhere"),
        (["--midi", "nowhere.mid"], "nowhere.mid: no such file"),
        (["--gesture", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["--settings", "nowhere.toml"], "nowhere.toml"),
        (["-o", "nowhere/out.wav"], "nowhere/out.wav"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(
    aligned_pack: Path,
    write_song: Song,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    song = write_song([(0, 0.1, 60, 100)])
    base = ["--pack", str(aligned_pack), "--midi", str(song), "-o", f"{tmp_path}/o.wav"]
    assert main(["bounce", *base, *options]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "o.wav").exists()


def test_a_combination_is_found_by_its_names(aligned_pack: Path) -> None:
    with open_pack(aligned_pack) as pack:
        wanted = find_combination(pack.manifest, "Ay, bee,sea,DEE")
        assert wanted is pack.manifest.combinations[0]
        two = replace(pack.manifest, combinations=(wanted, replace(wanted)))
        assert find_combination(two, "1") is two.combinations[1]


@pytest.mark.parametrize("tail", ["nan", "-1", "601", "long"])
def test_an_impossible_tail_is_a_usage_error(tail: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bounce", "--pack", "p", "--midi", "m", "-o", "o", "--tail-s", tail])
    assert stopped.value.code == 2
    assert "--tail-s" in capsys.readouterr().err
