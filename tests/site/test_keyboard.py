"""The website without a mouse: by keyboard, and by ear."""

import io
import re

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.pages import (
    HAN,
    MODEL,
    both_editions,
    both_themes,
    both_widths,
    english_first,
    every_page,
    every_page_at_one_width,
    light_first,
    on_a_phone,
    other,
    slow,
)
from tests.site.browsing import WIDER, again, axe, fold_out

MOST_STOPS = 600  # the longest page has about half
CHAPTER = f"chapters/{MODEL}.html"
# What the keyboard stands on (in a figure to play with, too, which has a tree of its own): where
# it is, whether it is seen, and how its focus shows.
STOP = """() => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const at = e.getRootNode().elementFromPoint(
    Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1),
    Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1));
  let opacity = 1;
  for (let up = e; up; up = up.parentElement ?? up.getRootNode().host)
    opacity *= getComputedStyle(up).opacity;
  window.stops ??= new Map();
  const before = stops.get(e);
  if (before === undefined) stops.set(e, stops.size);
  return {
    html: e.outerHTML.slice(0, 140).replace(/\\s+/g, " "),
    again: before,
    seen: box.width > 0 && box.height > 0 && opacity > .9 && style.visibility === "visible"
      && box.right > 0 && box.x < innerWidth && box.bottom > 0 && box.y < innerHeight,
    covered: !(at && (e.contains(at) || at.contains(e))) ? at?.outerHTML.slice(0, 80) : "",
    focus: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none",
  };
}"""
# What a mouse can use and the keyboard never stood on.
FORGOTTEN = """() => [...document.querySelectorAll("a[href], button, summary, input, select")]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !stops.has(e)
    && !e.matches("#pst-back-to-top") && e.tabIndex >= 0)
  .map(e => e.outerHTML.slice(0, 140))"""


