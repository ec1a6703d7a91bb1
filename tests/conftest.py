"""Which tests run together and in which order; what was not tested is said at the end."""

import shutil
from collections import Counter

import pytest

from tests.missing import LOUD
from web.editions import EDITIONS, ROOT

FAILURES = ROOT / "_build" / "failures"
AGAIN = FAILURES / "again.txt"

# Long work first, so that no process works alone at the end: the single tests of the package,
# which are many and short, fill the gaps.
FIRST = ["whole-builds", "live-", "readers-notebooks", "chapters/"]
LAST = "tests/package/"


def group(item):
    """The tests that share something, and so a process: a notebook, a page, a module's fixtures.

    A page is named by ``tests.pages``; a module's tests part by edition.
    """
    if mark := item.get_closest_marker("xdist_group"):
        return mark.args[0]
    file = item.nodeid.partition("::")[0]
    if file.endswith(".ipynb"):
        return file
    if file.startswith(LAST):
        return None
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "-".join([file, *(code for code in EDITIONS if code in params)])


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    for item in items:
        name = group(item)
        if name and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(name))
    yield  # pytest brings fixtures together, xdist writes the groups into the names
    names = [group(item) or LAST for item in items]
    first_seen = {name: number for number, name in reversed(list(enumerate(names)))}

    def place(item):
        name = group(item) or LAST
        early = next((n for n, begin in enumerate(FIRST) if name.startswith(begin)), len(FIRST))
        return name == LAST, early, first_seen[name], turn(item)

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
    again = {name_of(r) for r in reports if ("in a browser", True) in r.user_properties}
    if again and not config.option.trace_pages:
        FAILURES.mkdir(parents=True, exist_ok=True)
        AGAIN.write_text("".join(f"{name}\n" for name in sorted(again)), "utf-8")
    if again:
        kept = FAILURES.relative_to(ROOT)
        terminalreporter.line(f"\nPictures, HTML, console and traces of failures: {kept}/")
    say_what_was_not_tested(terminalreporter)


def name_of(report):
    """Without the group, which xdist writes behind it."""
    name, _, group = report.nodeid.rpartition("@")
    return name if name and "]" not in group else report.nodeid


def say_what_was_not_tested(terminalreporter):
    reasons = Counter(
        report.longrepr[2].partition(LOUD)[2]
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and LOUD in report.longrepr[2]
    )
    for reason, count in reasons.items():
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests were skipped. {reason}", red=True, bold=True)
