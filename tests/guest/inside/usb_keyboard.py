"""A USB MIDI keyboard to plug in: the kernel's MIDI gadget on the kernel's own USB controller.

The gadget's end is a sound card too; what is written to its raw MIDI device leaves the keyboard and
comes in at the USB host, where the driver is the one that any keyboard gets (snd-usb-audio).
"""

from __future__ import annotations

import os
from pathlib import Path

from waiting import wait_for

GADGETS = Path("/sys/kernel/config/usb_gadget")
ENGLISH = "strings/0x409"
VENDOR, PRODUCT = "0x1209", "0x0001"  # pid.codes' identity for tests


class UsbKeyboard:
    """A keyboard with one or more MIDI ports; it is not plugged in when made."""

    def __init__(self, name: str, socket: int = 0, ports: int = 1) -> None:
        """`socket` is the USB socket that it goes into; each takes one keyboard."""
        self.name, self._ports = name, ports
        self._card, self._controller = f"keys{socket}", f"dummy_udc.{socket}"
        self._gadget = GADGETS / self._card
        self._wires: list[int] = []
        self._build()

    def plug(self) -> None:
        """Plug it in, and wait until it is there for both ends."""
        (self._gadget / "UDC").write_text(self._controller)
        own = Path("/proc/asound") / self._card
        wait_for(f"the gadget's card {self._card}", own.exists)
        number = own.readlink().name.removeprefix("card")
        node = f"/dev/snd/midiC{number}D0"
        self._wires = [os.open(node, os.O_WRONLY) for _ in range(self._ports)]
        wait_for(f"the USB card {self.name}", self._is_enumerated)

    def play(self, *data: int, port: int = 0) -> None:
        """Send bytes out of one of its MIDI ports."""
        os.write(self._wires[port], bytes(data))

    def unplug(self) -> None:
        """Pull it out; harmless when it is out."""
        if not self._wires:
            return
        for wire in self._wires:
            os.close(wire)
        self._wires = []
        (self._gadget / "UDC").write_text("\n")

    def discard(self) -> None:
        """Pull it out and leave its socket to another keyboard."""
        self.unplug()
        (self._gadget / "configs/c.1/midi.usb0").unlink()
        for folder in ("configs/c.1", "functions/midi.usb0", ENGLISH):
            (self._gadget / folder).rmdir()
        self._gadget.rmdir()

    def _is_enumerated(self) -> bool:
        return f"USB-Audio - {self.name}" in Path("/proc/asound/cards").read_text()

    def _build(self) -> None:
        for folder in (ENGLISH, "functions/midi.usb0", "configs/c.1"):
            (self._gadget / folder).mkdir(parents=True, exist_ok=True)
        values = {"idVendor": VENDOR, "idProduct": PRODUCT, f"{ENGLISH}/product": self.name}
        values |= {f"functions/midi.usb0/{way}_ports": str(self._ports) for way in ("in", "out")}
        values |= {"functions/midi.usb0/id": self._card}
        for name, value in values.items():
            (self._gadget / name).write_text(value)
        (self._gadget / "configs/c.1/midi.usb0").symlink_to(self._gadget / "functions/midi.usb0")
