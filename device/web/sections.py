"""The View cut into sections of JSON, each written again only when it has changed.

A page gets {"type": "view", section: ..., ...} with the sections that it has not seen. Long lists
that stay the same (instruments, packs) are sections of their own. Numbers are rounded to what can
be seen, so that noise in the last digits is no change; `time_s` is left out for the same reason.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from enum import Enum
from typing import Any

from device.usb.view import UsbView
from device.view import PotView, StatusView, View


def _status(status: StatusView) -> object:
    return dataclasses.replace(
        status,
        load=round(status.load, 2),
        latency_ms=round(status.latency_ms, 1),
        peak=round(status.peak, 2),
    )


def _pots(pots: tuple[PotView, ...]) -> object:
    return [
        dataclasses.replace(
            pot,
            turn=round(pot.turn, 4),
            physical=None if pot.physical is None else round(pot.physical, 4),
        )
        for pot in pots
    ]


def _chosen(view: View) -> object:
    return {
        "pack": view.pack,
        "pack_index": view.pack_index,
        "instruments": [corner.index for corner in view.corners],
        "corner": view.corner,
        "pot": view.pot,
        "channel": view.channel,
        "screen": view.screen,
    }


def _usb(usb: UsbView) -> object:
    install = usb.install
    return {
        "sticks": usb.sticks,
        "trouble": usb.trouble,
        "chosen": usb.chosen,
        "offers": usb.offers,
        "install": install
        and {
            "name": install.name,
            "phase": install.phase,
            "part": round(install.part, 3),
            "left_s": None if install.left_s is None else round(install.left_s),
            "text": install.text,
        },
    }


def _same(value: object) -> object:
    return value


# name -> its part of the view, and how that is rounded; the first is cheap, for every new view
SECTIONS: dict[str, tuple[Callable[[View], Any], Callable[[Any], object]]] = {
    "instruments": (lambda view: [corner.names for corner in view.corners], _same),
    "packs": (lambda view: view.packs, _same),
    "chosen": (_chosen, _same),
    "pad": (lambda view: (round(view.x, 4), round(view.y, 4), view.is_touched), _same),
    "pots": (lambda view: view.pots, _pots),
    "patch": (lambda view: view.patch, _same),
    "slots": (lambda view: view.patch_slots, _same),
    "midi": (lambda view: view.midi, _same),
    "faults": (lambda view: view.faults, _same),
    "notices": (lambda view: view.notices, _same),
    "usb": (lambda view: view.usb, _usb),
    "checks": (lambda view: view.checks, _same),
    "status": (lambda view: view.status, _status),
}


class Sections:
    """The latest sections as JSON with a version each; 0 is "never written"."""

    def __init__(self) -> None:
        self.versions = dict.fromkeys(SECTIONS, 0)
        self._parts: dict[str, object] = {}
        self._texts: dict[str, str] = {}
        self._view: View | None = None

    def update(self, view: View | None) -> None:
        """Write the sections that differ from those before; None changes nothing."""
        if view is None or view is self._view:
            return
        self._view = view
        for name, (pick, rounded) in SECTIONS.items():
            part = pick(view)
            if name not in self._parts or part != self._parts[name]:
                self._parts[name] = part
                self._write(name, rounded(part))

    def _write(self, name: str, value: object) -> None:
        text = json.dumps(value, default=_plain, separators=(",", ":"))
        if text != self._texts.get(name):
            self._texts[name] = text
            self.versions[name] += 1

    def message(self, seen: dict[str, int]) -> str | None:
        """What somebody who has seen these versions must be told; marks it as seen."""
        news = [name for name, version in self.versions.items() if seen.get(name, 0) != version]
        if not news:
            return None
        seen.update({name: self.versions[name] for name in news})
        parts = [f'"{name}":{self._texts[name]}' for name in news]
        return f'{{"type":"view",{",".join(parts)}}}'


def _plain(value: object) -> object:
    """Parts of a view that JSON does not know."""
    if isinstance(value, Enum):
        return value.value
    assert dataclasses.is_dataclass(value), f"{value!r} has no place in a view"
    return vars(value)
