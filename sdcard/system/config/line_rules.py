"""What can be wrong with a line of config.txt by itself: form, names of overlays and parameters."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from sdcard.system.config.boards import overlay_name
from sdcard.system.config.findings import WARNING, Finding, at
from sdcard.system.config.lines import LONGEST, MODELS, Kind, Line, filter_kind, words
from sdcard.system.config.overlays import Catalogue

SETTINGS = (
    "dtoverlay", "dtparam", "enable_uart", "arm_64bit", "arm_boost", "auto_initramfs", "kernel",
    "camera_auto_detect", "display_auto_detect", "disable_overscan", "disable_fw_kms_setup",
    "max_framebuffers", "gpu_mem", "otg_mode", "boot_delay", "disable_splash", "core_freq",
    "arm_freq", "force_turbo", "over_voltage", "initial_turbo", "hdmi_force_hotplug", "gpio",
    "init_uart_clock", "uart_2ndstage", "avoid_warnings", "dtdebug", "os_prefix", "cmdline",
)  # fmt: skip
"""Names that a misspelt one is compared with; others exist and are let be."""


def line_findings(lines: list[Line], catalogue: Catalogue) -> Iterator[Finding]:
    """Of all lines, one after the other."""
    scope = ""
    for line in lines:
        if line.kind in (Kind.EMPTY, Kind.COMMENT):
            continue
        yield from _form(line)
        if line.kind is not Kind.SETTING:
            continue
        if line.name == "dtoverlay":
            scope = overlay_name(line.value)
            yield from _overlay(line, scope, catalogue)
        elif line.name == "dtparam":
            yield from _parameters(line, scope, catalogue)
        else:
            yield from _name(line)


def _form(line: Line) -> Iterator[Finding]:
    if len(line.text) > LONGEST:
        more = len(line.text) - LONGEST
        yield at(line, f"the firmware cuts the last {more} characters off", "make two lines of it")
    if line.kind is Kind.FILTER and not filter_kind(line.name):
        close = _close(line.name, (*MODELS, "all", "none")) or "all"
        yield at(line, "there is no such filter", f"write [{close}]")
    if line.kind is Kind.DIRECTIVE and line.name == "include":
        yield at(line, "what is in there is not checked", "check that file too", WARNING)
    if line.kind is Kind.OTHER:
        yield at(line, "this is neither a setting, a filter nor a comment", "begin it with #")
    if line.kind is not Kind.SETTING:
        return
    if "#" in line.value:
        instead = "put the comment on a line of its own"
        yield at(line, "what follows the # belongs to the value", instead)
    if line.text.strip() != f"{line.name}={line.value}" or line.text[:1].isspace():
        yield at(line, "spaces do not belong here", f"write {line.name}={line.value}")


def _overlay(line: Line, name: str, catalogue: Catalogue) -> Iterator[Finding]:
    if not name:
        return
    if name in catalogue.instead:
        new = catalogue.instead[name]
        instead = new if "=" in new else f"dtoverlay={new}"
        yield at(line, f"{name} is of the past", f"write {instead}", WARNING)
        return
    if name not in catalogue.parameters:
        yield from _unknown_overlay(line, name, catalogue)
        return
    for parameter, _ in words(line.value[len(name) :].lstrip(",:")):
        if catalogue.takes(name, parameter) is False:
            known = catalogue.parameters[name] or frozenset()
            yield at(line, f"{name} has no parameter {parameter}", _instead(parameter, known))


def _unknown_overlay(line: Line, name: str, catalogue: Catalogue) -> Iterator[Finding]:
    close = _close(name, tuple(catalogue.parameters))
    if catalogue.is_complete or close:
        instead = f"write dtoverlay={close}" if close else "see overlays/README for what there is"
        yield at(line, f"there is no overlay {name}", instead)
    else:
        yield at(line, f"{name} is not known here", "see overlays/README for what it does", WARNING)


def _parameters(line: Line, scope: str, catalogue: Catalogue) -> Iterator[Finding]:
    for name, _ in words(line.value):
        if name in catalogue.base or catalogue.takes(scope, name):
            continue
        if scope and catalogue.takes(scope, name) is None:
            continue
        yield at(line, f"there is no parameter {name}", _instead(name, catalogue.base))


def _name(line: Line) -> Iterator[Finding]:
    close = _close(line.name, SETTINGS)
    if line.name not in SETTINGS and close:
        yield at(line, f"{line.name} may be misspelt", f"write {close}={line.value}", WARNING)


def _instead(name: str, known: frozenset[str]) -> str:
    close = _close(name, tuple(sorted(known)))
    if close:
        return f"write {close}"
    return f"it has {', '.join(sorted(known))}" if 0 < len(known) < 9 else "delete it"


def _close(name: str, known: tuple[str, ...]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1, 0.8)), "")
