"""Inside the test kernel: looks at many cards that a power cut left, each a file of the host.

The host's folder holds task.json: {"name of a card": [["install", "Next 1"], ...]}, which is done
to `<name>.img` once it was looked at; facts.json tells what was found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from card_disk import CardDamagedError, Disk, run
from card_facts import Facts, after_a_cut


def look_at(image: Path, again: list[list[Any]], sources: Path) -> Facts:
    """The facts of one card; of one that cannot be used, why."""
    node = run("losetup", "--find", "--show", "--partscan", str(image)).strip()
    try:
        return after_a_cut(Disk(node), again, sources)
    except (CardDamagedError, AssertionError, OSError) as error:
        return {"failed": f"{type(error).__name__}: {error}"}
    finally:
        run("losetup", "--detach", node)


def main() -> None:
    """All cards that are named; the facts of each by its name."""
    share = Path(sys.argv[1])
    task = json.loads((share / "task.json").read_text())
    sources = share / "sources"
    facts = {name: look_at(share / f"{name}.img", again, sources) for name, again in task.items()}
    (share / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
