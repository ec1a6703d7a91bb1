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
from tests.site.live import OUTPUTS, RAN, same
from tests.site.other_browsers import BROWSERS, Listening
from web.maintain.screenshots import READY
from web.site.server import serving

pytestmark = pytest.mark.check


@pytest.fixture(scope="module", params=BROWSERS)
def reader(request):
    """Someone with this browser; the module's tests are grouped by it (tests/groups.py)."""
    with BROWSERS[request.param]() as browser:
        yield browser


@pytest.fixture(scope="module")
def site():
    with serving(SITE, Listening) as address:
        yield address


@pytest.fixture
def visit(reader, site):
    def visit(path, width=1280):
        Listening.missing.clear()
        reader.size(width)
        reader.go(f"{site}/{path}")
        arrived(reader, path)

    return visit


def arrived(reader, path):
    """The page is there, as its scripts leave it."""
    reader.until(f"location.href.includes('{path}') && ({READY})()")


def is_well(reader):
    """Nothing went wrong on the page so far, and it is as wide as its window."""
    assert reader.evaluate("heard") == []
    assert Listening.missing == []
    assert reader.evaluate(f"({WIDER})()") == []


def one(selector):
    return f"document.querySelector({selector!r})"


@pytest.mark.parametrize("stem", [*sorted(SMOKE), "search"])
@pytest.mark.parametrize(("width", "code"), [(1280, "en"), (375, "zh")])
def test_a_page_is_well_and_so_is_its_twin_to_which_the_switch_leads(
    reader, visit, width, code, stem
):
    path = "search.html?q=padding_idx" if stem == "search" else f"chapters/{stem}.html"
    visit(f"{code}/{path}", width)
    assert reader.evaluate("innerWidth") == width
    is_well(reader)
    reader.click(one("a.language-switch"))
    arrived(reader, f"{other(code)}/{path}")
    is_well(reader)


def test_the_front_page_leads_to_an_edition(reader, site):
    reader.go(f"{site}/")
    arrived(reader, "/chapters/index.html")
    is_well(reader)


@both_editions
def test_the_search_finds_what_is_typed_and_leads_to_it(reader, visit, code):
    visit(f"{code}/search.html")
    reader.write(one("main input[name=q]"), "padding_idx")
    link = one(f".search-places a[href*='{MODEL}']")
    reader.until(link)
    place = reader.evaluate(f"{link}.getAttribute('href')")
    is_well(reader)
    reader.click(link)
    arrived(reader, place)
    is_well(reader)


@both_editions
def test_a_live_cell_gives_what_is_stored(reader, visit, code):
    if not list(SITE.glob("pyodide-*")):
        skip_loudly("the site was built without live cells (make book says why)")
    visit(f"{code}/chapters/{MODEL}.html")
    reader.click(one(".cell.live:not(.tag_hide-input):has(.cell_output) [data-do=run]"))
    reader.until(one(RAN))
    pairs = reader.evaluate(f"({OUTPUTS})([...document.querySelectorAll({RAN!r})])")
    assert pairs
    for stored, live in pairs:
        assert stored
        assert same(stored, live), (stored, live)
    is_well(reader)


# A control that changes what is seen: a button, or else a slider.
BUTTON = ":is([data-do=step], [data-do=look])"
SLIDER = "input[type=range]:enabled"
SEEN = "[...root.querySelectorAll('[data-is], .said')].map((part) => part.textContent).join(' ')"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_comes_and_follows_its_controls(reader, visit, name):
    figure = f"emb-{name}"
    stems = [stem for stem in STEMS if soup("en", stem).find(figure)]
    assert stems
    for stem in stems:
        visit(f"{one_language(stem)}/chapters/{stem}.html")
        reader.evaluate(f"{one(figure)}.scrollIntoView()")
        reader.until(f"'ready' in {one(figure)}.dataset")
        root = f"{one(figure)}.shadowRoot"
        seen = f"((root) => {SEEN})({root})"
        before = reader.evaluate(seen)
        if reader.evaluate(f"Boolean({root}.querySelector({BUTTON!r}))"):
            reader.click(f"{root}.querySelector({BUTTON!r})")
        else:
            reader.press(f"{root}.querySelector({SLIDER!r})", "End")
        reader.until(f"{seen} !== {json.dumps(before)}")
        is_well(reader)
