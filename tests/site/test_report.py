"""Report a mistake: the form of the page's language opens, with page and section filled in."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from jinja2 import Template

from tests.pages import SITE, both_editions
from web.book.editions import PLACEHOLDER, ROOT, Address, address
from web.book.words import WORDS
from web.pages import report

TEMPLATE = ROOT / "web" / "pages" / "templates" / "report.html"
PAGE = "chapters/04_padding_idx"
WHERE = Address("https://github.com/someone/book", "https://someone.github.io/book")
HTML = {"content-type": "text/html; charset=utf-8"}


def form_file(code):
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"mistake-{code}.yml"
    return yaml.safe_load(path.read_text("utf-8"))


def asked(url):
    """What the form is opened with."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{WHERE.repository}/issues/new"
    return {key: value[0] for key, value in parse_qs(parts.query, strict_parsing=True).items()}


def given_to_page(monkeypatch, where, code="en", pagename=PAGE, doctree=True):
    """What the handlers put into the context of a page, and its menu of the sources."""
    monkeypatch.setattr(report, "address", lambda: where)
    app = SimpleNamespace(config=SimpleNamespace(site=WHERE.site, edition=code))
    menu = {"label": "source-buttons", "buttons": [{"text": "Repository"}]}
    context = {"header_buttons": [{"label": "download-buttons", "buttons": []}, menu]}
    for handler in (report.add_link, report.add_to_menu):
        handler(app, pagename, "page.html", context, doctree)
    return context, menu["buttons"][1:]


@both_editions
def test_the_form_gets_the_page_and_is_that_of_its_language(code):
    words = asked(report.form(WHERE, code, "chapters/a page & more"))
    page = f"https://someone.github.io/book/{code}/chapters/a page & more.html"
    assert words == {"template": f"mistake-{code}.yml", "page": page}


@both_editions
def test_the_form_has_the_fields_that_are_filled_in(code):
    fields = {field["id"]: field for field in form_file(code)["body"]}
    assert {"page", "section"} <= fields.keys()
    # keys of the address that GitHub itself gives a meaning
    assert not {"title", "body", "labels", "assignees", "projects", "template"} & fields.keys()


def test_both_forms_ask_the_same():
    def shape(code):
        return [
            (field["id"], field["type"], field.get("validations"), sorted(field["attributes"]))
            for field in form_file(code)["body"]
        ]

    assert shape("en") == shape("zh")


def test_without_an_address_there_is_no_link(monkeypatch):
    context, items = given_to_page(monkeypatch, PLACEHOLDER)
    assert context.keys() == {"header_buttons"}
    assert items == []


def test_a_page_that_is_not_of_the_book_has_none(monkeypatch):
    context, items = given_to_page(monkeypatch, WHERE, pagename="genindex", doctree=None)
    assert "report" not in context
    assert items == []


@both_editions
def test_the_link_stands_in_the_menu_and_after_the_text(monkeypatch, code):
    context, [item] = given_to_page(monkeypatch, WHERE, code)
    assert context["theme_article_footer_items"] == ["report.html"]
    assert context["report"]["words"] == item["text"] == WORDS["pages"][code]["report"]
    assert item["url"] == context["report"]["url"].replace("&", "&amp;")


@both_editions
def test_the_built_pages_have_it_when_the_copy_has_an_address(code):
    for path in (SITE / code / "chapters").glob("*.html"):
        links = path.read_text("utf-8").count(f"/issues/new?template=mistake-{code}.yml&amp;page=")
        known = address().repository != PLACEHOLDER.repository
        assert links == (2 if known else 0), path.name


@pytest.fixture
def open_page(browser, site):
    """A built page, with the link put in where the copy has no address."""
    pages = []

    def open_page(code, **options):
        text = (SITE / code / f"{PAGE}.html").read_text("utf-8")
        if 'class="report"' not in text:
            url, words = report.form(WHERE, code, PAGE), WORDS["pages"][code]["report"]
            template = Template(TEMPLATE.read_text("utf-8"))
            link = template.render(report={"url": url, "words": words})
            before = '<footer class="prev-next-footer'
            assert before in text
            text = text.replace(before, f"<footer>{link}</footer>{before}")
        page = browser.new_page(viewport={"width": 1280, "height": 900}, **options)
        pages.append(page)
        page.route(f"**/{PAGE}.html", lambda route: route.fulfill(body=text, headers=HTML))
        page.goto(f"{site}/{code}/{PAGE}.html", wait_until="load")
        page.link = page.locator(".report a")
        return page

    yield open_page
    for page in pages:
        page.close()


def query(page):
    return parse_qs(urlsplit(page.link.get_attribute("href")).query)


@both_editions
def test_a_click_fills_in_the_section_that_is_being_read(open_page, code):
    page = open_page(code)
    page.wait_for_selector("[role=status].visually-hidden", state="attached")  # book.mjs has run
    heading = page.locator("section#two-things > h2")
    page.link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")
    # Both at once: a figure that comes between them would push the section away.
    page.link.evaluate(
        "link => { document.querySelector('#two-things').scrollIntoView(); link.click(); }"
    )
    [section] = query(page)["section"]
    title = heading.evaluate("heading => heading.firstChild.textContent")
    assert section.startswith(title)
    assert section.endswith(" #two-things")
    # of a cell in it, the cell
    page.link.evaluate(
        "link => { location.hash = 'cell-c015'; link.dispatchEvent(new Event('pointerdown')); }"
    )
    [section] = query(page)["section"]
    assert section.startswith(title)
    assert section.endswith(" #cell-c015")
    # at the top of the page there is none
    page.evaluate("history.replaceState(null, '', location.pathname); scrollTo(0, 0)")
    page.link.dispatch_event("click")
    assert "section" not in query(page)
    assert query(page)["template"] == [f"mistake-{code}.yml"]


def test_without_scripts_the_page_is_filled_in(open_page):
    page = open_page("zh", java_script_enabled=False)
    assert set(query(page)) == {"template", "page"}
    assert query(page)["page"][0].endswith(f"/zh/{PAGE}.html")


def test_on_paper_there_is_none(open_page):
    page = open_page("en")
    assert page.link.is_visible()
    page.emulate_media(media="print")
    assert not page.link.is_visible()
