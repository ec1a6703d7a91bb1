"""Sphinx extension: figures to play with, the elements ``<emb-…>`` of a page.

In a notebook the element stands around a picture and a sentence, which carry the idea alone where
no script runs: on GitHub, in Colab, on paper. Here a page that has one gets ``explore.mjs``, which
loads a figure when it comes near the window, and the words of its figures in the page's language.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from web.book.notebooks import paths
from web.book.words import WORDS

HERE = Path(__file__).parent
FIGURE = re.compile(r"<(emb-[a-z]+)[ >]")


def copy_scripts(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "explore")
    folder.mkdir(parents=True, exist_ok=True)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, folder)


def words_of(figures: set[str], edition: str) -> dict[str, dict[str, str]]:
    """What the figures say, and under ``all`` what each of them says."""
    return {
        "all": WORDS["explore"][edition],
        **{name: WORDS[name][edition] for name in sorted(figures)},
    }


def first_places() -> dict[str, str]:
    """Each figure, and the first page that has it."""
    found: dict[str, str] = {}
    for path in paths():
        for name in FIGURE.findall(path.read_text("utf-8")):
            found.setdefault(name, path.stem)
    return found


def add_figures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    figures = set(FIGURE.findall(context.get("body", "")))
    if not figures:
        return
    words = json.dumps(words_of(figures, app.config.edition), ensure_ascii=False)
    words = words.replace("<", "\\u003c")  # nothing in it may end the script
    context["body"] += f'<script type="application/json" id="explore-words">{words}</script>'
    app.add_js_file("explore/explore.mjs", type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_scripts)
    app.connect("html-page-context", add_figures, priority=400)  # the theme renders at 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
