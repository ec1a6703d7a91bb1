"""Sphinx extension: one notebook, two editions.

A cell tagged ``en`` or ``zh`` is kept in that edition only. The edition follows the book's
``language`` (``en`` or ``zh_CN``), so plain ``jupyter-book build .`` gives the English one.
"""

from __future__ import annotations

import json
import posixpath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from web.book.editions import EDITIONS, Edition, address
from web.book.notebooks import belongs, fill, put_address, tags
from web.book.referee import checks, is_proved, is_referee
from web.book.words import WORDS


def pick_edition(app: Sphinx, config: Config) -> None:
    """Choose the edition by the language; keep its half of each caption in ``_toc.yml``."""
    config.edition = config.language[:2]
    position = list(EDITIONS).index(str(config.edition))
    for document in config.external_site_map.values():
        for tree in document.subtrees:
            if tree.caption and " | " in tree.caption:
                tree.caption = tree.caption.split(" | ")[position]


def keep_edition(app: Sphinx, docname: str, source: list[str]) -> None:
    """Empty the other edition's cells; their places stay, so messages name the right cell."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    edition = EDITIONS[app.config.edition]
    notebook = json.loads(source[0])
    fill(notebook)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        if not belongs(cell, edition):
            cell["source"] = ""
        cell["source"] = put_address(cell["source"], address())
        options: dict[str, Any] = {}
        cell["metadata"]["mystnb"] = options
        if alt := cell["metadata"].get("alt"):
            options["image"] = {"alt": alt[edition.code]}
        options.update(fold(cell, edition))
    source[0] = json.dumps(notebook)


def fold(cell: dict[str, Any], edition: Edition) -> dict[str, str]:
    """What the line says behind which MyST-NB folds a cell or a part of it; without it, that a
    solution is there."""
    says = WORDS["folds"][edition.code]
    show = hide = ""
    if is_referee(cell) and is_proved(cell) and (count := checks(cell["source"])):
        cell["metadata"]["tags"].append("hide-cell")
        show = hide = says["referee_one"] if count == 1 else says["referee_many"].format(count)
    elif "hide-output" in tags(cell):
        show, hide = edition.show_output, edition.hide_output
    elif "hide-input" in tags(cell):
        show, hide = says["show_drawing"], says["hide_drawing"]
    return {"code_prompt_show": show, "code_prompt_hide": hide} if show else {}


def prefer_labels(app: Sphinx, doctree: nodes.document) -> None:
    """Give each section the id of its label, so one address serves both editions.

    docutils would put first the id that it makes of the heading: English words in one
    edition, ``id1`` in the other.
    """
    for section in doctree.findall(nodes.section):
        labelled = [name for name in section["names"] if name in doctree.nametypes]
        explicit = [doctree.nameids[n] for n in labelled if doctree.nametypes[n]]
        if explicit:
            section["ids"] = explicit


def link_editions(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Tell the page about its twin: the language switch and the hreflang links."""
    config = app.config
    context["editions"] = EDITIONS if config.site else {}
    context["edition"] = config.edition
    context["languages"] = {code: e.hreflang for code, e in EDITIONS.items()}
    if config.site and (doctree is not None or pagename == "search"):
        page = f"{pagename}.html"
        alternates = {e.hreflang: f"{code}/{page}" for code, e in EDITIONS.items()} | {
            "x-default": ""
        }
        context["metatags"] = context.get("metatags", "") + "".join(
            f'<link rel="alternate" hreflang="{language}" href="{config.site}/{path}" />\n'
            for language, path in alternates.items()
        )


def stay_on_this_copy(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Notebooks name the published site; its pages link within themselves, wherever they lie."""
    site = f"{app.config.site}/"
    if app.config.site and app.builder.format == "html":
        for reference in doctree.findall(nodes.reference):
            address = reference.get("refuri", "")
            if address.startswith(site):
                page = f"{app.config.edition}/{docname}"
                target = address.removeprefix(site)
                reference["refuri"] = posixpath.relpath(target, posixpath.dirname(page))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("edition", "en", "env")
    app.add_config_value("site", "", "html", description="address of both editions")
    app.connect("config-inited", pick_edition, priority=901)  # sphinx_external_toc is at 900
    app.connect("source-read", keep_edition)
    app.connect("doctree-read", prefer_labels, priority=400)  # before the table of contents
    app.connect("doctree-resolved", stay_on_this_copy)
    app.connect("html-page-context", link_editions, priority=400)  # the theme renders at 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
