"""The figures to play with, through their real controls, in a browser."""

import re
from importlib import import_module
from itertools import combinations, product

import pytest
from playwright.sync_api import expect

from tests.explore.test_states import FIGURES
from tests.pages import slow
from tests.site.browsing import WIDER, axe
from web.book.editions import EDITIONS
from web.book.words import WORDS

SHOWN = """figure => Object.fromEntries([...figure.shadowRoot.querySelectorAll("[data-is]")]
  .map(e => [e.dataset.is, e.textContent]))"""
# Texts of a drawing that reach beyond it, in a wide window and with the room of a phone of 375
# pixels (there the frame's padding is less: 343 with it, 322 within).
CUT = """figure => [null, "356px"].flatMap((wide) => {
  figure.style.width = wide ?? "";
  return [...figure.shadowRoot.querySelectorAll("svg text, td, th, .sum")].filter((text) => {
    const box = text.getBoundingClientRect();
    const edge = (text.closest("svg") ?? text.closest(".drawing")).getBoundingClientRect();
    return box.width && (box.left < edge.left - 0.5 || box.right > edge.right + 0.5
      || box.top < edge.top - 0.5 || box.bottom > edge.bottom + 0.5);
  }).map((text) => [wide, text.textContent]); })"""
SMALL = """figure => [...figure.shadowRoot.querySelectorAll("button, select, input, a, summary")]
  .filter(e => e.checkVisibility())
  .map(e => [e.closest("label.toggle") ?? e, e.outerHTML.slice(0, 80)])
  .filter(([e]) => e.getBoundingClientRect().height < 44).map(([, html]) => html)"""
# Counts the frames that the page asks for from now on.
FRAMES = """() => { const ask = requestAnimationFrame; window.frames_asked = 0;
  window.requestAnimationFrame = (draw) => { window.frames_asked++; return ask(draw); }; }"""


def module(name):
    return import_module(f"tests.explore.{name}")


PLAYED = [name for name in FIGURES if getattr(module(name), "PLAYS", True)]
every_figure = pytest.mark.parametrize("name", FIGURES)
# Half a minute each: make test takes the quickest.
lookup_first = pytest.mark.parametrize(
    "name", [name if name == "lookup" else pytest.param(name, marks=slow) for name in FIGURES]
)
every_played_figure = pytest.mark.parametrize("name", PLAYED)
in_both = pytest.mark.parametrize("code", ["en", pytest.param("zh", marks=slow)])


@pytest.fixture
def figure(visit):
    """A figure on its page, loaded; the state as an address has it."""

    def figure(name, code="en", address="", **options):
        page = visit(f"{code}/chapters/{module(name).STEM}.html{address}", **options)
        found = page.locator(f"emb-{name}").first
        found.scroll_into_view_if_needed()
        expect(found).to_have_attribute("data-ready", "")
        return found

    return figure


def sentence(name, code, said):
    """A sentence of a figure, as it is read."""
    key, places = said
    words = WORDS[f"emb-{name}"][code][key]
    return re.sub(r"\{(\w+)\}", lambda m: places.get(m[1], ""), words)


def pairs_of_controls(figure):
    """Each start, each two controls at each two of their values, and states full of numbers."""
    seen = []
    for start, (one, two) in product(
        getattr(figure, "STARTS", [figure.START]), combinations(figure.CONTROLS, 2)
    ):
        for a, b in product(figure.CONTROLS[one], figure.CONTROLS[two]):
            state = start | {one: a, two: b}
            if figure.possible(state) and state not in seen:
                seen.append(state)
    return seen + [figure.START | full for full in getattr(figure, "FULL", [])]


@in_both
@lookup_first
def test_in_the_page_a_figure_shows_for_each_pair_of_controls_what_torch_gives(figure, name, code):
    here, right_of = figure(name, code), module(name)
    right = {repr(state): right for state, right in right_of.states()}
    for state in pairs_of_controls(right_of):
        here.locator("[data-do=reset]").click()
        right_of.drive(here, state)
        wanted = right[repr(state)]
        assert here.evaluate(SHOWN) == right_of.visible(wanted), state
        assert here.locator(".said").inner_text() == sentence(name, code, wanted["said"]), state
        assert here.evaluate(CUT) == [], state
    assert here.page.faults == []


@every_figure
def test_what_torch_refuses_is_said_in_its_words_and_changes_nothing(figure, name):
    here, right_of = figure(name), module(name)
    before, field = here.evaluate(SHOWN), here.locator("input:not([type])")
    steps = here.locator(".steps button")
    for typed, key, places in right_of.WRONG:
        field.fill(typed)
        field.blur()
        here.page.evaluate("location.hash = 'elsewhere'")
        expect(here.locator(".said")).to_have_text(sentence(name, "en", (key, places)))
        assert here.evaluate(SHOWN) == before
        expect(field).to_have_value(typed)
        assert not [button for button in steps.all() if button.is_enabled()]
    for typed, plain in getattr(right_of, "TYPED", []):
        shown = []
        for text in (plain, typed):
            field.fill(text)
            if steps.count() > 1:
                steps.nth(1).click()
            shown.append([here.evaluate(SHOWN), here.locator(".link").get_attribute("href")])
        assert shown[0] == shown[1], typed
        assert steps.last.is_enabled()
    here.locator("[data-do=reset]").click()
    for switch, state in getattr(right_of, "REFUSED_SWITCHES", []):
        right_of.drive(here, state)
        before, switched = here.evaluate(SHOWN), here.locator(f"[name={switch}]")
        switched.press("Space")
        expect(here.locator(".said")).to_have_text(sentence(name, "en", ("refused", {})))
        expect(switched).not_to_be_checked()
        assert here.evaluate(SHOWN) == before


