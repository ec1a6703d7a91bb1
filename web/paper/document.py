"""One document of all pages of a built edition, so that its links stay inside when it is printed.

The pages are those of the site: their articles stand one after another, each place named after its
page (two pages may have a place of the same name), and links between pages lead to these places.
What only works in a browser is left out. The contents have the numbers that ``numbers`` says:
nobody knows them before the document was printed once (``web/maintain/pdf.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from web.book.editions import EDITIONS, Address
from web.book.words import WORDS

ROOM = Path(__file__).parent
# Of no use on paper: what is clicked, what only a script shows, what is said in its place.
LEFT_OUT = ".headerlink, .live-bar, button, form, dialog, script, a.moved, .offered-pdf"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class Chapter:
    stem: str
    title: str
    part: str  # "" before the first part


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    depth: int  # 0: a part, or a chapter outside of one
    place: str
    title: str


@dataclass(frozen=True)
class Document:
    html: str
    entries: list[Entry]
    characters: str  # all that occur, once


def place(stem: str, name: str = "") -> str:
    """The id that a place of a page has in the document."""
    return f"{stem}--{name}" if name else stem


def text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def chapters(edition: Path) -> list[Chapter]:
    """The pages in the order of the site's own navigation, each with its part."""
    page = BeautifulSoup((edition / "chapters/index.html").read_text("utf-8"), "html.parser")
    part, found = "", []
    for tag in page.select("nav.bd-docs-nav :is(p.caption, a.reference)"):
        if tag.name == "p":
            part = text(tag)
        else:
            stem = Path(urlsplit(str(tag["href"])).path).stem or "index"  # "#": the page itself
            found.append(Chapter(stem, text(tag), part))
    return found


def read(edition: Path, stem: str) -> tuple[Tag, list[str]]:
    """The article of a page, and the style sheets that the page asks for."""
    page = BeautifulSoup((edition / f"chapters/{stem}.html").read_text("utf-8"), "html.parser")
    found = page.select_one("article")
    assert found is not None, f"{stem}.html has no article"
    return found, [str(link["href"]) for link in page.select("link[rel=stylesheet]")]


def lead_inside(link: Tag, stem: str, stems: set[str], base: str) -> None:
    """A link to a page leads to its place here, one to another file to the published site."""
    href = str(link["href"])
    way = urlsplit(href)
    if way.scheme or way.netloc:
        return
    page = Path(way.path).stem if way.path else stem
    if (not way.path or way.path == f"{page}.html") and page in stems:
        link["href"] = f"#{place(page, way.fragment)}"
    else:
        link["href"] = urljoin(f"{base}/chapters/{stem}.html", href)


def prepare(part: Tag, chapter: Chapter, stems: set[str], base: str) -> None:
    for tag in part.select(LEFT_OUT):
        tag.decompose()
    for tag in part.select("[id]"):
        tag["id"] = place(chapter.stem, str(tag["id"]))
    for link in part.select("a[href]"):
        lead_inside(link, chapter.stem, stems, base)
    for picture in part.select("img"):
        picture.attrs.pop("loading", None)
    for fold in part.select("details"):
        fold["open"] = ""
    for tag in part.select("[tabindex]"):
        del tag["tabindex"]
    deeper = 1 if chapter.part else 0  # below the heading of its part
    for tag in part.select(",".join(HEADINGS)):
        level = int(tag.name[1])
        tag["class"] = f"level-{level}"
        tag.name = HEADINGS[min(level - 1 + deeper, 5)]


def sections(part: Tag) -> Iterator[tuple[str, str]]:
    """Place and title of the sections of a page, not of those inside them."""
    for heading in part.select(".level-2"):
        section = heading.find_parent("section")
        if section is not None and section.has_attr("id"):
            yield str(section["id"]), text(heading)


def line(entry: Entry, numbers: Mapping[str, int]) -> str:
    number = numbers.get(entry.place, "")
    return (
        f'<li class="depth-{entry.depth}"><a href="#{escape(entry.place)}">'
        f"<span>{escape(entry.title)}</span><b>{number}</b></a></li>"
    )


def running_titles(found: list[Chapter]) -> str:
    """Each chapter has sheets of its own kind, at whose head its title stands."""
    rules = []
    for number, chapter in enumerate(found):
        title = chapter.title.replace("\\", "\\\\").replace('"', '\\"')
        rules.append(f'@page c{number} {{ @top-right {{ content: "{title}"; }} }}')
    return "\n".join(rules)


def make(
    edition: Path,
    code: str,
    where: Address,
    numbers: Mapping[str, int],
    wanted: Collection[str] = (),
) -> Document:
    """The document of all pages, or of those that are wanted."""
    words, book, base = WORDS["paper"][code], EDITIONS[code], f"{where.site}/{code}"
    found = [one for one in chapters(edition) if not wanted or one.stem in wanted]
    stems = {chapter.stem for chapter in found}
    entries: list[Entry] = []
    body, part = [], ""
    sheets: dict[str, None] = {}  # in their order
    for number, chapter in enumerate(found):
        content, asked = read(edition, chapter.stem)
        sheets |= dict.fromkeys(asked)
        prepare(content, chapter, stems, base)
        opening = ""
        if chapter.part != part:
            part = chapter.part
            name = f"part--{number}"
            entries.append(Entry(0, name, part))
            opening = f'<h1 class="part" id="{name}">{escape(part)}</h1>'
        depth = 1 if part else 0
        entries.append(Entry(depth, chapter.stem, chapter.title))
        entries += [Entry(depth + 1, *section) for section in sections(content)]
        body.append(
            f'<div class="chapter" id="{chapter.stem}" style="page: c{number}">{opening}'
            f"{content}</div>"
        )
    listed = "".join(line(entry, numbers) for entry in entries)
    html = (
        (ROOM / "paper.html")
        .read_text("utf-8")
        .format(
            lang=book.hreflang,
            title=escape(book.title),
            author=escape(book.author),
            says=escape(words["says"]),
            footer=escape(book.footer),
            address=escape(f"{base}/chapters/index.html"),
            contents=escape(words["contents"]),
            entries=listed,
            sheets="".join(f'<link rel="stylesheet" href="{escape(sheet)}">' for sheet in sheets),
            style=(ROOM / "paper.css").read_text("utf-8") + running_titles(found),
            body="\n".join(body),
        )
    )
    return Document(html, entries, "".join(sorted(set(unescape(html)))))
