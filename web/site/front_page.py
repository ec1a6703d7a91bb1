"""The files at the root of the site, beside both editions: front page, 404, sitemap, pictures."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from web.book.editions import EDITIONS, ROOT, Address, Edition
from web.book.notebooks import paths
from web.book.words import WORDS
from web.pages.card import card
from web.pages.theme import PALETTE

TEMPLATES = Path(__file__).with_name("templates")
PICTURES = ["icon-32.png", "icon-180.png", *(f"share-{code}.png" for code in EDITIONS)]
# Once a script knows the language.
ONE_LANGUAGE = (
    "[data-language=en] section:not([lang=en]), [data-language=zh] section:not([lang^=zh])"
    " { display: none; }"
)
FRONT = "A book in English and Chinese about torch.nn.Embedding, where every claim is run."


def write_root(folder: Path, where: Address) -> None:
    (folder / "index.html").write_text(front_page(where), "utf-8")
    (folder / "404.html").write_text(lost_page(where), "utf-8")
    (folder / "away.html").write_text(away_page(where), "utf-8")
    (folder / "README.txt").write_text(readme(), "utf-8")
    (folder / "sitemap.xml").write_text(sitemap(where), "utf-8")
    (folder / ".nojekyll").touch()  # or GitHub would drop every folder that begins with "_"
    for name in PICTURES:
        shutil.copy(ROOT / "imgs" / name, folder)
    site = urlsplit(where.site)
    if not site.path:  # robots look at the root of a host, nowhere else
        robots = f"User-agent: *\nAllow: /\nSitemap: {where.site}/sitemap.xml\n"
        (folder / "robots.txt").write_text(robots)
    if not str(site.hostname).endswith(".github.io"):
        (folder / "CNAME").write_text(f"{site.hostname}\n")  # GitHub reads a domain of one's own


def template(name: str, **words: str) -> str:
    """A template with its ``{words}`` filled in, the look of both pages, and the script that
    knows the language."""
    pick = (TEMPLATES / "pick-language.js").read_text("utf-8").strip()
    return (TEMPLATES / name).read_text("utf-8").format(pick=pick, style=style(), **words)


def style() -> str:
    """These pages stand alone: they cannot wait for a style sheet that may have moved."""

    def colours(mode: str) -> str:
        paper, ink, blue = (PALETTE[role][mode] for role in ("paper", "ink", "blue"))
        return f"body {{ background: {paper}; color: {ink}; }} a {{ color: {blue}; }}"

    dark = f"@media (prefers-color-scheme: dark) {{ {colours('dark')} }}"
    layout = (TEMPLATES / "alone.css").read_text("utf-8").strip()
    return "\n".join([layout, colours("light"), dark])


def contents(edition: Edition) -> str:
    return f"{edition.code}/chapters/index.html"


def front_page(where: Address) -> str:
    """``/``: leads to the reader's language; without scripts it offers both."""
    links = " · ".join(
        f'<a href="{contents(e)}" lang="{e.hreflang}" hreflang="{e.code}">{e.name}</a>'
        for e in EDITIONS.values()
    )
    alternates = "\n".join(
        f'<link rel="alternate" hreflang="{e.hreflang}" href="{where.site}/{contents(e)}">'
        for e in EDITIONS.values()
    )
    title = " · ".join(html.escape(e.title) for e in EDITIONS.values())
    return template(
        "front.html",
        title=title,
        links=links,
        alternates=alternates,
        site=where.site,
        card=card("en", where.site, title, FRONT, f"{where.site}/"),
    )


def lost_page(where: Address) -> str:
    """``404.html``, which GitHub shows at any address."""
    words = WORDS["lost"]
    links = {
        code: {contents(e): words[code]["contents"], f"{code}/search.html": words[code]["search"]}
        for code, e in EDITIONS.items()
    }
    return alone(where, words, links, ONE_LANGUAGE)


def away_page(where: Address) -> str:
    """``away.html``, at any address that a kept edition (``web/keep``) has not, without a network.
    In both languages: whoever pressed the language switch reads the one that was kept."""
    words = WORDS["away"]
    links = {code: {contents(e): words[code]["contents"]} for code, e in EDITIONS.items()}
    return alone(where, words, links, "")


def alone(
    where: Address,
    words: dict[str, dict[str, str]],
    links: dict[str, dict[str, str]],
    hidden: str,
) -> str:
    """A page that stands at any address: so its links begin at the site's root."""
    base = f"{urlsplit(where.site).path}/"

    def section(edition: Edition) -> str:
        said = words[edition.code]
        ways = " · ".join(
            f'<a href="{base}{address}">{text}</a>'
            for address, text in links[edition.code].items()
        )
        return (
            f'<section lang="{edition.hreflang}" data-title="{said["title"]} - {edition.title}">\n'
            f"  <h1>{said['title']}</h1>\n  <p>{said['words']}</p>\n  <p>{ways}</p>\n</section>\n"
        )

    title = " · ".join(said["title"] for said in words.values())
    sections = "".join(section(edition) for edition in EDITIONS.values())
    return template("404.html", title=title, base=base, sections=sections, hidden=hidden)


def readme() -> str:
    """For whoever has the whole site in a folder or on a stick, and no network."""
    return "\n".join(WORDS["stick"][code]["readme"].strip() + "\n" for code in EDITIONS)


def sitemap(where: Address) -> str:
    """Every page of both editions; each names its twin."""
    entries = []
    for page in (f"chapters/{path.stem}.html" for path in paths()):
        twins = "".join(
            f'<xhtml:link rel="alternate" hreflang="{e.hreflang}" '
            f'href="{where.site}/{code}/{page}"/>'
            for code, e in EDITIONS.items()
        )
        entries += [f"<url><loc>{where.site}/{c}/{page}</loc>{twins}</url>" for c in EDITIONS]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(entries) + "\n</urlset>\n"
    )
