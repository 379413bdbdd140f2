"""Lines of the Raspberry Pi's header through the RPi.GPIO interface."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from hardware.errors import GpioUnavailableError

DEVICES = Path("/dev")


def load_rpi_gpio() -> ModuleType:
    """The module RPi.GPIO: today that is rpi-lgpio, since the original cannot drive a Pi 5.

    Raises GpioUnavailableError: no such package, or a board that it does not know.
    """
    _give_lgpio_a_directory()
    try:
        with _same_working_directory():
            return importlib.import_module("RPi.GPIO")
    except ImportError as error:
        raise GpioUnavailableError(
            f"no GPIO: the Python package RPi.GPIO cannot be loaded ({error}); "
            "try `pip install rpi-lgpio` or `sudo apt install python3-rpi-lgpio`"
        ) from error
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise GpioUnavailableError(
            f"no GPIO: RPi.GPIO does not know this machine ({error}); off a Raspberry Pi choose "
            "another board, or give rpi-lgpio a board revision: RPI_LGPIO_REVISION=902120"
        ) from error
    except Exception as error:  # lgpio has an exception class of its own that cannot be named here
        raise GpioUnavailableError(f"no GPIO: RPi.GPIO failed to load: {error}") from error


def _give_lgpio_a_directory() -> None:
    """Have lgpio's pipes in a temporary directory.

    It makes them in the working directory while it is being imported: on a read-only root, or as
    a service that starts in /, the import fails. It looks for LG_WD only then, and goes there.
    """
    if "LG_WD" not in os.environ:
        directory = tempfile.mkdtemp(prefix="latentpad-gpio-")
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        os.environ["LG_WD"] = directory


@contextmanager
def _same_working_directory() -> Iterator[None]:
    """Come back from where lgpio goes to: files of relative names would be lost there."""
    here = Path.cwd()
    try:
        yield
    finally:
        os.chdir(here)


class PiGpio:
    """GpioLines of the header; every line has one user, whose latest on_edge call counts."""

    def __init__(self, load: Callable[[], ModuleType] = load_rpi_gpio) -> None:
        self._load = load
        self._module: ModuleType | None = None
        self._inputs: set[int] = set()
        self._outputs: set[int] = set()
        self._lock = threading.RLock()
        self.failed_calls = 0  # errors of on_edge callbacks: none may reach lgpio's only thread

    def watch(self, line: int) -> None:
        """Make a line an input with pull-up."""
        with self._using(line) as gpio:
            if line not in self._inputs:
                self._outputs.discard(line)
                gpio.setup(line, gpio.IN, pull_up_down=gpio.PUD_UP)
                self._inputs.add(line)

    def level(self, line: int) -> bool:
        """True while a line is high; a line that is not watched yet is from now on."""
        with self._using(line) as gpio:
            self.watch(line)
            return bool(gpio.input(line))

    def on_edge(self, line: int, call: Callable[[bool], None]) -> None:
        """Call with the level after each edge, from RPi.GPIO's thread; replaces an earlier call.

        The level is read when the thread gets there: after two quick edges both calls may tell
        the second one's.
        """
        with self._using(line) as gpio:
            self.watch(line)
            gpio.remove_event_detect(line)
            gpio.add_event_detect(line, gpio.BOTH, callback=lambda _: self._edge(gpio, line, call))

    def drive(self, line: int, level: bool) -> None:
        """Make a line an output of this level."""
        with self._using(line) as gpio:
            if line in self._outputs:
                gpio.output(line, level)
            else:
                self._inputs.discard(line)
                gpio.setup(line, gpio.OUT, initial=level)
                self._outputs.add(line)

    def close(self) -> None:
        """Give back the lines that were used here; other users' lines of this process stay."""
        with self._lock:
            for line in self._inputs | self._outputs:
                self._give_back(line)

    def _edge(self, gpio: ModuleType, line: int, call: Callable[[bool], None]) -> None:
        try:
            call(bool(gpio.input(line)))
        except Exception:
            self.failed_calls += 1

    @contextmanager
    def _using(self, line: int) -> Iterator[ModuleType]:
        """The open module; whatever it raises becomes a GpioUnavailableError of this line."""
        with self._lock:
            try:
                yield self._opened()
            except GpioUnavailableError as error:
                raise GpioUnavailableError(_prefixed(line, str(error))) from error
            except Exception as error:  # RPi.GPIO raises RuntimeError, lgpio an error of its own
                self._give_back(line)
                raise GpioUnavailableError(_prefixed(line, _cause(error))) from error

    def _opened(self) -> ModuleType:
        if self._module is None:
            gpio = self._load()
            gpio.setwarnings(False)
            gpio.setmode(gpio.BCM)
            self._module = gpio
        return self._module

    def _give_back(self, line: int) -> None:
        self._inputs.discard(line)
        self._outputs.discard(line)
        if self._module is not None:
            with suppress(Exception):  # it is broken or gone: that is why it is given back
                self._module.cleanup([line])


def _prefixed(line: int, text: str) -> str:
    return text if text.startswith("GPIO line") else f"GPIO line {line} (BCM): {text}"


def _cause(error: Exception) -> str:
    """What RPi.GPIO said, with the reason behind it and a way out where one is known."""
    text = str(error).strip("'") or type(error).__name__
    chips = sorted(DEVICES.glob("gpiochip*"))
    if not chips:
        return f"{text}; there is no {DEVICES}/gpiochip*: this kernel has no GPIO"
    if "busy" in text.lower():
        return f"{text}; another program or overlay has taken the line: `gpioinfo` tells which"
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return f"{text}; no permission for {chips[0]}: is this user in the group `gpio`?"
    return text
