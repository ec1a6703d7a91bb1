"""What an edition consists of when it is kept on a device: ``keep.json``, one for each edition.

A file is named by its content: of a new version only what has changed is fetched, and a page that
is being read can go on with the version it began with (``worker.mjs``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from web.book.editions import EDITIONS

KINDS = (".css", ".html", ".js", ".json", ".mjs", ".png", ".svg", ".woff2")
# What a reader of the pages never asks for: downloads, words of the theme in 40 languages.
LEFT_OUT = {"_sources", "locales"}
STYLE = re.compile(r'href="[^"]*?([^"/?]+\.css)')
LIST = "keep.json"
SHARED = ("index.html", "404.html", "away.html", "icon-*.png", "pyodide-*/**/*")


def write_lists(site: Path) -> None:
    """Call it last: whatever changes a page afterwards makes its list wrong."""
    for code in EDITIONS:
        files = {
            path.relative_to(site).as_posix(): (digest(path), path.stat().st_size)
            for path in sorted({*of_edition(site / code), *shared(site)} - {site / code / LIST})
        }
        listed = json.dumps(files, separators=(",", ":"))
        version = hashlib.sha256(listed.encode()).hexdigest()[:16]
        size = sum(size for _, size in files.values())
        text = f'{{"edition":"{code}","version":"{version}","bytes":{size},"files":{listed}}}\n'
        (site / code / LIST).write_text(text, "utf-8")


def of_edition(edition: Path) -> Iterator[Path]:
    """Of the style sheets those to which a page links: the others have become one of them."""
    pages = [*edition.glob("*.html"), *edition.glob("chapters/*.html")]
    styles = {name for page in pages for name in STYLE.findall(page.read_text("utf-8"))}
    for path in edition.rglob("*"):
        linked = {".css": path.name in styles, ".html": path in pages}.get(path.suffix, True)
        if path.suffix in KINDS and linked and not LEFT_OUT.intersection(path.parts):
            yield path


def shared(site: Path) -> Iterator[Path]:
    for pattern in SHARED:
        yield from (path for path in site.glob(pattern) if path.is_file())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
