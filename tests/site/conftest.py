"""A browser, and the built site served on this machine."""

import os
import warnings

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from web.book.editions import EDITIONS, ROOT
from web.book.notebooks import paths
from web.maintain import chromium
from web.site.server import serving

SITE = ROOT / "_build" / "site"
SMOKE = {"index", "04_padding_idx"}
# What makes a page wider than its window; code and formulas scroll in boxes of their own.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, .math"))
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


def pytest_generate_tests(metafunc):
    """``chapter``: every page of both editions; those outside the smoke set in make check only."""
    if "chapter" in metafunc.fixturenames:
        every = [
            pytest.param(
                (code, path.stem),
                marks=[] if path.stem in SMOKE else [pytest.mark.check],
                id=f"{code}-{path.stem}",
            )
            for code in EDITIONS
            for path in paths()
        ]
        metafunc.parametrize("chapter", every)


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no website to test: make book")
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(chromium.CURE)
        warnings.warn(f"\n\n!!! SKIPPED: {chromium.CURE}\n", stacklevel=1)
        pytest.skip(chromium.CURE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser, site):
    """Open a page of the site; whatever goes wrong on the way is noted in ``page.faults``."""
    contexts = []

    def visit(path, width=1280, theme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.faults = watch(page, site)
        page.goto(f"{site}/{path}", wait_until="networkidle")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def faults_of():
    """For a test that opens pages of another site than ``site``."""
    return watch


def axe(page):
    """What axe finds on a page as it is now, with the element and the cure."""
    options = {
        "rules": {"label-content-name-mismatch": {"enabled": True}},
        "resultTypes": ["violations"],  # it describes nothing else: half the time
    }
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{v['id']}: {node['html'][:120]} {node['failureSummary']}"
        for v in violations
        for node in v["nodes"]
    ]


def watch(page, site):
    faults = []

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
    return faults
