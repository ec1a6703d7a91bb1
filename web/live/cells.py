"""Sphinx extension: Run, Edit, Reset and Stop on the cells that need NumPy and ``embedlib`` alone.

The scripts lie beside this file; nothing but ``live.mjs`` is loaded before a reader presses a
button. ``pyodide.py`` brings the Python that they start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

from web.book.words import WORDS

HERE = Path(__file__).parent
LIVE_CELL = 'class="cell tag_live'


def copy_scripts(app: Sphinx) -> None:
    if app.builder.format == "html":
        for script in HERE.glob("*.mjs"):
            copy_asset(script, Path(app.outdir, "_static", "live"))


def add_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """A page with live cells gets the row of buttons, which ``live.mjs`` copies to each cell."""
    if not app.config.live or LIVE_CELL not in context.get("body", ""):
        return
    ways = context["pathto"]("chapters/ways_to_run")
    row = app.builder.templates.render(
        "live.html", {"words": WORDS["live"][app.config.edition], "ways": ways}
    )
    context["body"] += row
    app.add_js_file("live/live.mjs", type="module")


def add_marks(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """The contents of each page mark the exercises that were solved."""
    words = WORDS["live"][app.config.edition]
    context["solved"] = {"mark": words["solved"], "forget": words["forget"]}
    if app.config.live:
        app.add_js_file("live/solved.mjs", type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("live", False, "html", description="Python for the browser is there")
    app.connect("builder-inited", copy_scripts)
    app.connect("html-page-context", add_buttons, priority=400)  # the theme renders at 500
    app.connect("html-page-context", add_marks, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
