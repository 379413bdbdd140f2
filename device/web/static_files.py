"""The files of the page, read once; only these are ever served, whatever a request names."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is served."""

    content_type: str
    body: bytes


def static_files() -> dict[str, StaticFile]:
    """URL path -> file; the page itself is also at "/"."""
    served = {
        f"/{item.name}": StaticFile(_TYPES[suffix], item.read_bytes())
        for item in files("device.web").joinpath("static").iterdir()
        if (suffix := item.name.rpartition(".")[2]) in _TYPES
    }
    return {"/": served["/index.html"], **served}
