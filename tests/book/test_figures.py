"""The figures in imgs/ are what the script draws, and read on light and dark pages."""

import runpy

import pytest

from web.book.editions import ROOT

drawn = runpy.run_path(str(ROOT / "imgs" / "draw.py"))["FIGURES"]


@pytest.mark.parametrize("name", drawn)
def test_the_stored_figure_is_the_one_the_script_draws(name):
    assert (ROOT / "imgs" / f"{name}.svg").read_text("utf-8") == drawn[name]().svg()


def test_every_figure_in_the_folder_has_its_drawing():
    assert {path.stem for path in (ROOT / "imgs").glob("*.svg")} == set(drawn)


@pytest.mark.parametrize("name", drawn)
def test_a_figure_has_colours_for_dark_pages_and_no_link_to_another_host(name):
    svg = drawn[name]().svg()
    assert "prefers-color-scheme:dark" in svg
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
