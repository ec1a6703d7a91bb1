"""What a first visit of each page costs, in bytes: ``make weights`` writes the numbers of
``weights.toml`` anew. Say in the commit why they grew.
"""

import gzip
import tomllib
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages import PAGES, SITE
from web.book.editions import EDITIONS
from web.maintain import chromium
from web.site.server import serving

STORED = Path(__file__).with_name("weights.toml")
HEAD = """\
# Bytes of a first visit, gzipped, without the page's own figures (pictures, and those to play
# with); a page may grow by 3,000.
# Written by: make weights
"""


def bytes_of(first_visit):
    """path -> bytes on the wire, as a server sends it."""
    return {path: on_the_wire(SITE / path.lstrip("/")) for path in sorted(first_visit)}


def on_the_wire(file):
    packed = file.suffix in (".woff2", ".png")  # gzip would gain nothing
    content = file.read_bytes()
    return len(content if packed else gzip.compress(content, 9, mtime=0))


FIGURES = ("/_images/", "/_static/explore/")


def without_figures(files):
    return {name: size for name, size in files.items() if not any(f in name for f in FIGURES)}


def stored():
    return tomllib.loads(STORED.read_text("utf-8"))


def write(weights):
    parts = [HEAD]
    for code in EDITIONS:
        parts.append(f"\n[{code}]\n")
        parts += [f"{stem} = {weights[c, stem]}\n" for c, stem in weights if c == code]
    STORED.write_text("".join(parts), "utf-8")


def main():
    from tests.site.browsing import Visits

    with serving(SITE) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        visits = Visits(browser, site)
        weights = {
            (code, stem): sum(
                without_figures(bytes_of(visits.at(code, stem, 1280).first_visit)).values()
            )
            for code, stem in PAGES
        }
        browser.close()
    write(weights)


if __name__ == "__main__":
    main()
