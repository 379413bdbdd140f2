"""Looks at the files of an ext4 file system in a file, without mounting it."""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from sdcard.image.errors import BaseFileMissingError, Ext4Error
from sdcard.image.ext4_debugfs import Debugfs, quoted

# inode, mode, owner, group, name, and the size of what is no directory
LINE = re.compile(r"/[1-9]\d*/(\d{6})/(\d+)/(\d+)/(.+)/(\d*)/")
UNUSED = "/0/"  # begins what is told of a slot without a name
FAST_TARGET = re.compile(rb'^Fast link dest: "(.*)"$', re.MULTILINE)
MOST_LINKS = 40  # as Linux follows


@dataclass(frozen=True)
class Node:
    """What a name in a directory stands for."""

    mode: int  # with its type, as st_mode
    uid: int
    gid: int
    size: int = 0

    @property
    def is_directory(self) -> bool:
        """Whether it has names below it."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it stands for another path."""
        return stat.S_ISLNK(self.mode)


class Ext4Tree:
    """Names and what they stand for; what was looked at is remembered.

    `put` and `drop` change only what is remembered: so it can go ahead of the file system.
    """

    def __init__(self, debugfs: Debugfs) -> None:
        self._debugfs = debugfs
        self._entries: dict[str, dict[str, Node]] = {}
        self._targets: dict[str, str] = {}

    def entries(self, folder: str) -> dict[str, Node]:
        """Of a directory whose path has no links in it."""
        if folder not in self._entries:
            self.load([folder])
        return self._entries[folder]

    def load(self, folders: Sequence[str]) -> None:
        """Look at many directories at once, which takes no longer than one."""
        commands = [f"ls -p {quoted(folder)}" for folder in folders]
        for folder, told in zip(folders, self._debugfs.read(commands), strict=True):
            self._entries[folder] = self._parse(folder, told.decode("utf-8", "surrogateescape"))

    def _parse(self, folder: str, told: str) -> dict[str, Node]:
        found = {}
        for line in told.split("\n"):
            if not line or line.startswith(UNUSED):
                continue
            match = LINE.fullmatch(line)
            if match is None:
                raise Ext4Error(f"{self._debugfs.volume}: {folder} has a strange name: {line!r}")
            mode, uid, gid, name, size = match.groups()
            if name not in (".", ".."):
                found[name] = Node(int(mode, 8), int(uid), int(gid), int(size or 0))
        return found

    def put(self, path: str, node: Node, target: str = "") -> None:
        """Remember something new, or new facts, at a path without links."""
        folder, name = posixpath.split(path)
        is_new = name not in self.entries(folder)
        self.entries(folder)[name] = node
        if node.is_directory and is_new:
            self._entries[path] = {}
        self._targets[path] = target

    def drop(self, path: str) -> None:
        """Remember that there is nothing any more; of a directory, that it is empty is known."""
        folder, name = posixpath.split(path)
        del self.entries(folder)[name]
        self._entries.pop(path, None)

    def target(self, path: str) -> str:
        """Where a symbolic link points to."""
        if path not in self._targets:
            (told,) = self._debugfs.read([f"stat {quoted(path)}"])
            fast = FAST_TARGET.search(told)
            target = fast[1] if fast else self._debugfs.content(path)
            self._targets[path] = target.decode("utf-8", "surrogateescape")
        return self._targets[path]

    def find(self, path: str, links: int = MOST_LINKS) -> tuple[str, Node | None]:
        """(path without links, what is there or None): all links are followed.

        Parts that are missing, or lie below something that is no directory, stay as they are.
        """
        real, node = "/", Node(stat.S_IFDIR | 0o755, 0, 0)
        parts = [part for part in posixpath.normpath(path).split("/") if part]
        for index, part in enumerate(parts):
            found = self.entries(real).get(part) if node.is_directory else None
            here = posixpath.join(real, part)
            if found is None:
                return posixpath.join(here, *parts[index + 1 :]), None
            if found.is_link:
                if links == 0:
                    raise Ext4Error(f"{self._debugfs.volume}: {path}: too many links in a chain")
                rest = posixpath.join(real, self.target(here), *parts[index + 1 :])
                return self.find(rest, links - 1)
            real, node = here, found
        return real, node


class Ext4Files:
    """The files of a base's root: a BaseFiles."""

    def __init__(self, tree: Ext4Tree, debugfs: Debugfs) -> None:
        self._tree, self._debugfs = tree, debugfs

    def read(self, path: str) -> bytes:
        """Content of a regular file; links are followed. Raises BaseFileMissingError."""
        real, node = self._tree.find(path)
        if node is None or not stat.S_ISREG(node.mode):
            what = "no such file" if node is None else "not a file"
            raise BaseFileMissingError(f"{path}: {what} in the base")
        return self._debugfs.content(real)

    def exists(self, path: str) -> bool:
        """Whether there is anything: a file, a directory, a link that leads somewhere."""
        return self._tree.find(path)[1] is not None
