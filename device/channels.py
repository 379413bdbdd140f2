"""What the controllers of one MIDI channel stand at, and the registered parameters they select."""

from __future__ import annotations

from device.mapping import VOLUME_AT_POWER_UP, controller_gain, pan_position

MODULATION, DATA_ENTRY, VOLUME, PAN, EXPRESSION, DATA_ENTRY_FINE = 1, 6, 7, 10, 11, 38
SUSTAIN, SOSTENUTO = 64, 66
PEDAL_DOWN_FROM = 64  # of 0..127: the switch point that the MIDI specification gives pedals
NRPN_FINE, NRPN_COARSE, RPN_FINE, RPN_COARSE = 98, 99, 100, 101
ALL_SOUND_OFF, RESET_CONTROLLERS = 120, 121
ALL_NOTES_OFF = 123  # and 124..127, omni and mono/poly, which imply it

_NO_PARAMETER = (127, 127)
_BEND_RANGE = (0, 0)
_WIDEST_BEND = 48.0


class ChannelState:
    """Bend, modulation and gains of one origin."""

    def __init__(self, bend_range_semitones: float) -> None:
        self.bend = 0.0  # -1..1
        self.bend_range_semitones = bend_range_semitones
        self.modulation = 0.0  # 0..1
        self.pan = 0.0  # -1..1
        self._volume = VOLUME_AT_POWER_UP
        self._expression = 127
        self._parameter = _NO_PARAMETER

    @property
    def gain(self) -> float:
        """Volume and expression together."""
        return controller_gain(self._volume, VOLUME_AT_POWER_UP) * controller_gain(self._expression)

    @property
    def bend_semitones(self) -> float:
        """How far the pitch wheel bends just now."""
        return self.bend * self.bend_range_semitones

    def control(self, controller: int, value: int) -> None:
        """Take a controller's new value; those that mean nothing here change nothing."""
        if controller == MODULATION:
            self.modulation = value / 127
        elif controller == VOLUME:
            self._volume = value
        elif controller == PAN:
            self.pan = pan_position(value)
        elif controller == EXPRESSION:
            self._expression = value
        else:
            self._registered_parameter(controller, value)

    def reset(self) -> None:
        """Reset all controllers (121) by recommended practice RP-015: volume and pan stay."""
        self.bend = 0.0
        self.modulation = 0.0
        self._expression = 127
        self._parameter = _NO_PARAMETER

    def _registered_parameter(self, controller: int, value: int) -> None:
        coarse, fine = self._parameter
        if controller == RPN_COARSE:
            self._parameter = (value, fine)
        elif controller == RPN_FINE:
            self._parameter = (coarse, value)
        elif controller in (NRPN_COARSE, NRPN_FINE):
            self._parameter = _NO_PARAMETER
        elif self._parameter == _BEND_RANGE and controller in (DATA_ENTRY, DATA_ENTRY_FINE):
            self._bend_range(controller, value)

    def _bend_range(self, controller: int, value: int) -> None:
        """Coarse data entry is semitones, fine is cents."""
        whole = float(int(self.bend_range_semitones))
        wanted = float(value) if controller == DATA_ENTRY else whole + value / 100
        self.bend_range_semitones = min(wanted, _WIDEST_BEND)
