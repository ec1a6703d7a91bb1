"""Which tests run in one process, one after the other, and in which order."""

import re

from tests.pages import STEMS
from web.book.editions import EDITIONS

PAGE = re.compile(rf"\b({'|'.join(EDITIONS)})-({'|'.join(STEMS)}|search)\b")
EDITION = re.compile(rf"[\[-]({'|'.join(EDITIONS)})[\]-]")
BROWSER = re.compile(r"\[(firefox|webkit)\b")  # is started once
# Each test by itself: many are short, some long, and they share nothing.
APART = ("tests/package/", "tests/book/test_build.py", "tests/book/test_live.py")
# Modules whose tests share what took long to make.
TOGETHER = (
    "tests/site/test_publish.py",
    "tests/site/test_pdf.py",
    "tests/site/test_folds.py",
    "tests/book/test_readers_notebooks.py",
)
# Long work first, so that no process works alone at the end; what is many and short, last.
FIRST = (
    *TOGETHER,
    "tests/site/test_other_browsers.py",
    "tests/site/test_live_cells.py",
    "tests/site/test_explore",
    "tests/explore/",
    "tests/in_the_page/",
    "tests/book/test_build.py",
    "chapters/",
)
LAST = "tests/package/"


def group(nodeid):
    """The tests that share something, and so a process: a notebook, a browser, a page…"""
    file, _, name = nodeid.partition("::")
    if nodeid.startswith(APART):
        return nodeid
    if file.endswith(".ipynb") or file in TOGETHER:
        return file
    if browser := BROWSER.search(name):
        return f"{file} {browser[1]}"
    if page := PAGE.search(name):
        return page[0]
    edition = EDITION.search(name)
    return f"{file} {edition[1]}" if edition else file


def put_in_order(items):
    """Groups where their first test was; the long ones first, the package at the end."""
    seen = {}
    for number, item in enumerate(items):
        seen.setdefault(group(item.nodeid), number)

    def place(item):
        name = group(item.nodeid)
        early = next((n for n, begin in enumerate(FIRST) if name.startswith(begin)), len(FIRST))
        return name.startswith(LAST), early, seen[name], turn(item)

    items.sort(key=place)


def turn(item):
    """On a page: by its width, so that it is visited once for each; then see ``markers``."""
    width = item.callspec.params.get("width", 0) if hasattr(item, "callspec") else 0
    mark = item.get_closest_marker("turn")
    return width, mark.args[0] if mark else 0
