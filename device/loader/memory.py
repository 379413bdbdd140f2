"""Memory of whole pages for samples: reused buffers, and memory that is never paged out."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import mmap
import weakref
from collections import defaultdict, deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Int16 = NDArray[np.int16]

FRAME_BYTES = 2
CLASS_BYTES = 2**16  # buffers come in multiples of this, so that most fit most notes
SPARE_BYTES = 2**23  # kept for reuse; more goes back to the system


def _pages(size: int) -> Int16:
    """Zeros as int16, in pages of their own that go back to the system with the array."""
    if hasattr(mmap, "MAP_PRIVATE"):
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    else:
        memory = mmap.mmap(-1, size)
    return np.frombuffer(memory, np.int16)


def buffer_bytes(frames: int) -> int:
    """What a buffer for so many frames takes."""
    return max(1, -(-frames * FRAME_BYTES // CLASS_BYTES)) * CLASS_BYTES


class BufferPool:
    """Hands out buffers for rows and takes them back when their owner is no more; any thread."""

    def __init__(self) -> None:
        self._spare: defaultdict[int, list[Int16]] = defaultdict(list)  # by size in bytes
        self._spare_bytes = 0
        self._returned: deque[Int16] = deque()  # by a finalizer, which must not wait for a lock
        self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """Of buffers that belong to somebody."""
        self._collect()
        return self._used_bytes

    def take(self, frames: int) -> Int16:
        """A buffer of at least `frames` int16 with any content; the caller tells its owner()."""
        self._collect()
        size = buffer_bytes(frames)
        self._used_bytes += size
        if self._spare[size]:
            self._spare_bytes -= size
            return self._spare[size].pop()
        return _pages(size)

    def owned_by(self, owner: object, buffer: Int16) -> None:
        """The buffer comes back when `owner` is no longer referenced by anyone."""
        weakref.finalize(owner, self._returned.append, buffer).atexit = False

    def _collect(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                buffer = self._returned.popleft()
                self._used_bytes -= buffer.nbytes
                if self._spare_bytes + buffer.nbytes <= SPARE_BYTES:
                    self._spare[buffer.nbytes].append(buffer)
                    self._spare_bytes += buffer.nbytes


class Locker:
    """Memory that stays in RAM as far as RLIMIT_MEMLOCK allows; what it does not is counted."""

    def __init__(self) -> None:
        self.locked_bytes = 0
        self.refused_bytes = 0

    def take(self, frames: int) -> Int16:
        """int16 [frames] of zeros, locked if the system lets us, present in any case."""
        size = -(-frames * FRAME_BYTES // mmap.PAGESIZE) * mmap.PAGESIZE
        memory = _pages(size)
        if _lock(memory):
            self.locked_bytes += size
            weakref.finalize(memory, self._freed, size, 0).atexit = False
        else:
            memory[:] = 0  # touched, so that at least it begins in RAM
            self.refused_bytes += size
            weakref.finalize(memory, self._freed, 0, size).atexit = False
        return memory[:frames]

    def _freed(self, locked: int, refused: int) -> None:
        self.locked_bytes -= locked
        self.refused_bytes -= refused


def _lock(memory: Int16) -> bool:
    """mlock(2), where there is one; unmapping unlocks."""
    mlock = _mlock()
    return mlock is not None and mlock(memory.ctypes.data, memory.nbytes) == 0


@functools.cache
def _mlock() -> Callable[[int, int], int] | None:
    try:
        mlock = ctypes.CDLL(None).mlock
    except (OSError, TypeError, AttributeError):  # no libc to load, or one without mlock
        return None
    mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return mlock
