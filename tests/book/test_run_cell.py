"""What runs a cell in the page (web/live/run_cell.py) says what Jupyter says."""

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from web.book.editions import ROOT
from web.maintain.execute import tidy

DRAWN = """class Drawn:
    def __init__(self, *shapes): self.shapes = shapes
    def _repr_svg_(self): return self.shapes and f"<svg>{self.shapes}</svg>" or None
    def __repr__(self): return "Drawn()"

"""
CELLS = {
    "nothing": "x = 1",
    "a value": "1 + 1",
    "a value after lines": "x = 'it\\'s'\nx\n# the end",
    "a value that a semicolon hides": "1 + 1;",
    "no value": "None",
    "a value that is not last": "if True:\n    5",
    "printed": "print('a', end='')\nprint('b')\n3",
    "a long dictionary": "{'a' * 40: list(range(20)), 'b': {3, 1, 2}}",
    "types and functions": "def f(x, y=1): pass\n\n\n[int, len, f, range(3), ...]",
    "displayed": "display(1, 'two')\n3",
    "a picture": f"{DRAWN}Drawn('<circle/>')",
    "pictures beside what is printed": f"{DRAWN}print(1)\ndisplay(Drawn(1), 2)\nDrawn(4)",
    "a value that has no picture today": f"{DRAWN}Drawn()",
    "the class of a picture": f"{DRAWN}Drawn",
    "an error in the middle": "a = 1\nb = 2\n\nc = 3\nd = 4\n1 / 0\nf = 6\ng = 7\nh = 8\ni = 9",
    "an error in a call": "def f(x):\n    return 1 / x\n\n\nf(0)",
    "an error in a library": "import json\njson.loads('{')",
    "an error in a long statement": "x = [\n    1,\n    2 / 0,\n]",
    "an error on a line of two": "x = 1; 1 / 0",
    "an error after line 9": "x = 1\n" * 10 + "1 / 0",
    "an assertion": "assert 1 == 2",
    "a module that is not here": "import nowhere.at_all",
    "an interrupt": "raise KeyboardInterrupt",
}
SYNTAX = {
    "invalid syntax": "x = 1\ndef f(:\n    pass",
    "an open string": "print('abc",
}


@pytest.fixture(scope="module")
def jupyter():
    """What a notebook stores for each of the cells."""
    sources = {**CELLS, **SYNTAX}
    cells = [nbformat.v4.new_code_cell(source) for source in sources.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, coalesce_streams=True, timeout=60).execute()
    tidy(notebook)
    return dict(zip(sources, [stored(cell) for cell in notebook["cells"]], strict=True))


def stored(cell):
    parts = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            parts.append((output["name"], output["text"]))
        elif output["output_type"] == "error":
            parts.append(("error", "\n".join(output["traceback"])))
        else:
            svg = output["data"].get("image/svg+xml")
            parts.append(("picture", svg) if svg else ("result", output["data"]["text/plain"]))
    return parts


@pytest.fixture
def run(monkeypatch):
    """Run a cell in this Python: the parts of its output, printed text in one piece."""
    monkeypatch.syspath_prepend(str(ROOT / "web" / "live"))
    from run_cell import run_cell

    def run(source):
        parts = []

        def emit(kind, text):
            if parts and parts[-1][0] == kind == "stdout":
                text = parts.pop()[1] + text
            parts.append((kind, text))

        run.missing = run_cell(source, "<cell 1>", {"__name__": "__main__"}, emit)
        return parts

    return run


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_what_jupyter_stores(run, jupyter, name):
    assert run(CELLS[name]) == jupyter[name]


@pytest.mark.parametrize("name", SYNTAX)
def test_a_syntax_error_has_pythons_message_at_its_line_as_in_jupyter(run, jupyter, name):
    ((kind, text),) = run(SYNTAX[name])
    ((_, expected),) = jupyter[name]
    assert kind == "error"
    assert text.startswith("line ")
    place = expected.split(", ", 1)[1].rstrip("\n")
    assert text == place


def test_a_missing_module_is_named(run):
    run("import nowhere.at_all")
    assert run.missing == "nowhere"
    run("import json")
    assert run.missing is None


def test_the_cells_of_a_page_share_their_names(run):
    from run_cell import run_cell

    names, parts = {"__name__": "__main__"}, []
    for number, source in enumerate(["x = 2", "x * 3", "_ + 1"], 1):
        run_cell(source, f"<cell {number}>", names, lambda *part: parts.append(part))
    assert parts == [("result", "6"), ("result", "7")]


# --- 32-bit integers: what it does in the page itself is held by tests/in_the_page ---------------


@pytest.mark.parametrize(
    ("values", "options", "dtype"),
    [
        (([1, 2],), {}, np.int64),
        (([1, 2],), {"dtype": None}, np.int64),
        ((3,), {}, np.int64),
        (([1, 2], np.int32), {}, np.int32),
        (([1, 2], "int32"), {}, np.int32),
        (([1, 2],), {"dtype": np.int32}, np.int32),
        ((np.zeros(2, np.int32),), {}, np.int32),
        (([1.5],), {}, np.float64),
    ],
)
def test_whole_numbers_that_are_written_down_are_wide_unless_a_type_is_named(
    run, values, options, dtype
):
    from run_cell import widened

    def array(values, dtype=None):
        """np.array where int has 32 bits."""
        made = np.array(values, dtype)
        return made.astype(np.int32) if made.dtype == np.int64 else made

    assert widened(array)(*values, **options).dtype == dtype


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("counts", [np.array([2, 1]), [2, 1], np.array([2, 1], np.int32), 3])
def test_counts_of_64_bits_are_taken_where_addresses_have_32(run, counts, by_name):
    from run_cell import with_places

    def repeat(values, repeats):
        """np.repeat where addresses have 32 bits, so that int32 is the type of a count."""
        if getattr(repeats, "dtype", np.int32) != np.int32:
            raise TypeError(repeats.dtype)
        return np.repeat(values, repeats)

    taking = with_places(repeat, 1, "repeats", np.int32)
    ours = taking([5, 6], repeats=counts) if by_name else taking([5, 6], counts)
    assert ours.tolist() == np.repeat([5, 6], counts).tolist()
