"""Figures: light, lazily loaded, and steady while they load."""

from functools import lru_cache
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from tests.pages import PAGES, SITE, every_file, every_page, on_a_phone, soup
from tests.site.browsing import again
from web.pages.images import LIMIT, refuse_heavy_figures, size


@lru_cache(None)
def pictures(code, stem):
    """The pictures of an article, each with its file."""
    folder = SITE / code / "chapters"
    article = BeautifulSoup(str(soup(code, stem).article), "html.parser")  # without the sidebars
    found = article.select("img")
    return [(picture, (folder / picture["src"]).resolve()) for picture in found]


@every_file
def test_a_figure_keeps_its_place_before_it_arrives(code, stem):
    for picture, file in pictures(code, stem):
        told = (picture.get("width"), picture.get("height"))
        assert told == tuple(map(str, size(file))), (
            f"{code}/{stem}: {file.name} says {told}. Cure: web/pages/images.py gives both"
        )


@every_file
def test_a_figure_weighs_60_kb_at_most(code, stem):
    for _, file in pictures(code, stem):
        weight = file.stat().st_size
        assert weight <= LIMIT, (
            f"{code}/{stem}: {file.name} has {weight} bytes. Cure: draw fewer points or curves"
        )


@every_file
def test_a_figure_below_the_first_heading_waits_for_the_reader(code, stem):
    for picture, file in pictures(code, stem):
        opening = picture.find_previous("h2") is None
        assert picture.get("loading") == (None if opening else "lazy"), (
            f"{code}/{stem}: {file.name}. Cure: web/pages/images.py"
        )
        assert picture["decoding"] == "async"


def test_the_book_has_figures_of_both_kinds():
    loading = [p.get("loading") for code, stem in PAGES for p, _ in pictures(code, stem)]
    assert loading.count(None) >= 2
    assert loading.count("lazy") > 10


@pytest.mark.turn(2)
@every_page
@on_a_phone
def test_figures_move_nothing_while_they_load(page, code, stem, width):
    again(page)
    wrong = page.eval_on_selector_all(
        "article img",
        """async images => {
          const heights = images.map(i => i.getBoundingClientRect().height);
          images.forEach(i => { i.loading = "eager"; });
          await Promise.all(images.map(i => i.decode()));
          return images.filter((i, n) =>
            Math.abs(heights[n] - i.getBoundingClientRect().height) > 1
            || Math.abs(i.width / i.height - i.naturalWidth / i.naturalHeight) > .05)
            .map(i => i.src);
        }""",
    )
    assert not wrong, f"{code}/{stem}: {wrong} change their height when they arrive"


def built(tmp_path, weight):
    """What the last look at a build sees: one figure, used on one page."""
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "map.svg").write_bytes(b" " * weight)
    env = SimpleNamespace(images={"imgs/map.svg": ({"chapters/index"}, "map.svg")})
    builder = SimpleNamespace(format="html")
    return SimpleNamespace(outdir=tmp_path, env=env, builder=builder)


def test_a_heavy_figure_ends_the_build_with_page_figure_bytes_and_cure(tmp_path):
    refusal = r"chapters/index: the figure map.svg has 60,001 bytes, 60,000 at most. Draw fewer"
    with pytest.raises(ExtensionError, match=refusal):
        refuse_heavy_figures(built(tmp_path, LIMIT + 1), None)


def test_a_figure_at_the_limit_is_accepted(tmp_path):
    refuse_heavy_figures(built(tmp_path, LIMIT), None)


def test_a_figure_without_width_and_height_ends_the_build(tmp_path):
    (tmp_path / "bare.svg").write_text('<svg viewBox="0 0 10 10"></svg>')
    with pytest.raises(ExtensionError, match=r"bare.svg: no width and height. Draw it"):
        size(tmp_path / "bare.svg")
