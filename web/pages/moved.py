"""Sphinx extension: an address that a reader kept leads to what has replaced its place.

Of each line of ``web/book/moved.csv`` the old id stands on the old page: as a second id of the new
place where that is on the same page, else as a hidden link, which ``book.mjs`` follows.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from web.book.moved import Move, moves


def lead_on(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        return
    for move in moves():
        if Path(docname).name != move.old_page:
            continue
        if move.stays:
            for node in doctree.findall(nodes.Element):
                if move.place in node["ids"]:
                    node["ids"].append(move.old_place)
        else:
            doctree += nodes.raw("", link(move), format="html")


def link(move: Move) -> str:
    href = escape(f"{move.page}.html#{move.place}")
    return f'<a class="moved" id="{escape(move.old_place)}" href="{href}" hidden></a>'


def refuse_lost_places(app: Sphinx, exception: Exception | None) -> None:
    """Each line of the table must lead from an address that is free to a place that is there."""
    if exception is not None or app.builder.format != "html":
        return
    for number, move in enumerate(moves(), 2):
        if fault := fault_of(move, Path(app.outdir, "chapters")):
            raise ExtensionError(f"web/book/moved.csv, line {number}: {fault}")


def fault_of(move: Move, folder: Path) -> str:
    pages = [folder / f"{page}.html" for page in (move.old_page, move.page)]
    for page in pages:
        if not page.is_file():
            return f"there is no page {page.stem}. Cure: name one of chapters/"
    old, new = (page.read_text("utf-8") for page in pages)
    if f'id="{move.place}"' not in new:
        return f"{move.page} has no place {move.place}. Cure: a label, or cell-ID of its notebook"
    if old.count(f'id="{move.old_place}"') > 1:
        return f"{move.old_page} still has {move.old_place}. Cure: take the line out"
    return ""


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", lead_on)
    app.connect("build-finished", refuse_lost_places)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
