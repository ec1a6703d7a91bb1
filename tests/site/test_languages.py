"""Two languages, one book: each page has its twin, the choice is kept."""

import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.pages import (
    HAN,
    MODEL,
    SITE,
    STEMS,
    both_editions,
    both_ways,
    both_widths,
    light_first,
    read_page,
    soup,
)
from tests.site.browsing import axe, go
from web.book.editions import EDITIONS, address
from web.book.words import WORDS


def html_of(code):
    found = {str(p.relative_to(SITE / code)) for p in (SITE / code).rglob("*.html")}
    return {name for name in found if not name.startswith("_static/")}  # the theme's templates


def test_no_page_is_without_its_twin():
    lonely = html_of("en") ^ html_of("zh")
    assert not lonely, f"in one edition only: {sorted(lonely)}"
    assert {f"chapters/{stem}.html" for stem in STEMS} <= html_of("en")


@both_ways
def test_every_page_leads_to_its_twin(code, other):
    for name in sorted(html_of(code) - {"index.html"}):  # that one only leads to chapters/index
        page = read_page(f"{code}/{name}")
        switches = page.select("a.language-switch")
        assert len(switches) == 1, f"{code}/{name}: {len(switches)} language switches, not one"
        target = ((SITE / code / name).parent / switches[0]["href"]).resolve()
        assert target == (SITE / other / name).resolve(), f"{code}/{name}: leads to {target}"


@both_ways
def test_the_switch_keeps_the_words_of_a_search(visit, code, other):
    page = visit(f"{code}/search.html?q=padding_idx")
    page.click("a.language-switch")
    page.wait_for_url(f"**/{other}/search.html?q=padding_idx")
    page.wait_for_selector(".search-places a")
    assert page.faults == []


@both_ways
def test_the_front_page_remembers_the_choice(visit, site, code, other):
    page = visit("", locale=code)
    page.wait_for_url(f"**/{code}/chapters/index.html")
    page.click("a.language-switch")
    page.wait_for_url(f"**/{other}/chapters/index.html")
    go(page, f"{site}/")
    page.wait_for_url(f"**/{other}/chapters/index.html")
    assert page.faults == []


@both_ways
def test_a_missing_page_outside_the_editions_is_answered_in_the_language_that_was_chosen(
    visit, site, code, other
):
    page = visit(f"{code}/chapters/index.html", locale=code)
    for expected in (code, other):
        assert page.goto(f"{site}/no_such_page").status == 404
        assert page.locator("section:visible h1").all_inner_texts() == [
            WORDS["lost"][expected]["title"]
        ]
        page.goto(f"{site}/{code}/chapters/index.html")
        page.click("a.language-switch")
        page.wait_for_url(f"**/{other}/**")


@both_editions
@light_first
@both_widths
def test_axe_finds_nothing_on_the_page_for_missing_pages(visit, code, theme, width):
    page = visit(f"{code}/no_such_page.html", theme=theme, width=width)
    found = axe(page)
    assert not found, f"404.html, {code}, {theme}, {width}:\n" + "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("locale", ["xx", "fr"])
def test_a_browser_that_keeps_nothing_gets_a_page(new_context, site, locale):
    context = new_context(locale=locale)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    page = context.new_page()
    page.goto(f"{site}/", wait_until="commit")
    page.wait_for_url("**/en/chapters/index.html")


@both_editions
def test_the_copy_button_speaks_the_language_of_the_page(visit, code):
    page = visit(f"{code}/chapters/01_one_hot_matmul.html")
    button = page.locator("button.copybtn").first
    assert bool(HAN.search(button.get_attribute("data-tooltip"))) is (code == "zh")
    button.click(force=True)
    page.wait_for_selector("button.copybtn.success")
    assert bool(HAN.search(button.get_attribute("data-tooltip"))) is (code == "zh")


