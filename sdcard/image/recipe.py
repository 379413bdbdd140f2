"""What an image is to be made of, and what its files are called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sdcard.image.errors import OutputUnusableError
from sdcard.image.fat_format import CARD_SHAPE, FatShape
from sdcard.image.release import ARCHITECTURE

MIB = 1 << 20
IMAGE_SUFFIX = ".img"
NAMES = (IMAGE_SUFFIX, ".img.xz", ".img.zst")
EARLIEST_S = 315532800  # 1980: FAT knows no time before
LATEST_S = 0x7FFFFFFF  # 2038: what all parts can store


@dataclass(frozen=True)
class Recipe:
    """The wishes; sizes in bytes."""

    base: Path
    packs: tuple[Path, ...]
    output: Path
    state_bytes: int = 384 * MIB  # two releases, and what people store
    root_free_bytes: int = 128 * MIB  # for those who make the root writable and add things
    packs_bytes: int = 0  # at least so many for packs; more if they or FAT32 need more
    time_s: int | None = None  # of all that is written; None: when the base was last written
    url: str = ""  # where the image will be found; "": where it is written
    work: Path | None = None  # folder for what lies between; None: beside the output
    shape: FatShape = CARD_SHAPE
    architecture: str = ARCHITECTURE


@dataclass(frozen=True)
class Outputs:
    """The files that are made."""

    image: Path

    @classmethod
    def of(cls, image: Path) -> Outputs:
        """Raises OutputUnusableError unless the name tells what to make and can be written."""
        outputs = cls(image)
        if not image.name.endswith(NAMES):
            raise OutputUnusableError(f"{image}: must end with {', '.join(NAMES)}")
        if not image.parent.is_dir():
            raise OutputUnusableError(f"{image}: there is no folder {image.parent}")
        if image.is_dir() or not os.access(image.parent, os.W_OK):
            raise OutputUnusableError(f"{image}: cannot be written there")
        return outputs

    @property
    def compression(self) -> str:
        """The suffix that tells of it; "" for none."""
        return "" if self.image.suffix == IMAGE_SUFFIX else self.image.suffix

    @property
    def name(self) -> str:
        """Without suffixes."""
        return self.image.name.removesuffix(self.compression).removesuffix(IMAGE_SUFFIX)

    @property
    def bmap(self) -> Path:
        """The block map."""
        return self.image.with_name(f"{self.image.name}.bmap")

    @property
    def checksum(self) -> Path:
        """For `sha256sum -c`."""
        return self.image.with_name(f"{self.image.name}.sha256")

    @property
    def manifest(self) -> Path:
        """For Raspberry Pi Imager."""
        return self.image.with_name(f"{self.name}.rpi-imager-manifest")


def source_date(environment: dict[str, str]) -> int | None:
    """SOURCE_DATE_EPOCH of reproducible-builds.org, if it is set; raises OutputUnusableError."""
    text = environment.get("SOURCE_DATE_EPOCH")
    if text is None:
        return None
    if not text.isdecimal() or not EARLIEST_S <= int(text) <= LATEST_S:
        raise OutputUnusableError(
            f"SOURCE_DATE_EPOCH is {text!r}; it must be seconds, {EARLIEST_S}..{LATEST_S}"
        )
    return int(text)
