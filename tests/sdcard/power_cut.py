"""A card that remembers every change, and shows what may be found on it after a power cut.

What a file system promises is little: the bytes of a file are there once the file was synchronised,
a name once its directory was. Before that, each change may be there or not, in any order: a disk
without a journal, as FAT is, writes its sectors as they come. A rename is two changes here, the new
name and the end of the old one, for FAT keeps them in two places. And until the file is
synchronised once more, a new name may be that of an empty file, or still that of the old one: the
length and place of a file lie beside its name, and Linux writes them with the file.
"""

from __future__ import annotations

import io
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sdcard.packs import durable

Tree = dict[str, bytes | None]  # path -> content; None for a directory
ROOT = 0


@dataclass(frozen=True)
class Named:
    """A name in a directory now stands for something else, or (None) for nothing."""

    directory: int
    name: str
    what: int | None
    is_renamed: bool = False


@dataclass(frozen=True)
class Wrote:
    """Bytes went into a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Synchronised:
    """A file's bytes, or a directory's names, are safe; None: those of all files, and all names."""

    what: int | None


Event = Named | Wrote | Synchronised


@dataclass
class File:
    """Bytes that are safe, and writes that may or may not be there."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Wrote] = field(default_factory=list)

    def content(self, kept: Callable[[Wrote], bytes | None]) -> bytes:
        """What is found if `kept` decides what is left of each unsafe write."""
        found = bytearray(self.safe)
        for write in self.pending:
            data = kept(write)
            if data is not None:
                found.extend(bytes(max(0, write.offset + len(data) - len(found))))
                found[write.offset : write.offset + len(data)] = data
        return bytes(found)


class Disk:
    """What is safe after some events, and what is not."""

    def __init__(self) -> None:
        self.directories: set[int] = {ROOT}
        self.files: dict[int, File] = {}
        self.names: dict[tuple[int, str], list[int | None]] = {}  # oldest safe, newest last
        self.unwritten: dict[tuple[int, str], tuple[int, int | None]] = {}  # new and old file

    def apply(self, event: Event) -> None:
        """Let one more event happen."""
        if isinstance(event, Named):
            key = (event.directory, event.name)
            values = self.names.setdefault(key, [None])
            self.unwritten.pop(key, None)
            if event.is_renamed and event.what is not None:
                self.unwritten[key] = (event.what, values[-1])
            values.append(event.what)
        elif isinstance(event, Wrote):
            self.files[event.file].pending.append(event)
        else:
            self._synchronise(event.what)

    def _synchronise(self, what: int | None) -> None:
        for (directory, _), values in self.names.items():
            if what in (directory, None):
                del values[:-1]
        for number, file in self.files.items():
            if what in (number, None):
                file.safe, file.pending = bytearray(file.content(lambda write: write.data)), []
                self.unwritten = {
                    key: pair for key, pair in self.unwritten.items() if pair[0] != number
                }

    def tree(
        self,
        value: Callable[[list[int | None]], int | None],
        kept: Callable[[Wrote], bytes | None],
    ) -> Tree:
        """What is found if each name takes one of its possible values, each write part of it."""
        chosen = {key: value(values) for key, values in self.names.items()}
        found: Tree = {}

        def walk(directory: int, prefix: str) -> None:
            for (parent, name), what in chosen.items():
                if parent != directory or what is None:
                    continue
                if what in self.directories:
                    found[prefix + name] = None
                    walk(what, f"{prefix}{name}/")
                else:
                    found[prefix + name] = self._content((directory, name), what, kept)

        walk(ROOT, "")
        return found

    def single_losses(self) -> Iterator[Tree]:
        """All is there but the bytes of one file, or but one change of a name."""
        for lost, file in self.files.items():
            if file.pending:
                yield self.tree(
                    VALUES[0], lambda write, lost=lost: None if write.file == lost else write.data
                )
        for values in [values for values in self.names.values() if len(values) > 1]:
            yield self.tree(lambda own, lost=values: own[0 if own is lost else -1], KEPT[0])

    def _content(
        self, key: tuple[int, str], what: int, kept: Callable[[Wrote], bytes | None]
    ) -> bytes:
        """What a name gives to read."""
        new, old = self.unwritten.get(key, (None, None))
        place = Wrote(what, 0, b"length and place")
        if new == what and kept(place) != place.data:
            return b"" if old is None else self.files[old].content(kept)
        return self.files[what].content(kept)


