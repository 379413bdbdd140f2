"""The Pure Data abstraction of one voice: four cells crossfaded at one phase.

A voice counts in loops, not in samples: phasor~ runs once per loop, at `ratio * rate / length` Hz,
and its wraps are counted, so a note held for minutes is as exact as its first second. With `wraps`
clipped at the number of passes before the loop,

    place = length * (min(wraps, passes) + phase) - offset

runs from 0 to the end of the loop once and then goes round in the loop; without the clip it is the
unwrapped place, by which the loop decays. `offset` makes what is before the loop whole passes. A
one-shot is one pass over all its frames, silent from `end` = 1 wraps on.
"""

from __future__ import annotations

from sdcard.export_pd_file import patch_text

ATTACK_MS, RELEASE_MS = 5, 300  # as the instrument does before a dial is turned
SLOTS = range(4)

# P_ stands for what the names of this pack's tables begin with.
_NOTE = f"""
in       obj inlet
both     obj unpack f f
key      obj spigot
split    obj moses 1
off      msg 0 {RELEASE_MS}
level    obj expr ($f1/127)*($f1/127)
on       obj t b f f
begin    obj t b b b
in -> both -> key -> on
both.1 -> key.1
both.1 -> split
split -> off -> envelope
split.1 -> level -> loud.1
on.2 -> zone
on.1 -> speed
on -> begin

zone     obj tabread P_zone
read     obj t f f f f f f f f
pitch    obj tabread P_pitch
rate     obj tabread P_rate
start    obj tabread P_start
length   obj tabread P_length
passes   obj tabread P_passes
offset   obj tabread P_offset
end      obj tabread P_end
zone -> read
read.7 -> pitch -> speed.1
read.6 -> rate -> speed.2
read.5 -> start -> late.4
read.4 -> length
length -> place.2
length -> late.2
length -> phase.1
read.3 -> passes -> place.3
read.2 -> offset
offset -> place.4
offset -> late.3
offset -> phase
read.1 -> end -> ended.1
"""
# `on` fires right to left: the zone and its tables, the speed, then what begins the sound.
_PHASE = f"""
speed    obj expr pow(2, ($f1-$f2)/12)*$f3
speedup  obj *
bend     obj r P_bend
again    obj t b f
kept     obj f
speed -> kept -> speedup -> phasor
bend -> again -> kept
again.1 -> speedup.1
init     obj loadbang
one      msg 1
init -> one -> speedup.1

phase    obj expr $f1/$f2
store    obj f
rest     msg set $1
clear    msg clear
attack   msg 1 {ATTACK_MS}
phasor   obj phasor~
before   obj rzero~ 1
wrapped  obj expr~ $v1 < -0.5
wraps    obj rpole~ 1
phase -> store.1
begin.2 -> clear -> wraps
begin.1 -> store
store -> rest -> before
store -> phasor.1
begin -> attack -> envelope
phasor -> before -> wrapped -> wraps

place    obj expr~ $f3*(min($v1, $f4)+$v2)-$f5
late     obj expr~ max(0, $f3*($v1+$v2)-$f4-$f5)
wraps -> place
phasor -> place.1
wraps -> late
phasor -> late.1
"""
_SLOT = """
cell#    obj r P_slot#
new#     obj t b f
pair#    obj pack f f
share#   obj t l l
set#     msg set P_$1_$2
row#     obj unpack f f
index#   obj expr $f1*CELLS+$f2
both#    obj t f f
fall#    obj tabread P_fall
gain#    obj tabread P_gain
table#   obj tabread4~
decay#   obj expr~ $f2*exp($v1*$f3)
weight#  obj receive~ P_weight#
shrunk#  obj *~
heard#   obj *~
read -> pair#
cell# -> new# -> pair#
new#.1 -> pair#.1
pair# -> share# -> row# -> index# -> both# -> fall# -> decay#.2
row#.1 -> index#.1
both#.1 -> gain# -> decay#.1
share#.1 -> set# -> table#
place -> table#
late -> decay#
table# -> shrunk# -> heard# -> mix
decay# -> shrunk#.1
weight# -> heard#.1
"""
_OUTPUT = """
mix      obj +~
ended    obj expr~ $v1 < $f2
envelope obj line~
loud     obj *~ 0
shaped   obj *~
gated    obj *~
out      obj outlet~
wraps -> ended
mix -> shaped -> gated -> out
envelope -> loud -> shaped.1
ended -> gated.1
"""


def voice_patch(prefix: str, cells: int) -> str:
    """voice.pd for a pack whose tables begin with `prefix`, with `cells` cells per pitch."""
    slots = "".join(_SLOT.replace("#", str(slot)) for slot in SLOTS)
    text = _NOTE + _PHASE + slots + _OUTPUT
    return patch_text(text.replace("P_", f"{prefix}_").replace("CELLS", str(cells)))
