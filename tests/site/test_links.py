"""Addresses of cells and figures, copy buttons, previous and next, minutes to read."""

import os
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from tests.pages import (
    HAN,
    MODEL,
    SITE,
    SMOKE,
    STEMS,
    both_editions,
    both_widths,
    contents,
    every_page_in_one_language,
    every_stem,
    on_a_screen,
    other,
    read_page,
    soup,
)
from tests.site.browsing import fold_out
from web.book.editions import EDITIONS
from web.book.minutes import measured, stated
from web.book.notebooks import CHAPTERS, read, tags
from web.pages.minutes import LOOKED_UP


def code_cells(stem):
    """The cells that the page shows, by their id."""
    cells = read(CHAPTERS / f"{stem}.ipynb")["cells"]
    return {
        cell["id"]: cell["source"]
        for cell in cells
        if cell["cell_type"] == "code" and "remove-cell" not in tags(cell)
    }


# --- addresses -----------------------------------------------------------------------------


@every_stem
@both_editions
def test_every_code_cell_has_the_address_that_its_notebook_gives_it(code, stem):
    found = [cell.get("id") for cell in soup(code, stem).select("article .cell")]
    assert found == [f"cell-{name}" for name in code_cells(stem)], (
        f"{code}/{stem}. Cure: web/pages/anchors.py names each cell by its id in the notebook"
    )


@every_stem
def test_every_figure_has_an_address_and_it_is_the_same_in_both_editions(stem):
    found = {}
    for code in EDITIONS:
        pictures = soup(code, stem).select("article img")
        found[code] = [picture.parent.get("id") for picture in pictures]
        assert all(re.fullmatch(r"figure-[\w-]+", str(name)) for name in found[code]), (
            f"{code}/{stem}: {found[code]}. Cure: web/pages/anchors.py wraps each figure"
        )
    assert found["en"] == found["zh"], f"{stem}: {found}. Cure: pages/anchors.py names both alike"


@every_stem
@both_editions
def test_no_address_stands_twice_on_a_page(code, stem):
    names = [tag["id"] for tag in soup(code, stem).select("[id]")]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, (
        f"{code}/{stem}: {twice}. Cure: show a figure once, and give a cell its own id"
    )


@every_stem
@both_editions
def test_the_sign_beside_a_place_leads_to_it_and_is_named_in_the_pages_language(code, stem):
    article = soup(code, stem).article
    signs = article.select("a.headerlink")
    places = article.select("section[id], .cell[id], .figure[id]")
    assert sorted(sign["href"] for sign in signs) == sorted(f"#{p['id']}" for p in places)
    for sign in signs:
        assert bool(HAN.search(sign["aria-label"])) is (code == "zh"), f"{code}/{stem}: {sign}"


PLACES = ["cell-c015", "figure-padding_batch", "which-id"]


@both_editions
@pytest.mark.parametrize("place", PLACES)
@both_widths
def test_an_address_leads_to_its_place_and_marks_it(visit, code, place, width):
    page = visit(f"{code}/chapters/{MODEL}.html#{place}", width=width)
    marked = f"#{place}" if "-" in place and place != "which-id" else f"#{place} > h2"
    box = page.locator(marked).bounding_box()
    assert 0 <= box["y"] < 450, "the place must be in sight"
    assert page.locator(marked).evaluate("e => getComputedStyle(e).boxShadow") != "none"
    assert page.faults == []


@both_editions
@pytest.mark.parametrize("place", PLACES)
def test_the_switch_keeps_the_address_of_a_cell_a_figure_and_a_section(visit, code, place):
    page = visit(f"{code}/chapters/{MODEL}.html#{place}")
    page.click("a.language-switch")
    page.wait_for_url(f"**/{other(code)}/chapters/{MODEL}.html#{place}")


def test_the_switch_forgets_an_address_that_was_left_behind(visit):
    page = visit(f"en/chapters/{MODEL}.html#cell-c006")
    page.evaluate("document.querySelector('#which-id').scrollIntoView({behavior: 'instant'})")
    page.evaluate("document.querySelector('.language-switch').click()")  # Playwright's scrolls
    page.wait_for_url("**/zh/chapters/04_padding_idx.html#which-id")


@both_widths
@both_editions
def test_the_sign_shows_when_pointed_at_and_moves_nothing(visit, code, width):
    page = visit(f"{code}/chapters/{MODEL}.html", width=width, reduced_motion="reduce")
    for place in (".cell", ".figure"):
        sign = page.locator(f"{place} > a.headerlink").first
        before = page.evaluate("document.documentElement.scrollHeight")
        assert sign.evaluate("e => getComputedStyle(e).opacity") == "0"
        page.locator(f"{place}").first.hover()
        assert sign.evaluate("e => getComputedStyle(e).opacity") == "1"
        assert page.evaluate("document.documentElement.scrollHeight") == before
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert sign.bounding_box()["x"] >= 0


# --- copy buttons --------------------------------------------------------------------------


