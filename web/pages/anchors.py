"""Sphinx extension: every code cell and every figure has an address, as every section has.

A cell's address is the id that its notebook gives it (``#cell-c015``). Jupyter keeps that id
when cells are put in, moved or taken out, so a link that a reader saved stays right; counting
cells would shift all of them. Code stands once, so both editions have the same addresses. A
figure is called by its file (``#figure-lookup``), a drawing by the cell that draws it. A symptom
of the error clinic is counted in its section (``#symptoms-data-5``): the search leads to it.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from web.book.notebooks import read
from web.book.words import WORDS


def link(address: str, words: str) -> nodes.raw:
    """As the theme links a heading: the search leaves this class out of what it shows."""
    name = escape(words)
    html = f'<a class="headerlink" href="#{address}" title="{name}" aria-label="{name}">#</a>'
    return nodes.raw("", html, format="html")


def give_addresses(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    path = Path(app.env.doc2path(docname))
    if app.builder.format != "html" or path.suffix != ".ipynb":
        return
    words, cells = WORDS["pages"][app.config.edition], read(path)["cells"]
    for container in list(doctree.findall(nodes.container)):
        if container.get("nb_element") == "cell_code":
            name = cells[container["cell_index"]]["id"]
            container["ids"] = [f"cell-{name}"]
            for image in list(container.findall(nodes.image)):
                wrap(image, f"figure-{name}", words["link_to_figure"])
            container.insert(0, link(f"cell-{name}", words["link_to_cell"]))
    for image in list(doctree.findall(nodes.image)):
        if "figure" not in image.parent["classes"]:
            wrap(image, f"figure-{Path(image['uri']).stem}", words["link_to_figure"])
    for section in doctree.findall(nodes.section):
        label = next((name for name in section["ids"] if name.startswith("symptoms-")), None)
        if label:
            for number, symptom in enumerate(section.findall(nodes.list_item), 1):
                symptom["ids"].append(f"{label}-{number}")


def wrap(image: nodes.image, address: str, words: str) -> None:
    frame = nodes.inline(ids=[address], classes=["figure"])
    image.parent.replace(image, frame)
    frame += [image, link(address, words)]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", give_addresses)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