def walk(page):
    """Press Tab from the top of the page to its end; what each press led to."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            return
        assert stop["again"] is None, f"Tab comes back before the end: {stop['html']}"
        yield stop
    pytest.fail(f"Tab did not reach the end of the page in {MOST_STOPS} presses: a trap?")


@pytest.mark.turn(2)
@every_page_at_one_width
def test_tab_reaches_everything_and_is_seen_everywhere(page, code, stem, width):
    again(page)
    where = f"{code}/{stem} at {width} px"
    stops = list(walk(page))
    for stop in stops:
        assert stop["seen"], f"{where}: the keyboard stands on something unseen: {stop['html']}"
        assert not stop["covered"], f"{where}: {stop['html']} is behind {stop['covered']}"
        assert stop["focus"], f"{where}: no outline on {stop['html']}. Cure: :focus-visible"
    forgotten = page.evaluate(FORGOTTEN)
    assert not forgotten, f"{where}: out of reach of the keyboard: {forgotten}. Cure: tabindex"
    assert round_the_end(page, "Tab") == 0, f"{where}: after the end comes the first stop"
    assert round_the_end(page, "Shift+Tab") == len(stops) - 1, f"{where}: and backwards the last"


def round_the_end(page, key):
    """The number of the next stop; between the last and the first lies the browser itself."""
    for _ in range(3):
        page.keyboard.press(key)
        if stop := page.evaluate(STOP):
            return stop["again"]
    return None


# The element with room for its outline, as far as the window shows it.
AROUND = """() => {
  const box = document.activeElement.getBoundingClientRect(), room = 12;
  const [x, y] = [Math.max(0, box.left - room), Math.max(0, box.top - room)];
  return {x, y, width: Math.min(innerWidth, box.right + room) - x,
    height: Math.min(innerHeight, box.bottom + room) - y};
}"""


def picture(page, clip):
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L")


@pytest.mark.check
@both_themes
@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("zh", 375)])
def test_focus_changes_what_the_eye_sees(visit, code, width, theme):
    page = visit(f"{code}/{CHAPTER}", width=width, theme=theme, reduced_motion="reduce")
    for stop in walk(page):
        around = page.evaluate(AROUND)
        focused = picture(page, around)
        page.evaluate("window.held = document.activeElement; held.blur()")
        plain = picture(page, around)
        page.evaluate("held.focus({focusVisible: true, preventScroll: true})")
        strong = ImageChops.difference(focused, plain).point(lambda grey: 255 * (grey > 60))
        assert sum(strong.histogram()[255:]) > 50, f"{code} at {width} px: {stop['html']}"


@both_editions
@both_widths
def test_the_first_stop_leads_past_the_navigation_to_the_text(visit, code, width):
    page = visit(f"{code}/{CHAPTER}", width=width)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


DIALOGS = {
    "search": ("#pst-search-dialog", {1280: ".search-button-field", 375: ".search-button"}),
    "chapters": ("#pst-primary-sidebar-modal", {375: ".primary-toggle"}),
    "sections": ("#pst-secondary-sidebar-modal", {375: ".secondary-toggle"}),
}
CASES = [(name, width) for name, (_, openers) in DIALOGS.items() for width in openers]


def open_dialog(page, name, width):
    dialog, openers = DIALOGS[name]
    page.locator(f"{openers[width]}:visible").first.press("Enter")
    page.wait_for_selector(f"{dialog}[open]")
    return dialog, openers[width]


@both_editions
@pytest.mark.parametrize(("name", "width"), CASES)
def test_a_dialog_takes_the_focus_and_escape_gives_it_back(visit, code, name, width):
    page = visit(f"{code}/{CHAPTER}", width=width)
    dialog, opener = open_dialog(page, name, width)
    inside = "d => document.querySelector(d).contains(document.activeElement)"
    assert page.evaluate(inside, dialog), f"{code}: {dialog} opens and leaves the focus outside"
    said = page.get_attribute(dialog, "aria-label")
    assert said, f"{code}: {dialog} has no name"
    assert bool(HAN.search(said)) is (code == "zh"), f"{code}: {dialog} is called {said}"
    page.keyboard.press("Escape")
    page.wait_for_selector(dialog, state="hidden")
    lost = f"{code}: Escape closes {dialog} and does not give the focus back to {opener}"
    expect(page.locator(f"{opener}:visible").first, lost).to_be_focused()
    assert page.faults == []


@both_editions
def test_the_arrows_and_escape_work_in_the_menus_of_the_header(visit, code):
    page = visit(f"{code}/{CHAPTER}")
    for button in page.locator(".article-header-buttons .dropdown-toggle").all():
        button.press("Enter")
        menu = button.locator("xpath=following-sibling::ul")
        menu.wait_for(state="visible")
        page.keyboard.press("ArrowDown")
        assert menu.evaluate("m => m.contains(document.activeElement)")
        assert page.evaluate(STOP)["focus"]
        page.keyboard.press("Escape")
        menu.wait_for(state="hidden")
        assert button.evaluate("b => b === document.activeElement")


MODES = {"en": {"Light", "Dark", "System Settings"}, "zh": {"亮色", "暗色", "跟随系统"}}


@both_editions
def test_the_colour_button_says_its_mode(visit, code):
    page = visit(f"{code}/{CHAPTER}")
    button = page.locator(".theme-switch-button")
    said = set()
    for _ in MODES[code]:
        label, _, mode = button.get_attribute("aria-label").partition(" · ")
        assert label
        said.add(mode)
        before = button.get_attribute("aria-label")
        button.press("Enter")
        page.wait_for_function(
            "before => document.querySelector('.theme-switch-button').ariaLabel != before",
            arg=before,
        )
    assert said == MODES[code]


@both_editions
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_folds_open_and_close_by_keyboard(visit, code, key):
    page = visit(f"{code}/chapters/01_one_hot_matmul.html")
    for fold in ("details:not(.hide)", "details.hide"):
        summary = page.locator(f"article {fold} > summary").first
        for state in ("", None):
            summary.press(key)
            assert summary.locator("xpath=..").get_attribute("open") == state


@both_editions
def test_links_to_the_neighbours_and_to_the_twin_work_by_keyboard(visit, code):
    page = visit(f"{code}/{CHAPTER}")
    for link, leads in [
        (".right-next", f"{code}/chapters/05"),
        (".left-prev", f"{code}/chapters/04"),
        (".language-switch", f"{other(code)}/chapters/04"),
    ]:
        page.press(link, "Enter")
        page.wait_for_url(f"**/{leads}*")


# --- by ear --------------------------------------------------------------------------------

CONTROLS = {
    *("button", "link", "textbox", "searchbox", "dialog", "image", "img", "navigation"),
    *("DisclosureTriangle", "group", "heading", "menuitem", "checkbox", "combobox", "search"),
}
MUST_HAVE_A_NAME = CONTROLS - {"group", "heading", "search"}


def names(page):
    """What a screen reader calls each thing: role, name, and whether it is inside the text."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    for node in tree:
        role = node.get("role", {}).get("value")
        if not node["ignored"] and role in CONTROLS:
            yield node, role, node.get("name", {}).get("value", "").strip()


