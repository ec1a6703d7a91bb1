"""The website in a real Chromium."""

import io
import json
import re

import pytest
from PIL import Image

from tests.pages import (
    MODEL,
    both_editions,
    both_themes,
    both_ways,
    both_widths,
    every_page_and_search,
    on_a_phone,
    slow,
)
from tests.site.browsing import WIDER, axe, put_on
from web.book.editions import EDITIONS
from web.book.notebooks import paths
from web.book.rules_of_chapters import is_chapter
from web.maintain.screenshots import load_pictures


@pytest.mark.turn(9)
@every_page_and_search
@both_widths
def test_a_page_asks_no_other_host_and_reports_no_error(visits, page, code, stem, width):
    """Neither at its first visit nor in all that the tests before this one did on it."""
    load_pictures(page)
    faults = visits.faults[code, stem, width]
    assert not faults, f"{code}/{stem} at {width} px: {faults}"


@every_page_and_search
@pytest.mark.parametrize(
    ("theme", "width"),
    [
        ("light", 1280),
        ("dark", 375),
        pytest.param("dark", 1280, marks=slow),
        pytest.param("light", 375, marks=slow),
    ],
)
def test_axe_finds_nothing(page, code, stem, theme, width):
    """Everything on a light screen and on a dark phone. The text is the same on both: what is left
    for the other two are the colours of what only a screen, or only a phone, has around it."""
    put_on(page, theme)
    found = axe(page, around_the_text=(theme, width) in {("dark", 1280), ("light", 375)})
    assert not found, f"{code}/{stem}, {theme}, {width} px:\n" + "\n".join(found)


@every_page_and_search
@on_a_phone
def test_nothing_scrolls_sideways_on_a_phone(page, code, stem, width):
    wide = page.evaluate(WIDER)
    assert not wide, f"{code}/{stem}: wider than a phone: {wide}. Cure: let it wrap or scroll"


PREFERENCES = [("zh-CN", "zh"), ("en-GB", "en"), ("fr", "en")]


@pytest.mark.parametrize(("preferred", "expected"), PREFERENCES)
def test_the_front_page_leads_to_the_readers_language(visit, preferred, expected):
    page = visit("", locale=preferred)
    page.wait_for_url(f"**/{expected}/chapters/index.html")
    assert page.faults == []


@both_editions
def test_the_front_page_offers_both_languages_without_scripts(visit, code):
    page = visit("index.html", java_script_enabled=False)
    page.click(f"a[hreflang={code}]")
    assert f"/{code}/chapters/index.html" in page.url


@both_ways
def test_the_switch_keeps_the_page_and_the_section(visit, code, other):
    page = visit(f"{code}/chapters/{MODEL}.html")
    page.evaluate("document.querySelector('section#which-id').scrollIntoView()")
    box = page.locator("a.language-switch").bounding_box()
    # the mouse, because Playwright's own click scrolls the page first
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**/{other}/chapters/{MODEL}.html#which-id")
    top = page.evaluate("document.querySelector('section#which-id').getBoundingClientRect().top")
    assert abs(top) < 150
    assert page.faults == []


@both_ways
def test_the_switch_keeps_the_page_also_without_scripts(visit, code, other):
    page = visit(f"{code}/chapters/{MODEL}.html", java_script_enabled=False)
    page.click("a.language-switch")
    page.wait_for_url(f"**/{other}/chapters/{MODEL}.html")


def test_a_folded_answer_opens_by_keyboard(visit):
    page = visit("en/chapters/01_one_hot_matmul.html")
    page.focus("details > summary")
    page.keyboard.press("Enter")
    assert page.get_attribute("details", "open") is not None


@both_editions
def test_solutions_are_folded_and_open(visit, code):
    page = visit(f"{code}/chapters/01_one_hot_matmul.html")
    fold = page.locator(".tag_hide-cell:not(.tag_referee) details.hide.above-input").first
    assert not fold.locator("div.highlight").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("div.highlight").first.is_visible()
    words = fold.locator("summary").inner_text()
    assert EDITIONS[code].hide_solution in words or EDITIONS[code].show_solution in words


@both_themes
@pytest.mark.parametrize("picture", ["img[src*=padding_batch]", ".cell_output img"])
def test_figures_and_drawings_follow_the_readers_light_or_dark_page(visit, theme, picture):
    page = visit(f"en/chapters/{MODEL}.html", theme=theme)
    image = page.locator(picture).first
    image.scroll_into_view_if_needed()
    grey = Image.open(io.BytesIO(image.screenshot())).convert("L")
    paper = grey.getpixel((3, 3))
    darkest, lightest = grey.getextrema()
    assert paper < 60 if theme == "dark" else paper > 220
    assert lightest - darkest > 150, "the ink must stand out"


@pytest.mark.parametrize(
    ("chosen", "prefers", "paper"),
    [
        pytest.param({}, "dark", "dark", id="nothing chosen, the system is dark"),
        pytest.param({}, "light", "light", id="nothing chosen, the system is light"),
        pytest.param({"mode": "dark", "theme": "dark"}, "light", "dark", id="dark chosen"),
        pytest.param({"mode": "light", "theme": "light"}, "dark", "light", id="light chosen"),
        pytest.param(
            {"mode": "auto", "theme": "light"}, "dark", "dark", id="the system was light before"
        ),
    ],
)
def test_a_page_is_light_or_dark_before_its_scripts_have_come(
    new_context, site, chosen, prefers, paper
):
    page = new_context(color_scheme=prefers).new_page()
    store = f"Object.entries({json.dumps(chosen)}).forEach(([k, v]) => localStorage[k] = v)"
    page.add_init_script(store)
    page.route(re.compile(r"\.m?js(\?|$)"), lambda route: route.abort())
    page.goto(f"{site}/en/chapters/index.html", wait_until="load")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.search(r"\d+", colour)[0])
    assert red < 60 if paper == "dark" else red > 220, (
        f"{colour}: the page turns {paper} only when its scripts arrive. "
        "Cure: web/pages/templates/layout.html sets data-theme while the head is read"
    )


def test_there_is_more_than_one_chapter_to_test():
    assert sum(is_chapter(path) for path in paths()) >= 2
