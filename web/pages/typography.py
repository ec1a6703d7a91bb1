"""Sphinx extension: what must not be torn apart at the end of a line.

A browser may break a line inside ``(2, 3)`` or *chapter 3*, and between a formula and its full
stop. On a phone that happens in every other paragraph. (Headings in Chinese are held together by
``book.css``: they break after a comma, not inside a word.)
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

PUNCTUATION = ".,:;?!)，。：；？！、）”"
# The longest that is kept in one line, in letters: a phone has room for about forty.
LONGEST = {nodes.math: 15, nodes.literal: 16, nodes.reference: 12}
# Code that may break on any screen: the text of a page is about 85 letters wide.
TOO_LONG = 60


def hold_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        return
    for kind, longest in LONGEST.items():
        for piece in list(doctree.findall(kind)):
            if width(piece.astext()) <= longest and isinstance(piece.parent, nodes.TextElement):
                keep(piece)
    for code in doctree.findall(nodes.literal):
        if width(code.astext()) > TOO_LONG:
            code["classes"].append("long")


def width(text: str) -> int:
    """Chinese letters are twice as wide."""
    return sum(2 if letter > "\u2e7f" else 1 for letter in text)


def keep(piece: nodes.Element) -> None:
    """In one line, together with the sign that follows."""
    piece["classes"].append("keep")
    text, place = piece.parent, piece.parent.index(piece)
    after = text[place + 1] if place + 1 < len(text) else ""
    if isinstance(after, nodes.Text) and after and after[0] in PUNCTUATION:
        kept = nodes.inline("", "", piece, nodes.Text(after[0]), classes=["keep"])
        text[place : place + 2] = [kept, nodes.Text(after[1:])]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", hold_together)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
