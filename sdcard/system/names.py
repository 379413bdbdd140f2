"""Who the card is in networks, and to itself: host name, machine id, name servers."""

from __future__ import annotations

from sdcard.image.changes import BaseFiles, Change, PutFile, Symlink

OWN_ADDRESS = "127.0.1.1"
RESOLVERS = {
    "/usr/sbin/NetworkManager": "/run/NetworkManager/resolv.conf",
    "/usr/lib/systemd/systemd-resolved": "/run/systemd/resolve/stub-resolv.conf",
}
"""Program -> the file that it keeps, of which resolv.conf has to be a link: /etc is only read."""
MACHINE_ID, DBUS_ID = "/etc/machine-id", "/var/lib/dbus/machine-id"


def names(root: BaseFiles, hostname: str) -> list[Change]:
    """An empty machine id gives every start one of its own (machine-id(5)): no two cards share one.

    D-Bus makes its own unless it finds a link, and cannot here.
    """
    changes: list[Change] = [
        PutFile("/etc/hostname", f"{hostname}\n".encode()),
        PutFile("/etc/hosts", _hosts(root, hostname).encode()),
        PutFile(MACHINE_ID, b"", 0o444),
    ]
    if root.exists("/var/lib/dbus"):
        changes.append(Symlink(DBUS_ID, MACHINE_ID))
    kept = [file for program, file in RESOLVERS.items() if root.exists(program)]
    return [*changes, *(Symlink("/etc/resolv.conf", file) for file in kept[:1])]


def _hosts(root: BaseFiles, hostname: str) -> str:
    path = "/etc/hosts"
    text = root.read(path).decode(errors="replace") if root.exists(path) else ""
    lines = [line for line in text.splitlines() if line.split()[:1] != [OWN_ADDRESS]]
    if not any("localhost" in line.split() for line in lines):
        lines.insert(0, "127.0.0.1\tlocalhost")
    return "\n".join([*lines, f"{OWN_ADDRESS}\t{hostname}"]) + "\n"
