"""The Pure Data patch that one opens: the panel with the pad."""

from __future__ import annotations

from sdcard.export_pd_file import patch_text

PAD_PIXELS, PAD_LEFT, PAD_TOP, DOT_PIXELS = 240, 40, 60, 12
X_CONTROLLER, Y_CONTROLLER = 16, 17  # general purpose 1 and 2, as on the instrument
_SLIDER_PIXELS, _GAP = 18, 10
_MIDDLE = (PAD_PIXELS - 1) * 50  # hundredths of a pixel: where a slider stands at first
_COLOURS = "#fcfcfc #000000 #000000"
_NO_LABEL = "empty 0 -9 0 10"
_AREA = "empty 20 12 0 14"
_RIGHT = PAD_LEFT + PAD_PIXELS + 60


def main_patch(title: str, prefix: str) -> str:
    """main.pd: the panel. `title` is shown above the pad."""
    below = PAD_TOP + PAD_PIXELS
    centre = PAD_PIXELS // 2 - DOT_PIXELS // 2
    boxes = [
        ("text", PAD_LEFT, 15, title),
        ("obj", PAD_LEFT, PAD_TOP, _area(PAD_PIXELS, "empty", "#404040")),
        ("obj", PAD_LEFT + centre, PAD_TOP + centre, _area(DOT_PIXELS, f"{prefix}_dot", "#fc8000")),
        ("obj", PAD_LEFT, below + _GAP, _slider("hsl", "pad_x", "0 1")),
        ("obj", PAD_LEFT + PAD_PIXELS + _GAP, PAD_TOP, _slider("vsl", "pad_y", "1 0")),
        ("obj", _RIGHT, PAD_TOP, _slider("vsl", "volume", "0 1")),
        ("text", _RIGHT, PAD_TOP - 20, "volume"),
        ("text", _RIGHT + 40, PAD_TOP, "sound on/off"),
        ("text", _RIGHT + 40, PAD_TOP + 70, "all notes off"),
        ("obj", _RIGHT + 40, PAD_TOP + 90, f"bng 24 250 50 0 panic empty {_NO_LABEL} {_COLOURS}"),
        ("obj", _RIGHT + 40, PAD_TOP + 150, "engine"),
        ("obj", _RIGHT + 40, PAD_TOP + 180, "samples"),
        ("text", PAD_LEFT, below + 50, f"MIDI notes play, controllers {X_CONTROLLER} and"
         f" {Y_CONTROLLER} move the pad."),
        ("text", PAD_LEFT, below + 75, "Patches may send: note (KEY VELOCITY), pad_x, pad_y and"
         " volume (0..1), panic."),
    ]  # fmt: skip
    lines = [f"box{n} {kind}@{x},{y} {text}" for n, (kind, x, y, text) in enumerate(boxes)]
    switch = f"tgl 24 0 empty empty {_NO_LABEL} {_COLOURS} 0 1"
    lines.append(f"switch obj@{_RIGHT + 40},{PAD_TOP + 20} {switch}")
    lines.append(f"dsp msg@{_RIGHT + 80},{PAD_TOP + 20} ; pd dsp $1")
    return patch_text("\n".join([*lines, "switch -> dsp"]), (640, 460))


def _area(pixels: int, receive: str, colour: str) -> str:
    return f"cnv {DOT_PIXELS} {pixels} {pixels} empty {receive} {_AREA} {colour} #404040 0"


def _slider(kind: str, name: str, span: str) -> str:
    """A slider that sends `name` and is moved by messages to `name`_show."""
    size = f"{PAD_PIXELS} {_SLIDER_PIXELS}" if kind == "hsl" else f"{_SLIDER_PIXELS} {PAD_PIXELS}"
    return f"{kind} {size} {span} 0 0 {name} {name}_show {_NO_LABEL} {_COLOURS} {_MIDDLE} 1"
