"""Sphinx extension: the element ``<nn-keep>``, with which a reader keeps an edition on the device.

Nothing of it is loaded on other pages, unless they come from the device: then ``book.mjs`` asks
whether the site has a newer version. ``lists.py`` says what an edition consists of; ``worker.mjs``
goes to the root of the site, below which it may answer.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

from web.book.editions import EDITIONS
from web.book.words import WORDS

HERE = Path(__file__).parent
WORKER = "worker.mjs"
ELEMENT = "<nn-keep>"


def copy_scripts(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "keep")
    for script in HERE.glob("*.mjs"):
        if script.name != WORKER:
            copy_asset(script, folder)
    names = {code: edition.name for code, edition in EDITIONS.items()}
    own = app.config.edition
    words = json.dumps({**WORDS["keep"][own], "own": own, "names": names}, ensure_ascii=False)
    (folder / "words.mjs").write_text(f"export default {words};\n", "utf-8")


def add_panel(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    if ELEMENT in context.get("body", ""):
        app.add_js_file("keep/panel.mjs", type="module")


def add_to_menu(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Among the downloads of a page, where a reader who leaves the network looks."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            ways = context["pathto"]("chapters/ways_to_run").rstrip("#")  # that is the page itself
            entry = {
                "type": "link",
                "url": f"{ways}#no-network",
                "text": WORDS["keep"][app.config.edition]["menu"],
                "icon": "fas fa-download",
            }
            group["buttons"] = [*group["buttons"], entry]


def ship_worker(site: Path) -> None:
    shutil.copy(HERE / WORKER, site / "keep.js")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_scripts)
    app.connect("html-page-context", add_panel, priority=400)  # the theme renders at 500
    app.connect("html-page-context", add_to_menu, priority=502)  # and makes its menus at 501
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
