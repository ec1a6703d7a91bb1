"""Sphinx extension: "report a mistake", at the end of each page and in the menu of its sources.

It opens the form of the reader's language (``.github/ISSUE_TEMPLATE``) with the page filled in;
``book.mjs`` adds the section that is being read. While nobody knows the address of the copy, there
is no link.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from sphinx.application import Sphinx

from web.book.editions import PLACEHOLDER, Address, address
from web.book.words import WORDS


def form(where: Address, edition: str, pagename: str) -> str | None:
    """The address of the form, or None: its fields have the ids that stand here as keys."""
    if where.repository == PLACEHOLDER.repository:
        return None
    fields = {
        "template": f"mistake-{edition}.yml",
        "page": f"{where.site}/{edition}/{pagename}.html",
    }
    return f"{where.repository}/issues/new?{urlencode(fields, quote_via=quote, safe='')}"


def add_link(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """After the text, before the neighbouring pages."""
    if app.config.site and (doctree is not None or pagename == "search"):
        edition = app.config.edition
        if url := form(address(), edition, pagename):
            context["report"] = {"url": url, "words": WORDS["pages"][edition]["report"]}
            context["theme_article_footer_items"] = ["report.html"]


def add_to_menu(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """The menu stays in sight while one reads: from here the section is the right one."""
    if report := context.get("report"):
        for button in context["header_buttons"]:
            if button.get("label") == "source-buttons":
                button["buttons"].append(
                    {
                        "type": "link",
                        "url": escape(report["url"]),  # the theme's template does not
                        "tooltip": report["words"],
                        "text": report["words"],
                        "icon": "fas fa-lightbulb",
                        "label": "source-issues-button",
                    }
                )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", add_link, priority=400)  # the theme renders at 500
    app.connect("html-page-context", add_to_menu, priority=502)  # and fills its menus at 501
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
