"""Live cells in a real Chromium: a reader runs the NumPy of a page in the page."""

import gzip
import json
import re

import pytest
from playwright.sync_api import expect

from benchmarks.site_live import UNTIL_KEPT
from tests.missing import skip_loudly
from tests.pages import (
    MODEL,
    SITE,
    both_editions,
    both_widths,
    in_a_browser,
    on_a_screen,
    one_language,
    slow,
)
from tests.site import browsing
from tests.site.browsing import axe, go, watch
from tests.site.live import PATIENCE, Reader, differences
from web.book.editions import EDITIONS
from web.book.notebooks import CHAPTERS, paths, read, tags
from web.book.words import WORDS
from web.site.server import serving


def live_cells(path):
    return [cell for cell in read(path)["cells"] if "live" in tags(cell)]


STEMS = [path.stem for path in paths() if live_cells(path)]
# Live cells of the model chapter: one that ends in an error, and two that build on each other.
ERROR, ABOVE, BELOW = 3, 4, 6
every_page = in_a_browser([(code, stem) for code in EDITIONS for stem in STEMS])
# The code is the same in both editions (test_pages). Python starts on each page: make test takes
# one of them.
every_code = pytest.mark.parametrize(
    ("code", "stem"),
    [
        pytest.param(code, stem, marks=[] if stem == MODEL else [slow], id=f"{code}-{stem}")
        for stem in STEMS
        for code in [one_language(stem)]
    ],
)


@pytest.fixture(scope="module", autouse=True)
def python_is_there():
    """Without Pyodide the site is built without live cells; then there is nothing to test."""
    if not list(SITE.glob("pyodide-*")):
        skip_loudly("the site was built without live cells (make book says why)")


@pytest.fixture(scope="module", params=["en", pytest.param("zh", marks=slow)])
def started(request, browser, site):
    """A page on which Python runs already, shared by tests that leave it as they found it."""
    context = browsing.new_context(browser)
    page = watch(context.new_page(), site)
    go(page, f"{site}/{request.param}/chapters/{MODEL}.html")
    reader = Reader(page, request.param)
    reader.run(reader.cell(0))
    yield reader
    assert page.faults == []
    context.close()


@pytest.fixture
def reader(started):
    yield started
    for cell in started.page.locator(".cell.live").all():
        if started.button(cell, "reset").is_visible():
            started.press(cell, "reset")


# --- before the first Run -------------------------------------------------------------------


@every_page
@on_a_screen
def test_each_live_cell_and_no_other_has_the_buttons(page, code, stem, width):
    bars = page.locator(".live-bar")
    assert (
        bars.count()
        == len(live_cells(CHAPTERS / f"{stem}.ipynb"))
        == page.locator(".cell.tag_live").count()
    )
    words = [WORDS["live"][code][name] for name in ("run", "edit", "reset", "stop")]
    for buttons in bars.all():
        found = buttons.locator("button").all_text_contents()
        assert [text.strip("▶■ ") for text in found] == words
    assert page.locator(".cell.tag_live .live-bar").count() == bars.count()


def test_before_the_first_run_little_is_fetched(new_context, site):
    page = new_context().new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    go(page, f"{site}/en/chapters/{MODEL}.html")
    assert page.locator(".live-bar").count()
    live = [url.split("/")[-1].split("?")[0] for url in asked if "/live/" in url]
    assert sorted(live) == ["live.mjs", "solved.mjs"]
    assert not [url for url in asked if "pyodide" in url]
    assert (SITE / "en/_static/live/live.mjs").stat().st_size < 3000


@both_editions
def test_the_first_run_fetches_at_most_5_3_megabytes(code):
    live = SITE / code / "_static" / "live"
    text = (live / "edition.mjs").read_text("utf-8")
    edition = json.loads(text.removeprefix("export default ").rstrip(";\n"))
    if not edition["later"]:
        skip_loudly("the page's Python was built without bytecode (make book says why)")
    packs = sum(pack["bytes"] for pack in edition["packs"])
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in live.glob("*.mjs"))
    assert packs + scripts < 5_300_000


