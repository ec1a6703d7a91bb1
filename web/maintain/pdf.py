"""Print each edition of the built site as one PDF: ``make pdf``.

The file goes into the site, and the pages then offer it. The contents need page numbers, which
Chromium cannot fill in: the document is printed once to learn them, and once with them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pypdfium2
from playwright.sync_api import Error, Page, sync_playwright
from pypdfium2 import raw

from web.book.editions import EDITIONS, address
from web.keep.lists import write_lists
from web.maintain import chromium
from web.paper import document
from web.paper.offer import NAMES, offer
from web.site.build import SITE
from web.site.server import serving

LONGEST = 600_000  # milliseconds: a machine may be slow
SCALE = 0.86  # of a page on a screen
PASSES = 4  # the numbers stand in a column of their own, so that the second pass moves nothing

# Which characters have no glyph: they look like one that no font has.
WITHOUT_GLYPH = """(characters) => {
  const canvas = new OffscreenCanvas(40, 40);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  const look = (character, font) => {
    paper.clearRect(0, 0, 40, 40);
    paper.font = `24px ${font}`;
    paper.fillText(character, 4, 30);
    return paper.getImageData(0, 0, 40, 40).data.join();
  };
  const fonts = ["body", "pre"].map(
    (name) => getComputedStyle(document.querySelector(name) ?? document.body).fontFamily);
  return [...characters].filter((character) =>
    fonts.some((font) => look(character, font) === look("\\u0378", font)));
}"""


NO_CHROMIUM = f"no Chromium, which prints the book. {chromium.HOW}"
NO_CHINESE = (
    "no font of this machine has Chinese characters. Install one (apt install fonts-noto-cjk)"
)


class PdfError(Exception):
    """The book cannot be printed; the message is one line."""


@dataclass(frozen=True)
class Printed:
    code: str
    content: bytes
    sheets: int
    tofu: str  # characters that no font of this machine has
    passes: int


def numbers(content: bytes, names: list[str]) -> tuple[dict[str, int], int]:
    """On which sheet each place is, counted from 1, and how many sheets there are."""
    pdf = pypdfium2.PdfDocument(content)
    found = {}
    for name in names:
        place = raw.FPDF_GetNamedDestByName(pdf, name.encode())
        if not place:
            raise PdfError(f"Chromium has not written the place {name} into the PDF")
        found[name] = raw.FPDFDest_GetDestPageIndex(pdf, place) + 1
    return found, len(pdf)


def has_bookmarks(content: bytes) -> bool:
    return next(iter(pypdfium2.PdfDocument(content).get_toc()), None) is not None


def tofu(page: Page, characters: str) -> str:
    wanted = "".join(c for c in characters if c.isprintable() and not c.isspace())
    return "".join(page.evaluate(WITHOUT_GLYPH, wanted))


def print_edition(site: Path, code: str, stems: Collection[str] = ()) -> Printed:
    """Print an edition, or some of its pages, in a browser of its own."""
    edition, found, html = site / code, dict[str, int](), ""
    with serving(site) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(LONGEST)
        page.route(
            "**/chapters/paper.html",
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
        )
        for passes in range(1, PASSES + 1):
            book = document.make(edition, code, address(), found, stems)
            html = book.html
            page.goto(f"{served}/{code}/chapters/paper.html")
            page.evaluate("document.fonts.ready")
            if passes == 1:
                missing = tofu(page, book.characters)
                if set(missing) & set(EDITIONS["zh"].title):
                    raise PdfError(NO_CHINESE)
            last = passes > 1
            content = page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                scale=SCALE,
                tagged=last,
                outline=last,  # bookmarks
            )
            earlier = found
            found, sheets = numbers(content, [entry.place for entry in book.entries])
            if found == earlier:
                break
        else:
            raise PdfError(f"edition {code}: the numbers of the contents do not settle")
        browser.close()
    if not has_bookmarks(content):
        raise PdfError("this Chromium writes no bookmarks: a newer one is needed")
    return Printed(code, content, sheets, missing, passes)


def attempt(site: Path, code: str) -> Printed | str:
    """What was printed, or why not, in one line."""
    try:
        return print_edition(site, code)
    except PdfError as refusal:
        return str(refusal)
    except Error as error:  # Playwright's, of many lines
        return f"Chromium: {error.message.splitlines()[0]}"


def make(site: Path, say: Callable[[str], None]) -> None:
    """Print all editions; only when all are whole, put them into the site and offer them."""
    if not (site / "en/chapters/index.html").is_file():
        raise PdfError("there is no site to print: make book first")
    if chromium.find() is None:
        raise PdfError(NO_CHROMIUM)
    say("both editions, side by side: printed to learn the page numbers, and once more with them")
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        jobs = [pool.submit(attempt, site, code) for code in EDITIONS]
        whole = []
        for job in jobs:
            printed = job.result()
            if isinstance(printed, str):
                raise PdfError(printed)
            if printed.tofu:
                say(
                    f"edition {printed.code}: NO FONT of this machine has {' '.join(printed.tofu)}"
                )
            megabytes = len(printed.content) / 1e6
            say(f"edition {printed.code}: {printed.sheets} pages, {megabytes:.1f} MB")
            whole.append(printed)
    for printed in whole:
        edition = site / printed.code
        path = edition / NAMES[printed.code]
        path.write_bytes(printed.content)
        offer(edition, printed.code, printed.sheets)
        say(f"{path.relative_to(site.parent.parent)}, and offered on the pages")
    write_lists(site)  # the pages have changed


def main() -> None:
    started = time.monotonic()

    def say(step: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {step}", flush=True)

    try:
        make(SITE, say)
    except PdfError as refusal:
        sys.exit(f"make pdf: {refusal}")


if __name__ == "__main__":
    main()
