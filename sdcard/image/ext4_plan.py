"""Plans the commands by which debugfs changes an ext4 file system, and what they lead to."""

from __future__ import annotations

import os
import posixpath
import stat
from pathlib import Path

from sdcard.image.changes import Change, Delete, MakeDirectory, PutFile, Symlink
from sdcard.image.errors import ChangeRefusedError
from sdcard.image.ext4_debugfs import Debugfs, quoted
from sdcard.image.ext4_tree import Ext4Tree, Node

PERMISSIONS = 0o7777
NEW_DIRECTORY = Node(stat.S_IFDIR | 0o755, 0, 0)  # as debugfs makes it


class Ext4Plan:
    """Commands, and the tree as it will be; nothing is changed by making it."""

    def __init__(self, debugfs: Debugfs, folder: Path) -> None:
        """`folder`, of this machine, is where debugfs will find files under short names."""
        self.tree = Ext4Tree(debugfs)
        self.commands: list[str] = []
        self.touched: set[str] = set()
        """Directories in which something will have changed."""
        self._folder = folder
        self._place = "/"  # where debugfs is in the file system
        self._staged = 0

    def add(self, change: Change) -> None:
        """One more; later ones see what it does. Raises ChangeRefusedError."""
        if isinstance(change, PutFile | MakeDirectory) and change.mode & ~PERMISSIONS:
            raise ChangeRefusedError(f"{change.path}: mode 0{change.mode:o} is not 0..07777")
        if not change.path.startswith("/") or posixpath.basename(change.path) in ("", ".", ".."):
            raise ChangeRefusedError(f"{change.path!r}: not an absolute path to something")
        folder = self._folder_of(change)
        if folder is None:
            return
        path = posixpath.join(folder, posixpath.basename(change.path))
        node = self.tree.entries(folder).get(posixpath.basename(path))
        match change:
            case PutFile():
                self._put(path, node, change)
            case MakeDirectory():
                self._make_directory(path, node, change)
            case Symlink():
                self._link(path, node, change.target)
            case Delete():
                self._delete(path, node)

    def _folder_of(self, change: Change) -> str | None:
        """The real path of its directory, made if missing; None if there is nothing to delete."""
        parent = posixpath.dirname(change.path)
        real, node = self.tree.find(parent)
        if node is None and isinstance(change, Delete):
            return None
        if node is None:
            return self._make_missing(real, change.path)
        if not node.is_directory:
            raise ChangeRefusedError(f"{change.path}: {real} is not a directory")
        return real

    def _make_missing(self, real: str, path: str) -> str:
        parent, node = self.tree.find(posixpath.dirname(real))
        if node is None:
            self._make_missing(parent, path)
        elif not node.is_directory:
            raise ChangeRefusedError(f"{path}: {parent} is not a directory")
        self._make_directory(real, None, MakeDirectory(real))
        return real

    def _put(self, path: str, node: Node | None, change: PutFile) -> None:
        self._clear(path, node)
        staged = self._stage(change)
        found = self._look_at(staged, change)
        wanted = Node(stat.S_IFREG | change.mode, change.uid, change.gid, found.st_size)
        self._command("write", path, staged.name)
        self._set(path, wanted, Node(found.st_mode, 0, 0))  # debugfs keeps the mode only
        self.tree.put(path, wanted)

    def _stage(self, change: PutFile) -> Path:
        """A file with a short name for debugfs, in a folder of this machine."""
        self._staged += 1
        staged = self._folder / str(self._staged)
        if isinstance(change.data, Path):
            staged.symlink_to(change.data.resolve())
        else:
            staged.write_bytes(change.data)
            staged.chmod(change.mode | stat.S_IRUSR)  # or debugfs could not read it
        return staged

    def _look_at(self, staged: Path, change: PutFile) -> os.stat_result:
        try:
            found = staged.stat()
        except OSError as error:
            raise ChangeRefusedError(
                f"{change.path}: {staged.readlink()}: {error.strerror}"
            ) from error
        if not stat.S_ISREG(found.st_mode):
            raise ChangeRefusedError(f"{change.path}: {staged.readlink()}: not a file")
        return found

    def _make_directory(self, path: str, node: Node | None, change: MakeDirectory) -> None:
        if node is not None and not node.is_directory:
            raise ChangeRefusedError(f"{path}: is a file or a link, and so no directory")
        if node is None:
            self._command("mkdir", path)
        wanted = Node(stat.S_IFDIR | change.mode, change.uid, change.gid)
        self._set(path, wanted, node or NEW_DIRECTORY)
        self.tree.put(path, wanted)

    def _link(self, path: str, node: Node | None, target: str) -> None:
        self._clear(path, node)
        self._command("symlink", path)
        self.commands[-1] += f" {quoted(target)}"
        size = len(target.encode("utf-8", "surrogateescape"))
        self.tree.put(path, Node(stat.S_IFLNK | 0o777, 0, 0, size), target)

    def _clear(self, path: str, node: Node | None) -> None:
        """Make room for a file or link."""
        if node is not None and node.is_directory:
            raise ChangeRefusedError(f"{path}: is a directory; delete it first")
        self._delete(path, node)

    def _delete(self, path: str, node: Node | None) -> None:
        if node is None:
            return
        if node.is_directory:
            for name, below in sorted(self.tree.entries(path).items()):
                self._delete(posixpath.join(path, name), below)
        self._command("rmdir" if node.is_directory else "rm", path)
        self.tree.drop(path)
        self.touched.discard(path)

    def _set(self, path: str, wanted: Node, found: Node) -> None:
        """Mode and owners, where they are not so already."""
        for field in ("mode", "uid", "gid"):
            value = getattr(wanted, field)
            if value != getattr(found, field):
                self._command("set_inode_field", path)
                self.commands[-1] += f" {field} {f'0{value:o}' if field == 'mode' else value}"

    def _command(self, verb: str, path: str, source: str = "") -> None:
        """On the last part of a path, in its directory: debugfs writes and links only there."""
        folder, name = posixpath.split(path)
        if folder != self._place:
            self.commands.append(f"cd {quoted(folder)}")
            self._place = folder
        self.commands.append(" ".join(filter(None, (verb, source, quoted(name)))))
        self.touched.add(folder)