@both_widths
def test_the_buttons_move_nothing_when_they_come(visit, width):
    places = "parts => parts.map(part => part.getBoundingClientRect().top)"
    page = visit(f"en/chapters/{MODEL}.html", width=width)
    assert page.locator(".live-bar").count()
    after = page.eval_on_selector_all("article :is(h2, p, pre)", places)
    page.route("**/live.mjs*", lambda route: route.abort())
    page.reload(wait_until="load")
    assert not page.locator(".live-bar").count()
    assert page.eval_on_selector_all("article :is(h2, p, pre)", places) == after


def test_without_scripts_the_page_has_no_buttons_and_no_room_for_them(visit):
    page = visit(f"en/chapters/{MODEL}.html", java_script_enabled=False)
    assert page.locator(".live-bar").count() == 0
    code, box = (
        page.locator(f".cell.tag_live {part}").first.bounding_box()
        for part in ("pre", ".cell_input")
    )
    assert box["height"] - code["height"] < 10


# --- live = stored --------------------------------------------------------------------------


@pytest.mark.turn(4)
@every_code
@on_a_screen
def test_live_outputs_are_the_stored_ones(page, code, stem, width):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    Reader(page, code).run_all()
    assert not [url for url in asked if "/later/" in url], "the first Run brings all"
    assert page.locator(".live-output").count() == len(live_cells(CHAPTERS / f"{stem}.ipynb"))
    assert differences(page) == []
    page.set_viewport_size({"width": 375, "height": 900})
    assert differences(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_one_other_character_in_a_stored_output_is_a_difference(reader):
    cell = reader.cell_with("np.add.at(grad, ids")
    reader.run(cell)
    assert differences(reader.page) == []
    digit = cell.locator(".cell_output:not(.live-output) pre")
    digit.evaluate("pre => { pre.textContent = pre.textContent.replace('4', '5'); }")
    (found,) = differences(reader.page)
    assert found.startswith("cell 8")
    digit.evaluate("pre => { pre.textContent = pre.textContent.replace('5', '4'); }")
    assert differences(reader.page) == []


# --- Run, Edit, Reset -----------------------------------------------------------------------


def test_run_runs_the_cells_above_when_they_were_changed(reader):
    above, below = reader.cell_with("PAD = 0"), reader.cell_with("np.add.at(grad, ids")
    reader.run(below)
    before = reader.text(below)
    source = above.locator("pre").first.text_content()
    reader.edit(above, source.replace("PAD = 0", "PAD = 5"))
    reader.run(below)
    assert reader.text(below) != before
    assert "5]" in reader.text(above)
    reader.press(above, "reset")
    reader.run(below)
    assert reader.text(below) == before


def test_the_stored_output_stays_until_there_is_a_new_one_and_comes_back(reader):
    cell = reader.cell(ABOVE)
    stored = cell.locator(".cell_output:not(.live-output)")
    expect(stored).to_be_visible()
    reader.edit(cell, "import time\ntime.sleep(0.5)\n'new'")
    reader.press(cell, "run")
    expect(stored).to_be_visible()
    expect(reader.output(cell)).to_have_text("'new'", timeout=PATIENCE)
    expect(stored).to_be_hidden()
    code = cell.locator("pre").first
    reader.press(cell, "reset")
    expect(stored).to_be_visible()
    expect(reader.output(cell)).to_have_count(0)
    assert code.text_content().startswith("PAD = 0")
    assert code.locator(".mi").first.text_content() == "0"


def test_values_are_shown_as_jupyter_shows_them(reader):
    cell = reader.cell(0)
    reader.edit(cell, "print('a')\ndisplay(2)\n{'b' * 60: list(range(3)), 'c': {3, 1}, 'd': int}")
    reader.run(cell)
    assert reader.output(cell).locator("pre").all_text_contents() == [
        "a\n",
        "2",
        "{'" + "b" * 60 + "': [0, 1, 2],\n 'c': {1, 3},\n 'd': int}",
    ]


def test_an_exercise_shows_what_was_expected_and_what_came(reader):
    cell = reader.cell_with("def yours(vectors, mask):")
    reader.run(cell)
    assert reader.text(cell).endswith("yours\nNone\nFalse\n")
    expect(reader.status(cell)).to_contain_text("False")
    stub = cell.locator("pre").first.text_content()
    answer = (
        "    kept = np.where(mask[..., None], vectors, 0)\n"
        "    return kept.sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)"
    )
    reader.edit(cell, stub.replace("    return None", answer))
    reader.run(cell)
    expected = "[[1. 2.]\n [0. 0.]]\n"
    assert reader.text(cell) == 2 * f"spec\n{expected}yours\n{expected}True\n"
    expect(reader.status(cell)).to_contain_text("True")


def test_a_folded_answer_opens_at_its_own_run_and_not_before(reader):
    reader.page.reload()  # nothing has run yet
    folded = reader.page.locator(".cell.live:has(details.below-input)").first
    index = folded.evaluate("cell => [...document.querySelectorAll('.cell.live')].indexOf(cell)")
    fold = folded.locator("details")
    fold.evaluate("fold => { fold.open = false; }")
    reader.run(reader.cell(index + 1))
    expect(reader.output(folded)).to_have_count(1)
    expect(reader.output(folded)).to_be_hidden()
    reader.run(folded)
    expect(reader.output(folded)).to_be_visible()
    fold.evaluate("fold => { fold.open = false; }")


# --- by keyboard ----------------------------------------------------------------------------


def test_the_editor_is_used_and_left_by_keyboard(reader):
    page, cell = reader.page, reader.cell(ERROR)
    keys = page.keyboard
    reader.button(cell, "edit").focus()
    keys.press("Enter")
    editor = cell.locator("textarea")
    expect(editor).to_be_focused()
    keys.press("Control+a")
    keys.type("def f(x):\nreturn x + 1\nprint(f(1))")  # the editor indents
    assert editor.input_value() == "def f(x):\n    return x + 1\nprint(f(1))"
    keys.press("Tab")
    keys.press("Shift+Tab")
    keys.press("Shift+Enter")
    reader.wait_for(cell, "done")
    expect(editor).to_be_focused()
    assert reader.text(cell) == "2\n"
    keys.press("Control+z")
    keys.press("Escape")
    expect(reader.button(cell, "run")).to_be_focused()
    keys.press("Tab")
    expect(reader.button(cell, "edit")).to_be_focused()


def test_tab_and_backspace_move_by_steps_of_four(reader):
    cell = reader.cell(ERROR)
    editor = reader.edit(cell, "if a:\nb\nc")
    keys = reader.page.keyboard
    keys.press("Control+a")
    keys.press("Tab")
    assert editor.input_value() == "    if a:\n    b\n    c"
    keys.press("Shift+Tab")
    assert editor.input_value() == "if a:\nb\nc"
    keys.press("Control+End")
    keys.press("Home")
    keys.press("Tab")
    assert editor.input_value() == "if a:\nb\n    c"
    keys.press("Backspace")
    assert editor.input_value() == "if a:\nb\nc"
    keys.press("Control+z")
    assert editor.input_value() == "if a:\nb\n    c"


def test_ctrl_z_takes_back_what_was_typed_in_one_go(reader):
    cell = reader.cell(ERROR)
    editor = reader.edit(cell, "a = 1\n")
    keys = reader.page.keyboard
    keys.press("Control+End")
    keys.type("total = a + 41")
    assert editor.input_value() == "a = 1\ntotal = a + 41"
    assert cell.locator("pre").first.text_content() == "a = 1\ntotal = a + 41\n"
    keys.press("Control+z")
    assert editor.input_value() == "a = 1\n"
    assert cell.locator("pre").first.text_content() == "a = 1\n\n"


def test_the_focus_is_never_lost(reader):
    cell, keys = reader.cell(BELOW), reader.page.keyboard
    reader.button(cell, "run").focus()
    keys.press("Enter")
    reader.wait_for(cell, "done")
    expect(reader.button(cell, "run")).to_be_focused()
    reader.button(cell, "reset").focus()
    keys.press("Enter")
    expect(reader.button(cell, "edit")).to_be_focused()


def test_what_happens_is_announced_in_the_pages_language(reader):
    voice = reader.page.locator(".live-voice[role=status]")
    reader.run(reader.cell(ERROR), "error")
    expect(voice).to_have_text(reader.words["error"].format(name="ValueError"))
    reader.press(reader.cell(ERROR), "reset")
    expect(voice).to_have_text(reader.words["reset_done"])


PLACE = """part => {
  const { top, left } = part.closest(".cell").getBoundingClientRect();
  const box = part.getBoundingClientRect();
  return [box.top - top, box.left - left, box.width, box.height];
}"""
COLOURS = """pre => {
  const texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const { color } = getComputedStyle(texts.currentNode.parentElement);
    for (const letter of texts.currentNode.data) if (letter.trim()) found.push(letter + color);
  }
  return found;
}"""


def test_opening_the_editor_changes_no_colour_and_moves_no_letter(reader):
    for cell in reader.page.locator(".cell.live").all():
        code = cell.locator("pre").first
        if not code.is_visible():
            continue  # a folded solution
        before = code.evaluate(PLACE), code.evaluate(COLOURS)
        reader.press(cell, "edit")
        editor = cell.locator("textarea")
        expect(editor).to_be_focused()
        assert (code.evaluate(PLACE), code.evaluate(COLOURS)) == before
        assert editor.evaluate(PLACE) == before[0]
        sizes = "e => [e.scrollWidth, e.scrollHeight, getComputedStyle(e).font]"
        assert editor.evaluate(sizes) == code.evaluate(sizes)
        assert editor.input_value() + "\n" == code.text_content()


# --- what goes wrong ------------------------------------------------------------------------


def test_an_error_shows_the_readers_own_line_and_no_library(reader):
    cell = reader.cell(ERROR)
    reader.edit(cell, "def f():\n    return np.zeros(3)[7]\n\n\nf()")
    reader.run(cell, "error")
    assert reader.text(cell) == (
        "line 5\n      1 def f():\n      2     return np.zeros(3)[7]\n      3 \n      4 \n"
        "----> 5 f()\n\nIndexError: index 7 is out of bounds for axis 0 with size 3"
    )


def test_a_syntax_error_shows_pythons_message_at_the_line(reader):
    cell = reader.cell(ERROR)
    reader.edit(cell, "a = 1\nprint('abc")
    reader.run(cell, "error")
    assert reader.text(cell) == (
        "line 2\n    print('abc\n          ^\n"
        "SyntaxError: unterminated string literal (detected at line 2)"
    )


@pytest.mark.parametrize("module", ["torch", "matplotlib"])
def test_an_import_of_what_is_not_here_says_why_and_where_it_is(reader, module):
    cell = reader.cell(ERROR)
    reader.edit(cell, f"import {module}.nn")
    reader.run(cell, "error")
    assert reader.text(cell).endswith(f"ModuleNotFoundError: No module named '{module}'")
    note = reader.output(cell).locator(".live-note")
    expect(note).to_contain_text(reader.words["missing"].format(name=module))
    assert note.locator("a").get_attribute("href") == "ways_to_run.html"


def test_an_error_above_stops_the_run_and_the_next_run_goes_on(reader):
    above, below = reader.cell(ABOVE), reader.cell(BELOW)
    source = above.locator("pre").first.text_content()
    reader.edit(above, f"{source}\nraise ValueError('mine')")
    reader.run(below, "blocked")
    assert "ValueError: mine" in reader.text(above)
    link = reader.status(below).locator("a").get_attribute("href")
    assert link == f"#{above.get_attribute('id')}"
    reader.run(below)


@pytest.mark.parametrize(
    "loop", ["while True: pass", pytest.param("while True: print('again')", marks=slow)]
)
def test_stop_ends_a_loop_says_what_is_lost_and_the_next_run_works(reader, loop):
    page, cell, other = reader.page, reader.cell(ABOVE), reader.cell(BELOW)
    reader.edit(cell, loop)
    reader.press(cell, "run")
    reader.wait_for(cell, "running")
    reader.press(other, "run")
    reader.wait_for(other, "waiting")
    if "print" in loop:
        expect(reader.output(cell)).to_contain_text(reader.words["cut"], timeout=PATIENCE)
    # The page answers while Python is busy.
    assert page.evaluate("() => new Promise(requestAnimationFrame).then(() => true)")
    reader.button(cell, "stop").focus()
    page.keyboard.press("Enter")
    reader.wait_for(cell, "stopped")
    reader.wait_for(other, "stopped")
    expect(reader.button(cell, "run")).to_be_focused()
    reader.press(cell, "reset")
    reader.run(other)
    assert differences(page) == []


@slow
def test_a_loop_that_runs_for_a_cell_below_is_stopped_where_it_runs(reader):
    above, below = reader.cell(ABOVE), reader.cell(BELOW)
    reader.edit(above, "while True: pass")
    reader.press(below, "run")
    reader.wait_for(above, "running")
    reader.press(above, "stop")
    for cell in (above, below):
        reader.wait_for(cell, "stopped")
        expect(reader.button(cell, "stop")).to_be_hidden()
    reader.press(above, "reset")
    reader.run(below)


def test_what_a_run_prints_is_bounded(reader):
    cell = reader.cell(ABOVE)
    reader.edit(cell, "print('x' * 1_000_000)\nprint('y' * 10)")
    reader.run(cell)
    expect(reader.output(cell)).to_contain_text(reader.words["cut"])
    assert "y" not in reader.text(cell)


@slow
@both_editions
def test_a_network_that_fails_in_the_middle_is_tried_again(visit, code):
    page = visit(f"{code}/chapters/index.html")
    reader, cuts = Reader(page, code), []

    def cut_once(route):
        if cuts:
            route.continue_()
        else:
            cuts.append(route.request.url)
            route.fulfill(status=200, body=b"half of it")

    page.route("**/python.pack*", cut_once)
    cell = reader.cell(0)
    reader.press(cell, "run")
    reader.wait_for(cell, "again")
    reader.wait_for(cell, "done")
    assert differences(page) == []


@slow
@both_editions
def test_a_network_that_stays_away_is_explained_and_the_next_run_works(visit, code):
    page = visit(f"{code}/chapters/index.html")
    reader = Reader(page, code)
    cell = reader.cell(0)
    page.route("**/pyodide-*/**", lambda route: route.abort())
    reader.press(cell, "run")
    reader.wait_for(cell, "offline")
    link = reader.status(cell).locator("a")
    assert link.inner_text() == reader.words["instead"]
    assert link.get_attribute("href") == "ways_to_run.html"
    page.unroute("**/pyodide-*/**")
    reader.run(cell)


@slow
@both_editions
def test_a_network_that_falls_silent_is_given_up_in_time(visit, code):
    page = visit(f"{code}/chapters/index.html")
    reader = Reader(page, code)
    cell = reader.cell(0)
    page.route("**/pyodide-*/**", lambda route: None)  # no answer, ever
    page.clock.install()
    reader.press(cell, "run")
    reader.wait_for(cell, "loading")
    page.clock.run_for(31_000)
    reader.wait_for(cell, "again")
    page.clock.run_for(150_000)
    reader.wait_for(cell, "slow")
    expect(reader.status(cell).locator("a")).to_be_visible()


@slow
def test_scripts_that_do_not_arrive_are_explained_and_asked_for_again(visit):
    page = visit("zh/chapters/index.html")
    reader = Reader(page, "zh")
    page.route("**/live/page.mjs*", lambda route: route.abort())
    reader.run(reader.cell(0), "offline")
    page.unroute("**/live/page.mjs*")
    reader.run(reader.cell(0))


# --- what comes later -----------------------------------------------------------------------

BEYOND = "import colorsys, numpy.fft\nprint(colorsys.__file__[-3:], numpy.fft.__file__[-3:])"
SOURCES = """
import inspect, json, traceback, numpy
print(inspect.getsource(json.dumps)[:10])
print(inspect.getsource(numpy._core.fromnumeric._mean_dispatcher)[:21])
try:
    json.loads("{")
except ValueError as error:
    print(traceback.format_tb(error.__traceback__)[1].splitlines()[1])
"""


@slow
def test_a_stopped_python_starts_again_without_the_network_and_has_what_it_fetched(visit):
    page = visit("en/chapters/ways_to_run.html")
    reader, asked = Reader(page, "en"), []
    cell = reader.cell(0)
    reader.edit(cell, BEYOND)
    reader.run(cell)
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    reader.edit(cell, f"{BEYOND}\nwhile True: pass")
    reader.press(cell, "run")
    reader.wait_for(cell, "running")
    reader.press(cell, "stop")
    reader.wait_for(cell, "stopped")
    reader.edit(cell, BEYOND)
    reader.run(cell)
    assert reader.text(cell) == ".py .py\n"
    assert not [url for url in asked if "pyodide-" in url]


@slow
@both_editions
@pytest.mark.parametrize("module", ["colorsys", "numpy.fft"])
def test_an_import_that_cannot_be_fetched_says_so_in_one_sentence_and_works_later(
    visit, code, module
):
    page = visit(f"{code}/chapters/ways_to_run.html")
    reader = Reader(page, code)
    cell = reader.cell(0)
    page.route("**/later/*", lambda route: route.abort())
    reader.edit(cell, f"import {module}")
    reader.run(cell, "error")
    sentence = reader.words["later"].format(name=module)
    assert reader.text(cell) == f"line 1\n----> 1 import {module}\n\nImportError: {sentence}"
    expect(reader.output(cell).locator(".live-note")).to_have_count(0)
    page.unroute("**/later/*")
    reader.run(cell)


@slow
def test_sources_are_shown_whether_they_came_at_first_or_come_now(visit):
    page = visit("en/chapters/ways_to_run.html")
    reader, asked = Reader(page, "en"), []
    page.on("request", lambda request: asked.append(request.url))
    cell = reader.cell(0)
    ours = "import inspect, embedlib\nprint(inspect.getsource(embedlib.Embedding)[:23])"
    reader.edit(cell, ours)
    reader.run(cell)
    assert reader.text(cell) == "class Embedding(Module)\n"
    assert not [url for url in asked if "/later/" in url]
    reader.edit(cell, SOURCES)
    reader.run(cell)
    others, numpys, line = reader.text(cell).splitlines()
    assert (others, numpys) == ("def dumps(", "def _mean_dispatcher(")
    assert line.strip() == "return _default_decoder.decode(s)"


# --- a later visit --------------------------------------------------------------------------

KEPT = "caches.open('nn-embedding-python')"


@pytest.fixture
def later(new_context, site):
    """Open the page anew in one browser that keeps what pages keep."""
    context, faults = new_context(), []

    def later():
        page = watch(context.new_page(), site)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        faults.append(page.faults)
        go(page, f"{site}/en/chapters/ways_to_run.html")
        return Reader(page, "en")

    yield later
    assert not any(faults)


def packs_asked(reader):
    return sum("python.pack" in url for url in reader.page.asked)


@slow
def test_a_later_visit_starts_from_what_the_first_decoded(later):
    first = later()
    first.run_all()
    assert packs_asked(first) == 1
    first.page.evaluate(UNTIL_KEPT)
    second = later()
    second.run_all()
    assert packs_asked(second) == 0
    assert differences(second.page) == []


@slow
def test_what_was_kept_and_is_broken_is_dropped_and_the_next_run_works(later):
    first = later()
    first.run(first.cell(0))
    first.page.evaluate(UNTIL_KEPT)
    broken = """async () => {
      const cache = await KEPT, [request] = await cache.keys();
      const { size } = await (await cache.match(request)).blob();
      await cache.put(request, new Response(new Uint8Array(size)));
    }"""
    first.page.evaluate(broken.replace("KEPT", KEPT))
    second = later()
    second.run(second.cell(0), "crashed")
    second.page.faults.clear()  # Python says why it does not start
    second.run_all()
    assert packs_asked(second) == 1
    assert differences(second.page) == []


# --- everywhere -----------------------------------------------------------------------------


@slow
@both_editions
def test_live_cells_run_below_a_path(new_context, tmp_path, code):
    (tmp_path / "repo").symlink_to(SITE)
    with serving(tmp_path) as address:
        page = watch(new_context().new_page(), f"{address}/repo/")
        go(page, f"{address}/repo/{code}/chapters/index.html")
        Reader(page, code).run(page.locator(".cell.live").first)
        assert differences(page) == page.faults == []
        page.close()


@slow
@both_editions
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_live_parts_are_accessible_and_fit_on_a_phone(visit, code, theme, width):
    """The parts are the same on every page, this one is short; pages at rest: test_browser."""
    page = visit(f"{code}/chapters/index.html", width=width, theme=theme)
    reader = Reader(page, code)
    cell = reader.cell(0)
    reader.edit(cell, "import numpy as np\nnp.arange(200)\nimport torch  # a comment" + "#" * 200)
    reader.run(cell, "error")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    reader.edit(cell, "while True: print('on and on')")
    reader.press(cell, "run")
    expect(reader.output(cell)).to_contain_text("on and on", timeout=PATIENCE)
    assert axe(page) == []
    reader.press(cell, "stop")
    reader.wait_for(cell, "stopped")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.faults == []


# --- exercises that were solved -----------------------------------------------------------------


def marked(page):
    """The chapters in the contents that have a mark, with what the mark is called."""
    marks = page.locator(".bd-docs-nav .solved-mark")
    return {
        mark.locator("xpath=ancestor::a")
        .get_attribute("href")
        .split(".html")[0]: mark.get_attribute("aria-label")
        for mark in marks.all()
    }


def test_an_exercise_is_marked_as_solved_when_its_check_was_passed_until_the_reader_forgets(
    reader,
):
    page, words = reader.page, reader.words
    exercise = reader.cell_with("def yours(")
    if page.locator("#solved").is_visible():  # by another test in this browser
        page.locator("#solved button").click()
    reader.run(exercise)
    assert marked(page) == {}, "the book's own text does not solve it"
    source = reader.source(exercise)
    reader.edit(exercise, source.replace("return None", "return np.zeros(3)"))
    reader.run(exercise)
    assert marked(page) == {}, "False was said"
    reader.edit(exercise, source.replace("return None", "return spec(vectors, mask)"))
    reader.run(exercise)
    assert list(marked(page).values()) == [words["solved"]]
    there = page.context.new_page()
    for code in EDITIONS:
        go(there, re.sub("/(en|zh)/.*", f"/{code}/chapters/index.html", page.url))
        assert marked(there) == {MODEL: WORDS["live"][code]["solved"]}, "in each edition"
    there.locator("#solved button").click()
    assert marked(there) == {}
    expect(there.locator("#solved")).to_be_hidden()
    there.reload()
    assert marked(there) == {}
    expect(page.locator(".solved-mark")).to_have_count(0)
    there.close()


def test_marks_of_a_strange_kind_or_a_device_that_keeps_nothing_break_nothing(visit):
    for kept in ["{", "7", '["x", 3, null]']:
        page = visit("en/chapters/index.html")
        page.evaluate("kept => localStorage.setItem('nn-embedding-solved', kept)", kept)
        go(page, page.url)
        assert marked(page) == {}
        assert page.faults == []
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    go(page, page.url.replace("index", MODEL))
    page.locator(".cell.live").first.dispatch_event("solved", {"bubbles": True})
    expect(page.locator(".solved-mark")).to_have_count(1)
