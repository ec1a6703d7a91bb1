"""Sphinx extension: a name of ``embedlib`` in the text of a chapter leads to its entry.

``embedlib.Embedding``, ``F.one_hot(ids, V)``, ``optim.SGD`` in inline code become links; not in
headings, which lead elsewhere, not inside other links, and not on the page of the reference.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from web.book.reference import spellings

REFERENCE = "chapters/d_api"
CALL = re.compile(r"([\w.]+)(\(.*\))?", re.DOTALL)


def link_names(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if docname == REFERENCE or app.builder.format != "html":
        return
    page = app.builder.get_relative_uri(docname, REFERENCE)
    for literal in list(doctree.findall(nodes.literal)):
        call = CALL.fullmatch(literal.astext())
        label = spellings().get(call[1]) if call else None
        if label and not inside(literal, nodes.title, nodes.reference):
            link = nodes.reference("", "", refuri=f"{page}#{label}", internal=True)
            literal.replace_self(link)
            link += literal


def inside(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", link_names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
