"""Sources of Debian that this machine has, asked for another release (sources.list(5))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from sdcard.system.errors import LibraryError

OS_RELEASE, SOURCES, PARTS = "etc/os-release", "etc/apt/sources.list", "etc/apt/sources.list.d"
FOLLOWING = ("", "-updates", "-security")  # suites of a release that are wanted
Source = dict[str, str]
"""Field -> value, as in the newer of apt's two formats."""


def sources_for(suite: str, root: Path = Path("/")) -> str:
    """A file for apt with those sources of this machine that are Debian's, but for `suite`.

    Raises LibraryError if there is none: this is another system, or its sources are elsewhere.
    """
    here = _codename(root)
    found = [_turned(source, here, suite) for source in _sources(root)]
    paragraphs = [paragraph for paragraph in found if paragraph]
    if not paragraphs:
        raise LibraryError(
            f"{root / SOURCES} and {root / PARTS}: no source of Debian {here or '(which?)'};"
            " download the packages elsewhere and name their folder (--debs)"
        )
    return "\n".join(dict.fromkeys(paragraphs))


def _codename(root: Path) -> str:
    try:
        text = (root / OS_RELEASE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    if not re.search(r'^ID="?(debian|raspbian)"?\s*$', text, re.MULTILINE):
        return ""
    found = re.search(r'^VERSION_CODENAME="?([a-z]+)"?\s*$', text, re.MULTILINE)
    return found[1] if found else ""


def _turned(source: Source, here: str, suite: str) -> str:
    """A paragraph, or "" if the source has nothing of the release `here`."""
    wanted = {here + end: suite + end for end in FOLLOWING} if here else {}
    suites = [wanted[name] for name in source.get("Suites", "").split() if name in wanted]
    if not suites or "deb" not in source.get("Types", "").split():
        return ""
    if source.get("Enabled", "yes").lower() in ("no", "false", "0"):
        return ""
    lines = ["Types: deb", f"URIs: {source.get('URIs', '')}", f"Suites: {' '.join(suites)}"]
    lines += ["Components: main"]
    lines += [f"Signed-By:{source['Signed-By']}"] if source.get("Signed-By") else []
    return "\n".join(lines) + "\n"


def _sources(root: Path) -> Iterator[Source]:
    parts = root / PARTS
    for path in [root / SOURCES, *(sorted(parts.iterdir()) if parts.is_dir() else [])]:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if path.suffix == ".sources":
            yield from _paragraphs(text)
        elif path.suffix == ".list":
            yield from filter(None, map(_from_line, text.splitlines()))


def _paragraphs(text: str) -> Iterator[Source]:
    """deb822: fields may go on in lines that begin with a space, as keys within the file do."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = re.findall(r"^(\S+?):(.*(?:\n[ \t].*)*)", block, re.MULTILINE)
        yield {name: value if name == "Signed-By" else value.strip() for name, value in fields}


def _from_line(line: str) -> Source | None:
    """`deb [option=value ...] URI SUITE COMPONENT ...`."""
    found = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)", line)
    if found is None:
        return None
    options = dict(word.partition("=")[::2] for word in shlex.split(found[1] or "", comments=True))
    signed = options.get("signed-by", "")
    return {
        "Types": "deb", "URIs": found[2], "Suites": found[3],
        "Signed-By": f" {signed}" if signed else "",
    }  # fmt: skip
