"""What can go wrong between sound packs and other instruments' formats."""

from __future__ import annotations


class ExchangeError(Exception):
    """A pack that cannot be exported, or a folder that cannot be imported; the text says why."""


class ForeignFormatError(ExchangeError, ValueError):
    """The folder to import is not what its settings say: a size, a field or a name does not fit."""


class NothingToImportError(ExchangeError, FileNotFoundError):
    """The folder has no settings, or no pads that its settings name."""


class OutputInTheWayError(ExchangeError, FileExistsError):
    """Something lies where the output should go; nothing of it was touched."""


class ExportChoiceError(ExchangeError, ValueError):
    """A combination, position or grid was asked for that this pack or format does not have."""


class MissingPackageError(ExchangeError, ImportError):
    """An optional Python package is needed for this and is not installed."""
