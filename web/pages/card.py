"""Sphinx extension: what others see of a page before they open it.

Search engines and messengers show a title, a sentence and a picture: each page names its own, in
its language. The pictures lie at the root of the site, beside both editions.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from web.book.editions import EDITIONS
from web.book.words import WORDS

LOCALES = {"en": "en_US", "zh": "zh_CN"}
LONGEST = {"en": 180, "zh": 90}  # characters that are shown of a description


def describe(doctree: nodes.document, edition: str) -> str:
    """The first sentences of a page; of a chapter, what the reader does there ("Do: …")."""
    first = next(iter(doctree.findall(nodes.paragraph)), None)
    if first is None:
        return ""
    words = " ".join(first.astext().split())
    if isinstance(first.parent, nodes.list_item):
        words = re.sub(r"^[^:：]{1,12}[:：]\s*", "", words)
        words = words[0].upper() + words[1:]
    return shorten(words, LONGEST[edition])


def shorten(words: str, longest: int) -> str:
    """Whole sentences as far as they fit, else whole words."""
    if len(words) <= longest:
        return words
    sentences = re.findall(r".+?[.?!](?=\s|$)|.+?[。？！]", words)
    kept = ""
    for sentence in sentences:
        if len(kept + sentence) > longest:
            break
        kept += sentence
    return kept.strip() or words[: longest - 1].rsplit(" ", 1)[0].rstrip("，,；;") + "…"


def write_card(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    config = app.config
    if not config.site:
        return
    root = f"{context['content_root']}../"
    context["metatags"] = context.get("metatags", "") + (
        f'<link rel="icon" href="{root}icon-32.png" sizes="32x32" type="image/png" />\n'
        f'<link rel="apple-touch-icon" href="{root}icon-180.png" />\n'
    )
    if doctree is not None:
        title = re.sub("<[^>]*>", "", context["title"])
        description = describe(doctree, config.edition)
        address = f"{config.html_baseurl}{pagename}.html"
        context["metatags"] += card(config.edition, config.site, title, description, address)


def card(code: str, site: str, title: str, description: str, address: str) -> str:
    """``title`` is HTML already, the other words are not."""
    others = [locale for other, locale in LOCALES.items() if other != code]
    properties = {
        "og:type": "article",
        "og:site_name": EDITIONS[code].title,
        "og:title": title,
        "og:description": escape(description),
        "og:url": address,
        "og:image": f"{site}/share-{code}.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": WORDS["card"][code]["alt"],
        "og:locale": LOCALES[code],
        "og:locale:alternate": others[0],
    }
    lines = [f'<meta property="{name}" content="{words}" />' for name, words in properties.items()]
    return "\n".join(
        [
            f'<meta name="description" content="{escape(description)}" />',
            *lines,
            '<meta name="twitter:card" content="summary_large_image" />\n',
        ]
    )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", write_card, priority=400)  # the theme renders at 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
