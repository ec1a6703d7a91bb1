"""While a reader edits a live cell, a script of ours colours it: as Pygments coloured the page."""

import builtins
import json
import keyword
from itertools import groupby

import pytest
from bs4 import BeautifulSoup
from py_mini_racer import MiniRacer
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from web.book.editions import ROOT
from web.book.notebooks import paths, read, tags
from web.pages.theme import COLOURLESS

SCRIPT = ROOT / "web" / "live" / "colour.mjs"


@pytest.fixture(scope="module")
def ours():
    """``colour`` in V8 alone: it needs no page. V8 evaluates scripts, so a module's word goes."""
    v8 = MiniRacer()
    v8.eval(SCRIPT.read_text("utf-8").replace("export const", "const"))
    return lambda source: v8.eval(f"colour({json.dumps(source)})")


def theirs(source):
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))


def coloured(html):
    """Each letter with its class: where a span is split makes no difference to a reader."""
    return [
        (letter, span.get("class", [""])[0])
        for text in BeautifulSoup(html, "html.parser").find_all(string=True)
        for span in [text.parent]
        for letter in text
        if not letter.isspace()
    ]


def differences(ours, source):
    """What is coloured otherwise: the letters, our class, theirs."""
    mine, right = coloured(ours(source)), coloured(theirs(source))
    assert [letter for letter, _ in mine] == [letter for letter, _ in right], "letters are lost"
    pairs = zip(mine, right, strict=True)
    return [
        ("".join(letter for (letter, _), _ in run), *kinds)
        for kinds, run in groupby(pairs, key=lambda pair: (pair[0][1], pair[1][1]))
        if kinds[0] != kinds[1]
    ]


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_the_editor_colours_every_live_cell_as_the_page_does(ours, path):
    faults = [
        f"{path.name}, cell {cell['id']}: “{letters}” is {got} instead of {wanted}"
        for cell in read(path)["cells"]
        if "live" in tags(cell)
        for letters, got, wanted in differences(ours, cell["source"])
    ]
    cure = "Cure: web/live/colour.mjs, which follows Pygments' PythonLexer"
    assert not faults, "\n".join([*faults, cure])


def test_each_word_of_python_has_the_colour_that_it_has_on_the_page(ours):
    """Every name that Pygments knows among Python's own."""
    words = [*keyword.kwlist, *dir(builtins), "self", "cls", "__init__", "__call__", "__name__"]
    known = [word for word in words if coloured(theirs(word))[0][1] != "n"]
    assert len(known) > 150
    assert [fault for word in known for fault in differences(ours, word)] == []


# What readers write and no chapter has.
WRITTEN = {
    "decorator": "@functools.wraps(f)\ndef g(x): return a @ b",
    "docstring": 'class A(B):\n    """About {it}.\\n"""\n    x = """no %s doc"""',
    "escapes": r"""'\N{BULLET}\n\x41' + "\q\"" + r'\d+\n' + rf"\n{x}" + b'\t' """,
    "field": "f\"{d['a:b'][1:2]!r:>{width}}{{}}{x == 1}{x=}{f'{y}'}\"",
    "imports": "import a.b as c, d\nfrom . import e\nfrom f.g import (h, i as j)\nk.l",
    "formats": "'%5.2f %s 100%' % x, '{0.a[1]!r:>8} {{}}'.format(x)",
    "numbers": "0xFF 0b10 0o17 1_000 1. .5 1e-5 1.5E3",
    "raise": "raise ValueError(x) from None\nraise KeyError from error",
    "unfinished": 'f"{x\nprint("abc\ny = 1',
    "yield": "def g():\n    yield from h()\n    x = yield",
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_a_reader_may_write_has_pygments_colours(ours, kind):
    assert differences(ours, WRITTEN[kind]) == []


def test_a_page_has_no_span_without_a_colour_and_keeps_the_others():
    html = "<pre>" + theirs("from a import b\nx = b.c(1, 'd')  # e\n") + "</pre>"
    lean = COLOURLESS.sub(r"\1", html)
    assert {span["class"][0] for span in BeautifulSoup(lean, "html.parser").find_all("span")} == {
        *("kn", "mi", "s1", "c1")
    }
    assert BeautifulSoup(lean, "html.parser").text == BeautifulSoup(html, "html.parser").text
    assert COLOURLESS.sub(r"\1", '<span class="pre">n</span>') == '<span class="pre">n</span>'
