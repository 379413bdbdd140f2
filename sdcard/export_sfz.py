"""Exports pad positions of a pack as SFZ instruments, for any sampler that reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from device.pack import Combination, Pack
from device.pack.places import cells_at
from sdcard.export_mix import MixedNote, Position, mixed_note
from sdcard.export_parts import combination_name, fresh_folder, key_zones, write_credits
from sdcard.export_wav import write_wav

ATTACK_S, RELEASE_S = 0.005, 0.3  # as the instrument does before a dial is turned
FALL_DB = 9 * 20 / math.log(10)
"""How far an envelope stage falls in its time: e to the -9, sfizz's law; others are near."""
LONGEST_STAGE_S = 100.0  # the range of ampeg_decay in the SFZ 1 specification


def export_sfz(
    pack: Pack, combinations: Sequence[Combination], positions: Sequence[Position], output: Path
) -> list[Path]:
    """Write one .sfz per combination and position into an empty or new folder.

    Held notes loop. Their decay becomes the decay stage of the envelope: the same on every key of
    a zone. Raises PackError and ExchangeError.
    """
    fresh_folder(output)
    write_credits(output, pack.manifest)
    written = []
    for combination in combinations:
        for position in positions:
            name = _name(combination_name(pack.manifest, combination), position)
            written.append(_export_one(pack, combination, position, output, name))
    return written


def _name(combination: str, position: Position) -> str:
    x, y = (round(100 * value) for value in position)
    return f"{combination}_x{x:03d}_y{y:03d}"


def _export_one(
    pack: Pack, combination: Combination, position: Position, output: Path, name: str
) -> Path:
    rate_hz = pack.manifest.sample_rate_hz
    zones = key_zones(pack.manifest.pitches)
    cells = cells_at(combination, *position)
    folder = output / "samples" / name
    folder.mkdir(parents=True)
    regions = []
    for pitch in pack.manifest.pitches:
        note = mixed_note(pack, cells, pitch)
        peak = max(1.0, float(np.abs(note.samples).max(initial=0.0)))
        file = folder / f"{pitch:03d}.wav"
        write_wav(file, note.samples / np.float32(peak), rate_hz, pitch, note.loop)
        sample = file.relative_to(output).as_posix()
        regions.append(_region(note, sample, zones[pitch], peak, rate_hz))
    path = output / f"{name}.sfz"
    path.write_text(_heading(pack, position) + "".join(regions), encoding="utf-8")
    return path


def _heading(pack: Pack, position: Position) -> str:
    title = " ".join(pack.manifest.name.split())
    return (
        f"// {title}, at x {position[0]:g}, y {position[1]:g} of the pad\n"
        f"<global>\n"
        f"amp_veltrack=100\n"  # the square of the velocity, as the instrument plays
        f"ampeg_attack={ATTACK_S:g}\n"
        f"ampeg_release={RELEASE_S:g}\n"
    )


def _region(note: MixedNote, sample: str, zone: tuple[int, int], peak: float, rate_hz: int) -> str:
    lines = [
        "\n<region>",
        f"sample={sample}",
        f"lokey={zone[0]} hikey={zone[1]} pitch_keycenter={note.pitch}",
    ]
    if peak > 1:
        lines.append(f"volume={20 * math.log10(peak):.4f}")
    if note.loop is None:
        lines.append("loop_mode=no_loop")
    else:
        last = note.loop.end_frame - 1
        lines.append(
            f"loop_mode=loop_continuous loop_start={note.loop.start_frame} loop_end={last}"
        )
        lines += _decay(note, note.loop.start_frame / rate_hz)
    return "\n".join(lines) + "\n"


def _decay(note: MixedNote, loop_start_s: float) -> list[str]:
    """The loop's decay as an envelope stage: it begins where the loop begins."""
    if not note.decay_db_per_s:
        return []
    decay_s = min(FALL_DB / -note.decay_db_per_s, LONGEST_STAGE_S)
    hold_s = max(0.0, loop_start_s - ATTACK_S)
    return [f"ampeg_hold={hold_s:.5f} ampeg_decay={decay_s:.5f} ampeg_sustain=0"]
