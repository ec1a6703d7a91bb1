"""embedlib in the page's own Python: Pyodide, without a browser, in Node.

Live cells run some of embedlib in a browser (tests/site/test_live_cells.py); here all of it runs:
the examples of its docstrings, and cases drawn by chance, against torch's answers. The code is
that of the folder, Pyodide that of the built site.
"""

import pickle
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest
import torch

import embedlib
from tests.in_the_page import drawn, expressions, recipes
from tests.in_the_page.judge import faults
from tests.missing import skip_loudly
from tests.node import node
from tests.pages import SITE, slow
from web.book.editions import EDITIONS, ROOT
from web.book.reference import all_entries

HERE = Path(__file__).parent
EACH = 125  # cases of a kind
SHOWN = 5  # faults in a message
FEW = 20  # cases of a kind that show what they call
pytestmark = slow
unknown = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
    reason="torch's random bits are known for AVX2 and AVX512 alone",
)
RANDOM = ("random_numbers", "first_weights")
kinds = [pytest.param(kind, marks=[unknown] if kind in RANDOM else []) for kind in drawn.KINDS]


def code_of(path):
    """The code of a function, method or property of embedlib; of a class, that of its __init__."""
    thing = embedlib
    for name in path.split(".")[1:]:
        thing = getattr(thing, name)
    thing = thing.__init__ if isinstance(thing, type) else getattr(thing, "fget", thing)
    return getattr(thing, "__code__", None)


def pyodide():
    folders = list(SITE.glob("pyodide-*"))
    if not folders:
        skip_loudly("the site was built without live cells (make book says why)")
    return folders[0]


def fill(work, cases):
    """What the page has, from the sources: embedlib, run_cell and its import; and the cases."""
    shutil.copytree(ROOT / "embedlib", work / "embedlib")
    pretty = distribution("ipython").locate_file("IPython/lib/pretty.py")
    (work / "IPython" / "lib").mkdir(parents=True)
    shutil.copy(str(pretty), work / "IPython" / "lib")
    for script in (ROOT / "web/live/run_cell.py", *HERE.glob("*.py")):
        shutil.copy(script, work)
    given = [(case.kind, case.arguments) for case in cases]
    (work / "cases.pickle").write_bytes(pickle.dumps(given))


@pytest.fixture(scope="module")
def cases():
    torch.set_num_threads(1)  # so that torch adds in one order
    return [drawn.draw(kind, number) for kind in drawn.KINDS for number in range(EACH)]


@pytest.fixture(scope="module")
def page(cases, tmp_path_factory):
    """What the page's Python gave: one start for all tests."""
    program, folder, work = node(), pyodide(), tmp_path_factory.mktemp("page")
    fill(work, cases)
    edition = SITE / next(iter(EDITIONS)) / "_static/live/edition.mjs"
    command = [program, HERE / "run.mjs", folder, edition, work]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return pickle.loads((work / "answers.pickle").read_bytes())


@pytest.mark.parametrize("kind", kinds)
def test_the_page_gives_torchs_answers(page, cases, kind):
    assert_right(cases, page["cases"], kind)


@pytest.mark.parametrize("kind", kinds)
def test_embedlib_needs_nothing_of_what_the_page_does_to_numpy(page, cases, kind):
    """Else a fault would show as soon as that changes, or where embedlib runs without it."""
    assert_right(cases, page["cases before"], kind)


def assert_right(cases, answers, kind):
    wrong = [
        describe(case, found)
        for case, answer in zip(cases, answers, strict=True)
        if case.kind == kind and (found := faults(case, answer))
    ]
    assert not wrong, f"{len(wrong)} of {EACH} cases, such as\n" + "\n".join(wrong[:SHOWN])


def describe(case, found):
    """What was asked, what is wrong, and whether this computer's Python is wrong as well."""
    wide = {  # short ids are an error on a computer
        name: drawn.widened(value) if isinstance(value, np.ndarray) else value
        for name, value in case.arguments.items()
    }
    here = faults(case, recipes.answer(case.kind, wide))
    lines = [f'drawn.draw("{case.kind}", {case.number}): {case.arguments}', *found]
    return "\n  ".join([*lines, f"on this computer: {here or 'right'}"])


def test_at_least_two_thousand_cases_are_drawn(cases):
    assert len(cases) >= 2_000


# Methods that every layer has of its own.
REPLACED = ("Module.forward",)
PUBLIC = {
    entry.name: code
    for entry in all_entries()
    if not entry.name.startswith("draw.") and entry.name not in REPLACED
    if (code := code_of(entry.path))
}


@pytest.fixture(scope="module")
def called(cases):
    """What runs of embedlib when some cases of each kind are answered."""
    seen = set()
    sys.setprofile(lambda frame, event, argument: seen.add(frame.f_code))
    for case in cases:
        if case.number < FEW:
            recipes.answer(case.kind, case.arguments)
    sys.setprofile(None)
    return seen


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_tried_in_the_page(called, name):
    assert PUBLIC[name] in called, f"Cure: use {name} in {HERE.relative_to(ROOT)}/recipes.py"


MODULES = ["embedlib", *(f"embedlib.{p.stem}" for p in (ROOT / "embedlib").glob("[a-z]*.py"))]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "embedlib.draw"])
def test_the_examples_of_the_docstrings_hold_in_the_page(page, name):
    """All but those of embedlib.draw, which needs Matplotlib: a page has none."""
    attempted, failures = page["doctests"][name]
    assert attempted > 0 or name == "embedlib.palette"
    assert not failures, failures


# --- what an int is ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def here():
    return expressions.values()


def test_expressions_of_ordinary_use_give_the_same_in_the_page(page, here):
    there = page["expressions"]
    same = expressions.SAME.strip().splitlines()
    other = [f"{e}: here {here[e]}, there {there[e]}" for e in same if here[e] != there[e]]
    assert not other, "\n".join(other)


def test_what_is_said_to_differ_in_the_page_differs(page, here):
    """What agrees by now belongs to those that agree, and perhaps out of the text for readers."""
    agree = [e for e in expressions.DIFFERENT if here[e] == page["expressions"][e]]
    assert agree == []


def test_a_number_that_readers_are_warned_of_differs_as_the_book_says(page, here):
    expression = "np.full(3, 2**16) * 2**16"
    assert page["expressions"][expression] == "array([0, 0, 0])"
    assert here[expression] == "array([4294967296, 4294967296, 4294967296])"


# --- what may be missing -------------------------------------------------------------------------


@pytest.mark.parametrize("finder", [node, pyodide])
def test_without_node_or_pyodide_it_fails_under_ci(monkeypatch, tmp_path, finder):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("tests.node.ROOT", tmp_path)
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "SITE", tmp_path)
    with pytest.raises(pytest.fail.Exception, match="make"):
        finder()
