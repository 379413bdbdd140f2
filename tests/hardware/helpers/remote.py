"""Calling objects that live in another process: one pickled request, one pickled answer.

Requests go over a socket pair, so nothing listens anywhere and the other side ends with the test.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

START_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0


def answer(connection: Connection, objects: Mapping[str, Any]) -> bool:
    """Serve one request; False when the other side has gone."""
    try:
        name, member, args, kwargs = connection.recv()
    except (EOFError, ConnectionError):
        return False
    try:
        value = getattr(objects[name], member)
        connection.send((True, value(*args, **kwargs) if callable(value) else value))
    except Exception as error:
        connection.send((False, error))
    return True


class Remote:
    """Stands for the object of this name: its methods, and its attributes as methods."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name

    def __getattr__(self, member: str) -> Any:  # noqa: ANN401
        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            self._connection.send((self._name, member, args, kwargs))
            if not self._connection.poll(ANSWER_TIMEOUT_S):
                raise TimeoutError(f"{self._name}.{member} gave no answer")
            succeeded, value = self._connection.recv()
            if not succeeded:
                raise value
            return value

        return call


class RemoteProcess:
    """A process that serves objects; its last argument is the number of its socket."""

    def __init__(self, command: list[str], env: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())], env=dict(env), pass_fds=[theirs.fileno()]
            )
        self._connection = Connection(ours.detach())

    def first_words(self) -> Any:  # noqa: ANN401
        """What it says once it is ready."""
        if not self._connection.poll(START_TIMEOUT_S):
            self.end()
            raise TimeoutError(f"{self._process.args!r} did not get ready")
        return self._connection.recv()

    def remote(self, name: str) -> Any:  # noqa: ANN401
        """One of its objects; typed as Any so that it can stand in for the real thing."""
        return Remote(self._connection, name)

    def end(self) -> None:
        """Hang up, which ends the process."""
        self._connection.close()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
