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
    first, second = [p for p in places if page.find(id=p).get("hidden") is None][:2]
    there = other.select_one("article .cell")["id"]
    pages = {"04_padding_idx": page, "05_max_norm": other}.get
    assert lost("04_padding_idx", places, pages) == []
    for place in (first, second):
        del page.find(id=place)["id"]
    assert lost("04_padding_idx", places, pages) == [first, second]
    # as web/pages/moved.py writes a line of the table: to another page, and on this one
    link = page.new_tag("a", id=first, href=f"05_max_norm.html#{there}", hidden="")
    page.article.extend([link, page.new_tag("span", id=second)])
    assert lost("04_padding_idx", places, pages) == []
    link["href"] = "05_max_norm.html#nowhere"
    assert lost("04_padding_idx", places, pages) == [first]
