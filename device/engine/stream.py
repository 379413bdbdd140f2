"""A mixer playing to a sound device: PortAudio calls the C kernel, Python is never in the way."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from types import ModuleType
from typing import Self

from device.engine import checks
from device.engine._mixer import ffi, lib
from device.engine.errors import (
    OutputDeviceMissingError,
    RateUnsupportedError,
    StreamError,
)
from device.engine.mixer import Mixer
from device.engine.portaudio import load_sounddevice

CHANNELS = 2
SAMPLE_FORMAT = "float32"
FIRST_CALL_S = 0.5  # PortAudio calls within milliseconds
PORTAUDIO_INVALID_RATE = -9997  # paInvalidSampleRate


def _check_device(sd: ModuleType, device: int | str | None) -> None:
    try:
        sd.query_devices(device, "output")
    except (ValueError, sd.PortAudioError) as error:
        wanted = "no output device at all" if device is None else f"no output device {device!r}"
        raise OutputDeviceMissingError(f"{wanted}; there is: {_outputs(sd)}") from error


def _outputs(sd: ModuleType) -> str:
    try:
        found = ", ".join(d["name"] for d in sd.query_devices() if d["max_output_channels"] > 0)
    except sd.PortAudioError as error:
        return f"no list of devices either ({error})"
    return found or "none"


def _check_rate(sd: ModuleType, device: int | str | None, rate_hz: int) -> None:
    try:
        sd.check_output_settings(device, CHANNELS, SAMPLE_FORMAT, samplerate=rate_hz)
    except sd.PortAudioError as error:
        if PORTAUDIO_INVALID_RATE not in error.args:
            raise StreamError(f"the output device refused stereo float32: {error}") from error
        default_hz = sd.query_devices(device, "output")["default_samplerate"]
        raise RateUnsupportedError(
            f"the output device cannot play at {rate_hz} Hz; its own rate is {default_hz:g} Hz"
        ) from error


def describe_output(device: int | str | None) -> str:
    """The name of the output that would be opened; raises StreamError leaves like AudioStream."""
    sd = load_sounddevice()
    _check_device(sd, device)
    return str(sd.query_devices(device, "output")["name"])


def rescan_devices() -> None:
    """Let PortAudio see which devices have come or gone; no stream may be open; or StreamError."""
    sd = load_sounddevice()
    try:
        if sd._initialized:
            sd._terminate()
        sd._initialize()
    except sd.PortAudioError as error:
        raise StreamError(f"the sound devices cannot be listed: {error}") from error


class AudioStream:
    """Plays a mixer at its own rate; opened at once, silent until start().

    device: PortAudio's number or a part of a name, None is the default output.
    block_frames: frames per callback, 16..8192. A context manager starts and closes it.
    realtime_priority: of the audio thread, 1..99 (SCHED_FIFO), or 0 to leave it as it is; see
        is_realtime for whether the system allowed it.

    Raises AudioLibraryMissingError, OutputDeviceMissingError, RateUnsupportedError and, for
    anything else that the device refuses, StreamError.
    """

    def __init__(
        self,
        mixer: Mixer,
        *,
        device: int | str | None = None,
        block_frames: int = 256,
        realtime_priority: int = 0,
    ) -> None:
        self.mixer = mixer  # kept alive as long as the audio thread may use it
        checks.whole("block_frames", block_frames, 16, 8192)
        self._priority = checks.whole("realtime_priority", realtime_priority, 0, 99)
        self.is_realtime = False
        sd = load_sounddevice()
        _check_device(sd, device)
        _check_rate(sd, device, mixer.rate_hz)
        self._error: type[Exception] = sd.PortAudioError
        self._closed = False
        try:
            self._stream = sd._StreamBase(
                kind="output",
                samplerate=mixer.rate_hz,
                blocksize=block_frames,
                device=device,
                channels=CHANNELS,
                dtype=SAMPLE_FORMAT,
                latency="low",
                extra_settings=None,
                callback=ffi.addressof(lib, "lp_mixer_callback"),
                finished_callback=None,
                clip_off=True,  # the limiter keeps the output within full scale
                dither_off=True,
                never_drop_input=None,
                prime_output_buffers_using_stream_callback=None,
                userdata=mixer.cdata,
                wrap_callback=None,
            )
        except sd.PortAudioError as error:
            raise StreamError(f"the output device cannot be opened: {error}") from error

    def start(self) -> None:
        """Begin to play; harmless when playing."""
        if self._stream.active:
            return
        if not self._stream.stopped:  # it ended by itself: the device had gone away
            self._attempt("stopped", self._stream.stop)
        lib.lp_mixer_forget_thread(self.mixer.cdata)
        self._attempt("started", self._stream.start)
        if self._priority:
            self._raise_priority()

    def _raise_priority(self) -> None:
        """As soon as the audio thread is known, which is when it has called for the first time."""
        give_up_s = time.monotonic() + FIRST_CALL_S
        error = errno.EAGAIN
        while error == errno.EAGAIN and time.monotonic() < give_up_s and self._stream.active:
            time.sleep(0.001)
            error = lib.lp_mixer_raise_thread(self.mixer.cdata, self._priority)
        self.is_realtime = error == 0

    def stop(self) -> None:
        """End after what is on its way; the mixer keeps its state for another start()."""
        if not self._closed and not self._stream.stopped:
            self._attempt("stopped", self._stream.stop)

    def close(self) -> None:
        """Stop and give the device back; harmless when closed."""
        if self._closed:
            return
        self._closed = True
        self._stream.close(ignore_errors=True)

    @property
    def is_playing(self) -> bool:
        """False also when the device has gone away by itself."""
        return not self._closed and bool(self._stream.active)

    @property
    def latency_s(self) -> float:
        """From callback to ear, as the device tells it; the limiter's look-ahead comes on top."""
        return float(self._stream.latency)

    def _attempt(self, what: str, action: Callable[[], object]) -> None:
        try:
            action()
        except self._error as error:
            raise StreamError(f"the output device cannot be {what}: {error}") from error

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
