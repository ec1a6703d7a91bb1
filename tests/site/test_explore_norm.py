"""What emb-norm draws, and how its points are moved: by pointer and by keyboard."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.explore.norm import BOUNDS, NORM_TYPES, ROWS, STEM
from tests.site.test_explore import CUT
from web.book.words import WORDS

EN = WORDS["emb-norm"]["en"]
# Where the axes cross, and how long 1 is, in pixels of the window.
SCALE = """figure => { const box = figure.shadowRoot.querySelector("svg").getBoundingClientRect();
  const unit = box.width / 320; return [box.x + 160 * unit, box.y + 160 * unit, 46 * unit]; }"""
DOTS = """figure => [...figure.shadowRoot.querySelectorAll(".dot")].map((dot) => {
  const box = dot.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2]; })"""
WEIGHTS = """figure => [0, 1, 2, 3].map((n) => [0, 1].map((c) => Number(
  figure.shadowRoot.querySelector(`[data-is=weight-${n}-${c}]`).textContent.replace("−", "-"))))"""
EDGE = """figure => { const path = figure.shadowRoot.querySelector(".ball");
  const long = path.getTotalLength();
  return Array.from({length: 200}, (_, n) => path.getPointAtLength(long * n / 200))
    .map(({x, y}) => [(x - 160) / 46, (160 - y) / 46]); }"""


@pytest.fixture
def figure(visit):
    page = visit(f"en/chapters/{STEM}.html", reduced_motion="reduce")
    found = page.locator("emb-norm")
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("data-ready", "")
    found.locator("svg").scroll_into_view_if_needed()
    return found


def at(figure, x, y):
    """Where in the window a point of the plane is."""
    x0, y0, unit = figure.evaluate(SCALE)
    return x0 + x * unit, y0 - y * unit


def choose_bound(figure, bound):
    slider = figure.locator("[name=max_norm]")
    slider.press("Home")
    for _ in range(BOUNDS.index(bound)):
        slider.press("ArrowRight")


def test_each_point_lies_where_its_numbers_say_before_and_after_a_lookup(figure):
    for norm_type in NORM_TYPES:
        figure.locator("[name=norm_type]").select_option(norm_type)
        for _ in range(2):
            right = [at(figure, *row) for row in figure.evaluate(WEIGHTS)]
            np.testing.assert_allclose(figure.evaluate(DOTS), right, atol=0.1)
            figure.locator("[data-do=look]").click()


@pytest.mark.parametrize("bound", [0.5, 2.0, 3.0])
@pytest.mark.parametrize("norm_type", ["1", "2", "3", "inf"])
def test_every_point_of_the_edge_has_the_norm_of_the_bound(figure, norm_type, bound):
    figure.locator("[name=norm_type]").select_option(norm_type)
    choose_bound(figure, bound)
    lengths = np.linalg.norm(figure.evaluate(EDGE), float(norm_type), axis=1)
    np.testing.assert_allclose(lengths, bound, atol=0.02)


def test_the_point_nearest_to_the_pointer_is_named_and_then_moves_with_it(figure):
    mouse, (x, y) = figure.page.mouse, at(figure, *ROWS[3])
    unit = figure.evaluate(SCALE)[2]
    mouse.move(x + 10, y - 8)
    mouse.down()
    expect(figure.locator(".chosen text")).to_have_text("row 3")
    assert figure.evaluate(WEIGHTS) == [list(row) for row in ROWS], "it moved before the pointer"
    expect(figure.locator("[data-row='3']")).to_be_focused()
    mouse.move(x + 10 + 1.45 * unit, y - 8 + 0.3 * unit, steps=5)
    mouse.up()
    assert figure.evaluate(WEIGHTS)[3] == [-1, -1]
    mouse.move(x + 300, y + 300)
    assert figure.evaluate(WEIGHTS)[3] == [-1, -1], "it follows a pointer that let go"


def test_a_drag_that_the_page_takes_for_scrolling_changes_nothing(figure):
    mouse, (x, y) = figure.page.mouse, at(figure, *ROWS[2])
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y + 60, steps=3)
    assert figure.evaluate(WEIGHTS)[2] != list(ROWS[2])
    figure.locator("svg").dispatch_event("pointercancel")
    assert figure.evaluate(WEIGHTS)[2] == list(ROWS[2])


def test_a_pointer_far_from_every_point_takes_none(figure):
    figure.page.mouse.click(*at(figure, 2.5, 2.5))
    assert figure.locator(".chosen").count() == 0


def test_arrow_keys_move_the_chosen_row_along_the_grid_up_to_the_edge(figure):
    button, top = figure.locator("[data-row='1']"), figure.page.evaluate("scrollY")
    button.press("ArrowUp")
    button.press("ArrowLeft")
    assert figure.evaluate(WEIGHTS)[1] == [1.25, -1.25]
    for _ in range(20):
        button.press("ArrowDown")
    assert figure.evaluate(WEIGHTS)[1] == [1.25, -3]
    expect(button).to_be_focused()
    assert figure.page.evaluate("scrollY") == top, "the page scrolled as well"


def test_a_row_that_was_shortened_is_moved_from_where_it_is(figure):
    figure.locator("[data-do=look]").click()
    assert figure.evaluate(WEIGHTS)[2] == [-1.2, 1.6]
    figure.locator("[data-row='2']").press("ArrowRight")
    assert figure.evaluate(WEIGHTS)[2] == [-1, 1.5]
    assert figure.locator("[data-is=f-2]").inner_text() == ""


def test_with_norm_type_0_a_row_is_shortened_again_and_the_figure_says_where_it_ends(figure):
    figure.locator("[name=norm_type]").select_option("0")
    choose_bound(figure, 1.0)
    figure.locator("[name=ids]").fill("2")
    for _ in range(6):
        figure.locator("[data-do=look]").click()
    expect(figure.locator("[data-do=look]")).to_be_disabled()
    assert figure.evaluate(WEIGHTS)[2] == [-0.0352, 0.0469]
    places = {"{ids}": "[2]", "{shortened}": "[2]"}
    said = EN["ended"]
    for name, value in places.items():
        said = said.replace(name, value)
    expect(figure.locator(".said")).to_have_text(said)


def test_the_verdict_comes_when_the_reader_has_seen_the_answer(figure):
    figure.locator("[data-do=guess_shape_2]").click()
    right = WORDS["explore"]["en"]["guessed_right"]
    figure.locator("[data-do=look]").click()
    assert right not in figure.locator(".said").inner_text()
    figure.locator("[name=norm_type]").select_option("inf")
    figure.locator("[data-do=look]").click()
    assert figure.locator(".said").inner_text().startswith(right)


def test_a_finger_near_a_point_drags_it_and_elsewhere_scrolls(figure):
    touch = figure.page.context.new_cdp_session(figure.page)

    def swipe(x, y, down):
        for n in range(6):
            kind = "touchMove" if n else "touchStart"
            points = [{"x": x, "y": y + down * n / 5}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    top, unit = figure.page.evaluate("scrollY"), figure.evaluate(SCALE)[2]
    swipe(*at(figure, 0.9, 0.3), unit)
    assert figure.evaluate(WEIGHTS)[0] == [0.75, -0.5]
    assert figure.page.evaluate("scrollY") == top
    swipe(*at(figure, 2.8, 2.8), -2 * unit)
    figure.page.wait_for_function(f"scrollY > {top}")
    assert figure.evaluate(WEIGHTS)[0] == [0.75, -0.5]


# The labels that lie on another one or on a point, or reach beyond the plane.
HIDDEN = """figure => {
  const svg = figure.shadowRoot.querySelector("svg"), plane = svg.getBoundingClientRect();
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const ink = (text) => { const b = text.getBoundingClientRect();
    return { left: b.left, right: b.right, top: b.top + 3, bottom: b.bottom - 3 }; };
  const labels = [...svg.querySelectorAll("g text")];
  const dots = [...svg.querySelectorAll(".dot")].map((dot) => dot.getBoundingClientRect());
  return labels.filter((label) => { const a = ink(label);
    return a.left < plane.left || a.right > plane.right
      || a.top < plane.top || a.bottom > plane.bottom
      || labels.some((other) => other !== label && meet(a, ink(other)))
      || dots.some((dot) => meet(a, dot)); }).map((label) => label.textContent); }"""


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 375])
def test_labels_lie_inside_the_plane_and_on_nothing_else(visit, code, width):
    page = visit(f"{code}/chapters/{STEM}.html", reduced_motion="reduce", width=width)
    here = page.locator("emb-norm")
    here.scroll_into_view_if_needed()
    expect(here).to_have_attribute("data-ready", "")
    assert here.evaluate(HIDDEN) == []
    choose_bound(here, 0.5)
    for norm_type in ["1", "2", "3", "inf"]:
        here.locator("[name=norm_type]").select_option(norm_type)
        here.locator("[name=ids]").fill("0123")
        here.locator("[data-do=look]").click()
        assert here.evaluate(HIDDEN) == [], norm_type
    for n, row in enumerate(ROWS):
        here.locator(f"[data-row='{n}']").click()
        assert here.evaluate(HIDDEN) == [], row
    here.locator("[data-do=reset]").click()
    here.locator("[data-row='1']").click()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        for _ in range(24):
            page.keyboard.press(key)
        assert here.evaluate(CUT) == [], key
