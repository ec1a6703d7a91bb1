"""Sphinx extension: how long a page takes to read, below its title.

A chapter says it itself, at the end of its **Need** line: there the notebook keeps it, and the
page shows it below the title instead. For a page that does not say it, ``web/book/minutes.py``
counts. Nobody reads a glossary from top to bottom: such a page says so instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from web.book.minutes import STATED, measured, stated
from web.book.notebooks import language, read
from web.book.words import WORDS

LOOKED_UP = {"a_error_clinic", "c_glossary", "d_api", "e_arguments"}


def below_title(path: Path, edition: str) -> str:
    says = WORDS["pages"][edition]
    if path.stem in LOOKED_UP:
        return says["look_up"]
    notebook = read(path)
    reading, exercises = stated(notebook, edition) or measured(notebook)
    said = says["minutes"].format(reading)
    return said + says["minutes_of_exercises"].format(exercises) if exercises else said


def move_below_title(app: Sphinx, docname: str, source: list[str]) -> None:
    """Take the sentence out of the page's text: the same words stand below the title."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            if language(cell) == app.config.edition:
                cell["source"] = STATED[app.config.edition].sub("", cell["source"])
        source[0] = json.dumps(notebook)


def show(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    if doctree is None or not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    words = below_title(Path(app.env.doc2path(pagename)), app.config.edition)
    line = f'</h1>\n<p class="minutes">{words}</p>'
    context["body"] = context["body"].replace("</h1>", line, 1)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", move_below_title, priority=600)  # after web.pages.bilingual
    app.connect("html-page-context", show)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
