"""A picture that a cell draws without Matplotlib: stored by make execute, proved by nbval."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from web.book.editions import EDITIONS, ROOT, address
from web.book.notebooks import for_readers
from web.maintain.execute import execute

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
    assert set(output["data"]) == {"image/svg+xml", "text/plain"}
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
    assert "image/svg+xml" in found["cells"][0]["outputs"][0]["data"]
