"""base.json on the state partition: for which machine and Python the card's base is made.

The image puts it there. A card's state partition is known by it, and whatever is put there later
has to fit to it: where a card is only mounted, its base cannot be looked at.
"""

from __future__ import annotations

import json
from pathlib import Path

from device.pack.fields import Fields
from device.pack.strict_json import loads
from sdcard.releases.describe import identify
from sdcard.releases.errors import NotAnInstrumentError
from sdcard.releases.manifest import read_machine, read_version, typed
from sdcard.releases.model import Machine
from sdcard.releases.places import BASE_NOTE, Places

_FORMAT, _FORMAT_VERSION = "latentpad-base", 1
_MOST_BYTES = 4096


def base_note(environment: Path) -> bytes:
    """The file's content for a card with this environment as its base. Raises ReleaseError."""
    version, machine = identify(environment)
    document = {
        "format": _FORMAT,
        "format_version": _FORMAT_VERSION,
        "version": version,
        "machine": machine.name,
        "python": machine.python,
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def read_base(places: Places) -> tuple[str, Machine]:
    """(version, machine) of the base. Raises NotAnInstrumentError and ReleaseDamagedError."""
    path = places.releases / BASE_NOTE
    try:
        data = path.read_bytes()
    except OSError as error:
        if places.base is not None and places.releases.is_dir():
            return identify(places.base)  # on the instrument itself one can look
        raise NotAnInstrumentError(
            f"{places.releases.parent}: no state of an instrument: {BASE_NOTE} cannot be read in"
            f" {places.releases.name}: {error.strerror}"
        ) from error
    with typed():
        fields = Fields(loads(data, _MOST_BYTES, str(path)), str(path))
        fields.choice("format", [_FORMAT])
        fields.integer("format_version", (_FORMAT_VERSION, _FORMAT_VERSION))
        version, machine = read_version(fields), read_machine(fields)
        fields.finish()
    return version, machine
