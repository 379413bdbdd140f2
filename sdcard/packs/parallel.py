"""Does something with several cells at once: hashing and disks leave Python's lock alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

_WORKERS = 2


def in_parallel(work: Callable[[str], None], names: Iterable[str]) -> None:
    """Do something with each name; the first error ends it."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        futures: list[Future[None]] = [pool.submit(work, name) for name in names]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
