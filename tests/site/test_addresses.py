"""Every address that was ever published leads to its place, or to what replaced it."""

import pytest

from tests.pages import both_editions, fresh_soup, soup
from tests.site.addresses import stored

CURE = "give it back its label or cell id, or say in web/book/moved.csv what replaced it"


def lost(page, places, find):
    """The places that neither are on the page nor lead to one; ``find`` reads a page."""
    return [place for place in places if not arrives(page, place, find)]


def arrives(page, place, find):
    found = find(page).find(id=place)
    if found is None or found.get("hidden") is None:
        return found is not None
    new, _, there = found["href"].partition("#")
    return find(new.removesuffix(".html")).find(id=there) is not None


@pytest.mark.parametrize("stem", stored())
@both_editions
def test_every_published_address_leads_to_its_place_or_to_what_replaced_it(code, stem):
    gone = lost(stem, stored()[stem], lambda page: soup(code, page))
    assert not gone, f"{code}/{stem}: {gone} lead nowhere. Cure: {CURE}"


def test_a_removed_label_without_a_line_in_the_table_is_caught():
    page, other = fresh_soup("en", "04_padding_idx"), soup("en", "05_max_norm")
    places = stored()["04_padding_idx"]
    pages = {"04_padding_idx": page, "05_max_norm": other}.get
    assert lost("04_padding_idx", places, pages) == []
    del page.find(id="which-id")["id"]
    page.find(id="cell-c015").decompose()
    assert lost("04_padding_idx", places, pages) == ["cell-c015", "which-id"]
    # as web/pages/moved.py writes a line of the table: to another page, and on this one
    new = [page.new_tag("a", id="which-id", href="05_max_norm.html#cell-c015", hidden=""),
           page.new_tag("span", id="cell-c015")]  # fmt: skip
    page.article.extend(new)
    assert lost("04_padding_idx", places, pages) == []
    new[0]["href"] = "05_max_norm.html#nowhere"
    assert lost("04_padding_idx", places, pages) == ["which-id"]
