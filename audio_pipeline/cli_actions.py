"""Kinds of command-line options that argparse lacks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


class InsteadFlag(argparse.Action):
    """A flag that asks for something else, so that arguments which are required no longer are.

    `frees` are those arguments. (Positional ones with nargs="?" would not do: argparse takes
    them as absent once an option stands before them.)
    """

    def __init__(
        self,
        *,
        frees: Sequence[argparse.Action],
        option_strings: Sequence[str],
        dest: str,
        help: str,
    ) -> None:
        super().__init__(option_strings, dest, nargs=0, default=False, help=help)
        self._frees = frees

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Note the flag."""
        setattr(namespace, self.dest, True)
        for action in self._frees:
            action.required = False
