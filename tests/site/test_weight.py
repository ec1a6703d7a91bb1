"""What a first visit costs a reader: bytes by file, nothing unused, nothing that jumps."""

import gzip
from urllib.parse import urlsplit

import pytest

from web.book.editions import EDITIONS
from web.book.notebooks import paths
from web.maintain.screenshots import load_pictures

LIMIT = 170_000  # bytes of a first visit, gzipped, beside the page's own figures
SHIFT = 0.01
SLOW_LINE = {
    "offline": False,
    "latency": 300,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SMOKE = {"index", "01_one_hot_matmul"}
# Every script of a page, and what it is there for. A file that is not listed fails.
SCRIPTS = {
    "documentation_options.js": "Sphinx's options, which its other scripts read",
    "doctools.js": "keys, and the words of searches",
    "clipboard.min.js": "the copy buttons",
    "copybutton.js": "the copy buttons",
    "sphinx-book-theme.js": "the sidebar",
    "bootstrap.js": "menus and tooltips of the header",
    "pydata-sphinx-theme.js": "light and dark, the search dialog, the drawers on a phone",
    "translations.js": "the words of these scripts in Chinese",
    "live.mjs": "the buttons of live cells; the rest comes when one is pressed",
    "book.mjs": "the language switch keeps the section",
}


def stems():
    for path in paths():
        slow = [] if path.stem in SMOKE else [pytest.mark.check]
        yield pytest.param(path.stem, marks=slow)


every_page = pytest.mark.parametrize("stem", list(stems()))
both_editions = pytest.mark.parametrize("code", EDITIONS)


@pytest.fixture
def loaded(browser, site):
    """What a first visit of a page loads: path -> bytes on the wire, as a server sends them."""
    contexts = []

    def load(page):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        answers = []
        tab = context.new_page()
        tab.on("response", lambda answer: answers.append(answer))
        tab.goto(f"{site}/{page}", wait_until="networkidle")
        return {urlsplit(a.url).path: on_the_wire(a) for a in answers if a.ok}

    yield load
    for context in contexts:
        context.close()


def on_the_wire(answer):
    packed = answer.url.endswith((".woff2", ".png"))  # gzip would gain nothing
    return len(answer.body() if packed else gzip.compress(answer.body()))


def listing(files):
    rows = sorted(files.items(), key=lambda item: -item[1])
    return "\n".join(f"{size:>8,} {name}" for name, size in rows)


@every_page
@both_editions
def test_a_first_visit_is_light(loaded, code, stem):
    files = loaded(f"{code}/chapters/{stem}.html")
    own = {name: size for name, size in files.items() if "/_images/" not in name}
    cure = "see which file grew; what few readers need is loaded when they ask for it"
    fault = f"{code}/{stem}: {sum(own.values()):,} bytes, at most {LIMIT:,}. Cure: {cure}"
    assert sum(own.values()) <= LIMIT, f"{fault}\n{listing(own)}"


@every_page
@both_editions
def test_nothing_is_loaded_that_the_page_does_not_use(loaded, code, stem):
    files = loaded(f"{code}/chapters/{stem}.html")
    names = [name.rsplit("/", 1)[-1] for name in files]
    scripts = {name for name in names if name.endswith((".js", ".mjs"))}
    unknown = scripts - set(SCRIPTS)
    assert not unknown, f"{code}/{stem}: {unknown}. Cure: say in SCRIPTS what for, or load later"
    assert sum(name.endswith(".css") for name in names) <= 2, "one sheet, and that of the formulas"
    unused = {"searchindex.js", "searchtools.js", "language_data.js"} & set(names)
    assert not unused, f"{code}/{stem}: only the search page needs {unused}"


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


@every_page
@both_editions
@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_jumps_while_a_page_arrives_on_a_slow_line(browser, site, code, stem, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(OBSERVE)
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW_LINE)
        page.goto(f"{site}/{code}/chapters/{stem}.html", wait_until="load")
        height = page.evaluate("document.documentElement.scrollHeight")
        for top in range(0, height, 800):
            page.evaluate("top => window.scrollTo(0, top)", top)
            page.wait_for_timeout(20)
        load_pictures(page)
        shifts = page.evaluate("window.shifts")
    finally:
        context.close()
    total = sum(shift["value"] for shift in shifts)
    cure = "give what arrives late its place: width and height, or a minimal height"
    assert total <= SHIFT, f"{code}/{stem}: shift {total:.4f}. Cure: {cure}\n{shifts}"


@every_page
@both_editions
def test_a_page_is_read_without_scripts(visit, code, stem):
    page = visit(f"{code}/chapters/{stem}.html", java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article p").first.is_visible()
    assert page.locator(".bd-sidebar-primary a").first.is_visible()
    for formula in page.locator("article .katex-html").all()[:3]:
        assert formula.is_visible()
    fold = page.locator("article details").first
    if fold.count():
        fold.locator("summary").click()
        assert fold.get_attribute("open") is not None
