"""The simulated instrument in a window, played with mouse and computer keyboard.

    pad        drag: the finger moves from pad to pad; let go: it lifts
    encoders   wheel, or click their left or right half: one detent
    knobs      drag up or down, or wheel
    buttons    press and hold
    piano      mouse: lower down is louder; drag to glide over the keys

Keys, as long as they are down:

    black keys     w e   t y u          1 2 3 4   patch buttons
    white keys    a s d f g h j k       arrows    a finger that steps over the pad
                  C D E F G A B C       z x       octave down, up         escape  close
"""

from hardware.sim.window.screen import check_screen
from hardware.sim.window.worker import Window

__all__ = ["Window", "check_screen"]
