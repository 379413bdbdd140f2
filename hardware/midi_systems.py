"""Chooses the MIDI system of this machine: the ALSA sequencer, else JACK."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from hardware.errors import MidiUnavailableError
from hardware.interfaces import MidiInput
from hardware.jack_midi import open_jack_midi
from hardware.usb_midi import open_alsa_midi

OpenMidi = Callable[[str | None], MidiInput]
JACK_RETRY_S = 5.0  # after a failure: each try is a process


class MidiSystems:
    """A function that opens MIDI input; kept, it remembers when JACK was last tried in vain."""

    def __init__(
        self,
        open_alsa: OpenMidi = open_alsa_midi,
        open_jack: OpenMidi = open_jack_midi,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alsa, self._jack, self._now_s = open_alsa, open_jack, now_s
        self._jack_error = ""
        self._retry_s = -math.inf

    def __call__(self, wanted: str | None = None) -> MidiInput:
        """All hardware MIDI ports, or the ports whose name contains `wanted`.

        Raises MidiUnavailableError, saying why neither system can be used, and
        MidiPortNotFoundError when the first that can has no port that is `wanted`.
        """
        try:
            return self._alsa(wanted)
        except MidiUnavailableError as error:
            return self._instead(wanted, error)

    def _instead(self, wanted: str | None, error: MidiUnavailableError) -> MidiInput:
        if self._now_s() >= self._retry_s:
            try:
                return self._jack(wanted)
            except MidiUnavailableError as jack_error:
                self._jack_error = str(jack_error)
                self._retry_s = self._now_s() + JACK_RETRY_S
        raise MidiUnavailableError(f"{error}; {self._jack_error}") from error


open_any_midi = MidiSystems()
