"""The addresses that readers may have kept: ``python -m tests.site.addresses`` adds those of the
built site to ``addresses.txt``. No line of that file is ever taken out.
"""

from pathlib import Path

from tests.pages import STEMS, soup
from web.book.editions import EDITIONS

STORED = Path(__file__).with_name("addresses.txt")
# Sections, cells, figures, symptoms, terms; the buttons of the live cells are no place.
PLACES = "section[id], .cell[id], .figure[id], li[id], p[id]"


def stored():
    """page -> its places"""
    found = {}
    for line in STORED.read_text("utf-8").split():
        page, place = line.split("#")
        found.setdefault(page, []).append(place)
    return found


def present():
    """What both editions have; the initials of a glossary differ."""
    for stem in STEMS:
        places = [
            {tag["id"] for tag in soup(code, stem).article.select(PLACES)} for code in EDITIONS
        ]
        yield from (f"{stem}#{place}" for place in set.intersection(*places))


def main():
    kept = set(STORED.read_text("utf-8").split()) if STORED.exists() else set()
    STORED.write_text("\n".join(sorted({*kept, *present()})) + "\n", "utf-8")


if __name__ == "__main__":
    main()
