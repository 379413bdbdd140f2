"""A terminal in memory with as much of a VT100 as the picture needs: what would one see?"""

from __future__ import annotations

import os
import re

TOKEN = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|\x1b([78])|(\n)|([^\x1b\n])")


class SmallTerminal:
    """A TextIO as far as write() and flush() go; lines that scroll off the top are kept."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns = columns
        self.lines = [""] * lines
        self.scrolled_off: list[str] = []
        self.is_cursor_hidden = False
        self._top, self._bottom = 1, lines
        self._line, self._column = 1, 1
        self._saved = (1, 1)

    @property
    def size(self) -> os.terminal_size:
        return os.terminal_size((self.columns, len(self.lines)))

    @property
    def scrolls_all(self) -> bool:
        return (self._top, self._bottom) == (1, len(self.lines))

    def resize(self, columns: int, lines: int) -> None:
        """As xterm does: rows are cut or added at the end, and the whole of it scrolls again."""
        self.columns = columns
        self.lines = (self.lines + [""] * lines)[:lines]
        self._top, self._bottom = 1, lines
        self._line = min(self._line, lines)

    def write(self, text: str) -> int:
        position = 0
        while position < len(text):
            found = TOKEN.match(text, position)
            assert found is not None, repr(text[position : position + 10])
            position = found.end()
            self._take(*found.groups())
        return len(text)

    def flush(self) -> None:
        pass

    def _take(self, numbers: str, verb: str, store: str, feed: str, character: str) -> None:
        if character:
            self._put(character)
        elif feed:
            self._feed()
        elif store == "7":
            self._saved = (self._line, self._column)
        elif store == "8":
            self._line, self._column = self._saved
        else:
            self._command(verb, numbers)

    def _put(self, character: str) -> None:
        line = self.lines[self._line - 1].ljust(self._column - 1)
        line = line[: self._column - 1] + character + line[self._column :]
        assert len(line) <= self.columns
        self.lines[self._line - 1] = line
        self._column += 1

    def _feed(self) -> None:
        self._column = 1
        if self._line != self._bottom:
            self._line = min(self._line + 1, len(self.lines))
            return
        gone = self.lines.pop(self._top - 1)
        self.lines.insert(self._bottom - 1, "")
        if self._top == 1:
            self.scrolled_off.append(gone)

    def _command(self, verb: str, numbers: str) -> None:
        if numbers == "?25":
            self.is_cursor_hidden = verb == "l"
            return
        values = [int(number) for number in numbers.split(";") if number]
        if verb == "A":
            self._line = max(1, self._line - values[0])
        elif verb == "B":
            self._line = min(len(self.lines), self._line + values[0])
        elif verb == "H":
            self._line, self._column = values
        elif verb == "L":
            assert self.scrolls_all
            start = self._line - 1
            self.lines[start:] = ([""] * values[0] + self.lines[start:])[: len(self.lines) - start]
        elif verb == "r":
            self._top, self._bottom = values or (1, len(self.lines))
            self._line, self._column = 1, 1
        else:
            raise AssertionError(f"unknown command {verb}")