def inside_text(page):
    """The names in the article that are its own words, which other tests read."""
    return set(
        page.eval_on_selector_all(
            "article :is(a:not(.headerlink), h1, h2, h3), .prev-next-area a, nav a",
            "all => all.map(e => e.innerText.replace(/\\s+/g, ' ').trim())",
        )
    )


@pytest.mark.turn(1)
@every_page
@both_widths
def test_everything_has_a_name_in_the_pages_language(page, code, stem, width):
    fold_out(page)
    text = inside_text(page)
    for node, role, name in names(page):
        if role in MUST_HAVE_A_NAME:
            assert name, f"{code}/{stem}: a {role} without a name. Cure: aria-label ({node})"
        words = re.sub(r"\s+", " ", name)
        if words and words not in text and not re.fullmatch("English|中文|Colab|[.]\\w+", words):
            assert bool(HAN.search(words)) is (code == "zh"), (
                f"{code}/{stem}: a {role} is called “{words}”. Cure: web/pages/translation.py"
            )


@english_first
@light_first
@pytest.mark.parametrize("opened", ["folds", *DIALOGS])
def test_axe_finds_nothing_either_when_something_is_open(visit, code, theme, opened):
    """Folds on a chapter that has all kinds; the dialogs are the same on each page."""
    stem = "01_one_hot_matmul" if opened == "folds" else "index"
    address = f"{code}/chapters/{stem}.html"
    page = visit(address, width=375, theme=theme, reduced_motion="reduce")
    if opened == "folds":
        fold_out(page)
    else:
        open_dialog(page, opened, 375)
    assert axe(page) == []


@pytest.mark.turn(1)
@every_page
@on_a_phone
def test_nothing_scrolls_sideways_on_a_small_phone_with_all_folds_open(page, code, stem, width):
    page.set_viewport_size({"width": 320, "height": 600})
    fold_out(page)
    wide = page.evaluate(WIDER)
    assert not wide, f"{code}/{stem}: wider than 320 px: {wide}. Cure: let it wrap or scroll"


@slow
@both_editions
def test_forced_colours_keep_focus_links_and_controls(visit, code):
    page = visit(f"{code}/{CHAPTER}", forced_colors="active", reduced_motion="reduce")
    for stop in walk(page):
        cure = "Cure: :focus-visible in web/pages/static/book.css"
        assert stop["focus"], f"{code}: no focus in forced colours: {stop['html']}. {cure}"
        assert stop["seen"], f"{code}: unseen in forced colours: {stop['html']}. {cure}"
    assert axe(page) == []


@both_editions
def test_whoever_wants_no_movement_gets_none(visit, code):
    page = visit(f"{code}/chapters/01_one_hot_matmul.html", reduced_motion="reduce")
    fold_out(page)
    page.hover("article .cell")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_a_menu_opens_by_a_press_and_closes_by_one_elsewhere(visit):
    page = visit(f"en/{CHAPTER}")
    button = page.locator(".article-header-buttons .dropdown-toggle").first
    menu = button.locator("xpath=following-sibling::ul")
    button.click()
    expect(menu).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.locator("article h1").click()
    expect(menu).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    assert page.faults == []
