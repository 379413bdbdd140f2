"""A sound output that outlives its device: it notices the loss and plays on when it is back.

While there is no device the mixer is rendered into nothing at the pace of the clock. So its time
goes on, commands are taken, notes end when they should and no ring fills up; when the device
returns, whatever would sound by then is heard, wherever it has got to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from device.engine.errors import StreamError
from device.engine.mixer import Mixer
from device.engine.stream import AudioStream, rescan_devices

NO_PRIORITY = (
    "the sound may be interrupted when the machine is busy: this user may not run real-time "
    "threads (give it an rtprio limit in /etc/security/limits.d)"
)
RETRY_S = 1.0
STALL_S = 1.0  # a device that asks for nothing for so long is gone, whatever the driver says
LONGEST_LOOK_S = 0.1  # of a longer time between two looks this process itself slept
LONGEST_CATCH_UP_S = 1.0


class Stream(Protocol):
    """What is needed of an AudioStream."""

    is_realtime: bool

    @property
    def is_playing(self) -> bool:
        """False also when the device has gone away by itself."""
        ...

    @property
    def latency_s(self) -> float:
        """From callback to ear."""
        ...

    def start(self) -> None:
        """Begin to play."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class SteadyStream:
    """An AudioStream that is opened again, every RETRY_S, once it has ended by itself.

    Whoever owns it calls watch() often, always from one thread, which renders the mixer meanwhile.
    The first opening raises what AudioStream raises, if an output is `required`; otherwise, and
    later, failures are counted.
    """

    def __init__(
        self,
        mixer: Mixer,
        now_s: Callable[[], float],
        *,
        device: int | str | None = None,
        block_frames: int = 256,
        realtime_priority: int = 0,
        required: bool = True,
        opener: Callable[[], Stream] | None = None,
        rescan: Callable[[], None] = rescan_devices,
    ) -> None:
        """now_s: a steady clock. opener, rescan: how to open a stream, and to look for devices."""
        self.mixer = mixer
        self.losses = 0
        self.failed_openings = 0
        self.last_error = ""
        self._now_s, self._rescan = now_s, rescan
        self._open = opener or (
            lambda: AudioStream(
                mixer,
                device=device,
                block_frames=block_frames,
                realtime_priority=realtime_priority,
            )
        )
        self._stream: Stream | None = self._open_first(required)
        self.latency_s = self._stream.latency_s if self._stream else 0.0
        self._looked_s = self._retry_s = now_s()
        self._frame, self._stalled_s = mixer.frame, 0.0
        self._owed_frames = 0.0

    def _open_first(self, required: bool) -> Stream | None:
        try:
            return self._open()
        except StreamError as error:
            if required:
                raise
            self.failed_openings += 1
            self.last_error = str(error)
            return None

    @property
    def is_playing(self) -> bool:
        """There is a device and it plays."""
        return self._stream is not None and self._stream.is_playing

    @property
    def is_realtime(self) -> bool:
        """There is a device, and its audio thread has the priority that was wanted."""
        return self._stream is not None and self._stream.is_realtime

    def start(self) -> None:
        """Begin to play; raises StreamError."""
        if self._stream is not None:
            self._stream.start()
        self._looked_s = self._now_s()

    def close(self) -> None:
        """Stop and give the device back; harmless when closed."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def watch(self) -> bool:
        """Look after the device. True when it has just been lost or come back: see is_playing."""
        now_s = self._now_s()
        passed_s, self._looked_s = now_s - self._looked_s, now_s
        if self._stream is None:
            self._play_unheard(passed_s)
            return now_s >= self._retry_s and self._try_again(now_s)
        if self._stream.is_playing and not self._has_stalled(passed_s):
            return False
        self.losses += 1
        self.close()
        self._retry_s = now_s + RETRY_S
        return True

    def _has_stalled(self, passed_s: float) -> bool:
        if self.mixer.frame != self._frame:
            self._frame, self._stalled_s = self.mixer.frame, 0.0
        self._stalled_s += min(passed_s, LONGEST_LOOK_S)
        return self._stalled_s > STALL_S

    def _play_unheard(self, passed_s: float) -> None:
        self._owed_frames += min(passed_s, LONGEST_CATCH_UP_S) * self.mixer.rate_hz
        self.mixer.render(int(self._owed_frames))
        self._owed_frames %= 1

    def _try_again(self, now_s: float) -> bool:
        self._retry_s = now_s + RETRY_S
        stream: Stream | None = None
        try:
            self._rescan()
            stream = self._open()
            stream.start()
        except StreamError as error:
            self.failed_openings += 1
            self.last_error = str(error)
            if stream is not None:
                stream.close()
            return False
        self._stream, self.latency_s = stream, stream.latency_s
        self._stalled_s = 0.0
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
