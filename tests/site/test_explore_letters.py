"""What is particular to the letters: they stand where their rows say, and can be carried."""

import re

import pytest
from playwright.sync_api import expect

from tests.explore.letters import ABC, START, shown
from tests.pages import slow
from tests.site.test_explore import figure  # noqa: F401 (a fixture)
from web.book.words import WORDS

EN = WORDS["emb-letters"]["en"]
# Where each letter is drawn, in the units of the table.
DRAWN = """figure => { const map = figure.shadowRoot.querySelector(".map");
  const box = map.getBoundingClientRect();
  return [...map.querySelectorAll(".letter text")].map(text => {
    const at = text.getBoundingClientRect();
    return [((at.left + at.right - box.left - box.right) / 2 / box.width) * 400 / 92,
      -((at.top + at.bottom - box.top - box.bottom) / 2 / box.height) * 400 / 92]; }); }"""


def number(text):
    return float(text.replace("−", "-"))


def stands(figure):  # noqa: F811
    """The letters by their places, as they are drawn."""
    return dict(zip(ABC, figure.evaluate(DRAWN), strict=True))


@slow
@pytest.mark.parametrize("width", [1280, 375])
def test_each_letter_is_drawn_where_its_row_says(figure, width):  # noqa: F811
    here = figure("letters", width=width)
    for step in (0, 400):
        here.locator("[name=at]").fill(str(step // 10))
        rows = shown(START | {"step": step})["places"]
        for letter, row, (x, y) in zip(ABC, rows, here.evaluate(DRAWN), strict=True):
            inside = [max(-2, min(2, number(n))) for n in row]
            assert (x, y) == pytest.approx(inside, abs=0.06), letter


@pytest.mark.parametrize("width", [1280, pytest.param(375, marks=slow)])
def test_the_nearest_letter_is_taken_and_carried_when_the_pointer_moves(figure, width):  # noqa: F811
    here = figure("letters", width=width)
    here.locator(".map").scroll_into_view_if_needed()
    box = here.locator(".map").bounding_box()
    unit = box["width"] * 92 / 400
    x, y = stands(here)["k"]
    at = box["x"] + box["width"] / 2 + x * unit + 8, box["y"] + box["height"] / 2 - y * unit
    mouse = here.page.mouse
    mouse.move(*at)
    mouse.down()
    said = here.locator("dl dt:visible").last
    expect(said).to_have_text(EN["stands"].replace("{who}", "k"))  # named before it moves
    assert stands(here)["k"] == pytest.approx((x, y), abs=0.01)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(middle[0] + 1.2 * unit, middle[1] + 0.55 * unit, steps=4)
    mouse.up()
    mouse.move(*middle)  # no more
    expect(here.locator("[data-is=chosen]")).to_have_text("1.25 −0.50")
    assert stands(here)["k"] == pytest.approx((1.25, -0.5), abs=0.06)


def test_the_map_listens_to_letters_and_arrows(figure):  # noqa: F811
    here = figure("letters")
    press, chosen = here.page.keyboard.press, here.locator("[data-is=chosen]")
    here.locator(".map").focus()
    press("ArrowUp")
    expect(here.locator(".said")).to_have_text(EN["choose"])
    press("q")
    x, y = shown(START)["places"][ABC.index("q")]
    expect(chosen).to_have_text(f"{x} {y}")
    places = []
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        press(key)
        places.append([number(n) for n in re.findall(r"[−\d.]+", chosen.inner_text())])
    right, up, left, down = places
    assert 0 < right[0] - number(x) <= 0.25
    assert (right[0] * 4).is_integer()
    assert up == [right[0], right[1] + 0.25]
    assert left == [up[0] - 0.25, up[1]]
    assert down == [left[0], right[1]]


def test_a_guess_is_judged_when_the_run_is_over(figure):  # noqa: F811
    here = figure("letters", reduced_motion="reduce")
    here.locator("[data-do=guess_nearest_2]").click()
    said = here.locator(".said")
    assert WORDS["explore"]["en"]["guessed_right"] not in said.inner_text()
    here.locator("[data-do=play]").click()
    expect(said).to_contain_text(WORDS["explore"]["en"]["guessed_right"])
    expect(here.locator("[data-is=nearest]")).to_have_text("n")


@slow
@pytest.mark.parametrize("code", ["en", "zh"])
def test_chapter_3_shows_its_own_training_and_the_letter_that_comes_back(visit, code):
    page = visit(f"{code}/chapters/03_gradient_scatter_add.html", reduced_motion="reduce")
    here = page.locator("emb-letters")
    here.scroll_into_view_if_needed()
    expect(here).to_have_attribute("data-ready", "")
    play = here.locator("[data-do=play]")
    here.locator("[data-do=guess_back_2]").click()
    play.click()
    expect(here.locator("[data-is=loss]")).to_have_text("2.727")  # the chapter prints 2.73
    here.locator(".map").focus()
    page.keyboard.press("e")
    for key in ["ArrowRight"] * 9 + ["ArrowUp"] * 9:
        page.keyboard.press(key)
    play.click()
    expect(here.locator(".said")).to_contain_text(WORDS["explore"][code]["guessed_right"])
    here.locator("[name=lossy]").check()
    play.click()
    expect(here.locator("[data-is=loss]")).to_have_text("2.817")  # and 2.82
    expect(here.locator("[data-is=whole]")).to_have_text("2.727")


@slow
@pytest.mark.parametrize(("guess", "verdict"), [("2", "guessed_right"), ("1", "guessed_wrong")])
def test_the_verdict_on_the_letter_that_was_carried_off_comes_when_the_run_is_over(
    visit, guess, verdict
):
    page, all_words = visit("en/chapters/03_gradient_scatter_add.html"), WORDS["explore"]["en"]
    here = page.locator("emb-letters")
    here.scroll_into_view_if_needed()
    expect(here).to_have_attribute("data-ready", "")
    said, play = here.locator(".said"), here.locator("[data-do=play]")
    here.locator(f"[data-do=guess_back_{guess}]").click()
    here.locator("[name=at]").fill("100")
    expect(play).to_have_text(EN["from_start"])
    here.locator(".map").focus()
    page.keyboard.press("e")
    for key in ["ArrowRight"] * 9 + ["ArrowUp"] * 9:
        page.keyboard.press(key)
    expect(play).to_have_text(EN["go_on"])
    # What is said from now on, until the run is over.
    said.evaluate("""said => { window.heard = [];
      new MutationObserver(() => window.heard.push(said.textContent))
        .observe(said, { childList: true, characterData: true }); }""")
    play.click()
    expect(play).to_have_text(EN["from_start"], timeout=60_000)
    right = all_words[verdict].replace("{right}", EN["guess_back_2"])
    expect(said).to_contain_text(right)
    heard = page.evaluate("window.heard")
    assert EN["running"] in heard
    assert not [one for one in heard[:-1] if right in one], "it was judged while it played"


@pytest.mark.parametrize(("stem", "open_"), [("index", False), ("03_gradient_scatter_add", True)])
def test_what_is_not_explained_yet_lies_in_a_fold(visit, stem, open_):
    here = visit(f"en/chapters/{stem}.html").locator("emb-letters")
    here.scroll_into_view_if_needed()
    expect(here).to_have_attribute("data-ready", "")
    for name in ("seed", "how", "batches", "lossy"):
        expect(here.locator(f"[name={name}]")).to_be_visible(visible=open_)
    for name in ("letter", "at"):
        expect(here.locator(f"[name={name}]")).to_be_visible()


@pytest.mark.parametrize("touch", [False, True])
def test_a_finger_is_told_to_tap_first(figure, touch):  # noqa: F811
    here = figure("letters", width=375, has_touch=touch, is_mobile=touch)
    expect(here.locator(".touch")).to_be_visible(visible=touch)
