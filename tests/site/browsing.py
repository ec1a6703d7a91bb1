"""Pages in a browser: opened until they are ready, watched, and kept as they are at a failure."""

import json
import re
from contextlib import suppress
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from tests.pages import FAILURES
from web.maintain.screenshots import ready

VIEW = {"width": 1280, "height": 900}

# What makes a page wider than its window; code and formulas scroll in boxes of their own.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, .math"))
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


def go(page, address):
    """Open an address in this page, and wait until it is ready."""
    page.goto(address, wait_until="load")
    return ready(page)


def fold_out(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


# axe's, of those that it runs by itself.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


def axe(page, around_the_text=False):
    """What axe finds on a page as it is now, with the element and the cure.

    ``around_the_text``: colours alone, and those outside the article.
    """
    options = {"resultTypes": ["violations"]}  # it describes nothing else: half the time
    if around_the_text:
        context = {"exclude": [["article"]]}
        options["runOnly"] = {"type": "rule", "values": COLOUR_RULES}
    else:
        context = None
        options["rules"] = {"label-content-name-mismatch": {"enabled": True}}
    violations = Axe().run(page, context, options).response["violations"]
    return [
        f"{v['id']}: {node['html'][:120]} {node['failureSummary']}"
        for v in violations
        for node in v["nodes"]
    ]


# --- contexts, and what happens in them --------------------------------------------------------

tracing = False  # conftest sets it where failed tests run once more


def new_context(browser, **options):
    """A reader's browser of its own, whose pages note what the console says."""
    context = browser.new_context(**{"viewport": VIEW, **options})
    context.on("console", lambda said: note(said.page, f"console {said.type}: {said.text}"))
    context.on("weberror", lambda web: note(web.page, f"script error: {web.error}"))
    if tracing:
        context.tracing.start(screenshots=True, snapshots=True)
    return context


def note(page, line):
    if page is not None:
        page.notes = [*getattr(page, "notes", []), line]


def watch(page, site, faults=None):
    """From now on whatever goes wrong on the page is noted in ``page.faults``."""
    page.faults = faults = [] if faults is None else faults

    def request(request):
        if not request.url.startswith((site, "data:", "blob:")):
            faults.append(f"request to another host: {request.url}")

    def response(response):
        if response.status >= 400:
            faults.append(f"status {response.status}: {response.url}")

    def console(message):
        if message.type in ("error", "warning"):
            faults.append(f"console {message.type}: {message.text}")

    page.on("request", request)
    page.on("response", response)
    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    return page


class Visits:
    """The page that tests share: one visit for each page and width, by a reader who wants no
    movement. One is open at a time; all faults of a visit are kept until the end."""

    def __init__(self, browser, site):
        self.site, self.faults, self.place, self.page = site, {}, None, None
        allowed = ["clipboard-read", "clipboard-write"]
        self.context = new_context(browser, reduced_motion="reduce", permissions=allowed)

    def at(self, code, stem, width):
        """The page as it was after its first visit."""
        if self.place != (code, stem, width) or self.page.is_closed():
            self.arrive(code, stem, width)
        page = self.page
        page.set_viewport_size({"width": width, "height": VIEW["height"]})
        put_on(page, "light")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = unfolded.has(d));"
            "document.activeElement?.blur(); scrollTo(0, 0);"
        )
        return page

    def arrive(self, code, stem, width):
        if self.page:
            self.page.close()
        self.place = (code, stem, width)
        self.page = self.context.new_page()
        self.page.set_viewport_size({"width": width, "height": VIEW["height"]})
        watch(self.page, self.site, self.faults.setdefault(self.place, []))
        self.page.on("crash", self.after_crash)
        asked = []
        self.page.on("request", lambda request: asked.append(request.url))
        address = "search.html?q=padding_idx" if stem == "search" else f"chapters/{stem}.html"
        go(self.page, f"{self.site}/{code}/{address}")
        self.page.first_visit = {urlsplit(u).path for u in asked if u.startswith(self.site)}
        self.page.evaluate("window.unfolded = new Set(document.querySelectorAll('details[open]'))")

    def after_crash(self, page):
        """The next test visits the page anew (and this one, see conftest)."""
        self.place = None


def put_on(page, theme):
    """Light or dark, on a screen; ready when the page has noticed."""
    page.emulate_media(media="null", color_scheme=theme, reduced_motion="reduce")
    page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)


def again(page):
    """The same page, loaded anew: where the keyboard stood is forgotten."""
    page.reload(wait_until="load")
    page.evaluate("window.unfolded = new Set(document.querySelectorAll('details[open]'))")
    return ready(page)


# --- what is kept of a failure -----------------------------------------------------------------


def folder_of(item):
    """``_build/failures/test_browser.test_axe_finds_nothing-en-index``, say."""
    name = re.sub(r"[^\w.]+", "-", f"{item.path.stem}.{item.name}")
    return FAILURES / name.strip("-")[:160]


def keep(item, browser):
    """A picture, the HTML and the console of each open page, as they are; a trace, if there is
    one."""
    folder = folder_of(item)
    folder.mkdir(parents=True, exist_ok=True)
    for at, context in enumerate(browser.contexts, 1):
        for number, page in enumerate(context.pages, 1):
            path = urlsplit(page.url).path.strip("/").removesuffix(".html")
            name = f"{at}-{number}-{path.replace('/', '-') or 'front'}"
            said = {"address": page.url, "faults": getattr(page, "faults", []),
                    "console": getattr(page, "notes", [])}  # fmt: skip
            words = json.dumps(said, ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_text(words, "utf-8")
            with suppress(Error):  # a page that answers no more keeps the test's own message
                (folder / f"{name}.html").write_text(page.content(), "utf-8")
                page.screenshot(path=folder / f"{name}.png", timeout=10_000)
        if tracing:
            context.tracing.stop(path=folder / f"trace-{at}.zip")
            context.tracing.start(screenshots=True, snapshots=True)
