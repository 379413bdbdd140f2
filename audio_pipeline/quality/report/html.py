"""Small pieces of HTML; all text that comes from a pack is escaped here."""

from __future__ import annotations

from html import escape

from audio_pipeline.quality.report.style import SCRIPT, STYLE


def page(title: str, body: str) -> str:
    """The whole page; nothing is loaded from anywhere."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}: quality report</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def text(words: str) -> str:
    """Text that may hold anything."""
    return escape(words, quote=True)


def wide_picture(uri: str, alt: str) -> str:
    """A picture that scrolls sideways on a phone."""
    return f'<div class="wide"><img src="{uri}" alt="{text(alt)}"></div>'


def player(uri: str, label: str, colour: str, name: str) -> str:
    """A sound with its controls; `name` is its id on the page."""
    return (
        f'<label><span class="swatch" style="background:{colour}"></span>{text(label)}'
        f'<audio id="{name}" controls preload="none" src="{uri}"></audio></label>'
    )


def pill(words: str, kind: str, extra: str = "") -> str:
    """A status in its colour."""
    return f'<span class="pill {kind} {extra}">{text(words)}</span>'
