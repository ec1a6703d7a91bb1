"""The Sphinx extensions of the book: the one name of ours in ``_config.yml``.

Handlers of one event with the same priority run in the order of this list. Where that matters it
is said; elsewhere the list follows the rooms.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from web.book.editions import ROOT

EXTENSIONS = (
    "web.pages.bilingual",  # first: all others see one language
    "web.pages.translation",
    "web.pages.formulas",
    "web.pages.api_links",  # makes links, which typography holds together
    "web.pages.anchors",  # names places, which the search lists
    "web.pages.moved",  # after anchors: old places lead to those
    "web.pages.typography",
    "web.pages.theme",
    "web.pages.card",
    "web.pages.images",  # after theme, which gives drawings their dark colours: weighed with them
    "web.pages.minutes",
    "web.pages.report",
    "web.search.search",
    "web.live.cells",
    "web.explore.explore",
    "web.keep.keep",
    "web.pages.lean",  # last: cuts what none of the others has used
)
# The rooms whose templates take the place of the theme's.
TEMPLATES = ("web/pages/templates", "web/search", "web/live")


def add_paths(app: Sphinx, config: Config) -> None:
    config.templates_path = [*(str(ROOT / room) for room in TEMPLATES), *config.templates_path]
    config.html_static_path = [*config.html_static_path, str(ROOT / "web/pages/static")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", add_paths)
    for name in EXTENSIONS:
        app.setup_extension(name)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
