"""Public SSH keys from the boot partition: those that are keys are taken, the others are told."""

from __future__ import annotations

import base64
import binascii
import itertools
import struct
from collections.abc import Callable
from pathlib import Path

from sdcard.system.errors import BootFileError
from sdcard.system.on_card.placing import make_folder, put
from sdcard.system.on_card.texts import plain_name, read_text

KINDS = (
    "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
FOR_PERSON, FOR_ROOT, PUBLIC = "authorized_keys", "root_authorized_keys", ".pub"
PRIVATE = "PRIVATE KEY-----"


def take_keys(
    drop_in: Path, target: Path, person: str, refuse: Callable[[BootFileError], None]
) -> list[str]:
    """Write one file per user into `target`, where sshd looks; returns what was taken.

    sshd reads them as the user who wants to come in: they are public, and only root may write.
    """
    make_folder(target, 0o755)
    taken = []
    for user, files in _files(drop_in, person).items():
        lines = [line for file in files for line in _keys(file, refuse)]
        put(target / user, "".join(f"{line}\n" for line in lines), 0o644)
        if lines:
            taken.append(f"{len(lines)} keys for {user}")
    return taken


def _files(drop_in: Path, person: str) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {person: [], "root": []}
    for path in sorted(drop_in.iterdir()) if drop_in.is_dir() else []:
        name = plain_name(path.name).lower()
        if name == FOR_ROOT:
            found["root"].append(path)
        elif name == FOR_PERSON or (name.endswith(PUBLIC) and not name.startswith(".")):
            found[person].append(path)
    return found


def _keys(path: Path, refuse: Callable[[BootFileError], None]) -> list[str]:
    try:
        text = read_text(path)
    except BootFileError as error:
        refuse(error)
        return []
    if PRIVATE in text:
        refuse(BootFileError(f"{path}: a private key! Take it off the card; its .pub belongs here"))
        return []
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if is_key(line):
            lines.append(line.strip())
        else:
            refuse(BootFileError(f"{path}, line {number}: this is no public key"))
    return lines


def is_key(line: str) -> bool:
    """Whether a line has a kind of key and, after it, a key of this kind (sshd(8), RFC 4253)."""
    for kind, blob in itertools.pairwise(line.split()):
        if kind in KINDS:
            begin = struct.pack(">I", len(kind)) + kind.encode()
            try:
                data = base64.b64decode(blob, validate=True)
            except (binascii.Error, ValueError):
                return False
            return data.startswith(begin) and line.isprintable()
    return False
