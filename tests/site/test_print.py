"""The book on paper: what Chromium writes into a PDF, read again with PDFium."""

import re
import unicodedata

import pypdfium2
import pytest
from bs4 import BeautifulSoup, NavigableString
from PIL import ImageChops

from tests.pages import every_page, every_page_in_one_language, on_a_screen
from tests.site.browsing import go
from web.book.editions import ROOT

PAPER = 672  # CSS pixels between the margins of A4


@pytest.fixture
def on_paper(page):
    """The page laid out as it will be printed."""
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.emulate_media(media="print")
    return page


@pytest.fixture
def printed(visits, code, stem):
    """Print the page as a light or dark reader has it: the PDF, and the page afterwards.

    Each time in a tab of its own: Chromium broke down, once in some hundred times, where light
    was changed to dark on a page that had just been printed.
    """
    tabs = []

    def printed(theme="light"):
        tabs.append(visits.context.new_page())
        tabs[-1].emulate_media(color_scheme=theme)
        page = go(tabs[-1], f"{visits.site}/{code}/chapters/{stem}.html")
        return pypdfium2.PdfDocument(page.pdf(format="A4")), page

    yield printed
    for tab in tabs:
        tab.close()


def letters(text):
    """Without what paper sets anew (spaces, line breaks and the hyphens before them)."""
    return re.sub(r"[\s\-\u0000\u0002\u200b\ufffe\u00ad]", "", unicodedata.normalize("NFKC", text))


def folded(article):
    """The words in the folds, piece by piece; formulas are set, so their letters move."""
    for fold in article.select("details"):
        for part in fold.select("summary, .math, button, .headerlink"):
            part.decompose()
        yield from fold.find_all(string=lambda text: type(text) is NavigableString)


def in_pictures(article):
    """The words in the figures of imgs/; a drawing of Matplotlib has outlines, not words, and a
    figure to play with takes the place of its picture."""
    for picture in article.select("img:not([id^=emb-] *)"):
        svg = ROOT / "imgs" / picture["src"].split("/")[-1]
        if svg.is_file():
            drawn = BeautifulSoup(svg.read_text("utf-8"), "html.parser")
            yield from (text.get_text() for text in drawn.select("text"))


@every_page
def test_folded_answers_unseen_figures_and_addresses_of_links_stand_on_paper(printed, code, stem):
    sheets, page = printed()
    article = BeautifulSoup(page.locator("article").inner_html(), "html.parser")
    paper = letters("".join(sheet.get_textpage().get_text_range() for sheet in sheets))
    wanted = {
        "an answer in a fold": folded(article),
        "words of a figure": in_pictures(article),
        "the address of a link": [f"({a['href']})" for a in article.select("a.external")],
    }
    for what, pieces in wanted.items():
        lost = [piece.strip() for piece in pieces if letters(piece) not in paper]
        assert not lost, f"{code}/{stem}: {what} is not printed: {lost}. Cure: print.css"
    assert not page.locator("article details[open]").count(), "printing must not unfold the page"


@every_page_in_one_language
def test_a_dark_page_prints_like_a_light_one(printed, code, stem):
    (light, _), (dark, page) = printed("light"), printed("dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert len(light) == len(dark)
    for number, (one, other) in enumerate(zip(light, dark, strict=True), 1):
        pictures = [page.render(scale=0.5).to_pil().convert("RGB") for page in (one, other)]
        assert ImageChops.difference(*pictures).getbbox() is None, (
            f"{code}/{stem}: sheet {number} of a dark page differs. Cure: book.mjs sets the light "
            "theme before printing"
        )
        assert pictures[1].getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.turn(1)
@every_page
@on_a_screen
def test_paper_carries_no_buttons_and_no_navigation(page, code, stem, width):
    page.emulate_media(media="print")
    page.evaluate("scrollTo(0, 300); scrollTo(0, 200)")  # calls the button that leads to the top
    chrome = "button, dialog, form, .headerlink, .bd-sidebar, .prev-next-footer, #pst-skip-link"
    shown = page.locator(f":is({chrome}):visible").evaluate_all(
        "all => all.map(e => e.outerHTML.slice(0, 120))"
    )
    assert not shown, f"{code}/{stem}: printed, but of no use on paper: {shown}. Cure: print.css"


@pytest.mark.turn(1)
@every_page
@on_a_screen
def test_nothing_is_cut_at_the_edge_of_the_paper(on_paper, code, stem, width):
    cut = on_paper.eval_on_selector_all(
        "article :is(pre, div.math, table, img, p, li, .katex)",
        """all => all.filter(e => e.getBoundingClientRect().right > innerWidth
            || e.matches('pre, div.math, p, li') && e.scrollWidth > e.clientWidth + 1)
          .map(e => `${e.closest('[id]')?.id}: ${e.textContent.slice(0, 80)}`)""",
    )
    assert not cut, (
        f"{code}/{stem}: wider than the paper: {cut}. Cure: break the line in the notebook"
    )


@pytest.mark.turn(1)
@every_page
@on_a_screen
def test_no_figure_and_no_code_is_split_between_two_sheets(on_paper, code, stem, width):
    splits = on_paper.eval_on_selector_all(
        "article :is(.figure:not([id^=emb-] *), .cell_input .highlight)",
        """all => all.filter(e => getComputedStyle(e).breakInside != 'avoid'
            || e.getBoundingClientRect().height > 950)
          .map(e => e.closest('[id]').id)""",
    )
    assert not splits, (
        f"{code}/{stem}: {splits} may be split, or are higher than a sheet. Cure: print.css, or a "
        "smaller figure or cell"
    )
