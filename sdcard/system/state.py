"""What is on the state partition at first: folders with their owners, and the settings."""

from __future__ import annotations

from pathlib import Path

from sdcard.image.changes import BaseFiles, Change, MakeDirectory, PutFile
from sdcard.image.layout import HOME_ON_STATE, RELEASES, SETTINGS, SSH_KEYS, STATE
from sdcard.releases.base_note import base_note
from sdcard.releases.places import BASE_NOTE
from sdcard.system.accounts import HOME as PERSONS_HOME
from sdcard.system.accounts import PERSON_ID, Accounts
from sdcard.system.fstab import kept_at, kept_folders

NETWORKS = f"{STATE.mount}/network"
"""Connections that are made on the instrument; that of the settings of NetworkManager."""
SETTINGS_MODE = 0o660  # the person who logs in is of the instrument's group, and may edit them
SKELETON = (".bashrc", ".bash_logout", ".profile")


def state_changes(
    root: BaseFiles, accounts: Accounts, settings: bytes, environment: Path
) -> list[Change]:
    """For the partition itself, where /data/ssh is /ssh; `environment`: the base's.

    Raises ReleaseError if that is none.
    """
    owner = accounts.uid, accounts.gid
    changes: list[Change] = [
        MakeDirectory(_inside(HOME_ON_STATE), 0o750, *owner),
        PutFile(
            f"{_inside(HOME_ON_STATE)}/{SETTINGS.rpartition('/')[2]}",
            settings,
            SETTINGS_MODE,
            *owner,
        ),
        MakeDirectory(_inside(RELEASES)),
        PutFile(f"{_inside(RELEASES)}/{BASE_NOTE}", base_note(environment)),
        MakeDirectory(_inside(SSH_KEYS), 0o700),
        MakeDirectory(_inside(NETWORKS), 0o700),
        *(MakeDirectory(_inside(kept_at(path))) for path in kept_folders(root)),
        MakeDirectory(_inside(PERSONS_HOME), 0o700, PERSON_ID, PERSON_ID),
    ]
    for name in SKELETON:
        if root.exists(f"/etc/skel/{name}"):
            data = root.read(f"/etc/skel/{name}")
            path = f"{_inside(PERSONS_HOME)}/{name}"
            changes.append(PutFile(path, data, 0o644, PERSON_ID, PERSON_ID))
    return changes


def _inside(path: str) -> str:
    return path.removeprefix(STATE.mount)
