"""Which tests run together and in which order; what was not tested is said at the end."""

import re
import shutil
from collections import Counter

import pytest

from tests.missing import LOUD
from tests.pages import STEMS
from web.editions import EDITIONS, ROOT

FAILURES = ROOT / "_build" / "failures"
AGAIN = FAILURES / "again.txt"

PAGE = re.compile(rf"\b({'|'.join(EDITIONS)})-({'|'.join(STEMS)}|search)\b")
EDITION = re.compile(rf"[\[-]({'|'.join(EDITIONS)})[\]-]")
# Each test by itself: many are short, some long, and they share nothing.
APART = ("tests/package/", "tests/book/test_build.py", "tests/book/test_live.py")
# Modules whose tests share what took long to make.
TOGETHER = ("tests/site/test_publish.py", "tests/book/test_readers_notebooks.py")
# Long work first, so that no process works alone at the end; what is many and short, last.
FIRST = (*TOGETHER, "tests/site/test_live_cells.py", "tests/book/test_build.py", "chapters/")
LAST = "tests/package/"


def group(nodeid):
    """The tests that share something, and so a process: a notebook, a page, a module."""
    file, _, name = nodeid.partition("::")
    if nodeid.startswith(APART):
        return nodeid
    if file.endswith(".ipynb") or file in TOGETHER:
        return file
    if page := PAGE.search(name):
        return page[0]
    edition = EDITION.search(name)
    return f"{file} {edition[1]}" if edition else file


def pytest_xdist_make_scheduler(config, log):
    """Groups as above, in the order of the tests. (Not by marks: the loadgroup of xdist 3.8 does
    nothing under pytest 9.2, and says nothing.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.hookimpl(trylast=True)  # pytest has brought fixtures together
def pytest_collection_modifyitems(items):
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


def pytest_addoption(parser):
    parser.addoption(
        "--trace-pages",
        action="store_true",
        help="record what a browser does (three times slower)",
    )


def pytest_sessionstart(session):
    """What an earlier run kept of its failures would mislead."""
    if not hasattr(session.config, "workerinput") and not session.config.option.trace_pages:
        shutil.rmtree(FAILURES, ignore_errors=True)


def pytest_terminal_summary(terminalreporter, config):
    reports = terminalreporter.getreports("failed") + terminalreporter.getreports("error")
    again = {
        r.nodeid for r in reports if ("in a browser", True) in getattr(r, "user_properties", [])
    }
    if again and not config.option.trace_pages:
        FAILURES.mkdir(parents=True, exist_ok=True)
        AGAIN.write_text("".join(f"{name}\n" for name in sorted(again)), "utf-8")
    if again:
        kept = FAILURES.relative_to(ROOT)
        terminalreporter.line(f"\nPictures, HTML, console and traces of failures: {kept}/")
    say_what_was_not_tested(terminalreporter)


def say_what_was_not_tested(terminalreporter):
    reasons = Counter(
        report.longrepr[2].partition(LOUD)[2]
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and LOUD in report.longrepr[2]
    )
    for reason, count in reasons.items():
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests were skipped. {reason}", red=True, bold=True)
