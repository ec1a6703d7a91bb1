"""Sphinx extension: how long a page takes to read, below its title.

A chapter says it itself, at the end of its **Need** line: there the notebook keeps it, and the
page shows it below the title instead. For a page that does not say it, words and code count.
Nobody reads a glossary from top to bottom: such a page says so instead.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from web.book.notebooks import Notebook, language, read, tags
from web.book.words import WORDS

STATED = {
    "en": re.compile(r"(?<=[.)]) About (\d+) minutes\.(?=\n|\Z)"),
    "zh": re.compile(r"大约 (\d+) 分钟。(?=\n|\Z)"),
}
LOOKED_UP = {"a_error_clinic", "c_glossary", "d_api", "e_arguments"}
WORDS_A_MINUTE = 180  # of the English text; code is read, run and thought about
LINES_A_MINUTE = 10


def measured(notebook: Notebook) -> int:
    """Minutes by the English words and the lines of code, in steps of five."""
    words = lines = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "remove-cell" not in tags(cell):
            lines += len(cell["source"].splitlines())
        elif language(cell) == "en":
            words += len(cell["source"].split())
    return max(5, 5 * round((words / WORDS_A_MINUTE + lines / LINES_A_MINUTE) / 5))


def stated(notebook: Notebook, edition: str) -> int | None:
    """What the notebook says, in one of its languages."""
    for cell in notebook["cells"]:
        if language(cell) == edition and (found := STATED[edition].search(cell["source"])):
            return int(found[1])
    return None


def below_title(path: Path, edition: str) -> str:
    says = WORDS["pages"][edition]
    if path.stem in LOOKED_UP:
        return says["look_up"]
    notebook = read(path)
    return says["minutes"].format(stated(notebook, edition) or measured(notebook))


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
