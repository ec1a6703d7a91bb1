"""Whatever can be imported in Pyodide can be imported in the page, which brings a part at first.

The judge is Pyodide as it was fetched, with NumPy's whole wheel, in Node.
"""

import json
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.missing import skip_loudly
from tests.node import node
from tests.pages import SITE, slow
from tests.site.live import Reader
from web.fetched.fetch import fetch
from web.live.contents import modules_of, numpy_wheel

pytestmark = slow
LEFT_OUT = ("__main__", "antigravity")  # a program, not a module; it opens a window
# The same on both sides: what fails to be imported, and how.
ATTEMPT = """
import importlib, io, json, sys
from contextlib import redirect_stdout

def attempt(names):
    failures = {}
    for name in [*names, *sys.builtin_module_names]:
        try:
            with redirect_stdout(io.StringIO()):
                importlib.import_module(name)
        except BaseException as problem:
            failures[name] = f"{type(problem).__name__}: {problem}"
    return json.dumps(failures)
"""
# What a reader may do with the rare parts of NumPy, beyond their import.
RARE = {
    "np.fft.fft([1, 0]).real.tolist()": "[1.0, 1.0]",
    "np.polynomial.Polynomial([1, 2])(3)": "np.float64(7.0)",
    "np.ma.masked_equal([1, 2], 2).sum()": "np.int64(1)",
    "np.testing.assert_allclose(1, 1)": "",
    "np.random.rand().__class__.__name__, np.random.RandomState(0).randint(9)": "('float', 5)",
    "np.random.Generator(np.random.MT19937(0)).integers(1)": "np.int64(0)",
    "np.linalg.svd(np.eye(2))[1].tolist()": "[1.0, 1.0]",
    "__import__('numpy.f2py').f2py.__name__": "'numpy.f2py'",
    "np.char.upper('a').item()": "'A'",
    "np.ctypeslib.__name__": "'numpy.ctypeslib'",
}


def names():
    with (
        ZipFile(fetch("pyodide") / "python_stdlib.zip") as library,
        ZipFile(numpy_wheel()) as numpy,
    ):
        found = modules_of([*library.namelist(), *numpy.namelist()])
    return [name for name in found if not name.endswith(LEFT_OUT)]


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """What fails in Pyodide as it was fetched."""
    given = tmp_path_factory.mktemp("stock") / "attempt.json"
    given.write_text(json.dumps({"code": ATTEMPT, "names": names()}))
    script = Path(__file__).parents[1] / "in_the_page" / "stock.mjs"
    command = [node(), script, fetch("pyodide"), numpy_wheel(), given]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return json.loads(run.stdout.strip().splitlines()[-1])


@pytest.fixture
def reader(visit):
    if not list(SITE.glob("pyodide-*")):
        skip_loudly("the site was built without live cells (make book says why)")
    return Reader(visit("en/chapters/ways_to_run.html"), "en")


def value(reader, code):
    cell = reader.cell(0)
    reader.edit(cell, code)
    reader.run(cell)
    return reader.text(cell)


def test_every_module_of_the_library_and_of_numpy_is_imported_as_in_stock_pyodide(reader, stock):
    assert len(names()) > 700
    found = json.loads(value(reader, f"{ATTEMPT}\nprint(attempt({names()}))"))
    assert {n: why for n, why in found.items() if why != stock.get(n)} == {}
    assert {n: why for n, why in stock.items() if n not in found} == {}


# Which modules are neither here at first nor known to come later; nothing is fetched meanwhile.
LOST = """
import importlib.util, sys
later = next(finder for finder in sys.meta_path if type(finder).__name__ == "Later")
later.fetch = lambda archive: False

def is_lost(name):
    try:
        return importlib.util.find_spec(name) is None
    except ModuleNotFoundError:
        return True
    except ImportError:  # it is known
        return False
"""


def test_every_module_is_here_at_first_or_known_to_come_later(reader):
    """Asked one by one: the first that comes brings all others of its archive."""
    assert value(reader, f"{LOST}\nprint([n for n in {names()} if is_lost(n)])") == "[]\n"


def test_rare_parts_of_numpy_do_their_work(reader):
    reader.run(reader.cell(0))
    assert {code: value(reader, f"import numpy as np\n{code}") for code in RARE} == RARE
