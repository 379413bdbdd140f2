"""A card in a USB reader to plug in: the kernel's mass storage gadget on its own USB controller."""

from __future__ import annotations

from pathlib import Path

from usb_keyboard import ENGLISH, GADGETS, PRODUCT, VENDOR
from waiting import wait_for

FUNCTION = "functions/mass_storage.usb0"
BLOCKS = Path("/sys/class/block")


class UsbReader:
    """A reader with a card, which is a file; it is not plugged in when made."""

    def __init__(self, card: Path, socket: int = 0) -> None:
        """`socket` is the USB socket that it goes into."""
        self._card, self._controller = card, f"dummy_udc.{socket}"
        self._gadget = GADGETS / f"reader{socket}"
        self.node = Path("/nowhere")
        self._build()

    def plug(self) -> None:
        """Plug it in, and wait until its partitions are there."""
        before = set(self._disks())
        (self._gadget / "UDC").write_text(self._controller)
        wait_for("the disk of the reader", lambda: self._disks() - before)
        (name,) = self._disks() - before
        wait_for("its partitions", lambda: (BLOCKS / f"{name}4").exists())
        self.node = Path("/dev") / name

    def unplug(self) -> None:
        """Pull it out; harmless when it is out."""
        if (self._gadget / "UDC").read_text().strip():
            (self._gadget / "UDC").write_text("\n")
            wait_for("the disk to be gone", lambda: not (BLOCKS / self.node.name).exists())

    def discard(self) -> None:
        """Pull it out and leave its socket to others."""
        self.unplug()
        (self._gadget / "configs/c.1/mass_storage.usb0").unlink()
        for folder in ("configs/c.1", FUNCTION, ENGLISH):
            (self._gadget / folder).rmdir()
        self._gadget.rmdir()

    @property
    def written(self) -> int:
        """Sectors that the kernel has written to the card (Documentation/block/stat.rst)."""
        return int((BLOCKS / self.node.name / "stat").read_text().split()[6])

    @staticmethod
    def _disks() -> set[str]:
        return {path.name for path in BLOCKS.glob("sd?")}

    def _build(self) -> None:
        for folder in (ENGLISH, FUNCTION, "configs/c.1"):
            (self._gadget / folder).mkdir(parents=True, exist_ok=True)
        values = {
            "idVendor": VENDOR,
            "idProduct": PRODUCT,
            f"{ENGLISH}/serialnumber": "000000000001",
        }
        values |= {f"{FUNCTION}/lun.0/removable": "1", f"{FUNCTION}/lun.0/file": str(self._card)}
        for name, value in values.items():
            (self._gadget / name).write_text(value)
        (self._gadget / "configs/c.1/mass_storage.usb0").symlink_to(self._gadget / FUNCTION)
