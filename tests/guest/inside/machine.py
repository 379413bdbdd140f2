"""Fixtures of the tests that run inside the test kernel: what hands can move there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from header import Header
from usb_keyboard import UsbKeyboard

MakeKeyboard = Callable[..., UsbKeyboard]


@pytest.fixture(scope="session")
def header() -> Header:
    """The GPIO lines of this machine."""
    return Header()


@pytest.fixture
def make_keyboard() -> Iterator[MakeKeyboard]:
    """Makes USB MIDI keyboards, see UsbKeyboard; they are gone at the end."""
    with ExitStack() as stack:

        def make(*arguments: object, **options: object) -> UsbKeyboard:
            keyboard = UsbKeyboard(*arguments, **options)  # type: ignore[arg-type]
            stack.callback(keyboard.discard)
            return keyboard

        yield make