KEPT: tuple[Callable[[Wrote], bytes | None], ...] = (
    lambda write: write.data,
    lambda write: None,
    lambda write: bytes(len(write.data)),  # the length is there, the bytes are not
    lambda write: write.data[: len(write.data) // 2],
)
VALUES: tuple[Callable[[list[int | None]], int | None], ...] = (
    lambda values: values[-1],
    lambda values: values[0],
)


class Card:
    """Records what is done to a directory, by any thread, through `os` or a file object."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[Event] = []
        self._ids: dict[int, int] = {path.stat().st_ino: ROOT}
        self._lock = threading.RLock()
        self.on_change: Callable[[], None] = lambda: None  # may raise, as a missing card does
        self._start: list[Event] = []
        self._start_kinds: dict[int, bool] = {ROOT: True}  # id -> whether it is a directory
        self._scan(path)

    def _scan(self, directory: Path) -> None:
        for path in sorted(directory.iterdir()):
            self._start += self._appeared(path)
            if path.is_dir():
                self._scan(path)
            else:
                self._start.append(Wrote(self._id(path), 0, path.read_bytes()))
                self._start.append(Synchronised(self._id(path)))
        self._start.append(Synchronised(self._id(directory)))

    def _id(self, path: Path) -> int:
        return self._ids[path.stat().st_ino]

    def _appeared(self, path: Path) -> list[Event]:
        """Something new has a name."""
        number = len(self._start_kinds)
        self._ids[path.stat().st_ino] = number
        self._start_kinds[number] = path.is_dir()
        return [Named(self._id(path.parent), path.name, number)]

    def _is_inside(self, path: Any) -> bool:  # noqa: ANN401
        return isinstance(path, (str, os.PathLike)) and self.path in Path(path).parents

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record until the block ends."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir"):
                wrapper = getattr(self, f"_{name}")
                patch.setattr(os, name, self._locked(wrapper, getattr(os, name)))
            patch.setattr(durable, "_sync_file_system", self._locked(self._sync_all, os.sync))
            patch.setattr(io, "open", self._locked(self._file, io.open))
            yield

    def _locked(self, wrapper: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
        def locked(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            with self._lock:
                return wrapper(call, *arguments, **named)

        return locked

    def _open(self, call: Callable[..., int], path: Any, flags: int, *rest: Any) -> int:  # noqa: ANN401
        is_new = bool(flags & os.O_CREAT) and self._is_inside(path)
        if is_new:
            assert flags & os.O_EXCL, "a file in use must not be written over"
            self.on_change()
        descriptor = call(path, flags, *rest)
        if is_new:
            self.events += self._appeared(Path(path))
        return descriptor

    def _file(self, call: Callable[..., Any], path: Any, mode: str = "r", *rest: Any) -> Any:  # noqa: ANN401
        if not self._is_inside(path) or not set(mode) & set("wxa+"):
            return call(path, mode, *rest)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        return io.BufferedWriter(_Raw(descriptor, "wb"))

    def _write(self, call: Callable[..., int], descriptor: int, data: Any) -> int:  # noqa: ANN401
        number = self._ids.get(os.fstat(descriptor).st_ino)
        if number is None:
            return call(descriptor, data)
        self.on_change()
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        written = call(descriptor, data)
        self.events.append(Wrote(number, offset, bytes(data[:written])))
        return written

    def _fsync(self, call: Callable[..., None], descriptor: int) -> None:
        self.on_change()
        call(descriptor)
        number = self._ids.get(os.fstat(descriptor).st_ino)
        if number is not None:
            self.events.append(Synchronised(number))

    def _sync_all(self, call: Callable[[], None], directory: Path) -> None:
        self.on_change()
        self.events.append(Synchronised(None))

    def _replace(self, call: Callable[..., None], old: Any, new: Any) -> None:  # noqa: ANN401
        if not self._is_inside(old):
            return call(old, new)
        self.on_change()
        old, new = Path(old), Path(new)
        call(old, new)
        self.events.append(Named(self._id(new.parent), new.name, self._id(new), is_renamed=True))
        self.events.append(Named(self._id(old.parent), old.name, None))

    _rename = _replace

    def _unlink(self, call: Callable[..., None], path: Any) -> None:  # noqa: ANN401
        if not self._is_inside(path):
            return call(path)
        self.on_change()
        call(path)
        self.events.append(Named(self._id(Path(path).parent), Path(path).name, None))

    _rmdir = _unlink

    def _mkdir(self, call: Callable[..., None], path: Any, *rest: Any) -> None:  # noqa: ANN401
        if not self._is_inside(path):
            return call(path, *rest)
        self.on_change()
        call(path, *rest)
        self.events += self._appeared(Path(path))

    def states(self, seed: int = 0, chances: int = 3) -> list[Tree]:
        """Different trees that may be found after a cut before, between and after all events.

        The first is that of before, the last that of after. `chances`: mixed ones per cut.
        """
        disk, chance = self._fresh(), random.Random(seed)
        found: dict[int, Tree] = {}
        for event in (None, *self.events):
            if event is not None:
                disk.apply(event)
            trees = [disk.tree(value, kept) for value in VALUES for kept in KEPT]
            trees += [
                disk.tree(chance.choice, lambda write: chance.choice(KEPT)(write))
                for _ in range(chances)
            ]
            if isinstance(event, Named) and event.is_renamed:  # here others rely on what was done
                trees += disk.single_losses()
            for tree in trees:
                found.setdefault(hash(tuple(sorted(tree.items(), key=str))), tree)
        last = disk.tree(VALUES[0], KEPT[0])
        return [*found.values(), last]

    def final_states(self) -> list[Tree]:
        """Trees that may be found after a cut when all is said to be done."""
        disk = self._fresh()
        for event in self.events:
            disk.apply(event)
        return [disk.tree(value, kept) for value in VALUES for kept in KEPT]

    def _fresh(self) -> Disk:
        disk = Disk()
        for number, is_directory in self._start_kinds.items():
            if is_directory:
                disk.directories.add(number)
            else:
                disk.files[number] = File()
        for event in self._start:
            disk.apply(event)
        return disk


class _Raw(io.FileIO):
    """A file of which the writes go through `os.write`."""

    def write(self, data: Any) -> int:  # noqa: ANN401
        return os.write(self.fileno(), bytes(data))


def tree_of(directory: Path) -> Tree:
    """What is in a directory."""
    return {
        str(path.relative_to(directory)): None if path.is_dir() else path.read_bytes()
        for path in directory.rglob("*")
    }


def lay_out(tree: Tree, directory: Path) -> Path:
    """Make a directory hold a tree."""
    directory.mkdir()
    for name in sorted(tree):
        path, data = directory / name, tree[name]
        if data is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return directory
