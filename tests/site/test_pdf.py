"""The book as one PDF: some pages of each edition, printed by ``make pdf``, read with PDFium."""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

import matplotlib
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from pypdfium2 import raw

from tests.missing import skip_loudly
from tests.pages import HAN, MODEL, SITE, both_editions, slow
from web.book.editions import EDITIONS, ROOT, address
from web.maintain import chromium, pdf
from web.paper import document, offer

pytestmark = slow
# With folds, code, formulas, figures to play with, tables, links to each other and elsewhere.
STEMS = ("index", "ways_to_run", "01_one_hot_matmul", MODEL, "e_arguments")
PRINT = """
import sys
from pathlib import Path
from web.maintain.pdf import print_edition
site, code, to, *stems = sys.argv[1:]
Path(to).write_bytes(print_edition(Path(site), code, stems).content)
"""
MARGIN = 45  # points: 1.6 cm
RIGHT = 595 - MARGIN
LARGEST = 60_000  # pixels of a picture: a pattern in a drawing, but no drawing


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Print an edition once; in a process of its own, because Playwright runs in this one."""
    if chromium.find() is None:
        skip_loudly(chromium.CURE)

    @lru_cache
    def book(code):
        path = tmp_path_factory.mktemp("pdf") / f"{code}.pdf"
        command = [sys.executable, "-c", PRINT, str(SITE), code, str(path), *STEMS]
        subprocess.run(command, cwd=ROOT, check=True, timeout=600)
        printed = pypdfium2.PdfDocument(path)
        printed.path = path
        return printed

    return book


@lru_cache
def made(code):
    """The document that was printed, and its parsed HTML."""
    found = document.make(SITE / code, code, address(), {}, STEMS)
    return found, BeautifulSoup(found.html, "html.parser")


def letters(text):
    """Without what paper sets anew (spaces, line breaks and the hyphens before them)."""
    return re.sub(r"[\s\-\u0000\u0002\u200b\ufffe\u00ad]", "", unicodedata.normalize("NFKC", text))


def words(sheet):
    return sheet.get_textpage().get_text_range()


def links(pdf, sheet):
    """Each link of a sheet: the number of the sheet that it leads to, or its address."""
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(sheet, ctypes.byref(position), ctypes.byref(link)):
        if target := raw.FPDFLink_GetDest(pdf, link):
            yield raw.FPDFDest_GetDestPageIndex(pdf, target) + 1
        else:
            action = raw.FPDFLink_GetAction(link)
            text = ctypes.create_string_buffer(2000)
            raw.FPDFAction_GetURIPath(pdf, action, text, len(text))
            yield text.value.decode()


def fonts(pdf):
    """Name of each font -> whether its glyphs are in the file."""
    found = {}
    for sheet in pdf:
        for thing in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=8):
            font = raw.FPDFTextObj_GetFont(thing)
            name = ctypes.create_string_buffer(200)
            raw.FPDFFont_GetBaseFontName(font, name, len(name))
            found[name.value.decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
    return found


def alike(pdf, most=60):
    """Chinese characters that look like another one: without a font all are the same box."""
    looks = {}
    for sheet in pdf:
        text, picture = sheet.get_textpage(), None
        for place, character in enumerate(text.get_text_range()):
            if not HAN.match(character) or character in looks or len(looks) >= most:
                continue
            left, bottom, right, top = text.get_charbox(place)
            if right - left < 5:
                continue
            picture = picture or sheet.render(scale=4).to_pil().convert("L")
            high = sheet.get_height()
            box = [round(4 * x) for x in (left, high - top, right, high - bottom)]
            glyph = picture.crop(box).resize((16, 16))
            looks[character] = bytes(int(v > 128) for v in glyph.tobytes())
    assert len(looks) > 5, "there are hardly any Chinese characters to look at"
    several = {look for look, count in Counter(looks.values()).items() if count > 1}
    return [character for character, look in looks.items() if look in several]


def headings(code):
    """Level and words of each heading, as the document has them."""
    _, page = made(code)
    for tag in page.select("h1, h2, h3, h4, h5, h6"):
        yield int(tag.name[1]) - 1, letters(tag.get_text())


@both_editions
def test_every_word_of_the_pages_is_in_it_and_code_line_by_line(book, code):
    paper = letters("".join(map(words, book(code))))
    _, page = made(code)
    for formula in page.select(".math, .katex"):
        formula.decompose()
    lines = [line for pre in page.select("pre") for line in pre.get_text().splitlines()]
    said = [
        tag.get_text()
        for tag in page.select("td p, .tag_referee summary .expanded")
        if not tag.find("br")
    ]
    lost = [line for line in [*lines, *said] if letters(line) not in paper]
    assert not lost, f"{code}: not in the PDF: {lost}. Cure: web/paper/paper.css"


@both_editions
def test_nothing_is_cut_at_the_edge(book, code):
    for number, sheet in enumerate(book(code), 1):
        text = sheet.get_textpage()
        for box in map(text.get_rect, range(text.count_rects())):
            inside = box[0] >= MARGIN - 3 and box[2] <= RIGHT + 3
            assert inside, f"{code}, page {number}: {text.get_text_bounded(*box)!r} is cut"


@both_editions
def test_words_are_as_large_as_they_should_be(book, code):
    """What is wider than a sheet makes Chromium shrink everything, and says nothing."""
    sizes, matrix = Counter(), raw.FS_MATRIX()
    for sheet in book(code):
        text = sheet.get_textpage()
        for place in range(0, text.count_chars(), 7):
            raw.FPDFText_GetMatrix(text, place, ctypes.byref(matrix))
            sizes[round(raw.FPDFText_GetFontSize(text, place) * matrix.a, 1)] += 1
    wanted = 14.5 * pdf.SCALE * 0.75
    right = sum(count for size, count in sizes.items() if abs(size - wanted) < 0.1)
    assert right > sizes.total() / 5, f"{code}: too wide for a sheet: {sizes.most_common(3)}"


@both_editions
def test_bookmarks_are_parts_chapters_and_sections_and_lead_to_them(book, code):
    pdf = book(code)
    marks = list(pdf.get_toc())
    assert [(mark.level, letters(mark.get_title())) for mark in marks] == list(headings(code))
    assert {mark.level for mark in marks} >= {0, 1, 2}
    for mark in marks:
        there = letters(words(pdf[mark.get_dest().get_index()]))
        assert letters(mark.get_title()) in there, f"{code}: {mark.get_title()} leads elsewhere"


@both_editions
def test_the_numbers_of_the_contents_are_those_of_the_pages(book, code):
    pdf = book(code)
    entries = made(code)[0].entries
    places = sheets_of(pdf, entries)
    listed = letters("".join(words(pdf[n]) for n in range(1, min(places.values()) - 1)))
    for entry in entries:
        assert f"{letters(entry.title)}{places[entry.place]}" in listed, entry
        assert letters(entry.title) in letters(words(pdf[places[entry.place] - 1])), entry
    for number, sheet in enumerate(pdf, 1):
        foot = sheet.get_textpage().get_text_bounded(bottom=0, top=2 * 28.35)
        assert foot.strip() == ("" if number == 1 else str(number))


def sheets_of(book, entries):
    found = {}
    for entry in entries:
        place = raw.FPDF_GetNamedDestByName(book, entry.place.encode())
        found[entry.place] = raw.FPDFDest_GetDestPageIndex(book, place) + 1
    return found


@both_editions
def test_links_between_its_pages_stay_inside_and_others_are_kept(book, code):
    pdf = book(code)
    _, page = made(code)
    found = [link for sheet in pdf for link in links(pdf, sheet)]
    inside = [link for link in found if isinstance(link, int)]
    outside = {link for link in found if isinstance(link, str)}
    ways = [str(a["href"]) for a in page.select("a[href]") if a.get_text()]
    assert len(inside) >= sum(way.startswith("#") for way in ways) > 50
    assert all(1 <= link <= len(pdf) for link in inside)
    ids = Counter(str(tag["id"]) for tag in page.select("[id]"))
    assert not [name for name, count in ids.items() if count > 1]
    assert not [way for way in ways if way.startswith("#") and way[1:] not in ids]
    lower = {link.lower() for link in outside}  # as Chromium writes the name of a host
    assert {way.lower() for way in ways if not way.startswith("#")} <= lower
    for link in outside:
        assert link.startswith("http"), link
        stem = Path(link).stem
        assert f"/{code}/chapters/" not in link or stem not in STEMS or stem == "index", link


@both_editions
def test_every_font_is_inside_and_every_chinese_character_has_a_look_of_its_own(book, code):
    pdf = book(code)
    missing = [name for name, embedded in fonts(pdf).items() if not embedded]
    assert not missing, f"{code}: not embedded: {missing}"
    if code == "zh":
        assert not alike(pdf), f"tofu: {alike(pdf)}. Cure: a Chinese font"
        _, page = made(code)
        said = set(HAN.findall(page.select_one("main").get_text()))
        assert said <= set(HAN.findall("".join(map(words, pdf))))


@both_editions
def test_figures_are_vectors(book, code):
    content = Path(book(code).path).read_bytes()
    found = re.findall(rb"obj\n(<<[^>]*/Subtype /Image[^>]*>>)", content)  # masks among them
    sizes = [
        tuple(int(re.search(rb"/%s (\d+)" % side, each)[1]) for side in (b"Width", b"Height"))
        for each in found
    ]
    large = [(width, height) for width, height in sizes if width * height > LARGEST]
    assert not large, f"{code}: pictures of dots, width and height: {large}"
    drawn = BeautifulSoup(
        (SITE / code / "_images/padding_batch.svg").read_text("utf-8"), "html.parser"
    )
    paper = letters("".join(map(words, book(code))))
    for text in drawn.select("text"):
        assert letters(text.get_text()) in paper, "the words of a figure are outlines or dots"


@both_editions
def test_it_is_tagged_and_says_its_title_and_language(book, code):
    pdf = book(code)
    assert raw.FPDFCatalog_IsTagged(pdf)
    assert pdf.get_metadata_value("Title") == EDITIONS[code].title
    language = ctypes.create_string_buffer(100)
    raw.FPDFCatalog_GetLanguage(
        pdf, ctypes.cast(language, ctypes.POINTER(ctypes.c_ushort)), len(language)
    )
    assert language.raw.decode("utf-16-le").rstrip("\0") == EDITIONS[code].hreflang


@both_editions
def test_nothing_that_wants_a_browser_is_in_it(code):
    _, page = made(code)
    assert not page.select("main :is(button, form, script, .headerlink, .live-bar)")
    assert not page.select("main details:not([open])")
    assert "_blank" not in str(page.select_one("main"))


# --- bad input ---------------------------------------------------------------------------------


@pytest.fixture
def no_chinese(tmp_path):
    """A machine whose only fonts are those that Matplotlib brings: no Chinese."""
    folder = Path(matplotlib.get_data_path(), "fonts/ttf")
    path = tmp_path / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{folder}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(path)}


def make_pdf(site, **environment):
    command = (
        "import sys; from pathlib import Path; from web.maintain import pdf; "
        "pdf.SITE = Path(sys.argv[1]); pdf.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", command, str(site)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture
def small_site(tmp_path):
    """Editions of one page, its style sheets and its figures."""
    site = tmp_path / "_build" / "site"
    for code in EDITIONS:
        for name in ("_static", "_images"):
            shutil.copytree(SITE / code / name, site / code / name)
        page = (SITE / code / "chapters/index.html").read_text("utf-8")
        page = re.sub(r'<li class="toctree-l1">(?!<a class="current).*?</li>', "", page)
        (site / code / "chapters").mkdir()
        (site / code / "chapters/index.html").write_text(page, "utf-8")
    return site


def contents(site):
    return {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_without_a_chinese_font_it_says_so_in_one_line_and_changes_nothing(small_site, no_chinese):
    before = contents(small_site)
    answer = make_pdf(small_site, **no_chinese)
    assert answer.returncode != 0
    assert answer.stderr == f"make pdf: {pdf.NO_CHINESE}\n"
    assert contents(small_site) == before


def test_without_a_browser_it_says_so_in_one_line_and_changes_nothing(small_site):
    before = contents(small_site)
    answer = make_pdf(small_site, CHROMIUM="/nowhere")
    assert answer.returncode != 0
    assert answer.stderr == f"make pdf: {pdf.NO_CHROMIUM}\n"
    assert contents(small_site) == before


def test_without_a_site_it_says_so_in_one_line(tmp_path):
    assert make_pdf(tmp_path).stderr == "make pdf: there is no site to print: make book first\n"


def test_tofu_is_seen_where_it_was_printed(tmp_path, no_chinese):
    """The text of such a PDF is right, and its font embedded: only its look tells."""
    path = tmp_path / "tofu.pdf"
    code = """
