"""Glossary and reference on the website: found, reached from chapters, with links that land."""

import re
from urllib.parse import urldefrag

from tests.pages import STEMS, both_editions, fresh_soup, soup
from web.book.editions import EDITIONS
from web.book.notebooks import written_labels
from web.book.reference import all_entries, rows
from web.book.terms import terms


@both_editions
def test_every_term_is_on_the_page_with_its_sentence_and_a_link_that_lands(code):
    page, where = soup(code, "c_glossary"), written_labels()
    for term in terms():
        entry = page.find(id=term.label)
        paragraph = entry if entry.name == "p" else entry.find_next("p")
        assert paragraph.strong.get_text() == term.name(code)
        assert re.sub(r"[`$].+", "", term.sentence(code)) in paragraph.get_text()
        links = paragraph.select("a[href]")
        assert bool(links) is any(s.split("_")[0] == term.chapter for s in where.values())
        for link in links:
            address, fragment = urldefrag(link["href"])
            assert soup(code, address.removesuffix(".html")).find(id=fragment), link


def test_the_terms_have_the_same_addresses_in_both_editions():
    found = [
        {tag["id"] for tag in soup(code, "c_glossary").select("[id^=term-]")} for code in EDITIONS
    ]
    assert found[0] == found[1] == {term.label for term in terms()}


@both_editions
def test_every_public_name_has_its_section_in_chinese_with_a_sentence_first(code):
    page = soup(code, "d_api")
    for entry in all_entries():
        section = page.find("section", id=entry.label)
        heading = section.find(re.compile("h[1-6]"))
        assert heading.code.get_text() == entry.name
        if code == "zh":
            first = heading.find_next_sibling()
            assert first.get_text() == rows()[entry.name].chinese.replace("`", "")


@both_editions
def test_no_markup_is_left_in_the_text_of_the_reference(code):
    page = fresh_soup(code, "d_api")
    for tag in page.select("article :is(pre, code, .math)"):
        tag.decompose()
    words = page.select_one("article").get_text()
    assert not re.search(r"`|\*\*|\]\(|\)=|::", words)


def names_in_chapters(code):
    """Links from inline code to the reference: (chapter, words, id)."""
    for stem in STEMS:
        for link in soup(code, stem).select("article a[href^='d_api.html#api-']"):
            if link.code and link.code.get_text() == link.get_text():
                yield stem, link.get_text(), urldefrag(link["href"]).fragment


@both_editions
def test_a_name_in_a_chapter_is_a_link_that_lands_on_its_entry(code):
    reference, found = soup(code, "d_api"), list(names_in_chapters(code))
    headings = {e.label: e.path.split(".")[-1] for e in all_entries()}
    for stem, words, label in found:
        assert reference.find(id=label), (stem, words)
        assert words.split("(")[0].split(".")[-1] == headings[label]
    assert ("01_one_hot_matmul", "F.one_hot(ids, V)", "api-functional-one-hot") in found
    assert "api-optim-sgd" in {label for _, _, label in found}
    assert len({stem for stem, _, _ in found}) >= 4


@both_editions
def test_names_in_headings_links_and_of_torch_are_left_alone(code):
    for stem in STEMS:
        for link in soup(code, stem).select("a[href*='d_api.html#api-']"):
            assert not link.find_parent(re.compile("h[1-6]$"))
            assert not link.find_parent("a")
            assert not link.get_text().startswith("torch.")
    assert not soup(code, "d_api").select("article a[href^='d_api.html']")
