"""Firefox and WebKit: pages, the switch, the search, a live cell and the figures work there, too.

Chromium is asked everything, in the other modules; these are the promises that each browser could
break in a way of its own.
"""

import json

import pytest

from tests.explore.test_states import FIGURES
from tests.missing import skip_loudly
from tests.pages import MODEL, SITE, SMOKE, STEMS, both_editions, one_language, other, soup
from tests.site.browsing import WIDER
from tests.site.live import OUTPUTS, same
from tests.site.other_browsers import BROWSERS, Listening
from web.maintain.screenshots import READY
from web.site.server import serving

pytestmark = pytest.mark.check


@pytest.fixture(scope="module", params=BROWSERS)
def other_browser(request):
    """This browser; the module's tests are grouped by it (tests/groups.py)."""
    with BROWSERS[request.param]() as browser:
        yield browser


@pytest.fixture(scope="module")
def site():
    with serving(SITE, Listening) as address:
        yield address


@pytest.fixture
def visit(other_browser, site):
    def visit(path, width=1280):
        Listening.missing.clear()
        other_browser.size(width)
        other_browser.go(f"{site}/{path}")
        arrived(other_browser, path)

    return visit


def arrived(other_browser, path):
    """The page is there, as its scripts leave it."""
    ready = f"location.href.includes({path!r}) && ({READY})()"
    other_browser.until(ready, f"{path}, as its scripts leave it")


def is_well(other_browser):
    """Nothing went wrong on the page so far, and it is as wide as its window."""
    assert other_browser.evaluate("heard") == []
    assert Listening.missing == []
    assert other_browser.evaluate(f"({WIDER})()") == []


def one(selector):
    return f"document.querySelector({selector!r})"


@pytest.mark.parametrize("stem", [*sorted(SMOKE), "search"])
@pytest.mark.parametrize(("width", "code"), [(1280, "en"), (375, "zh")])
def test_a_page_is_well_and_so_is_its_twin_to_which_the_switch_leads(
    other_browser, visit, width, code, stem
):
    path = "search.html?q=padding_idx" if stem == "search" else f"chapters/{stem}.html"
    visit(f"{code}/{path}", width)
    assert other_browser.evaluate("innerWidth") == width
    is_well(other_browser)
    other_browser.click(one("a.language-switch"))
    arrived(other_browser, f"{other(code)}/{path}")
    is_well(other_browser)


def test_the_front_page_leads_to_an_edition(other_browser, visit):
    visit("")
    arrived(other_browser, "/chapters/index.html")
    is_well(other_browser)


@both_editions
def test_the_search_finds_what_is_typed_and_leads_to_it(other_browser, visit, code):
    visit(f"{code}/search.html")
    other_browser.write(one("main input[name=q]"), "padding_idx")
    link = one(f".search-places a[href*='{MODEL}']")
    all_of_it = "location.search === '?q=padding_idx'"
    other_browser.until(f"{all_of_it} && {link}", f"a link to {MODEL}")
    place = other_browser.evaluate(f"{link}.getAttribute('href')")
    is_well(other_browser)
    other_browser.click(link)
    arrived(other_browser, place)
    is_well(other_browser)


def test_a_live_cell_gives_what_is_stored(other_browser, visit):
    if not list(SITE.glob("pyodide-*")):
        skip_loudly("the site was built without live cells (make book says why)")
    visit(f"en/chapters/{MODEL}.html")
    # the stored output stays in the cell, so this is the same one after the run
    cell = one(".cell.live:not(.tag_hide-input):has(.cell_output:not(.live-output))")
    other_browser.click(f"{cell}.querySelector('[data-do=run]')")
    other_browser.until(f"{cell}.querySelector('.live-output')", "what the live cell gives")
    [[stored, live]] = other_browser.evaluate(f"({OUTPUTS})([{cell}])")
    assert stored
    assert same(stored, live), (stored, live)
    is_well(other_browser)


# A control that changes what is seen: a button, or else a slider.
BUTTON = ":is([data-do=step], [data-do=look])"
SLIDER = "input[type=range]:enabled"
SEEN = "[...root.querySelectorAll('[data-is], .said')].map((part) => part.textContent).join(' ')"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_comes_and_follows_its_controls(other_browser, visit, name):
    figure = f"emb-{name}"
    stems = [stem for stem in STEMS if soup("en", stem).find(figure)]
    assert stems
    for stem in stems:
        visit(f"{one_language(stem)}/chapters/{stem}.html")
        other_browser.evaluate(f"{one(figure)}.scrollIntoView()")
        other_browser.until(f"'ready' in {one(figure)}.dataset", figure)
        root = f"{one(figure)}.shadowRoot"
        seen = f"((root) => {SEEN})({root})"
        before = other_browser.evaluate(seen)
        if other_browser.evaluate(f"Boolean({root}.querySelector({BUTTON!r}))"):
            other_browser.click(f"{root}.querySelector({BUTTON!r})")
        else:
            other_browser.press(f"{root}.querySelector({SLIDER!r})", "End")
        other_browser.until(f"{seen} !== {json.dumps(before)}", f"another {figure} than {before}")
        is_well(other_browser)
