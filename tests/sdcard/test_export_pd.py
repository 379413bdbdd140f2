"""Tests of the Pure Data export, played by Pd itself where there is one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from device.__main__ import main as device_main
from sdcard.__main__ import main
from sdcard.export_pd_file import patch_text

RATE_HZ = 48_000
PREFIX = "lp6f0e3c0a"  # of the id of the test pack
Sound = NDArray[np.float64]
Timed = tuple[int, str]
Play = Callable[..., Sound]

needs_pd = pytest.mark.skipif(
    shutil.which("pd") is None, reason="needs Pure Data: the Debian package puredata-core"
)


@pytest.fixture
def patch(test_pack: Path, tmp_path: Path) -> Path:
    """The folder with the patch of the test pack."""
    out = tmp_path / "pd"
    assert main(["export", str(test_pack), "--format", "pd", "-o", str(out)]) == 0
    return out


@pytest.fixture
def play(patch: Path) -> Play:
    """Runs the patch for some seconds with messages at times (ms); what leaves it."""

    def run(*messages: Timed, seconds: float = 2.5) -> Sound:
        # Into a table and then a file: writesf~ may still be writing when Pd ends.
        frames = round(seconds * RATE_HZ)
        lines = [
            "main obj main", f"tap obj receive~ {PREFIX}_out", "into obj tabwrite~ heard",
            f"heard obj table heard {frames}", "file obj soundfiler",
            "load obj loadbang", "begin obj t b b", "on msg ; volume 1; pd dsp 1",
            f"over obj delay {seconds * 1000 + 50:g}", "finish obj t b b",
            "write msg write -bytes 4 heard.wav heard", "quit msg ; pd quit",
            "load -> begin -> into", "begin.1 -> on", "tap -> into", "load -> over -> finish",
            "finish.1 -> write -> file", "finish -> quit",
        ]  # fmt: skip
        for number, (at_ms, message) in enumerate(messages):
            lines += [f"d{number} obj delay {at_ms}", f"m{number} msg ; {message}"]
            lines.append(f"load -> d{number} -> m{number}")
        (patch / "test.pd").write_text(patch_text("\n".join(lines)))
        ran = subprocess.run(
            ["pd", "-nogui", "-noaudio", "-batch", "-stderr", "-r", str(RATE_HZ), "test.pd"],
            cwd=patch, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        told = [line for line in ran.stderr.splitlines() if "biggest amplitude" not in line]
        assert told == []  # Pd tells of what it does not understand, and goes on
        heard: Sound = soundfile.read(patch / "heard.wav")[0]
        return heard

    return run


def bounced(pack: Path, folder: Path, key: int, position: str) -> Sound:
    """What the instrument makes of a key held for 2 s, without its 6 dB of master gain."""
    on = mido.Message("note_on", note=key, velocity=100)
    off = mido.Message("note_off", note=key, time=2000)
    song = mido.MidiFile(type=0, ticks_per_beat=500, tracks=[mido.MidiTrack([on, off])])
    song.save(folder / "song.mid")
    (folder / "pad.csv").write_text(f"seconds,x,y\n0,{position}\n")
    arguments = ["--pack", pack, "--midi", folder / "song.mid", "--gesture", folder / "pad.csv"]
    output = folder / "bounce.wav"
    assert device_main(["bounce", *map(str, arguments), "--rate", "48000", "-o", str(output)]) == 0
    sound: Sound = soundfile.read(output)[0][:, 0] / 10 ** (6 / 20)
    return sound


def levels_db(sound: Sound, times_s: tuple[float, ...]) -> list[float]:
    return [
        10 * np.log10(np.mean(sound[round(t * RATE_HZ) : round((t + 0.1) * RATE_HZ)] ** 2))
        for t in times_s
    ]


def partial(sound: Sound, number: int, at_s: float = 0.3) -> tuple[float, float]:
    """(Hz, amplitude) of a partial of middle C in half a second."""
    part = sound[round(at_s * RATE_HZ) :][: RATE_HZ // 2]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), RATE_HZ * 10))
    near = round(261.63 * number * 10)
    peak = near - 200 + int(np.argmax(spectrum[near - 200 : near + 200]))
    return peak / 10, float(spectrum[peak]) * 4 / len(part)


@needs_pd
@pytest.mark.parametrize(("key", "position"), [(60, "0.5,0.5"), (62, "1,0"), (45, "0,1")])
def test_a_held_note_is_that_of_the_instrument(
    play: Play, test_pack: Path, tmp_path: Path, key: int, position: str
) -> None:
    x, y = position.split(",")
    heard = play((0, f"pad_x {x}; pad_y {y}"), (100, f"note {key} 100"), (2100, f"note {key} 0"))
    heard = heard[round(0.1 * RATE_HZ) :]
    expected = bounced(test_pack, tmp_path, key, position)
    times = (0.1, 0.3, 0.6, 1.0, 1.5, 1.8)
    assert levels_db(heard, times) == pytest.approx(levels_db(expected, times), abs=0.15)
    spectra = [
        np.abs(np.fft.rfft(sound[RATE_HZ // 4 :][:RATE_HZ] * np.hanning(RATE_HZ), RATE_HZ * 10))
        for sound in (heard, expected)
    ]
    assert np.argmax(spectra[0]) == pytest.approx(np.argmax(spectra[1]), abs=1)  # 0.1 Hz
    steepest = np.abs(np.diff(heard[RATE_HZ // 10 : RATE_HZ // 5])).max()
    assert np.abs(np.diff(heard[RATE_HZ // 5 :])).max() <= 1.1 * steepest  # no click at the seam


@needs_pd
def test_held_notes_follow_the_finger_across_cells(play: Play) -> None:
    """From left to right through all three columns: the third partial grows with x."""
    moves = [(600 + 20 * step, f"pad_x {step / 40:g}") for step in range(41)]
    heard = play((0, "pad_x 0; pad_y 0"), (100, "note 60 127"), *moves, seconds=2.2)
    assert partial(heard, 3, 0.1)[1] < 0.01 * partial(heard, 1, 0.1)[1]
    late = 1.5
    assert partial(heard, 3, late)[1] / partial(heard, 1, late)[1] == pytest.approx(1 / 3, abs=0.02)
    middle = heard[round(0.9 * RATE_HZ) : round(1.1 * RATE_HZ)]
    assert np.abs(np.diff(middle, 2)).max() < 0.004  # no click where the cells change


@needs_pd
def test_notes_sound_together_and_end(play: Play) -> None:
    one = play((100, "note 60 100"), (900, "note 60 0"), seconds=1.6)
    both = play((100, "note 60 100"), (100, "note 48 100"), (900, "note 60 0"), (900, "note 48 0"),
                seconds=1.6)  # fmt: skip
    assert partial(both, 1)[1] == pytest.approx(partial(one, 1)[1], rel=0.01)
    assert np.argmax(np.abs(np.fft.rfft(both[4800:33600] * np.hanning(28800)))) in (78, 157)
    assert np.abs(both[round(1.3 * RATE_HZ) :]).max() < 1e-6
    assert np.abs(play(seconds=0.3)).max() == 0


@needs_pd
def test_a_one_shot_ends_by_itself(play: Play) -> None:
    heard = play((100, "note 72 127"), seconds=1.0)
    sound = np.flatnonzero(np.abs(heard) > 1e-4)
    assert sound[0] / RATE_HZ == pytest.approx(0.1, abs=0.01)
    assert sound[-1] / RATE_HZ == pytest.approx(0.6, abs=0.005)


@needs_pd
def test_panic_silences(play: Play) -> None:
    heard = play((100, "note 60 127"), (500, "panic bang"), seconds=1.2)
    assert np.abs(heard[round(0.9 * RATE_HZ) :]).max() < 1e-6


def test_the_grid_and_the_files(test_pack: Path, patch: Path, tmp_path: Path) -> None:
    names = {path.relative_to(patch).as_posix() for path in patch.rglob("*") if path.is_file()}
    assert {"main.pd", "engine.pd", "voice.pd", "samples.pd", "credits.txt"} < names
    assert len([name for name in names if name.startswith("samples/")]) == 3 * 3 * 3
    wide = ["export", str(test_pack), "--format", "pd", "-o", str(tmp_path / "b"), "--grid", "2"]
    assert main(wide) == 0
    assert len(list((tmp_path / "b" / "samples").iterdir())) == 2 * 2 * 3


def test_patches_are_written_as_pd_reads_them() -> None:
    text = patch_text(
        "a obj expr $f1+1, 2\nb@ msg x\n".replace("b@ msg", "b msg@5,6") + "a.1 -> b.2"
    )
    assert text.splitlines()[1:] == [
        "#X obj 20 20 expr \\$f1+1 \\, 2;", "#X msg 5 6 x;", "#X connect 0 1 1 2;"
    ]  # fmt: skip
    with pytest.raises(KeyError):
        patch_text("a obj f\na -> nowhere")
    with pytest.raises(ValueError, match="a box is one of"):
        patch_text("a floatatom 5")
