"""Tests of the SFZ export, heard through a real player where there is one (sfizz)."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from device.pack import Pack, open_pack, unroll
from sdcard import export_sfz as module
from sdcard.__main__ import main
from sdcard.export_mix import MixedNote, mixed_note

RATE_HZ = 48_000
SILENCE = 1e-4  # the player writes 16 bits
Render = Callable[[Path, int, int], NDArray[np.float64]]


def player() -> str | None:
    """The program sfizz_render: on the path, or in the Python package pysfizz."""
    try:
        files = metadata.files("pysfizz") or []
    except metadata.PackageNotFoundError:
        files = []
    inside = [str(file.locate()) for file in files if file.name == "sfizz_render"]
    return shutil.which("sfizz_render") or next(iter(inside), None)


needs_player = pytest.mark.skipif(
    player() is None, reason="needs the program sfizz_render, which the package pysfizz brings"
)


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Plays a key for 2 s; what is heard on the left."""

    def play(sfz: Path, key: int, velocity: int) -> NDArray[np.float64]:
        on = mido.Message("note_on", note=key, velocity=velocity)
        off = mido.Message("note_off", note=key, time=2000)
        song = mido.MidiFile(type=0, ticks_per_beat=500, tracks=[mido.MidiTrack([on, off])])
        song.save(tmp_path / "song.mid")
        command = [str(player()), "--sfz", str(sfz), "--midi", "song.mid", "--wav", "heard.wav"]
        subprocess.run(
            [*command, "-s", str(RATE_HZ)],
            cwd=tmp_path, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        sound: NDArray[np.float64] = soundfile.read(tmp_path / "heard.wav")[0][:, 0]
        return np.pad(sound, (0, RATE_HZ))  # it stops when all is silent

    return play


@pytest.fixture
def exported(test_pack: Path, tmp_path: Path) -> Path:
    """The .sfz at the middle of the test pack."""
    assert main(["export", str(test_pack), "--format", "sfz", "-o", str(tmp_path / "sfz")]) == 0
    found: list[Path] = list((tmp_path / "sfz").glob("*.sfz"))
    assert [path.name for path in found] == [
        "topleft0_topright0_bottomleft0_bottomright0_x050_y050.sfz"
    ]
    return found[0]


def level(sound: NDArray[np.floating], at_s: float, rate_hz: int = RATE_HZ) -> float:
    return float(
        np.sqrt(np.mean(sound[round(at_s * rate_hz) : round((at_s + 0.1) * rate_hz)] ** 2))
    )


def pitch_hz(sound: NDArray[np.floating]) -> float:
    part = sound[RATE_HZ // 2 : RATE_HZ // 2 + RATE_HZ] * np.hanning(RATE_HZ)
    return float(np.argmax(np.abs(np.fft.rfft(part, RATE_HZ * 10)))) / 10


def regions(sfz: Path) -> list[dict[str, str]]:
    blocks = sfz.read_text().split("<region>")[1:]
    return [dict(re.findall(r"(\w+)=(\S+)", block)) for block in blocks]


def test_every_key_has_one_region_and_samples_are_the_cells(
    exported: Path, test_pack: Path
) -> None:
    found = regions(exported)
    keys = [key for one in found for key in range(int(one["lokey"]), int(one["hikey"]) + 1)]
    assert keys == list(range(128))
    with open_pack(test_pack) as pack:
        cell = pack.cell(pack.manifest.combinations[0].cells[1][1])
        for one, pitch in zip(found, (48, 60, 72), strict=True):
            assert int(one["pitch_keycenter"]) == pitch
            samples, rate_hz = soundfile.read(exported.parent / one["sample"], dtype="int32")
            assert rate_hz == 16000
            assert (samples >> 16).tolist() == cell.decode(pitch).tolist()
            loop = cell.loops.get(pitch)
            expected = "no_loop" if loop is None else "loop_continuous"
            assert one["loop_mode"] == expected
            if loop is not None:
                assert int(one["loop_start"]) == loop.start_frame
                assert int(one["loop_end"]) == loop.end_frame - 1 == len(samples) - 1


def test_wav_files_know_their_loop_too(exported: Path) -> None:
    one = regions(exported)[1]
    data = (exported.parent / one["sample"]).read_bytes()
    at = data.index(b"smpl") + 8
    sampler = struct.unpack("<9I6I", data[at : at + 60])
    assert sampler[2:4] == (62500, 60)  # ns per frame, key
    assert sampler[7] == 1
    assert sampler[11:13] == (int(one["loop_start"]), int(one["loop_end"]))


@needs_player
@pytest.mark.parametrize("key", [60, 62])
def test_a_held_note_has_pitch_level_loop_and_decay(
    exported: Path, test_pack: Path, render: Render, tmp_path: Path, key: int
) -> None:
    """Against a plain sample in the same player, whose own volume is thus taken out."""
    heard = render(exported, key, 127)
    soundfile.write(
        tmp_path / "one.wav", np.full(4000, 0.5), RATE_HZ
    )  # short: loaded before it plays
    loop = "loop_mode=loop_continuous loop_start=0 loop_end=3999"
    (tmp_path / "plain.sfz").write_text(f"<region> sample=one.wav pitch_keycenter=60 {loop}\n")
    player_gain = level(render(tmp_path / "plain.sfz", 60, 127), 0.3) / 0.5
    with open_pack(test_pack) as pack:
        cell = pack.cell(pack.manifest.combinations[0].cells[1][1])
        law = unroll(cell.decode(60), cell.notes[60], cell.loops[60], 16000, 40000)
    assert pitch_hz(heard) == pytest.approx(440 * 2 ** ((key - 69) / 12), abs=0.2)
    for at_s in (0.1, 0.5, 1.0, 1.7):
        ratio = level(heard, at_s) / player_gain / level(law, at_s, 16000)
        assert 20 * np.log10(ratio) == pytest.approx(0, abs=0.3 if key == 60 else 1.5)
    assert level(heard, 2.6) < SILENCE
    steepest = np.abs(np.diff(heard[RATE_HZ // 10 : RATE_HZ // 5])).max()
    assert np.abs(np.diff(heard[RATE_HZ // 5 :])).max() <= 1.1 * steepest  # no click at the seam


@needs_player
def test_velocity_is_squared_and_one_shots_end(exported: Path, render: Render) -> None:
    loud, soft = (level(render(exported, 72, velocity), 0.2) for velocity in (127, 64))
    assert soft / loud == pytest.approx((64 / 127) ** 2, rel=0.02)
    assert level(render(exported, 72, 127), 0.6) < SILENCE


@needs_player
def test_a_grid_of_positions_morphs(test_pack: Path, tmp_path: Path, render: Render) -> None:
    out = tmp_path / "grid"
    call = ["export", str(test_pack), "--format", "sfz", "-o", str(out), "--grid", "2"]
    assert main(call) == 0
    files = sorted(out.glob("*.sfz"))
    assert [path.stem[-9:] for path in files] == [
        "x000_y000", "x000_y100", "x100_y000", "x100_y100"
    ]  # fmt: skip
    brightness = []
    for path in files:
        spectrum = np.abs(
            np.fft.rfft(render(path, 60, 127)[:RATE_HZ] * np.hanning(RATE_HZ), RATE_HZ * 10)
        )
        brightness.append(spectrum[7800:7900].max() / spectrum[2570:2670].max())
    assert brightness == pytest.approx([0, 2 / 3, 1 / 3, 1], abs=0.03)  # tests/packs.py makes it so


def test_notes_beyond_full_scale_keep_their_level(
    test_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loud(pack: Pack, cells: tuple[tuple[str, float], ...], pitch: int) -> MixedNote:
        note = mixed_note(pack, cells, pitch)
        return MixedNote(pitch, note.samples * 5, note.loop, note.decay_db_per_s)

    monkeypatch.setattr(module, "mixed_note", loud)
    call = ["export", str(test_pack), "--format", "sfz", "-o", str(tmp_path / "a")]
    assert main([*call, "--position", "1,1"]) == 0
    one = regions(next((tmp_path / "a").glob("*.sfz")))[0]
    samples, _ = soundfile.read(tmp_path / "a" / one["sample"])
    with open_pack(test_pack) as pack:
        cell = pack.cell(pack.manifest.combinations[0].cells[2][2])
        peak = 5 * np.abs(cell.decode(48).astype(float)).max() / 32768
    assert np.abs(samples).max() == pytest.approx(1, abs=1e-6)
    assert 10 ** (float(one["volume"]) / 20) == pytest.approx(peak, rel=1e-4)
