"""A browser, the built site served on this machine, and its pages; what is kept at a failure.

pytest-playwright, which offers much of this, gives every test a context of its own; here the
tests of a page share one visit.
"""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.missing import skip_loudly
from tests.pages import SITE
from tests.site import browsing
from web.maintain import chromium
from web.site.server import serving


def pytest_collection_modifyitems(items):
    """Chromium itself breaks down, once in some thousand pages (156: by a null pointer, always the
    same one, after the colour scheme changed). Such a test runs once more, and the summary says
    so; a page that breaks it each time still fails."""
    crashed = pytest.mark.flaky(reruns=1, only_rerun=["Target crashed"])
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(crashed)


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no website to test: make book")
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser(pytestconfig):
    path = chromium.find()
    if path is None:
        skip_loudly(chromium.CURE)
    browsing.tracing = pytestconfig.getoption("trace_pages")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def visits(browser, site):
    return browsing.Visits(browser, site)


@pytest.fixture
def page(visits, code, stem, width):
    """The page of the test's parameters, light, on a screen, at its top: visited once for all
    tests that only look (``turn``: those that do more come later)."""
    return visits.at(code, stem, width)


@pytest.fixture
def new_context(browser):
    """A reader's browser of its own, with the options of Playwright's ``new_context``."""
    contexts = []

    def new_context(**options):
        contexts.append(browsing.new_context(browser, **options))
        return contexts[-1]

    yield new_context
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_context, site):
    """Open a page for this test alone; whatever goes wrong is noted in ``page.faults``."""

    def visit(path, width=1280, theme="light", **options):
        size = {"width": width, "height": browsing.VIEW["height"]}
        context = new_context(viewport=size, color_scheme=theme, **options)
        page = browsing.watch(context.new_page(), site)
        page.goto(f"{site}/{path}", wait_until="load")
        return page if options.get("java_script_enabled") is False else browsing.ready(page)

    return visit


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if browser:
        report.user_properties.append(("in a browser", True))
        if call.when == "call" and (report.failed or browsing.tracing):
            browsing.keep(item, browser)
    elif call.when == "call" and report.failed and "other_browser" in item.fixturenames:
        item.funcargs["other_browser"].keep(browsing.folder_of(item))
    return report