@pytest.mark.turn(3)
@every_page_in_one_language
@on_a_screen
def test_each_copy_button_copies_its_code_and_says_so_in_the_pages_language(
    page, code, stem, width
):
    fold_out(page)
    for name, source in code_cells(stem).items():
        button = page.locator(f"#cell-{name} .copybtn")
        button.press("Enter")
        page.wait_for_selector(f"#cell-{name} .copybtn.success")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == source, f"{code}/{stem}: #cell-{name} copies something else: {copied}"
        said = page.locator("[role=status].visually-hidden").inner_text()
        assert said == {"en": "Copied!", "zh": "已复制"}[code], f"{code}/{stem}: says “{said}”"
        assert (
            page.evaluate(
                "n => getComputedStyle(document.querySelector(n), '::after').visibility",
                f"#cell-{name} .copybtn",
            )
            == "visible"
        ), "the button must say it to the eye too"


@both_editions
def test_what_code_printed_has_no_copy_button(visit, code):
    page = visit(f"{code}/chapters/{MODEL}.html")
    page.wait_for_selector(".copybtn", state="attached")
    assert page.locator(".cell_output .copybtn").count() == 0


@both_editions
def test_the_copy_button_shows_where_there_is_no_mouse(visit, code):
    page = visit(f"{code}/chapters/{MODEL}.html", width=375, has_touch=True, is_mobile=True)
    button = page.locator(".copybtn").first
    button.wait_for(state="attached")
    assert button.evaluate("e => getComputedStyle(e).opacity") == "1"
    button.tap()
    page.wait_for_selector(".copybtn.success")


# --- links inside the site -----------------------------------------------------------------


def leads_to(page, link):
    """The file that a link of a page leads to, and the place in it."""
    path, fragment = urldefrag(link)
    path = unquote(urlsplit(path).path)
    file = (SITE / page).parent.joinpath(path) if path else SITE / page
    file = Path(os.path.normpath(file))
    return (file / "index.html" if file.is_dir() else file), unquote(fragment)


@lru_cache(None)
def addresses(file):
    """What a link may name behind its #."""
    return {tag["id"] for tag in read_page(str(file.relative_to(SITE))).select("[id]")}


@pytest.mark.parametrize("page", ["search.html", *(f"chapters/{stem}.html" for stem in STEMS)])
@both_editions
def test_every_link_and_file_inside_the_site_is_there(code, page):
    name = f"{code}/{page}"
    tags = read_page(name).select("a[href], link[href], img[src], script[src]")
    for link in {tag.get("href") or tag["src"] for tag in tags}:
        if re.match(r"\w+:|//", link):
            continue
        file, place = leads_to(name, link)
        assert file.is_relative_to(SITE), f"{name}: {link} leads out of the site"
        assert file.is_file(), f"{name}: nothing lies at {link}. Cure: mend the link"
        if place and file.suffix == ".html":
            assert place in addresses(file), f"{name}: {link} has no such place. Cure: its label"


# --- from page to page ---------------------------------------------------------------------


def in_order():
    return [stem for part in contents() for stem in part]


def test_the_contents_name_every_notebook():
    assert sorted(in_order()) == sorted(STEMS)


def test_make_test_opens_a_page_of_each_part():
    for part in contents():
        assert SMOKE & set(part), f"Cure: name one of {part} in SMOKE of tests/pages.py"


@both_editions
def test_previous_and_next_follow_the_contents(code):
    stems = in_order()
    around = zip([None, *stems], stems, [*stems[1:], None], strict=False)
    for before, stem, after in around:
        found = {
            side: [a["href"] for a in soup(code, stem).select(f"a.{side}")]
            for side in ("left-prev", "right-next")
        }
        expected = {
            "left-prev": [f"{before}.html"] if before else [],
            "right-next": [f"{after}.html"] if after else [],
        }
        assert found == expected, f"{code}/{stem}. Cure: the order of _toc.yml"


# --- minutes to read -----------------------------------------------------------------------


@every_stem
def test_a_page_says_below_its_title_how_long_it_takes(stem):
    notebook = read(CHAPTERS / f"{stem}.ipynb")
    reading, exercises = stated(notebook, "en") or measured(notebook)
    said = {"en": f"About {reading} minutes", "zh": f"大约 {reading} 分钟"}
    if exercises:
        said["en"] += f", and {exercises} for the exercises"
        said["zh"] += f"，做练习再加 {exercises} 分钟"
    if stem in LOOKED_UP:
        said = {"en": "For looking things up", "zh": "供随时查阅"}
    for code, words in said.items():
        article = soup(code, stem).article
        line = article.h1.find_next_sibling()
        assert line.get("class") == ["minutes"], f"{code}/{stem}: no minutes below the title"
        assert line.get_text() == words, f"{code}/{stem}: {line}. Cure: web/pages/minutes.py"
        assert article.get_text().count(words) == 1, f"{code}/{stem}: the page says it twice"