import sys
from playwright.sync_api import sync_playwright
from web.maintain import chromium
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
    page = browser.new_page()
    page.set_content("<p style='font: 16px sans-serif'>零一二三四五六七八九十百千</p>")
    page.pdf(path=sys.argv[1])
"""
    for environment, wrong in (({}, False), (no_chinese, True)):
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=True,
            timeout=300,
        )
        assert bool(alike(pypdfium2.PdfDocument(path))) == wrong


# --- on the site -------------------------------------------------------------------------------


def test_a_site_offers_it_on_its_pages_with_its_size_once_it_is_there(tmp_path):
    for code in EDITIONS:
        folder = tmp_path / code
        shutil.copytree(SITE / code / "chapters", folder / "chapters")
        pages = {path.stem: path for path in (folder / "chapters").glob("*.html")}
        bare = {s: offer.OFFERED.sub("", path.read_text("utf-8")) for s, path in pages.items()}
        (folder / offer.NAMES[code]).write_bytes(b"x" * 4_321_000)
        for _ in range(2):  # a second time it takes the place of the first
            offer.offer(folder, code, 234)
        for stem, path in pages.items():
            html = path.read_text("utf-8")
            assert offer.OFFERED.sub("", html) == bare[stem], "more than the offer was changed"
            assert html.count("offered-pdf") == (2 if stem == offer.WAYS else 1)
            if stem not in ("index", offer.WAYS):
                continue  # like the first
            found = BeautifulSoup(html, "html.parser").select(".offered-pdf")
            assert [tag.name for tag in found] == ["li", "p"][: 2 if stem == offer.WAYS else 1]
            for tag in found:
                assert "4.3 MB" in tag.get_text()
                assert (path.parent / tag.a["href"]).resolve() == folder / offer.NAMES[code]
            assert found[0].find_parent(class_="dropdown-download-buttons")
            assert stem != offer.WAYS or (
                "234" in found[1].get_text() and found[1].article is None
            )


@both_editions
def test_the_built_site_offers_what_is_there_and_nothing_else(code):
    there = (SITE / code / offer.NAMES[code]).is_file()
    for page in (SITE / code / "chapters").glob("*.html"):
        assert ("offered-pdf" in page.read_text("utf-8")) == there, page.name


def test_the_workflow_prints_it_and_publishes_without_it_where_that_fails():
    from yaml import safe_load

    workflow = safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))
    steps = workflow["jobs"]["publish"]["steps"]
    (printing,) = (step for step in steps if step.get("run", "").startswith("make pdf"))
    after = steps[steps.index(printing) + 1 :]
    assert printing["continue-on-error"]
    assert any("web.site.gh_pages" in step.get("run", "") for step in after)
