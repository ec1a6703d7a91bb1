"""Sphinx extension: typeset formulas while building, with KaTeX run by V8 (mini-racer).

Pages carry HTML for the eye and MathML for screen readers, and no script.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

from web.fetched.fetch import fetch

CLASSES = "math notranslate nohighlight"

# How a name of code looks in a formula: as in the text.
CODE = "font-family:var(--pst-font-family-monospace);font-size:.83em"


@lru_cache(1)
def engine() -> MiniRacer:
    v8 = MiniRacer()
    v8.eval((fetch("katex") / "dist/katex.min.js").read_text("utf-8"))
    return v8


@lru_cache(None)
def typeset(tex: str, display: bool, macros: str) -> str:
    options = {
        "displayMode": display,
        "throwOnError": True,
        "strict": "error",
        "output": "htmlAndMathml",
        "macros": json.loads(macros),
    }
    return str(engine().eval(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})"))


def render(translator: Any, node: nodes.math | nodes.math_block, display: bool) -> str:
    tex = node.astext().strip()
    if display and r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    # MyST numbers equations, KaTeX must not
    tex = re.sub(r"\\(begin|end)\{(align|gather|equation|alignat)\}", r"\\\1{\2*}", tex)
    try:
        return typeset(tex, display, json.dumps(translator.config.katex_macros))
    except JSEvalException as error:
        reason = re.search(r"KaTeX parse error: .*|LaTeX-incompatible.*", str(error))
        place = f"{node.source}:{node.line}" if node.line else node.source
        raise ExtensionError(f"{place}: {reason[0] if reason else error}") from error


def visit_inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS=CLASSES))
    translator.body.append(render(translator, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS=CLASSES))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "¶")
        translator.body.append("</span>")
    translator.body.append(render(translator, node, display=True) + "</div>")
    raise nodes.SkipNode


def link_style(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    if 'class="katex' in context.get("body", ""):
        app.add_css_file("katex/katex.min.css")


def ship(app: Sphinx, exception: Exception | None) -> None:
    """KaTeX's style sheet, its fonts and its licence, served by the site."""
    if exception is None and app.builder.format == "html":
        katex, target = fetch("katex"), Path(app.outdir, "_static", "katex")
        shutil.copytree(katex / "dist/fonts", target / "fonts", dirs_exist_ok=True)
        shutil.copy(katex / "LICENSE", target)
        style = (katex / "dist/katex.min.css").read_text("utf-8")
        # woff2 serves every browser: the older formats are not shipped
        style = re.sub(r",url\([^)]*\.(woff|ttf)\) format\(\"\w+\"\)", "", style)
        # whose font the page has already
        style = style.replace("font-family:KaTeX_Typewriter}", f"{CODE}}}")
        (target / "katex.min.css").write_text(style, "utf-8")


def close_engine(app: Sphinx, exception: Exception | None) -> None:
    """V8 has a thread of its own: from Python 3.13 on, an open engine keeps Python from ending."""
    if engine.cache_info().currsize:
        engine().close()
        engine.cache_clear()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("katex_macros", {}, "env")
    app.add_html_math_renderer(
        "katex_build",
        inline_renderers=(visit_inline, None),
        block_renderers=(visit_block, None),
    )
    app.config.html_math_renderer = "katex_build"
    app.connect("html-page-context", link_style)
    app.connect("build-finished", ship)
    app.connect("build-finished", close_engine)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
