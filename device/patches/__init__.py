"""Stored patches: what one is, the file that keeps them, and those of the original instrument."""

from device.patches.original import import_original
from device.patches.patch import SLOTS, Patch
from device.patches.store import PatchStore

__all__ = ["SLOTS", "Patch", "PatchStore", "import_original"]
