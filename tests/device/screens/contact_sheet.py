"""One picture of all golden pictures, scaled and labelled: `contact_sheet.py [OUT.png] [NAME]`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

GOLDEN = Path(__file__).parent / "golden"
SCALE, COLUMNS, GAP, LABEL = 3, 4, 12, 16
LIT, DARK, GROUND = (190, 225, 255), (5, 8, 14), (60, 60, 64)


def contact_sheet(paths: list[Path], scale: int = SCALE, columns: int = COLUMNS) -> Image.Image:
    """All pictures in rows of `columns`, each `scale` times as big, with its name above."""
    wide, tall = 128 * scale + GAP, 64 * scale + GAP + LABEL
    rows = -(-len(paths) // columns)
    sheet = Image.new("RGB", (columns * wide + GAP, rows * tall + GAP), GROUND)
    draw = ImageDraw.Draw(sheet)
    for index, path in enumerate(paths):
        left, top = GAP + index % columns * wide, GAP + index // columns * tall
        draw.text((left, top), path.stem, fill=LIT)
        big = (
            Image.open(path)
            .convert("1")
            .resize((128 * scale, 64 * scale), Image.Resampling.NEAREST)
        )
        ground = Image.new("RGB", big.size, DARK)
        ground.paste(LIT, (0, 0), big)
        sheet.paste(ground, (left, top + LABEL))
    return sheet


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screens.png")
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    contact_sheet([path for path in sorted(GOLDEN.glob("*.png")) if wanted in path.stem]).save(
        target
    )
    print(target)
