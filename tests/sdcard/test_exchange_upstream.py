"""Tests of the exchange with Open NSynth Super: layout of its pads, there and back again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.pack import CORNERS, Manifest, PlayMode, open_pack, unroll, verify_pack
from sdcard.__main__ import main
from sdcard.export_upstream import FADE_FRAMES
from sdcard.upstream_layout import FRAMES, RATE_HZ, RESOLUTION

NAMES = ("aaa", "bbb", "ccc", "ddd")
Corner = dict[str, list[dict[str, str]]]


def corner(*names: str) -> Corner:
    return {"instruments": [{"name": n, "display": f"{n} SOUND", "abbr": n[:2]} for n in names]}


def device_settings(pitches: list[int], **changes: object) -> dict[str, Any]:
    nsynth = {"resolution": 9, "pitches": pitches, "length": 60000, "sampleRate": 16000}
    nsynth |= {"looping": False, "loopStart": 0.2, "loopEnd": 0.41, **changes}
    return {"nsynth": nsynth, "corners": [corner(name) for name in NAMES]}


def write_pads(folder: Path, settings: dict[str, Any], pad: bytes, name: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / f"{name or '_'.join(NAMES)}.bin").write_bytes(pad)
    return folder


def patterned_pad(side: int, pitches: int, frames: int) -> bytes:
    """Written byte by byte: each note holds 1 + its number, low byte first."""
    data = bytearray()
    for note in range(side * side * pitches):
        data += bytes([(1 + note) & 0xFF, (1 + note) >> 8]) * frames
    return bytes(data)


@pytest.fixture
def small_pads(tmp_path: Path) -> Path:
    """Pads of 3 x 3 cells, 2 pitches, 1000 samples, with a known pattern."""
    settings = device_settings([48, 60], resolution=3, length=1000)
    return write_pads(tmp_path / "pads", settings, patterned_pad(3, 2, 1000))


def test_the_order_of_bytes_cells_and_pitches(small_pads: Path, tmp_path: Path) -> None:
    assert main(["import", str(small_pads), "-o", str(tmp_path / "pack")]) == 0
    with open_pack(tmp_path / "pack") as pack:
        combination = pack.manifest.combinations[0]
        for row in range(3):
            for column in range(3):
                cell = pack.cell(combination.cells[row][column])
                for number, pitch in enumerate((48, 60)):
                    expected = 1 + (row * 3 + column) * 2 + number
                    assert cell.decode(pitch).tolist() == [expected] * 1000
                    assert cell.notes[pitch].mode is PlayMode.ONE_SHOT


def test_corners_are_where_that_device_has_them(small_pads: Path, tmp_path: Path) -> None:
    assert main(["import", str(small_pads), "-o", str(tmp_path / "pack"), "--name", "Mine"]) == 0
    with open_pack(tmp_path / "pack") as pack:
        manifest = pack.manifest
        assert manifest.name == "Mine"
        assert [c[0].name for c in manifest.corners] == list(NAMES)
        assert [c[0].abbreviation for c in manifest.corners] == ["AA", "BB", "CC", "DD"]
        assert manifest.corners[0][0].display == "aaaSOUND"
        rows = manifest.combinations[0].cells
        recipes = [
            pack.cell(rows[y][x]).recipe.sources for y, x in ((0, 0), (0, 2), (2, 0), (2, 2))
        ]
    assert recipes == [((name, 1.0),) for name in NAMES]


def test_renamed_files_have_their_bottom_corners_swapped(small_pads: Path, tmp_path: Path) -> None:
    arguments = ["import", str(small_pads), "-o", str(tmp_path / "pack.onsp")]
    assert main([*arguments, "--corners", "bottom-swapped"]) == 0
    with open_pack(tmp_path / "pack.onsp") as pack:
        assert [c[0].name for c in pack.manifest.corners] == ["aaa", "bbb", "ddd", "ccc"]
        bottom_left = pack.cell(pack.manifest.combinations[0].cells[2][0])
        assert bottom_left.recipe.sources == (("ddd", 1.0),)
        assert bottom_left.decode(48)[0] == 1 + 6 * 2  # the samples stay where they are


@pytest.mark.parametrize("third_and_fourth", ["SE SW", "SW SE"])
def test_the_settings_of_the_scripts(tmp_path: Path, third_and_fourth: str) -> None:
    """Those scripts name SE third; repaired ones name SW third. Third is the bottom left."""
    pads = {"NW": ["nw"], "NE": ["ne"], "SW": ["sw", "unused"], "SE": ["se"]}
    settings = {"pads": pads, "pitches": [48, 60], "resolution": 2, "final_length": 500}
    third, fourth = third_and_fourth.lower().split()
    folder = write_pads(
        tmp_path / "pads", settings, patterned_pad(2, 2, 500), f"nw_ne_{third}_{fourth}"
    )
    assert main(["import", str(folder), "-o", str(tmp_path / "pack")]) == 0
    with open_pack(tmp_path / "pack") as pack:
        corners = [[one.name for one in corner] for corner in pack.manifest.corners]
        assert corners == [["nw"], ["ne"], [third], [fourth]]
        assert pack.manifest.loops.keys() == {48, 60}  # that device loops unless told otherwise


@pytest.mark.parametrize("change", [-2, 2, -36000])
def test_a_wrong_size_is_refused_with_the_right_one(
    small_pads: Path, tmp_path: Path, change: int, capsys: pytest.CaptureFixture[str]
) -> None:
    pad = small_pads / "aaa_bbb_ccc_ddd.bin"
    pad.write_bytes((pad.read_bytes() + bytes(2))[: 36000 + change])
    assert main(["import", str(small_pads), "-o", str(tmp_path / "pack")]) == 1
    said = capsys.readouterr().err
    assert f"aaa_bbb_ccc_ddd.bin: has {36000 + change} bytes" in said
    assert "3 x 3 cells of 2 pitches of 1000 samples of 2 bytes are 36000" in said
    assert not (tmp_path / "pack" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda s: s["nsynth"].update(pitches=[60, 48]), '"nsynth.pitches" [60, 48]'),
        (lambda s: s["nsynth"].update(pitches=[48, "60"]), '"nsynth.pitches" must hold whole'),
        (lambda s: s["nsynth"].update(resolution=1), '"nsynth.resolution" = 1 is not within 2..64'),
        (lambda s: s["nsynth"].update(length=True), '"nsynth.length" = True is not int'),
        (lambda s: s["nsynth"].update(looping=True, loopStart=1.5), '"nsynth.loopStart" = 1.5'),
        (lambda s: s["corners"].pop(), '"corners" has 3 entries'),
        (lambda s: s["corners"][2]["instruments"].clear(), '"corners[2].instruments" is empty'),
        (lambda s: s["corners"][1]["instruments"][0].pop("name"), 'name" = None is not str'),
        (lambda s: s.pop("nsynth"), 'has neither "pads" nor "nsynth"'),
        (lambda s: s["corners"][0]["instruments"][0].update(name="zzz"), "zzz_bbb_ccc_ddd.bin"),
        (
            lambda s: s["corners"][0]["instruments"][0].update(name="../aaa"),
            "sound '../aaa' cannot be part of a file name",
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(
    small_pads: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    break_it: Callable[[dict[str, Any]], object], message: str,
) -> None:  # fmt: skip
    path = small_pads / "settings.json"
    settings = json.loads(path.read_text())
    break_it(settings)
    path.write_text(json.dumps(settings))
    assert main(["import", str(small_pads), "-o", str(tmp_path / "pack")]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "pack").exists()


def test_what_is_missing_or_in_the_way_is_said(
    small_pads: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tmp_path), "-o", str(tmp_path / "pack")]) == 1
    assert "settings.json: is not there; name" in capsys.readouterr().err
    (tmp_path / "there.onsp").write_bytes(b"mine")
    assert main(["import", str(small_pads), "-o", str(tmp_path / "there.onsp")]) == 1
    assert "there already" in capsys.readouterr().err
    assert (tmp_path / "there.onsp").read_bytes() == b"mine"
    (small_pads / "x_y_z_w.bin").write_bytes(b"")
    assert main(["import", str(small_pads), "-o", str(tmp_path / "pack")]) == 0
    assert "left out x_y_z_w.bin" in capsys.readouterr().out


def test_a_loop_goes_on_without_click_and_dies_away(tmp_path: Path) -> None:
    """A decaying tone: its loop has whole periods, and the unrolled note follows the tone."""
    pitch, frames = 57, 16000  # 220 Hz
    seconds = np.arange(frames) / RATE_HZ
    tone = 0.5 * np.exp(-2.0 * seconds) * np.sin(2 * np.pi * 220 * seconds)
    stored = np.rint(tone * 32767).astype("<i2")
    settings = device_settings([pitch], resolution=2, length=frames, looping=True)
    folder = write_pads(tmp_path / "pads", settings, stored.tobytes() * 4)
    assert main(["import", str(folder), "-o", str(tmp_path / "pack")]) == 0
    with open_pack(tmp_path / "pack") as pack:
        loop = pack.manifest.loops[pitch]
        assert loop.start_frame == 3200
        assert (loop.length_frames * 220 / RATE_HZ) == pytest.approx(46, abs=0.05)
        cell = pack.cell(pack.manifest.combinations[0].cells[0][0])
        note = cell.notes[pitch]
        assert note.decay_db_per_s == pytest.approx(-2.0 * 20 / np.log(10), rel=0.03)
        heard = unroll(cell.decode(pitch), note, loop, RATE_HZ, frames)
    assert np.abs(heard - tone).max() < 0.015  # the loop is 0.2 % of a period too long
    sharpest = 0.5 * (2 * np.pi * 220 / RATE_HZ) ** 2
    assert np.abs(np.diff(heard, 2)).max() < 1.3 * sharpest  # no click where the loop closes


def test_export_is_laid_out_as_that_device_reads_it(
    make_test_pack: Callable[..., Manifest], tmp_path: Path
) -> None:
    """A pack of 9 x 9 one-shots: row * 9 + column, then pitch, then 60000 int16."""
    manifest = make_test_pack(tmp_path / "p", columns=9, rows=9, pitches=(48, 72), is_looped=False)
    assert (
        main(["export", str(tmp_path / "p"), "--format", "upstream", "-o", str(tmp_path / "u")])
        == 0
    )
    path = tmp_path / "u" / "topleft0_topright0_bottomleft0_bottomright0.bin"
    raw = path.read_bytes()
    assert len(raw) == RESOLUTION * RESOLUTION * 2 * FRAMES * 2
    with open_pack(tmp_path / "p") as pack:
        for row, column, number in ((0, 0, 0), (0, 8, 1), (8, 0, 0), (4, 7, 1)):
            begin = ((row * 9 + column) * 2 + number) * FRAMES * 2
            sound = np.frombuffer(raw[begin : begin + FRAMES * 2], "<i2")
            cell = pack.cell(manifest.combinations[0].cells[row][column])
            stored = cell.decode(manifest.pitches[number])
            assert sound[: len(stored)].tolist() == stored.tolist()
            assert not sound[len(stored) :].any()
    settings = json.loads((tmp_path / "u" / "settings.json").read_text())
    assert settings["nsynth"]["pitches"] == [48, 72]
    assert settings["nsynth"]["looping"] is False
    names = [corner["instruments"][0]["name"] for corner in settings["corners"]]
    assert "_".join(names) == path.stem


def test_there_and_back_again(make_test_pack: Callable[..., Manifest], tmp_path: Path) -> None:
    first = make_test_pack(tmp_path / "a", columns=9, rows=9, pitches=(60,), is_looped=False)
    assert (
        main(["export", str(tmp_path / "a"), "--format", "upstream", "-o", str(tmp_path / "u")])
        == 0
    )
    assert main(["import", str(tmp_path / "u"), "-o", str(tmp_path / "b")]) == 0
    assert verify_pack(tmp_path / "b").is_ok
    with open_pack(tmp_path / "a") as before, open_pack(tmp_path / "b") as after:
        second = after.manifest
        assert (second.pitches, second.columns, second.rows) == (first.pitches, 9, 9)
        for ours, theirs in zip(first.corners, second.corners, strict=True):
            assert (ours[0].display, ours[0].abbreviation) == (
                theirs[0].display, theirs[0].abbreviation
            )  # fmt: skip
        for row in range(9):
            for column in range(9):
                a = before.cell(first.combinations[0].cells[row][column])
                b = after.cell(second.combinations[0].cells[row][column])
                for pitch in first.pitches:
                    expected = a.decode(pitch).astype(int)
                    found = b.decode(pitch)[: len(expected)].astype(int)
                    assert np.abs(found - expected).max() <= 1


def test_loops_are_unrolled_and_the_end_fades(test_pack: Path, tmp_path: Path) -> None:
    """3 x 3 cells become 9 x 9: those of the pack where it has them, mixtures between."""
    assert main(["export", str(test_pack), "--format", "upstream", "-o", str(tmp_path / "u")]) == 0
    pad = np.fromfile(next((tmp_path / "u").glob("*.bin")), "<i2").reshape(9, 9, 3, FRAMES)
    with open_pack(test_pack) as pack:
        cells = pack.manifest.combinations[0].cells
        for row, column in ((0, 0), (1, 2), (2, 1)):
            cell = pack.cell(cells[row][column])
            note = unroll(cell.decode(60), cell.notes[60], cell.loops[60], 16000, FRAMES) * 32768
            found = pad[row * 4, column * 4, 1]
            assert np.abs(found - note)[:-FADE_FRAMES].max() <= 0.51
            assert found[-1] == 0
    levels = [np.sqrt(np.mean(pad[4, column, 1, 4000:8000] ** 2.0)) for column in range(9)]
    assert max(levels) < 1.2 * min(levels)
    between = pad[0, 2, 1].astype(float)
    assert np.abs(between - (pad[0, 0, 1] / 2 + pad[0, 4, 1] / 2))[:8000].max() < 0.03 * 32768


def test_other_rates_are_resampled(make_test_pack: Callable[..., Manifest], tmp_path: Path) -> None:
    pytest.importorskip("soxr", reason="needs the Python package soxr (latentpad[designer])")
    make_test_pack(tmp_path / "p", rate_hz=48000, pitches=(69, 81), columns=2, rows=2, seconds=2)
    assert (
        main(["export", str(tmp_path / "p"), "--format", "upstream", "-o", str(tmp_path / "u")])
        == 0
    )
    pad = np.fromfile(next((tmp_path / "u").glob("*.bin")), "<i2").reshape(9, 9, 2, FRAMES)
    spectrum = np.abs(np.fft.rfft(pad[0, 0, 1, 4000:20000] * np.hanning(16000)))
    assert np.argmax(spectrum) == 880  # 1 s: bins are 1 Hz
    assert pad[0, 0, 1].max() == pytest.approx(0.3 * 32768, rel=0.02)


def test_what_a_format_does_not_have_is_refused(
    test_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["export", str(test_pack), "-o", str(tmp_path / "u"), "--format"]
    for format_name, option, said in (
        ("upstream", ["--grid", "3"], "--grid means nothing to --format upstream"),
        ("pd", ["--position", "0,0"], "--position means nothing to --format pd"),
        ("pd", ["--grid", "10"], "has 2 to 9"),
        ("sfz", ["--grid", "3", "--position", "0,0"], "not both"),
        ("sfz", ["--combination", "7"], "no combination '7'"),
    ):
        assert main([*call, format_name, *option]) == 1
        assert said in capsys.readouterr().err
    assert not (tmp_path / "u").exists()
    with pytest.raises(SystemExit):
        main([*call, "sfz", "--position", "2,0"])
    assert "within 0..1" in capsys.readouterr().err


def test_corner_order_is_ours() -> None:
    """What the layout calls third must be what packs call the bottom left."""
    assert [corner.value for corner in CORNERS][2:] == ["bottom_left", "bottom_right"]
