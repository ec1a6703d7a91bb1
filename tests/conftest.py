"""How the tests run in processes; what failed in a browser, what was not tested."""

import shutil
from collections import Counter

import pytest

from tests.groups import group, put_in_order
from tests.missing import LOUD
from tests.pages import FAILURES
from web.book.editions import ROOT

AGAIN = FAILURES / "again.txt"


@pytest.hookimpl(optionalhook=True)  # those who have no xdist run one after the other
def pytest_xdist_make_scheduler(config, log):
    """The groups of tests.groups. (Not by marks: under pytest 9.2 the loadgroup of xdist 3.8
    brings nothing together, and does not say so.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.hookimpl(trylast=True)  # pytest has brought fixtures together
def pytest_collection_modifyitems(items):
    put_in_order(items)


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
    if twice := terminalreporter.getreports("rerun"):
        terminalreporter.section("CHROMIUM BROKE DOWN", sep="!", yellow=True)
        names = "\n".join(report.nodeid for report in twice)
        terminalreporter.line(f"By itself, and these tests ran a second time:\n{names}")


def say_what_was_not_tested(terminalreporter):
    reasons = Counter(
        report.longrepr[2].partition(LOUD)[2]
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and LOUD in report.longrepr[2]
    )
    for reason, count in reasons.items():
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests were skipped. {reason}", red=True, bold=True)
