"""What hands do on the panel, and a gesture on a pad."""

from __future__ import annotations

from dataclasses import dataclass

BUTTONS = 4  # patch buttons of the panel


@dataclass(frozen=True)
class TouchMoved:
    """The finger (or a gesture) is at another place on the pad."""

    x: float  # 0..1, left to right
    y: float  # 0..1, top to bottom


@dataclass(frozen=True)
class TouchLifted:
    """The finger left the pad; the sound stays where it was."""


@dataclass(frozen=True)
class EncoderTurned:
    """The encoder of a corner was turned."""

    corner: int  # index into CORNERS
    steps: int  # detents, clockwise positive


@dataclass(frozen=True)
class ButtonPressed:
    """A patch button went down."""

    button: int  # 0..3


@dataclass(frozen=True)
class ButtonReleased:
    """A patch button came up, or is lost sight of: then it does nothing."""

    button: int  # 0..3
    is_lost: bool = False


@dataclass(frozen=True)
class PotMoved:
    """A pot of the panel was turned by hand: it may have to pick its value up first."""

    pot: int  # index into parameters.PARAMETERS
    turn: float  # 0..1
