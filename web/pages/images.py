"""Sphinx extension: figures that neither move the page nor weigh on it.

Each picture of an article carries its width and height, so the page keeps their place before
they arrive; those below the first heading are fetched when the reader comes near.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

LIMIT = 60_000  # bytes of one figure: on a slow line (1 Mbit/s) half a second
PICTURE = re.compile(
    r'<img ((?:[^>"]|"[^"]*")*?src="[^"]*?_images/([^"]+)"(?:[^>"]|"[^"]*")*?) ?/?>'
)
ROOT_TAG = re.compile(r"<svg\b[^>]*>")
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3}


@lru_cache(None)
def size(path: Path) -> tuple[int, int]:
    """Width and height of a figure in CSS pixels, as a browser reads them from its root."""
    root = ROOT_TAG.search(path.read_text("utf-8")) if path.suffix == ".svg" else None
    found = [
        re.search(rf'\b{side}="([\d.]+)({"|".join(PIXELS)})"', root[0] if root else "")
        for side in ("width", "height")
    ]
    if not all(found):
        raise ExtensionError(
            f"{path.name}: no width and height. Draw it as SVG with both (imgs/draw.py, or "
            "embedlib.draw.use_style in a cell), or the page jumps when it arrives"
        )
    width, height = (round(float(match[1]) * PIXELS[match[2]]) for match in found if match)
    return width, height


def keep_place(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Width and height for every figure; lazily loaded unless it opens the page."""
    body = context.get("body", "")
    sources = {name: Path(app.srcdir, source) for source, (_, name) in app.env.images.items()}
    opening = body.find("<h2")

    def complete(match: re.Match[str]) -> str:
        width, height = size(sources[match[2]])
        later = "" if match.start() < opening else ' loading="lazy"'
        return f'<img {match[1]} width="{width}" height="{height}"{later} decoding="async" />'

    if body:
        context["body"] = PICTURE.sub(complete, body)


def refuse_heavy_figures(app: Sphinx, exception: Exception | None) -> None:
    """The last look: by now drawings have their dark colours too."""
    if exception is not None or app.builder.format != "html":
        return
    for pages, name in app.env.images.values():
        figure = Path(app.outdir, "_images", name)
        if not figure.exists():
            continue  # the PNG twin of a drawing: it is for readers’ notebooks, pages show the SVG
        weight = figure.stat().st_size
        if weight > LIMIT:
            raise ExtensionError(
                f"{', '.join(sorted(pages))}: the figure {name} has {weight:,} bytes, "
                f"{LIMIT:,} at most. Draw fewer points or curves"
            )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", keep_place)
    app.connect("build-finished", refuse_heavy_figures, priority=900)  # after web.pages.theme
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