@both_editions
def test_what_scripts_write_is_in_the_language_of_the_page(visit, code):
    """All names and tooltips once every script has run."""
    for name in (f"chapters/{MODEL}", "search"):
        page = visit(f"{code}/{name}.html?q=sparse")
        words = page.evaluate(
            """() => [...document.querySelectorAll("*")].flatMap((tag) =>
              ["title", "aria-label", "placeholder", "data-bs-title", "data-bs-original-title",
               "data-tooltip"].map((a) => tag.getAttribute(a)).filter(Boolean))"""
        )
        words = {w for w in words if re.search("[A-Za-z]{2}", w)}
        same_everywhere = {"English", "Colab", *(e.title for e in EDITIONS.values())}
        wrong = {w for w in words - same_everywhere if bool(HAN.search(w)) is (code == "en")}
        assert not wrong, f"{code}/{name}: not in the language of the page: {wrong}"


OPEN_GRAPH = ("title", "description", "url", "image", "image:alt")


@both_editions
def test_every_page_has_a_title_a_description_and_a_picture_in_its_language(code):
    descriptions = {}
    for stem in STEMS:
        name = f"{code}/chapters/{stem}.html"
        page = soup(code, stem)
        said = {
            m.get("property") or m.get("name"): m["content"] for m in page.select("meta[content]")
        }
        told = {"description", *(f"og:{what}" for what in OPEN_GRAPH)}
        assert told <= set(said), f"{name}: no {told - set(said)}. Cure: web/pages/card.py"
        description = said["description"]
        assert 15 <= len(description) <= 200, f"{name}: description “{description}”"
        assert bool(HAN.search(description)) is (code == "zh"), f"{name}: “{description}”"
        assert said["og:description"] == description, name
        assert said["og:title"] in page.select_one("h1").get_text(), name
        assert said["og:url"] == f"{address().site}/{name}"
        assert said["og:image"] == f"{address().site}/share-{code}.png"
        assert bool(HAN.search(said["og:image:alt"])) is (code == "zh"), name
        for icon in page.select("link[rel=icon], link[rel=apple-touch-icon]"):
            assert ((SITE / name).parent / icon["href"]).resolve().is_file(), f"{name}: {icon}"
        assert not descriptions.get(description), (
            f"{name} and {descriptions[description]}: the same"
        )
        descriptions[description] = name


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("share-en.png", (1200, 630)),
        ("share-zh.png", (1200, 630)),
        ("icon-32.png", (32, 32)),
        ("icon-180.png", (180, 180)),
    ],
)
def test_the_pictures_have_the_size_that_others_ask_for(name, size):
    with Image.open(SITE / name) as picture:
        assert picture.size == size, f"imgs/{name}: run make pictures"
        assert len(picture.convert("RGBA").getcolors(1 << 20)) > 2, f"imgs/{name}: empty"
    assert (SITE / name).stat().st_size <= 100_000, f"imgs/{name} is too heavy for a messenger"


def test_the_sitemap_names_every_page_and_its_twin():
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    root = ElementTree.parse(SITE / "sitemap.xml").getroot()
    where = address().site
    listed = {}
    for url in root.findall("s:url", names):
        links = {a.get("hreflang"): a.get("href") for a in url.findall("x:link", names)}
        listed[url.find("s:loc", names).text] = links
    expected = {
        f"{where}/{code}/chapters/{stem}.html": {
            e.hreflang: f"{where}/{c}/chapters/{stem}.html" for c, e in EDITIONS.items()
        }
        for stem in STEMS
        for code in EDITIONS
    }
    wrong = {page for page in {**listed, **expected} if listed.get(page) != expected.get(page)}
    assert not wrong, f"sitemap.xml, missing or wrong: {wrong}. Cure: web/site/front_page.py"


def test_the_root_names_no_other_host():
    for name in ("index.html", "404.html"):
        page = read_page(name)
        for tag in page.select(
            "script[src], img[src], a[href], link[rel=icon], link[rel=stylesheet]"
        ):
            link = tag.get("src") or tag["href"]
            assert not link.startswith(("http", "//")), f"{name}: {tag}"
