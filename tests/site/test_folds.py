"""Pictures of live cells, folded checks and drawings, places that moved: in a book of three pages
with cells of each kind."""

import io
import json
import os
import subprocess
import sys

import nbformat
import numpy as np
import pypdfium2
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image
from playwright.sync_api import expect

from embedlib.letters import LetterMap
from tests.missing import skip_loudly
from tests.pages import both_editions
from tests.site.browsing import go, put_on, watch
from tests.site.live import Reader, differences, same_picture
from tests.small_book import copy_small_book, labels, write_moves
from web.book.notebooks import CHAPTERS
from web.site.server import serving

pytestmark = pytest.mark.check  # a build
CHAPTER = "01_one_hot_matmul"
ALT = {"en": "A map of 27 letters.", "zh": "27 个字母的地图。"}
TABLE = "np.arange(54.0).reshape(27, 2) ** 1.5"
MAP = LetterMap(np.arange(54.0).reshape(27, 2) ** 1.5)
DRAW = f"import numpy as np\nfrom embedlib.letters import LetterMap\n\nLetterMap({TABLE})"
CHECKS = """three_checks = 1
assert three_checks
np.testing.assert_equal(1, three_checks)
np.testing.assert_array_equal([1], [three_checks])"""
CELLS = [
    new_code_cell(DRAW, id="map", metadata={"tags": ["live"], "alt": ALT}),
    new_code_cell(DRAW, id="drawing", metadata={"tags": ["hide-input", "live"], "alt": ALT}),
    new_code_cell("one_check = 1\nassert one_check", id="one", metadata={"tags": ["referee"]}),
    new_code_cell(CHECKS, id="three", metadata={"tags": ["referee", "nbval-ignore-output"]}),
    new_code_cell("assert 1", id="unproved", metadata={"tags": ["referee", "nbval-skip"]}),
]
SECTION = [
    new_markdown_cell(f"(new-here)=\n## {heading}\n", metadata={"tags": [code]})
    for code, heading in {"en": "A new section", "zh": "新的一节"}.items()
]
OTHER = "ways_to_run"


