"""What a first visit costs a reader: bytes by file, nothing unused, nothing that jumps."""

import pytest

from tests.explore.test_states import FIGURES
from tests.pages import PAGES, SITE, every_page, every_page_at_one_width, on_a_screen, slow
from tests.site.weights import bytes_of, on_the_wire, stored, without_figures
from web.book.editions import EDITIONS
from web.maintain.screenshots import load_pictures

LIMIT = 96_000  # bytes of a first visit, gzipped, beside the page's own figures
GROWTH = 3_000  # more is a change of the stored number
SHIFT = 0.01
# Figures to play with, of which a page loads those that come near.
EXPLORE = "/_static/explore/"
OF_A_FIGURE = 8 * 1024
OF_ALL_ON_A_PAGE = 15 * 1024
SLOW_LINE = {
    "offline": False,
    "latency": 300,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
# Every script of a page, and what it is there for. A file that is not listed fails.
SCRIPTS = {
    "documentation_options.js": "Sphinx's options, which its other scripts read",
    "clipboard.min.js": "the copy buttons",
    "copybutton.js": "the copy buttons",
    "sphinx-book-theme.js": "the sidebar",
    "menus.mjs": "the menus of the header",
    "pydata-sphinx-theme.js": "light and dark, the search dialog, the drawers on a phone",
    "live.mjs": "the buttons of live cells; the rest comes when one is pressed",
    "solved.mjs": "the exercises that were solved, marked in the contents",
    "book.mjs": "the language switch keeps the section",
    "panel.mjs": "the buttons that keep an edition on the device",
    "row.mjs": "one edition of them",
    "store.mjs": "what this device has of it",
    "words.mjs": "what they say",
    "kept.mjs": "the Python of live cells, which is given up with it",
    "download.mjs": "files are fetched with patience, here and by live cells",
}


@pytest.fixture
def files(page):
    """What the first visit of the page loaded: path -> bytes on the wire."""
    return bytes_of(page.first_visit)


def listing(files):
    rows = sorted(files.items(), key=lambda item: -item[1])
    return "\n".join(f"{size:>8,} {name}" for name, size in rows)


@every_page
@on_a_screen
def test_a_first_visit_is_light(files, code, stem, width):
    own = without_figures(files)
    cure = "see which file grew; what few readers need is loaded when they ask for it"
    fault = f"{code}/{stem}: {sum(own.values()):,} bytes, at most {LIMIT:,}. Cure: {cure}"
    assert sum(own.values()) <= LIMIT, f"{fault}\n{listing(own)}"


@every_page
@on_a_screen
def test_a_page_weighs_what_is_stored(files, code, stem, width):
    """A page that lost twice as much as it may gain is stored anew, or it could grow back."""
    own, known = without_figures(files), stored()[code].get(stem, 0)
    grown = sum(own.values()) - known
    assert -2 * GROWTH <= grown <= GROWTH, (
        f"{code}/{stem}: {known:,} bytes are stored, it weighs {grown:+,}. Cure: if that has a "
        f"good reason, .venv/bin/python -m tests.site.weights, and the reason into the commit\n"
        f"{listing(own)}"
    )


def test_the_weight_of_every_page_is_stored():
    assert {(code, stem) for code, pages in stored().items() for stem in pages} == set(PAGES)


@every_page
@on_a_screen
def test_nothing_is_loaded_that_the_page_does_not_use(page, code, stem, width):
    names = [name.rsplit("/", 1)[-1] for name in page.first_visit if EXPLORE not in name]
    scripts = {name for name in names if name.endswith((".js", ".mjs"))}
    unknown = scripts - set(SCRIPTS)
    assert not unknown, f"{code}/{stem}: {unknown}. Cure: say in SCRIPTS what for, or load later"
    assert sum(name.endswith(".css") for name in names) <= 2, "one sheet, and that of the formulas"
    unused = {"searchindex.js", "searchtools.js", "language_data.js"} & set(names)
    assert not unused, f"{code}/{stem}: only the search page needs {unused}"


@pytest.mark.parametrize("code", EDITIONS)
def test_a_figure_to_play_with_is_small(code):
    folder = SITE / code / "_static" / "explore"
    for name in FIGURES:
        files = [folder / f"{name}.mjs", *folder.glob(f"{name}_*states.mjs")]
        size = sum(map(on_the_wire, files))
        assert size <= OF_A_FIGURE, f"emb-{name}: {size:,} bytes, {OF_A_FIGURE:,} at most"


@every_page
@on_a_screen
def test_figures_to_play_with_add_little_to_a_first_visit(files, code, stem, width):
    size = sum(size for name, size in files.items() if EXPLORE in name)
    assert size <= OF_ALL_ON_A_PAGE, f"{code}/{stem}: {size:,}\n{listing(files)}"


# Values are rounded by the browser: a shift of a hair is none.
OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const nodes = entry.sources.map(({ node }) => (node?.outerHTML ?? "text").slice(0, 100));
    window.shifts.push({ value: entry.value, nodes });
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# From the top to the end by windows, each drawn before the next.
READ_DOWN = """async () => {
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight - 100) {
    scrollTo(0, top);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}"""


@slow
@every_page_at_one_width
def test_nothing_jumps_while_a_page_arrives_on_a_slow_line(new_context, site, code, stem, width):
    context = new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(OBSERVE)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    address = f"{site}/{code}/chapters/{stem}.html"
    page.goto(address, wait_until="load", timeout=120_000)  # only a hang takes so long
    page.evaluate(READ_DOWN)
    load_pictures(page)
    shifts = page.evaluate("window.shifts")
    total = sum(shift["value"] for shift in shifts)
    cure = "give what arrives late its place: width and height, or a minimal height"
    assert total <= SHIFT, f"{code}/{stem}: shift {total:.4f}. Cure: {cure}\n{shifts}"


@every_page
def test_a_page_is_read_without_scripts(visit, code, stem):
    page = visit(f"{code}/chapters/{stem}.html", java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()
    assert page.locator(".bd-sidebar-primary a").first.is_visible()
    for formula in page.locator("article .katex-html:not(details *)").all()[:3]:
        assert formula.is_visible()
    fold = page.locator("article details").first
    if fold.count():
        fold.locator("summary").click()
        assert fold.get_attribute("open") is not None
