"""Packs in one directory may share their cells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from device.pack import PackNotFoundError, PackUnsafeError, open_pack, verify_pack
from device.pack.members import cell_names, shared_cell_member, shared_member


@pytest.fixture
def sharing(pack_dir: Path) -> Path:
    """A pack of which the cells lie where packs beside it find them too."""
    for cell in (pack_dir / "cells").iterdir():
        shared = pack_dir.parent / shared_cell_member(cell.stem)
        shared.parent.mkdir(parents=True, exist_ok=True)
        cell.rename(shared)
    (pack_dir / "cells").rmdir()
    return pack_dir


def test_all_of_it_is_found(sharing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify_pack(sharing).is_ok
    monkeypatch.chdir(sharing)
    assert verify_pack(Path()).is_ok


def test_its_own_cell_comes_first(sharing: Path) -> None:
    with open_pack(sharing) as pack:
        name = cell_names(pack.manifest)[0]
    (sharing / "cells").mkdir()
    (sharing / "cells" / f"{name}.cell").write_bytes(b"not a cell")
    assert len(verify_pack(sharing).problems) == 1


def test_a_cell_that_is_nowhere_is_missed_in_the_pack(sharing: Path) -> None:
    with open_pack(sharing) as pack:
        name = cell_names(pack.manifest)[0]
        (sharing.parent / shared_cell_member(name)).unlink()
        with pytest.raises(PackNotFoundError, match=f"{sharing.name}/cells"):
            pack.cell(name)


def test_links_are_refused_there_too(sharing: Path, tmp_path: Path) -> None:
    shutil.move(sharing.parent / "cells", tmp_path / "elsewhere")
    (sharing.parent / "cells").symlink_to(tmp_path / "elsewhere")
    with open_pack(sharing) as pack, pytest.raises(PackUnsafeError, match="plain directory"):
        pack.cell(cell_names(pack.manifest)[0])


@pytest.mark.parametrize(
    "member", ["manifest.json", "preview.ogg", "cells/x.cell", f"cells/{'a' * 64}", "a" * 64]
)
def test_only_cells_are_shared(member: str) -> None:
    assert shared_member(member) is None
    assert shared_member(f"cells/{'a' * 64}.cell") == f"cells/a/{'a' * 64}.cell"