@in_both
@every_figure
def test_a_wrong_guess_is_answered_when_all_has_been_seen_at_rest(figure, name, code):
    here, right_of, words = figure(name, code), module(name), WORDS[f"emb-{name}"][code]
    asked, right, way = right_of.QUESTION
    guess = here.locator("[data-do^=guess_]")
    keys = [button.get_attribute("data-do") for button in guess.all()]
    assert all(key.startswith(f"guess_{asked}_") for key in keys)
    verdict = WORDS["explore"][code]["guessed_wrong"].replace("{right}", words[right])
    here.locator(f"[data-do={next(key for key in keys if key != right)}]").click()
    assert verdict not in here.locator(".said").inner_text()
    way(here)
    expect(here.locator(".said")).to_contain_text(verdict, timeout=20_000)
    assert here.locator(".said").inner_text() != verdict, "and the sentence beside it"


@every_figure
def test_a_state_is_linked_and_a_wrong_address_opens_the_start(figure, name):
    here, right_of = figure(name), module(name)
    state = pairs_of_controls(right_of)[-1]
    right_of.drive(here, state)
    shown, link = here.evaluate(SHOWN), here.locator(".link").get_attribute("href")
    there = figure(name, address=link)
    assert there.evaluate(SHOWN) == shown
    nonsense = re.sub(r"=[^;]*", "=99x", link)
    assert figure(name, address=nonsense).evaluate(SHOWN) == figure(name).evaluate(SHOWN)
    assert there.page.faults == []


@in_both
@every_figure
@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=slow)])
def test_a_figure_is_accessible_and_fits_a_phone(figure, name, code, theme):
    here = figure(name, code, width=375, theme=theme)
    assert axe(here.page) == []
    assert here.page.evaluate(WIDER) == []
    assert here.evaluate(SMALL) == []


@every_figure
def test_every_control_is_reached_by_keyboard_and_pressed_by_it(figure, name):
    here = figure(name)
    controls = here.locator(
        "section :is(button, select, input):enabled, section :is(a, summary, [tabindex='0'])"
    ).filter(visible=True)
    controls.first.focus()
    reached = set()
    for _ in range(controls.count()):
        at = here.evaluate("f => f.shadowRoot.activeElement?.outerHTML.slice(0, 80)")
        assert at, f"the keyboard left the figure after {sorted(reached)}"
        outline = here.evaluate("f => getComputedStyle(f.shadowRoot.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2, at
        reached.add(at)
        here.page.keyboard.press("Tab")
    assert len(reached) == controls.count()
    guess = here.locator("fieldset button").last
    if guess.count():
        guess.focus()
        here.page.keyboard.press("Enter")
        expect(here.locator(".question p")).to_be_focused()


@every_figure
def test_arrow_keys_move_each_slider_by_one_place(figure, name):
    here = figure(name)
    for slider in here.locator("input[type=range]:enabled").all():
        slider.focus()
        at, link = int(slider.input_value()), here.locator(".link").get_attribute("href")
        here.page.keyboard.press("ArrowRight" if at == 0 else "ArrowLeft")
        assert int(slider.input_value()) == (1 if at == 0 else at - 1)
        assert slider.get_attribute("aria-valuetext")
        assert here.locator(".link").get_attribute("href") != link, "the figure did not follow"


@every_played_figure
def test_nothing_is_drawn_when_a_figure_is_still_or_out_of_sight(figure, name):
    here = figure(name)
    play = here.locator("[data-do=play]")
    here.page.evaluate(FRAMES)
    here.page.wait_for_timeout(300)
    assert here.page.evaluate("window.frames_asked") == 0, "it is still, and draws"
    play.click()
    here.page.wait_for_function("window.frames_asked > 3")
    here.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(play).not_to_have_text(WORDS["explore"]["en"]["pause"])
    asked = here.page.evaluate("window.frames_asked")
    here.page.wait_for_timeout(300)
    assert here.page.evaluate("window.frames_asked") <= asked + 1, "it is out of sight, and draws"


@every_played_figure
def test_a_reader_who_wants_no_movement_sees_the_end_at_once(figure, name):
    here = figure(name, reduced_motion="reduce")
    here.page.evaluate(FRAMES)
    here.locator("[data-do=play]").click()
    assert here.page.evaluate("window.frames_asked") == 0
    assert here.evaluate(SHOWN) != figure(name).evaluate(SHOWN)


@pytest.mark.parametrize("code", EDITIONS)
@every_figure
def test_without_scripts_a_picture_and_a_sentence_stand_there(visit, name, code):
    page = visit(f"{code}/chapters/{module(name).STEM}.html", java_script_enabled=False)
    there = page.locator(f"emb-{name}").first
    assert there.locator("img").first.get_attribute("alt")
    assert len(there.inner_text().strip()) > 20


def test_a_figure_that_comes_late_leaves_what_has_the_focus_in_the_window(visit):
    page = visit("en/chapters/index.html")
    asked = []
    page.route("**/explore/batch.mjs", lambda route: asked.append(route))
    page.goto(page.url.replace("index", module("batch").STEM))
    here, below = page.locator("emb-batch"), page.locator("#cell-c015 > a.headerlink")
    here.scroll_into_view_if_needed()
    below.focus()
    below.evaluate("e => scrollBy(0, e.getBoundingClientRect().bottom - innerHeight + 4)")
    expect(below).to_be_in_viewport()
    assert asked, "the figure is near, and was not asked for"
    height = here.bounding_box()["height"]
    asked[0].continue_()
    expect(here).to_have_attribute("data-ready", "")
    assert here.bounding_box()["height"] > height + 4, "it pushed nothing: another figure, please"
    expect(below).to_be_in_viewport()
