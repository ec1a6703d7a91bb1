"""What emb-cost does beside the other figures: it opens on one machine in chapter 13, on several
in chapter 14, and each of the two asks something else."""

import re

import pytest
from playwright.sync_api import expect

from tests.explore import cost
from tests.pages import slow
from tests.site.browsing import WIDER, axe
from tests.site.test_explore import SHOWN, SMALL
from web.book.words import WORDS


@pytest.fixture
def figure(visit):
    def figure(stem, code="en", **options):
        found = visit(f"{code}/chapters/{stem}.html", **options).locator("emb-cost")
        found.scroll_into_view_if_needed()
        expect(found).to_have_attribute("data-ready", "")
        return found

    return figure


def said_of(verdict, right):
    """The first words of the sentence, which name the right answer to whoever guessed wrong."""
    return WORDS["explore"]["en"][verdict].replace("{right}", WORDS["emb-cost"]["en"][right])


def test_chapter_14_opens_on_several_machines_and_says_the_formula(figure):
    here = figure("14_sharding")
    assert here.evaluate(SHOWN) == cost.visible(cost.on_several(cost.SEVERAL))
    expect(here.locator("[name=view]")).to_have_value("several")
    expect(here.locator(".said")).to_contain_text("57,344 × 8 + (57,344 + 57,344) × 512 + 8 × 7")
    here.locator("[name=view]").select_option("one")
    expect(here.locator("[name=ranks]")).to_have_count(0)
    expect(here.locator("[data-is=part-3]")).to_be_visible()
    here.locator("[data-do=reset]").click()
    expect(here.locator("[name=view]")).to_have_value("several")


@pytest.mark.parametrize(("guess", "verdict"), [(2, "guessed_right"), (3, "guessed_wrong")])
def test_where_copies_begin_to_cost_more_is_judged_when_it_is_seen(figure, guess, verdict):
    here, said = figure("14_sharding"), said_of(verdict, "guess_copy_2")
    here.locator(f"[data-do=guess_copy_{guess}]").click()
    rows = here.locator("[name=rows]")
    rows.focus()
    seen = []
    while rows.get_attribute("aria-valuetext") != "729":
        sends = here.evaluate(SHOWN)
        seen.append((rows.get_attribute("aria-valuetext"), sends["by_row-4"], sends["copied-4"]))
        judged = here.locator(".said").inner_text().startswith(said)
        assert judged == (seen[-1][0] == "19,683")
        here.page.keyboard.press("ArrowLeft")
    assert seen[-2:] == [("531,441", "59.2 MB", "476 MB"), ("19,683", "59.2 MB", "17.6 MB")]


@pytest.mark.parametrize(("guess", "verdict"), [(2, "guessed_right"), (1, "guessed_wrong")])
def test_seven_letters_fit_in_one_state_alone(figure, guess, verdict):
    fit = [
        (columns, width, optimizer)
        for columns in cost.COLUMNS
        for width in cost.TYPES
        for optimizer in cost.OPTIMIZERS
        if sum(
            cost.parts(
                27**7, {"columns": columns, "bytes": width, "optimizer": optimizer, "ids": 1024}
            )
        )
        <= 80 * 10**9
    ]
    assert fit == [(2, 2, "SGD-sparse")]
    here = figure("13_cost")
    here.locator(f"[data-do=guess_seven_{guess}]").click()
    state = {"rows": 27**7, "columns": 2, "bytes": 2, "optimizer": "SGD-sparse"}
    cost.drive(here, cost.START | state)
    verdict = re.escape(said_of(verdict, "guess_seven_2"))
    expect(here.locator(".said")).to_have_text(
        re.compile(verdict + " With SGD, sparse=True it .*")
    )
    expect(here.locator("[data-is=machine-2]")).to_have_text("52 %")


def test_the_keyboard_reaches_what_several_machines_add(figure):
    here = figure("14_sharding")
    here.locator("[name=view]").focus()
    reached = []
    for _ in range(9):
        reached.append(here.evaluate("f => f.shadowRoot.activeElement?.name"))
        here.page.keyboard.press("Tab")
    wanted = ["view", "rows", "columns", "ids", "bytes", "optimizer", "ranks", "deal", "skew"]
    assert reached == wanted
    here.locator("[name=ranks]").focus()
    here.page.keyboard.press("ArrowRight")
    assert here.evaluate("f => f.shadowRoot.activeElement?.name") == "ranks"
    right = cost.on_several(cost.SEVERAL | {"ranks": 16})
    assert here.evaluate(SHOWN) == cost.visible(right)


@pytest.mark.parametrize("code", ["en", pytest.param("zh", marks=slow)])
def test_several_machines_fit_a_phone(figure, code):
    here = figure("14_sharding", code, width=375)
    cost.drive(here, cost.SEVERAL | {"ranks": 1024, "skew": "zipf"})
    assert axe(here.page) == []
    assert here.page.evaluate(WIDER) == []
    assert here.evaluate(SMALL) == []
    drawing = here.locator(".drawing")
    assert drawing.evaluate("d => d.scrollWidth <= d.clientWidth")
