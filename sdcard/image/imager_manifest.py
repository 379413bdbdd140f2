"""Writes the list with one entry by which Raspberry Pi Imager offers an image.

Keys as in Imager's doc/json-schema/os-list-schema.json (2.0). An address must have a scheme: Imager
takes no paths. "none" keeps it from offering user names and Wi-Fi, which only its own systems read.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

BOARDS = {
    "pi3-64bit": "Raspberry Pi 3",
    "pi4-64bit": "Raspberry Pi 4",
    "pi5-64bit": "Raspberry Pi 5",
}
"""Imager's tags of the boards that the instrument runs on."""
NAME = "latentpad"
DESCRIPTION = "An instrument that plays the sounds between four sounds"
ICON = "icons/use_custom.png"  # one that Imager brings along


@dataclass(frozen=True)
class Digests:
    """Sizes in bytes and SHA-256 of an image, before and after compression."""

    extract_bytes: int
    extract_sha256: str
    download_bytes: int
    download_sha256: str


def manifest(url: str, digests: Digests, time_s: int) -> bytes:
    """The file; `time_s`: seconds since 1970 that the image's files are of."""
    return (json.dumps(_document(url, digests, time_s), indent=2) + "\n").encode()


def _document(url: str, digests: Digests, time_s: int) -> dict[str, Any]:
    entry = {
        "name": NAME,
        "description": DESCRIPTION,
        "icon": ICON,
        "url": url,
        "extract_size": digests.extract_bytes,
        "extract_sha256": digests.extract_sha256,
        "image_download_size": digests.download_bytes,
        "image_download_sha256": digests.download_sha256,
        "release_date": time.strftime("%Y-%m-%d", time.gmtime(time_s)),
        "init_format": "none",
        "devices": [*BOARDS],
        "architecture": "armv8",
    }
    devices = [
        {
            "name": name,
            "description": f"Boards of the kind {tag}",
            "tags": [tag],
            "matching_type": "exclusive",
            "architecture": "armv8",
        }
        for tag, name in BOARDS.items()
    ]
    return {"imager": {"devices": devices}, "os_list": [entry]}
