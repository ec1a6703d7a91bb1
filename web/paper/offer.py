"""Offer the PDF of an edition on its pages: in the menu of downloads, and among the ways to read.

The pages are changed after they were built, because only then the file is there. A site that is
built anew has neither the file nor the offer.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from web.book.words import WORDS

OFFERED = re.compile(r'\n?<(li|p) class="offered-pdf">.*?</\1>', re.DOTALL)
MENU_END = re.compile(r"(?s)(dropdown-download-buttons.*?)(\s*</ul>)")
FIRST_SECTION = re.compile(r"(?s)(<article.*?)(\n<section id=)")
WAYS = "ways_to_run"
NAMES = {"en": "inside-nn-embedding.pdf", "zh": "inside-nn-embedding-zh.pdf"}


def offer(edition: Path, code: str, sheets: int) -> None:
    """Write the offer into every page of the edition, once."""
    words = {**WORDS["paper"][code], "file": NAMES[code]}
    size = f"{(edition / NAMES[code]).stat().st_size / 1e6:.1f} MB"
    for page in (edition / "chapters").glob("*.html"):
        html = OFFERED.sub("", page.read_text("utf-8"))
        html = MENU_END.sub(rf"\1{entry(words, size)}\2", html, count=1)
        if page.stem == WAYS:
            html = FIRST_SECTION.sub(rf"\1{sentence(words, size, sheets)}\2", html, count=1)
        page.write_text(html, "utf-8")


def entry(words: dict[str, str], size: str) -> str:
    return (
        f'\n<li class="offered-pdf"><a href="../{words["file"]}" class="btn btn-sm dropdown-item">'
        '<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>'
        f'<span class="btn__text-container">{escape(words["entry"].format(size=size))}</span>'
        "</a></li>"
    )


def sentence(words: dict[str, str], size: str, sheets: int) -> str:
    before, link, after = escape(words["offer"].format(size=size, sheets=sheets)).split("|")
    return f'\n<p class="offered-pdf">{before}<a href="../{words["file"]}">{link}</a>{after}</p>'
