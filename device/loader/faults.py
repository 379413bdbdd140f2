"""What went wrong on the card: counted, and told once each."""

from __future__ import annotations

import threading


class Faults:
    """Faults in words; any thread may add them and another one read them."""

    def __init__(self) -> None:
        self.count = 0
        self._known: set[str] = set()
        self._news: list[str] = []
        self._lock = threading.Lock()

    def add(self, text: str) -> None:
        """It happened (again)."""
        with self._lock:
            self.count += 1
            if text not in self._known:
                self._known.add(text)
                self._news.append(text)

    def forget(self) -> None:
        """What happens again from now on is news again."""
        with self._lock:
            self._known.clear()

    def take(self) -> list[str]:
        """Those that nobody has been told of yet."""
        with self._lock:
            news, self._news = self._news, []
            return news
