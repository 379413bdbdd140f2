"""How far the pitch of a note held for 30 s is off, in cents, measured by its phase.

The measuring is that of tests/device/engine/test_pitch.py.

    python tests/bench/pitch_bench.py [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import report

from device.engine.mixer import LATENCY_FRAMES, Mixer

TEST = report.load(report.HERE.parent / "device" / "engine" / "test_pitch.py")
PACK_RATES_HZ, OUTPUT_RATES_HZ = (16000, 44100, 48000), (44100, 48000, 96000)
SEMITONES = (0.0, 7.0, -4.37, 11.93)
NOTE_HZ, TARGET_CENTS, SKIPPED_FRAMES = 440, 0.01, 4800


def cents_off(pack_hz: int, output_hz: int, semitones: float, seconds: int) -> float:
    """A sine of a pack, held so long at so many semitones above its own pitch."""
    step = pack_hz / output_hz * 2 ** (semitones / 12)
    mixer, row = Mixer(output_hz), TEST.sine_row(NOTE_HZ, pack_hz)
    mixer.note_on(0, 0, [row], [1.0], step=step, gain=0.9, envelope=TEST.GATE)
    sound = mixer.render(seconds * output_hz)[LATENCY_FRAMES + SKIPPED_FRAMES :, 0]
    window = round(TEST.WINDOW_S * output_hz)
    return float(TEST.cents_off(sound.astype(np.float64), NOTE_HZ * step / pack_hz, window))


def main() -> None:
    """Measure all pairs of rates and print the worst of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5 s instead of 30")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    seconds, worst = 5 if options.quick else 30, {}
    for pack_hz in PACK_RATES_HZ:
        for output_hz in OUTPUT_RATES_HZ:
            cents = [abs(cents_off(pack_hz, output_hz, s, seconds)) for s in SEMITONES]
            worst[f"{pack_hz} Hz at {output_hz} Hz"] = max(cents)
            print(f"{pack_hz:6} Hz pack at {output_hz:6} Hz: {max(cents):.2e} cents at worst")
    print(f"target: <= {TARGET_CENTS} cents")
    report.write(options.out, {"seconds": seconds, "worst_cents": worst})


if __name__ == "__main__":
    main()
