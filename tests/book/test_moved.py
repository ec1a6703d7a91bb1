"""A line of web/book/moved.csv that leads nowhere ends the build."""

from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from web.book.moved import Move
from web.pages import moved

ONE = '<p id="one"><span id="old"></span>'
TWO = '<p id="two"><p id="twice"><a id="twice" hidden>'
FAULTS = {
    "a place that is not there": (Move("a", "old", "b", "one"), "b has no place one. Cure: "),
    "a place that is still there": (Move("b", "twice", "a", "one"), "b still has twice. Cure: "),
    "a page that is not there": (Move("a", "old", "c", "one"), "there is no page c. Cure: "),
    "an old page that is not there": (Move("c", "old", "a", "one"), "there is no page c. Cure: "),
}


@pytest.fixture
def built(tmp_path):
    """What the last look at a build sees: two pages."""
    (tmp_path / "chapters").mkdir()
    for name, words in {"a": ONE, "b": TWO}.items():
        (tmp_path / "chapters" / f"{name}.html").write_text(words)
    return SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_line_that_leads_nowhere_ends_the_build_with_its_number_and_cure(
    built, monkeypatch, fault
):
    line, said = FAULTS[fault]
    monkeypatch.setattr(moved, "moves", lambda: [Move("a", "old", "b", "two"), line])
    with pytest.raises(ExtensionError, match=f"web/book/moved.csv, line 3: {said}"):
        moved.refuse_lost_places(built, None)


def test_a_line_that_leads_to_its_place_is_accepted(built, monkeypatch):
    monkeypatch.setattr(moved, "moves", lambda: [Move("a", "old", "b", "two")])
    moved.refuse_lost_places(built, None)
