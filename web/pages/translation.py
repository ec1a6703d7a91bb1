"""Sphinx extension: the theme speaks Chinese where it has no translation, or one for elsewhere.

Its words come from catalogues (gettext) or stand in its templates. Both are translated where they
come from, before a page is put together: what an author wrote is never touched, an identifier
``Page`` in a code cell stays ``Page``.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from jinja2.ext import Extension
from sphinx import locale
from sphinx.application import Sphinx

from web.book.words import THEME


class OurWords(NullTranslations):
    """A catalogue that knows the words of ``[theme]``, and for all others asks the theme's own."""

    def gettext(self, message: str) -> str:
        return THEME.get(message) or super().gettext(message)


class InTemplates(Extension):
    """Words that stand in a template itself, as an attribute or between two tags."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        for words, chinese in THEME.items():
            source = source.replace(f'="{words}"', f'="{chinese}"')
            source = re.sub(rf"(>\s*){re.escape(words)}(\s*<)", rf"\g<1>{chinese}\2", source)
        return source


def translate(app: Sphinx) -> None:
    if app.builder.format != "html" or app.config.edition != "zh":
        return
    for key, catalogue in list(locale.translators.items()):
        ours = OurWords()
        ours.add_fallback(catalogue)
        locale.translators[key] = ours
    environment: Any = app.builder.templates.environment
    environment.add_extension(InTemplates)
    environment.install_gettext_translations(locale.get_translator())


def translate_copy_button(app: Sphinx, exception: Exception | None) -> None:
    """Its words stand in its script."""
    if exception is None and app.builder.format == "html" and app.config.edition == "zh":
        script = Path(app.outdir, "_static", "copybutton.js")
        script.write_text(script.read_text("utf-8").replace("'复制成功!'", "'已复制'"), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", translate)
    app.connect("build-finished", translate_copy_button)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
