"""Sphinx extension: a search of sections, in both languages.

Sphinx's own index knows pages, cuts Chinese with a dictionary, and forgets what stood around a
word. Here the words of every section are written into one file, which the search page alone
loads; in the browser MiniSearch ranks them (``ranking.mjs``, which ``page.mjs`` shows).
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx
from sphinx.search.en import js_porter_stemmer
from sphinx.util.fileutil import copy_asset

from web.book.terms import terms
from web.book.words import WORDS
from web.fetched.fetch import fetch

HERE = Path(__file__).parent
GLOSSARY = "chapters/c_glossary"
# The glossary has every term, but the chapter is where a term is explained.
WEIGHTS = {GLOSSARY: 0.3}
# Places of their own inside a section: a symptom of the clinic, a term. Bold words are the title.
SMALL_PLACES = '[id^="symptoms-"]:is(li), [id^="term-"]:is(p)'
MYTH = {"Myth.", "误区"}  # how a wrong claim begins
CHROME = ".headerlink, .copybtn, .cell summary, button, script, style, noscript, .toggle-button"
BLOCKS = "p, li, td, th, dt, dd, summary, figcaption, blockquote, h1, h2, h3, h4, h5, h6, br"


def replace_sphinx_search(app: Sphinx) -> None:
    """Sphinx shall write no index of its own; the search page comes from our template."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]
        for script in HERE.glob("*.mjs"):
            copy_asset(script, scripts_of(app))


def scripts_of(app: Sphinx) -> Path:
    return Path(app.outdir, "_static", "search")


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if app.builder.format == "html":
        links = {
            "clinic": "chapters/a_error_clinic",
            "glossary": GLOSSARY,
            "contents": app.config.root_doc,
        }
        yield (
            "search",
            {
                "search_words": WORDS["search"][app.config.edition],
                "search_links": {k: v for k, v in links.items() if v in app.env.all_docs},
            },
            "search.html",
        )


def write_search(app: Sphinx, exception: Exception | None) -> None:
    """The sections of all pages, and the scripts that search them."""
    if exception is not None or app.builder.format != "html":
        return
    folder = scripts_of(app)
    index = json.dumps(read_sections(app), ensure_ascii=False, separators=(",", ":"))
    (folder / "sections.json").write_text(index, "utf-8")
    (folder / "stemmer.mjs").write_text(f"{js_porter_stemmer}\nexport {{ Stemmer }};\n", "utf-8")
    minisearch = fetch("minisearch")
    shutil.copy(minisearch / "dist/es/index.js", folder / "minisearch.mjs")
    shutil.copy(minisearch / "LICENSE.txt", folder / "minisearch.LICENSE.txt")


def read_sections(app: Sphinx) -> dict[str, Any]:
    pages, sections = [], []
    for document in sorted(app.env.all_docs):
        html = Path(app.builder.get_outfilename(document)).read_text("utf-8")  # type: ignore[attr-defined]
        found = list(sections_of(html))
        mark_terms(found, terms_of(document, app.config.edition))
        pages.append(
            {
                "address": app.builder.get_target_uri(document),
                "title": found[0]["title"],
                "weight": WEIGHTS.get(document, 1),
            }
        )
        sections += [{"page": len(pages) - 1, **section} for section in found]
    return {"pages": pages, "sections": sections}


def sections_of(html: str) -> Iterator[dict[str, Any]]:
    """Each section of a page with its own words, those of its subsections left out."""
    article = BeautifulSoup(html, "html.parser").select_one("article.bd-article")
    assert article is not None, "the theme has no article.bd-article any more: mend web/search"
    for chrome in article.select(CHROME):
        chrome.decompose()
    for formula in article.select(".math"):
        tex = formula.select_one("annotation") if formula.name == "span" else None
        formula.replace_with(f" {readable(tex.get_text())} " if tex else "\n")
    for picture in article.select("img[alt]"):
        picture.replace_with(f"\n{picture['alt']}\n")
    small = [place.extract() for place in article.select(SMALL_PLACES)]
    yield from map(words_of, article.select("section[id]"))
    yield from map(words_of_small, small)


# What TeX writes with letters, as a reader of an excerpt knows it.
SIGNS = {
    **{r"\cdot": "·", r"\sqrt": "√", r"\top": "ᵀ", r"\infty": "∞", r"\dots": "…"},
    **{r"\neq": "≠", r"\leq": "≤", r"\times": "×"},
}


def readable(tex: str) -> str:
    """A short formula as plain text: ``\\sqrt{D}`` as √D. Long ones stand on lines of their own,
    and are left out."""
    for command, sign in SIGNS.items():
        tex = re.sub(re.escape(command) + r"(?![a-z])", sign, tex)
    tex = re.sub(r"\\hat +(\w)", "\\1\N{COMBINING CIRCUMFLEX ACCENT}", tex)
    return " ".join(re.sub(r"\\[a-zA-Z]+|\\.|[{}]", "", tex).split())


def words_of(section: Tag) -> dict[str, Any]:
    own = copy.copy(section)
    for inner in own.select("section"):
        inner.decompose()
    heading = own.find(re.compile("^h[1-6]$"))
    assert isinstance(heading, Tag), f"section {section['id']} has no heading"
    heading.extract()
    code = [block.extract().get_text() for block in own.select("pre")]
    myths = [claim.extract().get_text() for claim in own.select("blockquote p") if is_myth(claim)]
    return {
        "id": section["id"],
        "title": " ".join(heading.get_text().split()),
        "text": text_of(own),
        "code": tidy("\n".join(code)),
        "myth": tidy("\n".join(myths)),
    }


def words_of_small(place: Tag) -> dict[str, Any]:
    bold = place.find("strong")
    assert isinstance(bold, Tag), f"{place['id']} has no bold words. Cure: begin with its name"
    title = bold.extract().get_text()
    return {
        "symptom": place.name == "li",
        "id": place["id"],
        "title": " ".join(title.split()).rstrip(".。：:"),
        "text": text_of(place).lstrip("：: ·\n"),
        "code": "",
    }


def is_myth(claim: Tag) -> bool:
    """A wrong claim is found by its words and never shown as if the book said it."""
    bold = claim.find("strong")
    return isinstance(bold, Tag) and bold.get_text() in MYTH


def text_of(element: Tag) -> str:
    for block in element.select(BLOCKS):
        block.insert_before("\n")
        block.append("\n")
    return tidy(element.get_text())


def tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def terms_of(document: str, edition: str) -> list[str]:
    """What the glossary says is explained in this chapter."""
    chapter = Path(document).name.split("_")[0]
    explained = [term for term in terms() if term.chapter == chapter]
    return [spelling for term in explained for spelling in term.spellings(edition)]


def mark_terms(sections: list[dict[str, Any]], names: list[str]) -> None:
    """As in the index of a book: a term leads to the first section that has it, or to the top of
    the chapter, which explains it in other words."""
    for term in names:
        spoken = re.compile(re.escape(term.removeprefix("to ")), re.IGNORECASE)
        for section in sections:
            if spoken.search(f"{section['title']}\n{section['text']}"):
                break
        else:
            section = sections[0]
        section.setdefault("terms", []).append(term)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", replace_sphinx_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_search)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
