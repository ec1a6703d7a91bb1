"""The built pages, read as files: languages, titles, links, pictures, formulas."""

import json
import re

import pytest
from bs4 import NavigableString

from tests.pages import HAN, SITE, STEMS, every_file, every_stem, fresh_page, fresh_soup, soup
from web.book.editions import EDITIONS, address
from web.book.notebooks import CHAPTERS, LABELLED_HEADING, language, read
from web.book.rules import check_terms, without_foreign


def test_the_site_is_whole():
    for name in ["index.html", ".nojekyll", "en/search.html", "zh/search.html"]:
        assert (SITE / name).is_file(), name
    assert len(list((SITE / "wheels").glob("embedlib-*.whl"))) == 1


def test_every_file_may_be_read_by_whoever_serves_it():
    private = [str(path) for path in SITE.rglob("*") if not path.stat().st_mode & 0o004]
    assert private == []


@every_file
def test_a_page_is_in_its_language(code, stem):
    page = fresh_soup(code, stem)
    assert page.html["lang"] == EDITIONS[code].language.replace("_", "-")
    assert bool(HAN.search(page.article.get_text())) is (code == "zh" or stem == "c_glossary")
    for marked in page.body.select("[lang]"):  # words in the other language say so
        marked.decompose()
    assert bool(HAN.search(page.article.get_text())) is (code == "zh")
    if code == "en":
        assert not HAN.search(page.get_text())


@every_file
def test_titles_and_contents_are_clean(code, stem):
    page = soup(code, stem)
    assert EDITIONS[code].title in page.title.get_text()
    words = page.title.get_text() + page.select_one(".bd-sidebar-primary").get_text()
    assert " | " not in words
    assert "chapters/" not in words


@every_file
def test_a_page_names_its_twin_and_its_own_address(code, stem):
    page = soup(code, stem)
    alternates = {link["hreflang"]: link["href"] for link in page.select("link[hreflang]")}
    where = address().site
    assert alternates == {
        "en": f"{where}/en/chapters/{stem}.html",
        "zh-CN": f"{where}/zh/chapters/{stem}.html",
        "x-default": f"{where}/",
    }
    canonical = [link["href"] for link in page.select("link[rel=canonical]")]
    assert canonical == [f"{where}/{code}/chapters/{stem}.html"]
    (switch,) = page.select("a.language-switch")
    twin = (SITE / code / "chapters" / switch["href"]).resolve()
    assert twin.is_file()
    assert twin.parts[-3] != code


@every_file
def test_a_page_offers_its_notebook_colab_and_its_source(code, stem):
    page = soup(code, stem)
    links = [a["href"] for a in page.select(".article-header-buttons a")]
    slug = address().repository.removeprefix("https://github.com/")
    published = f"{slug}/blob/gh-pages/{code}/_sources/chapters/{stem}.ipynb"
    assert f"https://colab.research.google.com/github/{published}" in links
    assert f"{address().repository}/edit/main/chapters/{stem}.ipynb" in links
    (download,) = [link for link in links if link.startswith("../_sources")]
    notebook = json.loads((SITE / code / "chapters" / download).resolve().read_text("utf-8"))
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    words = "".join("".join(cell["source"]) for cell in prose)
    assert bool(HAN.search(without_foreign(words))) is (code == "zh")


@every_file
def test_sections_have_the_same_addresses_in_both_editions(code, stem):
    """Those of the labels that stand before its headings, which twins have in common."""
    found = [section["id"] for section in soup(code, stem).select("article section[id]")]
    cells = [cell for cell in read(CHAPTERS / f"{stem}.ipynb")["cells"] if language(cell) == code]
    words = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert found == [label for label, _, _ in LABELLED_HEADING.findall(words)]


@every_stem
def test_both_editions_show_the_same_code_and_the_same_outputs(stem):
    """So what runs code, or copies it, may do so in one of them."""
    shown = [
        [(cell["id"], [pre.get_text() for pre in cell.select("pre")]) for cell in cells]
        for cells in (soup(code, stem).select("article .cell") for code in EDITIONS)
    ]
    assert shown[0] == shown[1], f"{stem}: the code or its outputs differ between the editions"


@every_file
def test_every_picture_has_words_in_the_pages_language(code, stem):
    for picture in soup(code, stem).select("article img"):
        cure = f"{code}/{stem}: {picture}. Cure: words in both languages, in cell or metadata"
        words = picture.get("alt", "")
        assert words.strip(), cure
        assert bool(HAN.search(words)) is (code == "zh"), cure


@every_file
def test_formulas_are_typeset_and_have_mathml_and_no_script(code, stem):
    page = soup(code, stem)
    formulas = page.select(".math")
    bare = [f for f in formulas if not (f.select_one(".katex-html") and f.select_one("math"))]
    assert not bare, f"{code}/{stem}: {bare}. Cure: web/pages/formulas.py typesets for eye and ear"
    assert not [s for s in page.select("script") if "mathjax" in str(s).lower()]
    assert "$" not in "".join(p.get_text() for p in page.select("article p"))


def test_chapters_with_formulas_have_some():
    assert soup("zh", "01_one_hot_matmul").select(".math")


@every_file
def test_chinese_pages_use_the_books_terms_also_outside_the_text(code, stem):
    if code == "zh":
        assert [str(p) for p in check_terms(0, soup(code, stem).get_text())] == []


@pytest.mark.parametrize("page", ["search.html", *(f"chapters/{stem}.html" for stem in STEMS)])
def test_the_chinese_edition_speaks_chinese_around_the_text_too(page):
    parsed = fresh_page(f"zh/{page}")
    names = {"English", "Colab", "Ctrl", "K", ".ipynb", ".pdf", "html", EDITIONS["zh"].title}
    words = [
        tag[attribute]
        for tag in parsed.select("[title], [aria-label], [alt], [placeholder], [data-bs-title]")
        for attribute in ("title", "aria-label", "alt", "placeholder", "data-bs-title")
        if tag.has_attr(attribute)
    ]
    # Code is English everywhere, in a heading's place in the table of contents too.
    for tag in parsed.select("article, script, style, title, code"):
        tag.decompose()
    words += [t.strip() for t in parsed.find_all(string=lambda t: type(t) is NavigableString)]
    english = {w for w in words if re.search("[A-Za-z]{2}", w) and not HAN.search(w)}
    left = english - names
    assert not left, f"zh/{page}: {left}. Cure: say it in Chinese in web/book/words/zh.toml"


def test_an_error_shows_the_readers_line_and_no_path_of_a_machine():
    errors = soup("en", "02_lookup_table").select(".output.traceback")
    assert "table(ids)" in errors[0].get_text()
    assert "index out of range in self" in errors[0].get_text()
    for error in errors:
        assert "site-packages" not in error.get_text()
        assert "\x1b" not in error.get_text()


def test_the_colab_cell_is_in_the_notebook_and_not_on_the_page():
    assert "google.colab" not in soup("en", "01_one_hot_matmul").get_text()
