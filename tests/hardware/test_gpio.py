"""PiGpio: through the real rpi-lgpio as far as it goes off a Pi, and through a stand-in for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from hardware import gpio as gpio_module
from hardware.errors import GpioUnavailableError
from hardware.gpio import PiGpio


class StandIn(SimpleNamespace):
    """What PiGpio uses of RPi.GPIO, as rpi-lgpio behaves."""

    BCM, IN, OUT, PUD_UP, BOTH = 11, 1, 0, 22, 33

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[object, ...]] = []
        self.levels: dict[int, int] = {}
        self.calls: dict[int, Callable[[int], None]] = {}
        self.busy: set[int] = set()
        self.chip_error: Exception | None = None

    def setwarnings(self, value: bool) -> None:
        self.log.append(("warnings", value))

    def setmode(self, mode: int) -> None:
        if self.chip_error:
            raise self.chip_error
        self.log.append(("mode", mode))

    def setup(self, line: int, direction: int, **options: object) -> None:
        if line in self.busy:
            raise RuntimeError("'GPIO busy'")
        self.log.append(("setup", line, direction, options))
        self.levels[line] = int(bool(options.get("initial", 1)))

    def input(self, line: int) -> int:
        if line not in self.levels:
            raise RuntimeError("You must setup() the GPIO channel first")
        return self.levels[line]

    def output(self, line: int, level: bool) -> None:
        self.levels[line] = int(level)

    def remove_event_detect(self, line: int) -> None:
        self.calls.pop(line, None)

    def add_event_detect(self, line: int, edge: int, callback: Callable[[int], None]) -> None:
        assert edge == self.BOTH
        assert line not in self.calls
        self.calls[line] = callback

    def cleanup(self, lines: list[int]) -> None:
        for line in lines:
            self.levels.pop(line, None)
            self.calls.pop(line, None)
            self.log.append(("cleanup", line))

    def change(self, line: int, level: int) -> None:
        self.levels[line] = level
        self.calls[line](line)


@pytest.fixture
def library() -> StandIn:
    return StandIn()


@pytest.fixture
def gpio(library: StandIn) -> PiGpio:
    return PiGpio(lambda: cast(ModuleType, library))


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gpio_module, "DEVICES", tmp_path)
    (tmp_path / "gpiochip0").touch()
    return tmp_path


def test_inputs_have_pull_ups_by_bcm_number(gpio: PiGpio, library: StandIn) -> None:
    gpio.watch(5)
    gpio.watch(5)
    assert library.log == [
        ("warnings", False),
        ("mode", library.BCM),
        ("setup", 5, library.IN, {"pull_up_down": library.PUD_UP}),
    ]
    assert gpio.level(5)
    library.levels[5] = 0
    assert not gpio.level(5)


def test_edges_tell_the_level_and_the_latest_listener_counts(
    gpio: PiGpio, library: StandIn
) -> None:
    first: list[bool] = []
    second: list[bool] = []
    gpio.on_edge(6, first.append)
    library.change(6, 0)
    gpio.on_edge(6, second.append)
    library.change(6, 1)
    assert (first, second) == ([False], [True])


def test_a_listener_that_fails_does_not_reach_the_library(gpio: PiGpio, library: StandIn) -> None:
    def fail(level: bool) -> None:
        raise ZeroDivisionError(level)

    gpio.on_edge(6, fail)
    library.change(6, 0)
    assert gpio.failed_calls == 1


def test_outputs(gpio: PiGpio, library: StandIn) -> None:
    gpio.drive(4, False)
    assert library.log[-1] == ("setup", 4, library.OUT, {"initial": False})
    gpio.drive(4, True)
    assert library.levels[4] == 1


def test_close_cleans_only_our_lines_and_the_next_use_takes_them_again(
    gpio: PiGpio, library: StandIn
) -> None:
    library.setup(9, library.IN)  # some other part of the process
    gpio.watch(5)
    gpio.drive(4, True)
    gpio.close()
    gpio.close()
    assert sorted(entry for entry in library.log if entry[0] == "cleanup") == [
        ("cleanup", 4),
        ("cleanup", 5),
    ]
    assert gpio.level(5)


@pytest.mark.usefixtures("devices")
def test_a_line_that_is_taken_is_named_and_others_go_on(gpio: PiGpio, library: StandIn) -> None:
    gpio.watch(5)
    library.busy.add(17)
    with pytest.raises(GpioUnavailableError, match=r"line 17 \(BCM\): GPIO busy; another program"):
        gpio.on_edge(17, lambda level: None)
    assert gpio.level(5)
    library.busy.clear()
    assert gpio.level(17)


def test_no_gpio_chip(gpio: PiGpio, library: StandIn, devices: Path) -> None:
    (devices / "gpiochip0").unlink()
    library.chip_error = OSError("can not open gpiochip")
    with pytest.raises(GpioUnavailableError, match=r"line 4 .*there is no .*/gpiochip\*"):
        gpio.drive(4, False)
    library.chip_error = None
    (devices / "gpiochip0").touch()
    gpio.drive(4, False)


@pytest.mark.usefixtures("devices")
def test_no_permission(gpio: PiGpio, library: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    library.chip_error = OSError("can not open gpiochip")
    with pytest.raises(GpioUnavailableError, match="group `gpio`"):
        gpio.watch(5)


def in_a_process(code: str, **environment: str) -> str:
    """Run code with the working directory where not even root may write."""
    kept = {name: value for name, value in os.environ.items() if "LG" not in name}
    python_path = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/proc",
        env={**kept, "PYTHONPATH": python_path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


TRY = """
from hardware.gpio import PiGpio
from hardware.errors import GpioUnavailableError
try:
    PiGpio().watch(5)
except GpioUnavailableError as error:
    print("refused:", error)
"""


@pytest.mark.skipif(Path("/proc/device-tree").exists(), reason="this may be a Raspberry Pi")
def test_the_real_library_off_a_pi_asks_for_a_board_revision() -> None:
    pytest.importorskip("lgpio")
    said = in_a_process(TRY)
    assert said.startswith("refused: GPIO line 5 (BCM): no GPIO: ")
    assert "RPI_LGPIO_REVISION" in said


@pytest.mark.skipif(any(Path("/dev").glob("gpiochip*")), reason="there is GPIO here")
def test_the_real_library_loads_in_a_read_only_directory_and_finds_no_chip() -> None:
    pytest.importorskip("lgpio")
    said = in_a_process(TRY, RPI_LGPIO_REVISION="902120")
    assert said.startswith("refused: GPIO line 5 (BCM): can not open gpiochip; there is no /dev")


@pytest.mark.skipif(Path("/proc/device-tree").exists(), reason="this may be a Raspberry Pi")
@pytest.mark.parametrize("revision", ["902120", ""])
def test_the_real_library_does_not_move_the_process_elsewhere(revision: str) -> None:
    """Patches of a relative name would be kept where lgpio has its pipes."""
    pytest.importorskip("lgpio")
    kept = {"RPI_LGPIO_REVISION": revision} if revision else {}
    said = in_a_process(TRY + "import os, lgpio\nprint('in', os.getcwd())", **kept)
    assert said.splitlines()[-1] == "in /proc", said


def test_no_library_says_what_to_install() -> None:
    said = in_a_process("import sys\nsys.modules['RPi'] = None\n" + TRY)
    assert said.startswith("refused: GPIO line 5 (BCM): no GPIO: ")
    assert "pip install rpi-lgpio" in said
