"""The pages of the built site, as the tests name them, and their words."""

import re
from functools import lru_cache

import pytest
from bs4 import BeautifulSoup
from yaml import safe_load

from web.book.editions import EDITIONS, ROOT
from web.book.notebooks import paths

SITE = ROOT / "_build" / "site"
FAILURES = ROOT / "_build" / "failures"  # what is kept of failures in a browser
HAN = re.compile("[\u3400-\u9fff]")
STEMS = [path.stem for path in paths()]
MODEL = "04_padding_idx"  # the chapter with everything: folds, figures, live cells, an exercise


def contents():
    """The parts of the book as ``_toc.yml`` has them, the front page as one of its own."""
    toc = safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    files = [[toc["root"]], *([entry["file"] for entry in p["chapters"]] for p in toc["parts"])]
    return [[file.removeprefix("chapters/") for file in part] for part in files]


# What make test opens in a browser: a short page of each part, and the model. The other pages
# wait for make check.
SMOKE = {
    *("index", "ways_to_run", "01_one_hot_matmul", MODEL),
    *("10_embedding_bag", "13_cost", "e_arguments"),
}
slow = pytest.mark.check


def other(code):
    """The code of the other edition."""
    (code,) = set(EDITIONS) - {code}
    return code


def one_language(stem):
    """For what cannot differ between the editions: they take turns, a page each."""
    return list(EDITIONS)[STEMS.index(stem) % len(EDITIONS)]


def page_param(code, stem, *more):
    """A page as a parameter of tests. Its name in theirs brings them together: conftest."""
    marks = [] if stem in SMOKE | {"search"} else [slow]
    return pytest.param(code, stem, *more, marks=marks, id="-".join([code, stem, *map(str, more)]))


def in_a_browser(pages):
    """Parameters ``code`` and ``stem``; those outside the smoke set in make check only."""
    return pytest.mark.parametrize(("code", "stem"), [page_param(*page) for page in pages])


PAGES = [(code, stem) for code in EDITIONS for stem in STEMS]
IN_ONE_LANGUAGE = [(one_language(stem), stem) for stem in STEMS]
every_page = in_a_browser(PAGES)
every_page_and_search = in_a_browser([*PAGES, *((code, "search") for code in EDITIONS)])
# For what does not hang on words: English pages wide, Chinese ones narrow.
every_page_at_one_width = pytest.mark.parametrize(
    ("code", "stem", "width"),
    [page_param(code, stem, {"en": 1280, "zh": 375}[code]) for code, stem in PAGES],
)
every_page_in_one_language = in_a_browser(IN_ONE_LANGUAGE)
every_file = pytest.mark.parametrize(("code", "stem"), PAGES)  # read without a browser: quick
every_stem = pytest.mark.parametrize("stem", STEMS)
both_editions = pytest.mark.parametrize("code", EDITIONS)
# What differs in its words alone, which other tests read: make test takes English.
english_first = pytest.mark.parametrize("code", ["en", pytest.param("zh", marks=slow)])
both_ways = pytest.mark.parametrize(("code", "other"), [("en", "zh"), ("zh", "en")])
both_themes = pytest.mark.parametrize("theme", ["light", "dark"])
light_first = pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=slow)])
both_widths = pytest.mark.parametrize("width", [1280, 375])
on_a_screen = pytest.mark.parametrize("width", [1280])
on_a_phone = pytest.mark.parametrize("width", [375])


@lru_cache(None)
def read_page(name):
    """A page of the site, parsed; whoever changes the tree takes ``fresh_soup``."""
    return fresh_page(name)


def fresh_page(name):
    return BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser")


def soup(code, stem):
    return read_page(f"{code}/chapters/{stem}.html")


def fresh_soup(code, stem):
    """To be taken apart: a tree that no other test sees."""
    return fresh_page(f"{code}/chapters/{stem}.html")
