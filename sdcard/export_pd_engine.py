"""The Pure Data patches around the voices: from MIDI and the pad to sound, and the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sdcard.export_pd_file import listed, patch_text
from sdcard.export_pd_panel import (
    DOT_PIXELS,
    PAD_LEFT,
    PAD_PIXELS,
    PAD_TOP,
    X_CONTROLLER,
    Y_CONTROLLER,
)

VOICES = 8
GLIDE_MS, STEP_MS, SMOOTH_MS = 20, 5, 6
BEND_SEMITONES = 2

# LAST is the number of the last column and row. A cell's slot is the parity of its column and row:
# only a slot that is not heard changes its cell when the finger crosses a line of the grid.
_AXIS = f"""
start?     obj loadbang
middle?    msg 0.5
pad?       obj r pad_?
inside?    obj clip 0 1
aim?       obj pack f {GLIDE_MS}
line?      obj line 0.5 {STEP_MS}
scaled?    obj * LAST
split?     obj t f f f
picture?   obj s P_show_?
part?      obj expr abs(1-fmod($f1, 2))
ramp?      obj pack f {SMOOTH_MS}
even?      obj line~
odd?       obj expr~ 1-$v1
low?       obj expr min(int($f1), LAST-1)
changed?   obj change -1
fork?      obj t f f
evencell?  obj expr int($f1)+int($f1)%2
oddcell?   obj expr int($f1)+1-int($f1)%2
start? -> middle? -> line?
pad? -> inside? -> aim? -> line? -> scaled? -> split?
split?.2 -> part? -> ramp? -> even? -> odd?
split?.1 -> low? -> changed? -> fork?
fork?.1 -> oddcell?
fork? -> evencell?
split? -> picture?
"""
# slot = 2 * parity of the row + parity of the column
_SLOT = """
hold#      obj pack f f
now#       obj t b f
cell#      obj expr $f2*(LAST+1)+$f1
tell#      obj s P_slot#
product#   obj *~
send#      obj send~ P_weight#
COLUMNcellx -> hold#
ROWcelly -> now# -> hold#
now#.1 -> hold#.1
hold# -> apart# -> cell# -> tell#
apart#     obj unpack f f
apart#.1 -> cell#.1
COLUMNx -> product# -> send#
ROWy -> product#.1
"""
_PLAY = f"""
keys       obj notein
note       obj r note
apart      obj unpack f f
poly       obj poly {VOICES} 1
numbered   obj pack f f f
voices     obj clone -s 1 voice {VOICES}
volume     obj r volume
soft       obj pack f 20
fader      obj line~
loud       obj *~
dac        obj dac~ 1 2
tap        obj send~ P_out
init       obj loadbang
half       msg 0.5
quiet      obj r panic
stop       msg stop
keys -> poly
keys.1 -> poly.1
note -> apart -> poly
apart.1 -> poly.1
quiet -> stop -> poly
poly -> numbered -> voices -> loud -> dac
poly.1 -> numbered.1
poly.2 -> numbered.2
init -> half -> fader
volume -> soft -> fader -> loud.1
loud -> dac.1
loud -> tap
wheel      obj bendin
bent       obj expr pow(2, ($f1-8192)/8192*{BEND_SEMITONES}/12)
bend       obj s P_bend
wheel -> bent -> bend
ccx        obj ctlin {X_CONTROLLER}
ccy        obj ctlin {Y_CONTROLLER}
unitx      obj / 127
unity      obj / 127
copyx      obj t f f
copyy      obj t f f
sendx      obj s pad_x
sendy      obj s pad_y
setx       msg set $1
sety       msg set $1
showx      obj s pad_x_show
showy      obj s pad_y_show
ccx -> unitx -> copyx -> sendx
copyx.1 -> setx -> showx
ccy -> unity -> copyy -> sendy
copyy.1 -> sety -> showy
"""
_PICTURE = f"""
dotx       obj r P_show_x
doty       obj r P_show_y
againy     obj t b f
place      obj pack f f
pixels     obj unpack f f
toy        obj expr $f1/LAST*{PAD_PIXELS}+{PAD_TOP - DOT_PIXELS // 2}
tox        obj expr $f1/LAST*{PAD_PIXELS}+{PAD_LEFT - DOT_PIXELS // 2}
joined     obj pack f f
pos        msg pos $1 $2
dot        obj s P_dot
dotx -> place -> pixels -> tox -> joined -> pos -> dot
doty -> againy -> place
againy.1 -> place.1
pixels.1 -> toy -> joined.1
"""


def engine_patch(prefix: str, side: int) -> str:
    """engine.pd: from MIDI and the pad of side x side cells to sound."""
    axes = "".join(_AXIS.replace("?", axis) for axis in "xy")
    slots = "".join(
        _SLOT.replace("#", str(slot))
        .replace("ROW", "odd" if slot & 2 else "even")
        .replace("COLUMN", "odd" if slot & 1 else "even")
        for slot in range(4)
    )
    text = _PLAY + axes + slots + _PICTURE
    return patch_text(text.replace("P_", f"{prefix}_").replace("LAST", str(side - 1)))


def samples_patch(
    prefix: str, files: Mapping[str, str], tables: Mapping[str, Sequence[float]]
) -> str:
    """samples.pd: tables filled from sound files (table -> path) and from numbers."""
    boxes = ["load obj loadbang", "order obj t b b", "reader obj soundfiler"]
    wires = ["load -> order", "order -> read -> reader", "order.1 -> fill"]
    reads = ", ".join(f"read -resize {path} {table}" for table, path in files.items())
    boxes.append(f"read msg {reads}")
    fills = "".join(f"; {prefix}_{name} 0 {listed(values)}" for name, values in tables.items())
    boxes.append(f"fill msg {fills}")
    boxes += [f"sound{number} obj table {table} 8" for number, table in enumerate(files)]
    boxes += [f"{name} obj table {prefix}_{name} {len(row)}" for name, row in tables.items()]
    return patch_text("\n".join(boxes + wires))
