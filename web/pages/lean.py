"""Sphinx extension: after the build, keep what the pages of this edition use.

Stock Jupyter Book sends a reader ten style sheets, most of whose rules match nothing, two whole
icon fonts for a dozen icons, and the tools of the search on every page. Here the pages share one
style sheet, without rules for names that occur nowhere, and each font holds the glyphs that occur.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

BUNDLE = "_static/styles/site.css"
FORMULAS = "_static/katex/katex.min.css"
MENUS = "_static/menus.mjs"
STYLE_LINK = re.compile(r'<link(?=[^>]* rel="stylesheet")[^>]* href="([^"?]+)[^"]*"[^>]*>\s*')
NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
WORD = re.compile(r"[A-Za-z_][\w-]*")
IMPORT = re.compile(r"""@import\s+["']([^"']+)["']\s*;""")
RELATIVE_URL = re.compile(r"""url\((["']?)(?!data:|#|\w+:|/)([^)"']+)\1\)""")
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/ *)\n", re.MULTILINE)
READ_PROPERTY = re.compile(r"(?:var\(\s*|[\"'`])(--[\w-]+)")
ICON = re.compile(r"\\([ef][0-9a-f]{3})|([\ue000-\uf8ff])")
FORMULA = re.compile(r'<span class="katex-html"')
SPAN = re.compile(r"<(/?)span\b")
SPHINX_SEARCH = [
    "searchtools.js",
    "language_data.js",
]  # the book has its own, web/search
SPHINX_WORDS = ["sphinx_highlight.js", "doctools.js", "translations.js"]
# Of Bootstrap's script the header needs its menus alone: menus.mjs has them.
BOOTSTRAP = re.compile(r'<script[^>]* src="([^"]*?)scripts/bootstrap\.js[^"]*"></script>')
# An icon in a button: what is its tooltip is its name, too.
ICON_BUTTON = re.compile(
    r'<button(?=[^>]*sidebar-toggle)(?![^>]*aria-label)([^>]*) title="([^"]*)"'
)
USELESS = [
    *("scripts/fontawesome.js*", "**/*.map", "vendor/**/*.ttf", "copybutton_funcs.js"),
    *("scripts/bootstrap.js*", *SPHINX_SEARCH, *SPHINX_WORDS),
]


def defer_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Let the page be read before scripts run; they keep their order.

    Our search leads to a section, not to words: the scripts that mark them, and say so in the
    page's language, stay away.
    """
    context["script_files"] = [
        s for s in context["script_files"] if str(s.filename).split("/")[-1] not in SPHINX_WORDS
    ]
    for script in context["script_files"]:
        # Scripts inside the page use the options at once.
        if script.filename and not script.filename.endswith("documentation_options.js"):
            script.attributes.setdefault("defer", "defer")


def make_lean(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    pages = {path: path.read_text("utf-8") for path in paths}
    known, prefixes = names_in_use(site, pages.values())
    merge_styles(site, pages)
    for sheet in (BUNDLE, FORMULAS):
        cut_rules(site / sheet, known, prefixes)
    cut_properties(site / BUNDLE, properties_in_use(site, pages))
    write_pages(site, pages)
    style = (site / BUNDLE).read_text("utf-8")
    icons = {int(code, 16) if code else ord(char) for code, char in ICON.findall(style)}
    cut_fonts(site / "_static/vendor/fontawesome/webfonts", icons)
    cut_fonts(site / "_static/katex/fonts", formula_glyphs(pages.values()))
    cut_comments(site)
    for pattern in USELESS:
        for path in (site / "_static").glob(pattern):
            path.unlink()


# --- one style sheet ---------------------------------------------------------------------------


def merge_styles(site: Path, pages: dict[Path, str]) -> None:
    """Put what all pages link to into one sheet, in its order, and link to that instead.

    Pages that an incremental build left alone have the link already.
    """
    styled = {path: page for path, page in pages.items() if STYLE_LINK.search(page)}
    fresh = {path: page for path, page in styled.items() if BUNDLE not in page}
    linked = {
        path: [resolve(site, path, href) for href in STYLE_LINK.findall(page)]
        for path, page in fresh.items()
    }
    if not fresh:
        return
    order = next(iter(linked.values()))
    shared = [sheet for sheet in order if all(sheet in sheets for sheets in linked.values())]
    rules = "\n".join(read_style(site, sheet) for sheet in shared)
    (site / BUNDLE).write_text(rules, "utf-8")
    for path, page in fresh.items():
        root = posixpath.relpath(site.as_posix(), path.parent.as_posix())
        bundle = f'<link rel="stylesheet" href="{root}/{BUNDLE}" />\n'

        def keep(match: re.Match[str], path: Path = path) -> str:
            return "" if resolve(site, path, match[1]) in shared else match[0]

        pages[path] = STYLE_LINK.sub(keep, page).replace("<link", f"{bundle}<link", 1)


def resolve(site: Path, page: Path, href: str) -> str:
    """The path of a linked file from the root of the site."""
    folder = page.parent.relative_to(site).as_posix()
    return posixpath.normpath(posixpath.join(folder, href))


def read_style(site: Path, sheet: str) -> str:
    """A style sheet with what it imports, its addresses as seen from the common one."""
    folder = posixpath.dirname(sheet)
    style = (site / sheet).read_text("utf-8").replace('@charset "UTF-8";', "")

    def imported(match: re.Match[str]) -> str:
        return read_style(site, posixpath.normpath(posixpath.join(folder, match[1])))

    def moved(match: re.Match[str]) -> str:
        target = posixpath.join(folder, match[2])
        return f"url({posixpath.relpath(target, posixpath.dirname(BUNDLE))})"

    # Addresses first: those of what is imported are moved by its own call.
    return IMPORT.sub(imported, RELATIVE_URL.sub(moved, style))


def write_pages(site: Path, pages: dict[Path, str]) -> None:
    """Name the sheet with its content's hash, so that no reader keeps an old one; leave the
    picture in the closed menu until the menu opens; take our menus for Bootstrap's; leave
    comments out."""
    digest, menus = (
        hashlib.sha256((site / file).read_bytes()).hexdigest()[:8] for file in (BUNDLE, MENUS)
    )
    ours = rf'<script type="module" src="\1menus.mjs?v={menus}"></script>'
    for path, page in pages.items():
        page = BOOTSTRAP.sub(ours, page)
        page = ICON_BUTTON.sub(r'<button\1 title="\2" aria-label="\2"', page)
        page = re.sub(rf'{re.escape(BUNDLE)}[^"]*"', f'{BUNDLE}?v={digest}"', page)
        page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
        page = re.sub(r"<img(?! loading)(?=[^>]*logo_colab)", '<img loading="lazy"', page)
        path.write_text(page, "utf-8")


# --- rules in use ------------------------------------------------------------------------------


def names_in_use(site: Path, pages: Iterable[str]) -> tuple[set[str], tuple[str, ...]]:
    """Classes and ids that occur in pages, words that scripts may make classes of, and the
    beginnings (``bs-tooltip-``) that scripts put together with something else."""
    known = {name for page in pages for names in NAMES.findall(page) for name in names.split()}
    spoken: set[str] = set()
    for path in [*site.rglob("*.js"), *site.rglob("*.mjs")]:
        if path.name not in {"fontawesome.js", "bootstrap.js", "minisearch.mjs", *SPHINX_SEARCH}:
            spoken.update(WORD.findall(path.read_text("utf-8")))
    for page in pages:
        for script in re.findall(r"<script[^>]*>(.+?)</script>", page, re.DOTALL):
            spoken.update(WORD.findall(script))
    prefixes = {word for word in spoken if word.endswith("-") and len(word) > 3} - {"fa-", "sd-"}
    return known | spoken, tuple(prefixes)


def cut_rules(sheet: Path, known: set[str], prefixes: tuple[str, ...]) -> None:
    parsed = tinycss2.parse_stylesheet(
        sheet.read_text("utf-8"), skip_comments=False, skip_whitespace=True
    )
    sheet.write_text(tinycss2.serialize(list(living(parsed, known, prefixes))), "utf-8")


def living(rules: Iterable[Any], known: set[str], prefixes: tuple[str, ...]) -> Iterator[Any]:
    """The rules whose selectors can match something, without the selectors that cannot."""
    for rule in rules:
        if rule.type == "comment":
            if rule.value.startswith("!"):  # a licence
                yield rule
        elif rule.type == "qualified-rule":
            alive = [
                selector
                for selector in selectors(rule.prelude)
                if all(n in known or n.startswith(prefixes) for n in needed_names(selector))
            ]
            if alive:
                comma = tinycss2.ast.LiteralToken(0, 0, ",")
                rule.prelude = [t for s in alive for t in (*s, comma)][:-1]
                yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = tinycss2.parse_rule_list(
                rule.content, skip_comments=False, skip_whitespace=True
            )
            rule.content = list(living(inner, known, prefixes))
            if rule.content:
                yield rule
        else:
            yield rule


def properties_in_use(site: Path, pages: dict[Path, str]) -> set[str]:
    """Custom properties (``--bs-blue``) that a linked sheet, a page or a script reads."""
    found: set[str] = set()
    linked = {
        resolve(site, path, href) for path in pages for href in STYLE_LINK.findall(pages[path])
    }
    scripts = (path for path in (site / "_static").rglob("*js") if path.suffix in {".js", ".mjs"})
    texts = [path.read_text("utf-8") for path in (*scripts, *(site / sheet for sheet in linked))]
    for text in (*texts, *pages.values()):
        found.update(READ_PROPERTY.findall(text))
    return found


def cut_properties(sheet: Path, used: set[str]) -> None:
    """Bootstrap and the theme set hundreds of custom properties that nothing reads."""
    parsed = tinycss2.parse_stylesheet(sheet.read_text("utf-8"), skip_whitespace=True)
    for rule in rules_in(parsed):
        rule.prelude = without_space(rule.prelude[::-1])[::-1]
        rule.content = [
            each
            for each in tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
            if each.type != "declaration" or not each.name.startswith("--") or each.name in used
        ]
        for each in rule.content:
            if each.type == "declaration":
                each.value = without_space(each.value)
    sheet.write_text(tinycss2.serialize(parsed), "utf-8")


def without_space(tokens: list[Any]) -> list[Any]:
    """Without a space at the beginning, unless there is nothing else."""
    return tokens[1:] if len(tokens) > 1 and tokens[0].type == "whitespace" else tokens


def rules_in(rules: Iterable[Any]) -> Iterator[Any]:
    """The rules of a sheet that hold declarations, those inside ``@media`` too."""
    for rule in rules:
        if rule.type == "qualified-rule":
            yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            rule.content = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            yield from rules_in(rule.content)


def selectors(prelude: list[Any]) -> Iterator[list[Any]]:
    """The parts of ``a, b`` one by one."""
    part: list[Any] = []
    for token in prelude:
        if token == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def needed_names(selector: list[Any]) -> Iterator[str]:
    """The classes and ids without which a selector matches nothing.

    What stands inside ``:not()`` or ``:is()`` is an alternative, so it does not count.
    """
    for before, token in zip([None, *selector], selector, strict=False):
        if token.type == "hash" or (before == "." and token.type == "ident"):
            yield token.value


# --- scripts ---------------------------------------------------------------------------------


def cut_comments(site: Path) -> None:
    """Lines of comment are a fifth of our scripts, which stand with them in the repository."""
    for path in (site / "_static/copybutton.js", *(site / "_static").rglob("*.mjs")):
        if path.parent.name != "search":  # where licences of others stand
            path.write_text(COMMENT.sub("", path.read_text("utf-8")), "utf-8")


# --- glyphs in use -----------------------------------------------------------------------------


def formula_glyphs(pages: Iterable[str]) -> set[int]:
    """The characters that KaTeX sets for the eye (its MathML takes the system's fonts)."""
    found: set[int] = set()
    for page in pages:
        for start in FORMULA.finditer(page):
            depth = 0
            for span in SPAN.finditer(page, start.start()):
                depth += -1 if span[1] else 1
                if depth == 0:
                    formula = page[start.start() : span.start()]
                    found.update(map(ord, unescape(re.sub(r"<[^>]*>", "", formula))))
                    break
    return found


def cut_fonts(folder: Path, glyphs: set[int]) -> None:
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # else: every step of every font
    for path in folder.glob("*.woff2"):
        options = subset.Options()
        options.flavor = "woff2"
        options.name_IDs = ["*"]  # its licence among them
        options.hinting = False  # for screens of long ago; it is a fifth of each file
        font = TTFont(path)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=glyphs)
        cutter.subset(font)
        subset.save_font(font, path, options)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", defer_scripts, priority=900)
    app.connect("build-finished", make_lean, priority=900)  # when all else is written
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
