"""A Raspberry Pi 3 B in QEMU (pure emulation) with a card, a MIDI line and a console.

QEMU runs no firmware of the GPU: kernel, initramfs and device tree are taken off the card's boot
volume, and the command line from its cmdline.txt. What the firmware would have done to the device
tree is done here: it tells the board's revision, and Bluetooth leaves the first UART (overlay
disable-bt) to the MIDI input.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from imagetier.card import Card
from imagetier.console import Line, Shell

KERNEL, INITRAMFS, DEVICE_TREE = "kernel8.img", "initramfs8", "bcm2837-rpi-3-b.dtb"
BLUETOOTH = "/soc/serial@7e201000/bluetooth"
REVISION = "a02082"  # a Raspberry Pi 3 B, as its firmware tells
CONSOLE = "console=ttyS1,115200"
MORE_WORDS = (
    "loglevel=3", "systemd.show_status=0", "rd.systemd.show_status=0",
    "module_blacklist=vchiq",  # talks to the GPU, which is not there, and crashes when it notices
)  # fmt: skip
BOOT_S = 420.0  # a busy machine takes many times as long as a quiet one
OFF_S = 180.0
NICE = 5
PACE = ("-icount", "shift=0,sleep=on")
"""The machine's time is that of its instructions, one a nanosecond: about a Raspberry Pi 3. So it
keeps up with its sound card, and no time-out of its own is too short, however slow this host is."""


class RaspberryPi:
    """One run from power on to power off; a context manager ends it, as a power cut if need be."""

    def __init__(self, card: Card, *more_words: str, extra: tuple[str, ...] = ()) -> None:
        """`more_words` go to the kernel's command line, `extra` to QEMU's."""
        self._folder = tempfile.TemporaryDirectory(prefix="pi-")  # a socket's path has 107 bytes
        folder = Path(self._folder.name)
        words = [*kernel_words(card, folder), *MORE_WORDS, *more_words]
        self._process = subprocess.Popen(
            [*_command(card, folder), "-append", " ".join(words), *extra],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=lambda: os.nice(NICE) and None,
        )  # fmt: skip
        self.midi = Line(folder / "midi")
        self.console = Line(folder / "console")
        self.shell = Shell(self.console)

    def boot(self, limit_s: float = BOOT_S) -> Shell:
        """Wait for the shell."""
        self.shell.wait_until_ready(limit_s)
        return self.shell

    def power_off(self, limit_s: float = OFF_S) -> None:
        """Shut down in order; fails if that takes too long."""
        self.console.send(b"systemctl poweroff\n")
        self._process.wait(limit_s)

    def cut_power(self) -> None:
        """End everything at once; what the emulated card was given is on it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.console.wait_for_silence()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop everything for a moment, in which the card is as a power cut would leave it."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            self.console.wait_for_silence()
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.cut_power()
        for line in (self.midi, self.console):
            line.close()
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._folder.cleanup()


def kernel_words(card: Card, folder: Path) -> list[str]:
    """The card's own kernel command line, with this machine's console for all others.

    A second console= would take /dev/console away from the first.
    """
    words = card.boot_file("cmdline.txt", folder / "cmdline.txt").read_text().split()
    return [*(word for word in words if not word.startswith("console=")), CONSOLE]


def _command(card: Card, folder: Path) -> list[str]:
    kernel, initramfs, tree = (
        card.boot_file(name, folder / name) for name in (KERNEL, INITRAMFS, DEVICE_TREE)
    )
    subprocess.run(["fdtput", "-r", tree, BLUETOOTH], check=True)
    subprocess.run(["fdtput", "-cp", tree, "/system"], check=True)
    subprocess.run(["fdtput", "-tx", tree, "/system", "linux,revision", REVISION], check=True)
    words = ["qemu-system-aarch64", "-M", "raspi3b", "-display", "none", "-monitor", "none"]
    words += ["-no-reboot", *PACE, "-dtb", str(tree)]
    words += ["-kernel", str(kernel), "-initrd", str(initramfs)]
    words += ["-drive", f"file={card.path},if=sd,format=raw,cache=unsafe"]
    for name in ("midi", "console"):  # the first serial line is the PL011, the second the mini UART
        words += ["-chardev", f"socket,id={name},path={folder / name},server=on,wait=off"]
        words += ["-serial", f"chardev:{name}"]
    return words
