"""Fixtures for the tests of the pipeline around the renderers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workshop import Workshop

HELPERS = Path(__file__).parent / "helpers"


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A folder for source notes and packs; the modules in helpers/ can be imported, also by
    worker processes.
    """
    monkeypatch.syspath_prepend(str(HELPERS))
    from workshop import Workshop

    return Workshop(tmp_path)
