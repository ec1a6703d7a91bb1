"""Pictures: what a cell draws without Matplotlib is stored by make execute and proved by nbval;
each one is PNG, too, because not every viewer shows SVG."""

import base64
import io
import re
import subprocess
import sys
from itertools import count

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image, ImageChops

from tests.pages import both_editions
from web.book.editions import EDITIONS, ROOT, address
from web.book.notebooks import for_readers, paths, read
from web.maintain.execute import execute
from web.maintain.png import IN_A_TEXT, IN_AN_OUTPUT, figures, png

DRAW = """import numpy as np

import embedlib
from embedlib.letters import LetterMap, NextLetter, train

_ = embedlib.manual_seed(0)
model = NextLetter()
before = model.table.weight.data.copy()
_ = train(model, embedlib.optim.Adam(model.parameters(), lr=0.05), steps=400)
LetterMap(before, model.table.weight.data)
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """As make execute stores it."""
    path = tmp_path_factory.mktemp("pictures") / "map.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(DRAW)]), path)
    execute(path)
    return path


def nbval(path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--nbval", "--nbval-current-env", f"--rootdir={path.parent}", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_a_map_is_stored_as_a_picture_and_as_text_without_an_address(notebook):
    (cell,) = nbformat.read(notebook, 4)["cells"]
    (output,) = cell["outputs"]
    assert set(output["data"]) == {"image/svg+xml", "image/png", "text/plain"}
    assert output["data"]["text/plain"] == "LetterMap(27 x 2, 27 x 2)"


def test_a_map_passes_nbval_from_a_clean_kernel(notebook):
    answer = nbval(notebook)
    assert answer.returncode == 0, answer.stdout


def test_nbval_catches_a_map_that_is_not_the_stored_one(notebook, tmp_path):
    other = nbformat.read(notebook, 4)
    data = other["cells"][0]["outputs"][0]["data"]
    data["image/svg+xml"] = data["image/svg+xml"].replace('x="', 'x="1', 1)
    nbformat.write(other, tmp_path / "map.ipynb")
    answer = nbval(tmp_path / "map.ipynb")
    assert answer.returncode == 1, answer.stdout
    assert "image/svg+xml" in answer.stdout


def test_readers_get_the_map_in_their_notebook(notebook):
    found = for_readers(nbformat.read(notebook, 4), EDITIONS["zh"], address(), online=True)
    assert {"image/svg+xml", "image/png"} <= set(found["cells"][0]["outputs"][0]["data"])


# --- each picture and its PNG twin --------------------------------------------------------------

WORD = re.compile(r"<text\b[^>]*>[^<]+</text>")


def pixels(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def size_of(svg):
    """Width and height in pixels of CSS; Matplotlib tells them in points."""
    root = re.search(r"<svg\b[^>]*>", svg)[0]
    found = [re.search(rf'{side}="([\d.]+)(pt)?"', root) for side in ("width", "height")]
    return [float(side[1]) * (96 / 72 if side[2] else 1) for side in found]


def unlike(svg, twin, zoom):
    """What is wrong with the PNG twin of an SVG: its size, its look, words that do not show."""
    picture, width_and_height = pixels(twin), [round(side * zoom) for side in size_of(svg)]
    if list(picture.size) != width_and_height:
        return f"{picture.size} pixels, not {width_and_height}"
    if ImageChops.difference(picture, pixels(png(svg, zoom))).getbbox():
        return "not the picture that the SVG draws now"
    for word in WORD.findall(svg):
        bare = pixels(png(svg.replace(word, "", 1), zoom))
        if not ImageChops.difference(picture, bare).getbbox():
            return f"it does not show {word}"
    return None


@pytest.mark.parametrize("figure", figures(), ids=lambda path: path.stem)
def test_a_figure_has_a_png_twin_of_its_size_with_all_its_words(figure):
    svg, twin = figure.read_text("utf-8"), figure.with_suffix(".png").read_bytes()
    wrong = unlike(svg, twin, IN_A_TEXT)
    assert not wrong, f"imgs/{figure.stem}.png: {wrong}. Cure: make figures"


def test_a_twin_of_another_size_look_or_without_words_is_caught():
    svg = (ROOT / "imgs" / "lookup.svg").read_text("utf-8")
    assert unlike(svg, png(svg, IN_A_TEXT), IN_A_TEXT) is None
    assert "pixels, not" in unlike(svg, png(svg, 2), IN_A_TEXT)
    moved = svg.replace(">2.1<", ">7.1<", 1)
    assert "draws now" in unlike(svg, png(moved, IN_A_TEXT), IN_A_TEXT)
    hidden = svg.replace("<style>", "<style>text{display:none}", 1)
    assert "does not show" in unlike(hidden, png(hidden, IN_A_TEXT), IN_A_TEXT)


def drawn(notebook):
    """The outputs of a notebook that hold an SVG, with the number of their cell."""
    for number, cell in zip(count(1), notebook["cells"]):
        for output in cell.get("outputs", []):
            if "image/svg+xml" in output.get("data", {}):
                yield number, output


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_a_picture_of_a_cell_is_png_too_and_as_large(path):
    for number, output in drawn(read(path)):
        cure = f"{path.stem}, cell {number}. Cure: python -m web.maintain.execute {path.name}"
        assert "image/png" in output["data"], f"no PNG: {cure}"
        svg, twin = output["data"]["image/svg+xml"], base64.b64decode(output["data"]["image/png"])
        told = output["metadata"]["image/png"]
        if WORD.search(svg):
            assert not (wrong := unlike(svg, twin, IN_AN_OUTPUT)), f"{wrong}: {cure}"
        width, height = size_of(svg)  # Matplotlib rounds each format for itself
        assert abs(told["width"] - width) <= 2, cure
        assert abs(told["height"] - height) <= 2, cure


# --- as viewers read it -------------------------------------------------------------------------

# What JupyterLab shows of a notebook that it does not trust, the best first (its rendermime
# factories that call themselves safe).
SAFE = ["image/png", "image/jpeg", "image/gif", "text/html", "text/markdown", "text/plain"]
IN_TEXT = re.compile(r"!\[[^\]]*\]\(([^)]*)\)")


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
@both_editions
def test_colab_and_an_untrusted_jupyterlab_show_every_picture(path, code):
    notebook = for_readers(read(path), EDITIONS[code], address(), online=True)
    for number, output in drawn(notebook):
        shown = next(kind for kind in SAFE if kind in output["data"])
        assert shown == "image/png", f"cell {number} of {path.stem} shows {shown}"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for address_ in IN_TEXT.findall(cell["source"]):
                kind, _, data = address_.partition(";base64,")
                assert kind == "data:image/png", f"{path.stem}: Colab shows no {kind[:40]}"
                Image.open(io.BytesIO(base64.b64decode(data))).verify()
