"""Makes the image of a card: a base, the changes that make it an instrument, and sound packs."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device.pack import PackError
from sdcard.image import room
from sdcard.image.assemble import assemble
from sdcard.image.card_volumes import make_volumes
from sdcard.image.compress import COMPRESSORS
from sdcard.image.errors import BaseUnusableError, ImageError, NoRoomError, OutputUnusableError
from sdcard.image.imager_manifest import Digests
from sdcard.image.plan_text import plan_text
from sdcard.image.prepare import Customise, prepare
from sdcard.image.programs import require
from sdcard.image.recipe import Outputs, Recipe
from sdcard.image.report import Report
from sdcard.image.write_outputs import Finished, write_outputs

PROGRAMS = (
    "debugfs", "dumpe2fs", "e2fsck", "mke2fs", "resize2fs", "fsck.fat", "mcopy", "mmd", "mdir",
    "mdeltree",
)  # fmt: skip


def build(recipe: Recipe, customise: Customise, report: Report) -> Digests:
    """Make the image and the files beside it; what was there before stays if that fails.

    Raises ImageError, the errors of a damaged pack (PackError), and what `customise` raises.
    """
    outputs = Outputs.of(recipe.output)
    require([*PROGRAMS, *COMPRESSORS[outputs.compression][:1]])
    work = recipe.work or outputs.image.parent
    if not recipe.base.is_file():
        raise BaseUnusableError(f"{recipe.base}: no such file")
    with _typed(work):
        room.check_room(work, room.base_bytes(recipe.base), "the base")
        with tempfile.TemporaryDirectory(dir=work, prefix=".latentpad-") as folder:
            finished = _make(recipe, customise, Path(folder), report)
            report.step(f"writing {outputs.image}")
            return write_outputs(finished, outputs, report.progress("writing"))


def _make(recipe: Recipe, customise: Customise, folder: Path, report: Report) -> Finished:
    prepared = prepare(recipe, customise, folder, report)
    report.text(plan_text(prepared, len(recipe.packs)))
    volumes = list(make_volumes(prepared, recipe.shape, folder, report))
    report.step("putting them together")
    image = folder / "card.img"
    extents = assemble(image, prepared.plan, volumes)
    for volume in volumes:  # they would take room beside the output
        volume.path.unlink()
    return Finished(image, tuple(extents), prepared.facts.time_s, recipe.url)


@contextmanager
def _typed(work: Path) -> Iterator[None]:
    """A disk that is full, or gone, is an error of the image."""
    try:
        yield
    except (ImageError, PackError):  # some of them are an OSError too
        raise
    except OSError as error:
        kind = NoRoomError if error.errno == errno.ENOSPC else OutputUnusableError
        raise kind(f"{error.filename or work}: {error.strerror or error}") from error