def build(folder):
    return subprocess.run(
        [sys.executable, "-m", "web.site.build"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def label_of(page):
    """The label of its title."""
    return labels(nbformat.read(CHAPTERS / f"{page}.ipynb", 4)["cells"])[0]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The site of a small book with these cells and moves."""
    folder = tmp_path_factory.mktemp("book")
    copy_small_book(folder)
    path = folder / "chapters" / f"{CHAPTER}.ipynb"
    notebook = nbformat.read(path, 4)
    data = {"image/svg+xml": MAP._repr_svg_(), "text/plain": repr(MAP)}
    for count, cell in enumerate(CELLS, 100):
        cell.execution_count = count
        if "alt" in cell.metadata:
            cell.outputs = [new_output("execute_result", data, execution_count=count)]
    notebook["cells"] += SECTION + CELLS
    nbformat.write(notebook, path)
    write_moves(
        folder,
        f"{CHAPTER},cell-before-map,{CHAPTER},cell-map",
        f"{CHAPTER},label-before,{CHAPTER},new-here",
        f"{CHAPTER},cell-gone,{OTHER},{label_of(OTHER)}",
    )
    answer = build(folder)
    assert answer.returncode == 0, answer.stderr
    if not list(folder.glob("_build/site/pyodide-*")):
        skip_loudly("the site was built without live cells (make book says why)")
    return folder


@pytest.fixture(scope="module")
def address(book):
    with serving(book / "_build" / "site") as served:
        yield served


@pytest.fixture
def chapter(new_context, address):
    """The chapter with the cells; whatever goes wrong is noted in ``page.faults``."""

    def chapter(code, place=""):
        page = watch(new_context(reduced_motion="reduce").new_page(), address)
        go(page, f"{address}/{code}/chapters/{CHAPTER}.html{place}")
        put_on(page, "light")
        return page

    return chapter


# --- a picture of a live cell ------------------------------------------------------------------

BOX = """image => {
  const { x, y, width, height } = image.getBoundingClientRect();
  return [x, y + scrollY, width, height];
}"""
STORED = "#cell-map .cell_output:not(.live-output) img"
LIVE = "#cell-map .live-output img"
HEIGHT = "document.documentElement.scrollHeight"


def ran(page, code):
    reader = Reader(page, code)
    reader.run(page.locator("#cell-map"))
    return reader


@both_editions
def test_a_live_picture_is_the_stored_one_in_its_place_and_moves_nothing(chapter, code):
    page = chapter(code)
    stored = page.locator(STORED)
    stored.scroll_into_view_if_needed()
    Reader(page, code).run(page.locator(".cell.live").first)
    box, height = stored.evaluate(BOX), page.evaluate(HEIGHT)
    ran(page, code)
    live = page.locator(LIVE)
    assert live.get_attribute("alt") == stored.get_attribute("alt") == ALT[code]
    assert live.evaluate(BOX) == box
    assert page.evaluate(HEIGHT) == height
    assert differences(page) == []
    assert page.faults == []


def test_a_live_picture_follows_a_light_or_dark_page_as_the_stored_one(chapter):
    page = chapter("en")
    stored = {theme: look(page, STORED, theme) for theme in ("light", "dark")}
    ran(page, "en")
    for theme, expected in stored.items():
        assert look(page, LIVE, theme) == expected, theme
    assert stored["light"] != stored["dark"]


def look(page, picture, theme):
    """The pixels of a picture that has arrived."""
    put_on(page, theme)
    image = page.locator(picture)
    image.evaluate("image => { image.loading = 'eager'; return image.decode(); }")
    return Image.open(io.BytesIO(image.screenshot())).convert("RGB").tobytes()


def test_a_stored_picture_that_differs_by_more_than_a_pixel_is_a_difference(chapter):
    page = chapter("en")
    ran(page, "en")
    change = "(image, svg) => { image.src = 'data:image/svg+xml,' + encodeURIComponent(svg) }"
    svg = MAP._repr_svg_()
    x = svg.partition('<text class="letter" x="')[2].partition('"')[0]
    for shift, other in ((1, 0), (2, 1)):
        shifted = svg.replace(f'class="letter" x="{x}"', f'class="letter" x="{int(x) + shift}"', 1)
        page.locator(STORED).evaluate(change, shifted)
        assert len(differences(page)) == other, shift


@pytest.mark.parametrize(
    ("old", "new"),
    [("<circle ", "<rect "), (">a<", ">b<"), ('class="vowel"', 'class="letter"'), ("#", "#1")],
)
def test_another_element_letter_class_or_colour_is_another_picture(old, new):
    svg = MAP._repr_svg_()
    assert same_picture(svg, svg)
    assert not same_picture(svg, svg.replace(old, new, 1))
    assert not same_picture(svg, svg.replace("</svg>", "<g/></svg>"))


HOSTILE = """
class Hostile:
    def _repr_svg_(self):
        return '''<svg xmlns="http://www.w3.org/2000/svg" width="50" height="40"
          onload="parent.hacked = top.hacked = window.hacked = 1">
          <script>parent.hacked = top.hacked = window.hacked = 1</script>
          <image href="https://example.org/picture.png" onerror="window.hacked = 1"/>
          <foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x:" onerror="hacked = 1"/>
          </foreignObject></svg>'''


display(Hostile())
print("below")
"""


def test_no_script_of_a_picture_runs_and_nothing_of_it_gets_into_the_page(chapter):
    page = chapter("en")
    reader = Reader(page, "en")
    cell = page.locator("#cell-map")
    reader.edit(cell, HOSTILE)
    reader.run(cell)
    assert reader.output(cell).locator("svg, script, image, foreignObject").count() == 0
    image = reader.output(cell).locator("img")
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => [image.width, image.height]") == [50, 40]
    assert image.get_attribute("alt") == reader.words["output"].format(n=1 + reader_number(cell))
    assert page.evaluate("window.hacked") is None
    assert page.faults == [], "it asked another host, or broke"
    assert reader.text(cell) == "below\n"


def reader_number(cell):
    return cell.evaluate("cell => [...document.querySelectorAll('.cell.live')].indexOf(cell)")


# --- folds ---------------------------------------------------------------------------------------

LINES = {
    "one": {"en": "torch agrees (1 check)", "zh": "torch 的结果也一样（核对了 1 处）"},
    "three": {"en": "torch agrees (3 checks)", "zh": "torch 的结果也一样（核对了 3 处）"},
    "drawing": {"en": "Show the code", "zh": "看代码"},
}


@both_editions
def test_a_fold_says_in_the_pages_language_what_is_in_it_and_opens_by_keyboard(chapter, code):
    page = chapter(code)
    for cell, lines in LINES.items():
        fold, source = (page.locator(f"#cell-{cell} {part}") for part in ("details", "pre"))
        expect(source).to_be_hidden()
        assert fold.locator("summary").inner_text().strip() == lines[code]
        fold.locator("summary").press("Enter")
        expect(source).to_be_visible()
        fold.locator("summary").press("Space")
        expect(source).to_be_hidden()
    assert page.faults == []


def test_a_cell_that_is_not_proved_is_not_said_to_agree(chapter):
    page = chapter("en")
    expect(page.locator("#cell-unproved pre")).to_be_visible()
    assert page.locator("#cell-unproved details").count() == 0


def test_a_folded_drawing_shows_its_picture(chapter):
    page = chapter("en")
    expect(page.locator("#cell-drawing img")).to_be_visible()
    assert page.locator("#cell-drawing img").get_attribute("alt") == ALT["en"]


def test_a_folded_drawing_that_runs_shows_its_new_picture_outside_the_fold(chapter):
    page = chapter("en")
    cell, summary = page.locator("#cell-drawing"), page.locator("#cell-drawing summary")
    summary.press("Enter")
    Reader(page, "en").run(cell)
    summary.press("Enter")
    expect(cell.locator("pre")).to_be_hidden()
    expect(cell.locator("img:visible")).to_have_count(1)
    expect(cell.locator(".live-output img")).to_be_visible()
    assert differences(page) == page.faults == []


def printed(page):
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4"))
    return "".join(sheet.get_textpage().get_text_range() for sheet in sheets)


def test_a_fold_is_open_on_paper_and_a_check_keeps_its_line(chapter):
    page = chapter("en")
    paper = printed(page)
    assert all(code in paper for code in ("one_check = 1", "three_checks = 1", "LetterMap("))
    assert LINES["one"]["en"] in paper
    assert LINES["drawing"]["en"] not in paper
    lose = "@media print { .tag_referee details { display: none !important } }"
    page.add_style_tag(content=lose)
    assert "one_check = 1" not in printed(page), "a fold that print loses must be seen here"


@both_editions
def test_the_search_knows_the_code_in_a_fold_and_not_the_line_of_the_fold(book, code):
    file = book / "_build" / "site" / code / "_static" / "search" / "sections.json"
    sections = json.loads(file.read_text("utf-8"))["sections"]
    assert any("three_checks = 1" in section["code"] for section in sections)
    for line in (lines[code] for lines in LINES.values()):
        assert not any(line in section["text"] for section in sections), line


# --- places that moved --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"), [("cell-before-map", "cell-map"), ("label-before", "new-here")]
)
@both_editions
def test_an_old_address_leads_to_what_replaced_it_on_the_same_page(chapter, code, old, new):
    page = chapter(code, f"#{old}")
    assert 0 <= page.locator(f"#{new}").bounding_box()["y"] < 450, "the new place must be in sight"
    assert page.faults == []


@both_editions
def test_an_old_address_leads_to_what_replaced_it_on_another_page(chapter, code):
    page = chapter(code)
    page.evaluate("location.hash = '#cell-gone'")
    page.wait_for_url(f"**/{code}/chapters/{OTHER}.html#{label_of(OTHER)}")
    assert page.faults == []
