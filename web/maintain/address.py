"""Write the address of your copy everywhere it must stand: ``make address URL=… [SITE=…]``.

``URL`` is the repository on GitHub. ``SITE`` is needed only for a domain of one's own: without
it the site is where GitHub Pages serves the repository.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from web.book.editions import ROOT, Address, on_github

REPOSITORY = re.compile(
    r"https://github\.com/([a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}/[\w.-]{1,100}?)(?:\.git)?/?",
    re.IGNORECASE | re.ASCII,
)
SITE = re.compile(r"https://(?:[a-z\d-]+\.)+[a-z]{2,}(?:/[\w.-]+)*/?", re.IGNORECASE | re.ASCII)
# Where an address stands: file, and what is before it on its line.
PLACES = {
    "_config.yml": {"  url: ": "repository", "  baseurl: ": "site"},
    "CITATION.cff": {"repository-code: ": "repository"},
}


class AddressError(Exception):
    """An address is refused; the message is one line for the person who gave it."""


def parse(url: str, site: str) -> Address:
    found = REPOSITORY.fullmatch(url.strip())
    if not found:
        raise AddressError(
            f"URL={url}: expected a repository on GitHub, as in https://github.com/someone/book"
        )
    where = on_github(found[1])
    if not site:
        return where
    if not SITE.fullmatch(site.strip()):
        raise AddressError(f"SITE={site}: expected an address, as in https://book.example.org")
    return Address(where.repository, site.strip().rstrip("/"))


def put(path: Path, places: dict[str, str], where: Address) -> str:
    """The text of a file with the address in it."""
    text = path.read_text("utf-8")
    for before, what in places.items():
        address = {"repository": where.repository, "site": f"{where.site}/"}[what]
        text, count = re.subn(rf"(?m)^({before})\S+", rf"\g<1>{address}", text)
        if count != 1:
            raise AddressError(f"{path.name} has {count} lines with “{before.strip()}”, not one")
    return text


def main() -> None:
    url, site = sys.argv[1:]
    try:
        where = parse(url, site)
        texts = {name: put(ROOT / name, places, where) for name, places in PLACES.items()}
    except AddressError as refusal:
        sys.exit(f"make address: {refusal}")
    for name, text in texts.items():
        (ROOT / name).write_text(text, "utf-8")
    print(f"{', '.join(PLACES)}: sources {where.repository}, site {where.site}/")


if __name__ == "__main__":
    main()
