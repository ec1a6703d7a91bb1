"""Sphinx extension: what the theme leaves to be mended on a page.

Colab's button leads to the published notebook of the reader's language, the palette of
``embedlib`` becomes CSS variables, figures follow the reader's light or dark page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from web.book.editions import EDITIONS, ROOT
from web.book.words import WORDS

PALETTE = json.loads((ROOT / "embedlib" / "palette.json").read_text("utf-8"))


def sign_pages(app: Sphinx) -> None:
    """The licences below each page, in its language."""
    app.config.html_theme_options["extra_footer"] = EDITIONS[app.config.edition].footer


def aim_colab_at_published_notebooks(app: Sphinx) -> None:
    """Colab opens the notebook of this language; "edit this page" keeps leading to the source.

    The theme has built its edit links by now, and reads these two options for Colab alone.
    """
    if app.config.site:
        app.config.html_theme_options.update(
            repository_branch="gh-pages", path_to_docs=f"{app.config.edition}/_sources"
        )


def let_figures_follow_the_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Our SVG carries its own dark colours: the theme must not dim it."""
    for image in doctree.findall(nodes.image):
        if str(image["uri"]).endswith(".svg"):
            image["classes"].append("dark-light")


SCROLLING = {"output": '<div class="output', "code": '<div class="highlight-'}
TRACEBACK = (
    r'(<div class="output traceback[^>]*><div class="highlight"><pre)([^>]*)>'
    r'(.*?\n)(\n<span class="ne">)'
)


def mend_accessibility(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Code and outputs that scroll can be reached by keyboard and have a name; so does a link.

    A fold is called what it says.
    """
    if "body" in context:
        body = context["body"]
        for what, start in SCROLLING.items():
            name = WORDS["pages"][app.config.edition][what]
            pattern = rf'({start}[^>]*><div class="highlight"><pre)>'
            body = re.sub(pattern, rf'\1 tabindex="0" role="group" aria-label="{name}">', body)
        # of an error the reader's lines scroll, the message wraps
        body = re.sub(TRACEBACK, r'\1><span class="frame"\2>\3</span>\4', body, flags=re.DOTALL)
        # a link that shows "#" is called by its tooltip
        body = re.sub(
            r'(<a class="headerlink"[^>]*) title=("[^"]*")>', r"\1 title=\2 aria-label=\2>", body
        )
        context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")


def drop_colourless(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Pygments wraps each name, dot and bracket in a span, which has no colour here: 1 to 2 KB."""
    if "body" in context:
        context["body"] = COLOURLESS.sub(r"\1", context["body"])


def write_palette(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        Path(app.outdir, "_static", "palette.css").write_text(palette_css(), "utf-8")
        # instead of the theme's two styles, one for light and one for dark pages
        Path(app.outdir, "_static", "pygments.css").write_text(code_css(), "utf-8")


def darken_drawings(app: Sphinx, exception: Exception | None) -> None:
    """Give the drawings of the notebooks what the figures of imgs/ have: dark colours."""
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir, "_images").glob("*.svg"):
            svg = path.read_text("utf-8")
            if "prefers-color-scheme" not in svg:
                path.write_text(
                    re.sub(r"(<svg[^>]*>)", rf"\1{DARK_DRAWING}", svg, count=1), "utf-8"
                )


def dark_drawing() -> str:
    """Matplotlib writes colours into ``style``: replace each colour of the palette there."""
    rules = "".join(
        f'[style*="{what}: {colours["light"]}"]{{{what}:{colours["dark"]}!important}}'
        for colours in PALETTE.values()
        for what in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


DARK_DRAWING = dark_drawing()


def palette_css() -> str:
    def block(mode: str) -> str:
        roles = "".join(f"--book-{role}:{colours[mode]};" for role, colours in PALETTE.items())
        return f"{roles}--book-surface:{SURFACE[mode]};"

    return f"html{{{block('light')}}}html[data-theme=dark]{{{block('dark')}}}\n"


# Behind code and boxes: near enough to the paper for every accent to be read on it.
SURFACE = {"light": "#f6f8fa", "dark": "#17191c"}

# Pygments' short names of the parts of code -> a role of the palette.
CODE = {
    "purple": "k kc kd kn kp kr kt ow",
    "green": "s sa sb sc sd s1 s2 se sh si sx sr ss dl",
    "blue": "m mb mf mh mi mo il nb bp nf fm nc nd ne",
    "muted": "c ch cm cp c1 cs gp go",
    "red": "gr gt err",
}


# a span whose class, one or two letters, has no rule below
COLOURLESS = re.compile(
    rf'<span class="(?!(?:{"|".join(" ".join(CODE.values()).split())})")\w\w?">([^<]*)</span>'
)


def code_css() -> str:
    """Code in the colours of the palette; the same rules serve light and dark pages."""
    rules = [".highlight{color:var(--book-ink);background:var(--book-surface)}"]
    for role, parts in CODE.items():
        classes = ",".join(f".{part}" for part in parts.split())
        rules.append(f".highlight :is({classes}){{color:var(--book-{role})}}")
    return "".join(rules) + ".highlight :is(.k,.kn,.kc,.ow){font-weight:600}\n"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", sign_pages)
    app.connect("builder-inited", aim_colab_at_published_notebooks, priority=900)
    app.connect("doctree-resolved", let_figures_follow_the_page)
    app.connect("html-page-context", mend_accessibility)
    app.connect("html-page-context", drop_colourless, priority=900)  # others look for spans
    app.connect("build-finished", write_palette, priority=600)  # the theme writes pygments.css
    app.connect("build-finished", darken_drawings)
    app.add_css_file("palette.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
