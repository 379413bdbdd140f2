"""Our end of a conversation with latentpad-card on an instrument."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import NoReturn, Self

from sdcard.targets.errors import ProtocolError
from sdcard.targets.frames import EndOfStreamError, Frames, Message
from sdcard.targets.messages import check_greeting, error_from, greet
from sdcard.targets.ssh import Ssh
from sdcard.targets.target import RemoteTarget


class Caller:
    """A context manager; a thread listens all the time, so neither side waits for the other."""

    def __init__(self, target: RemoteTarget, command: Sequence[str]) -> None:
        """Call and greet. Raises TargetError."""
        self.who = str(target)
        self._ssh = Ssh(target, command)
        self._frames = Frames(self._ssh.stdout.fileno(), self._ssh.stdin)
        self._heard: queue.SimpleQueue[Message | Exception] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ssh.__exit__(kind, error, trace)
        self._listener.join()

    def close(self) -> None:
        """Hang up."""
        self.__exit__(None, None, None)

    def _greet(self) -> None:
        try:
            greet(self._frames)
        except EndOfStreamError:
            self._explain()
        check_greeting(self.next(), self.who)

    def send(self, message: Message) -> None:
        """Raises what the instrument has to say against it, or why it does not hear us."""
        try:
            self._frames.send(message)
        except EndOfStreamError:
            self._explain()

    def send_data(self, data: bytes) -> None:
        """Raises the same."""
        try:
            self._frames.send_data(data)
        except EndOfStreamError:
            self._explain()

    def next(self) -> Message:
        """What the instrument says next. Raises its error, or why it says nothing."""
        return self._checked(self._heard.get())

    def heard(self) -> Iterator[Message]:
        """What it has said already. Raises the same."""
        while not self._heard.empty():
            yield self._checked(self._heard.get())

    def _checked(self, found: Message | Exception) -> Message:
        if isinstance(found, EndOfStreamError):
            raise self._ssh.failure()
        if isinstance(found, Exception):
            raise found
        if "error" in found:
            raise error_from(found["error"], self.who)
        return found

    def _explain(self) -> NoReturn:
        """It does not listen any more: it may have said why."""
        while True:
            self.next()

    def _listen(self) -> None:
        try:
            while True:
                self._heard.put(self._frames.message())
        except EndOfStreamError as error:
            self._heard.put(error)
        except ProtocolError as error:
            self._heard.put(ProtocolError(f"{self.who}: {error}"))
