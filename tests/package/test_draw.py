"""The drawings that chapters share: the same bytes, the palette's colours, the words as given."""

import io
import re

import numpy as np
import pytest

from embedlib import PALETTE

plt = pytest.importorskip("matplotlib.pyplot")

from embedlib import draw  # noqa: E402 (needs Matplotlib)

WEIGHT = np.array([[0.5, -1.25], [2.0, 0.0], [-0.0, 3.5], [1.0, 1.0]])
IDS = np.array([2, 0, 2])
CURVE = [1.0, 0.5, 0.25]
DRAWINGS = {
    "table": lambda ax: draw.table(WEIGHT, marked=[1], ax=ax),
    "lookup": lambda ax: draw.lookup(IDS, WEIGHT, ax=ax),
    "scatter_add": lambda ax: draw.scatter_add(np.array([1, 3, 1, 0]), 5, padding_idx=0, ax=ax),
    "row_path": lambda ax: draw.row_path({"Adam": CURVE, "SGD": CURVE}, {"SGD": CURVE}, ax=ax),
}
every_drawing = pytest.mark.parametrize("name", DRAWINGS)


@pytest.fixture(autouse=True)
def own_style():
    """Each test draws with agg in the style of the book, and leaves no figure behind."""
    with plt.rc_context({"backend": "agg"}):
        draw.use_style()
        yield
        plt.close("all")


def svg(name):
    figure, ax = plt.subplots()
    DRAWINGS[name](ax)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def words(picture):
    """Matplotlib draws letters as outlines and writes the words into a comment beside them."""
    return re.findall(r"<!-- (.*?) -->", picture)


@every_drawing
def test_a_drawing_is_the_same_bytes_every_time(name):
    assert svg(name) == svg(name)


@every_drawing
def test_a_drawing_has_colours_of_the_light_palette_alone(name):
    # Then the website can replace each of them on dark pages.
    colours = set(re.findall(r"#[0-9a-fA-F]{6}\b", svg(name)))
    assert colours <= set(PALETTE["light"].values())
    assert len(colours) >= 4
    assert not re.search(r"(fill|stroke): (?!#|none|url)[a-z]", svg(name))


@every_drawing
def test_a_drawing_goes_onto_the_axes_given_or_the_current_ones_and_returns_them(name):
    _, (left, right) = plt.subplots(1, 2)
    assert DRAWINGS[name](left) is left
    assert DRAWINGS[name](None) is right


@every_drawing
def test_two_things_told_apart_by_colour_are_told_apart_without_it(name):
    dashes = {}
    for style in re.findall(r'style="fill: none; ([^"]*)"', svg(name)):
        colour = re.search(r"stroke: (#\w+)", style)[1]
        pattern = re.search(r"stroke-dasharray: ([\d.,]+)", style)
        dashes.setdefault(colour, set()).add(pattern and pattern[1])
    accents = [PALETTE["light"][role] for role in ("blue", "orange", "green", "red")]
    drawn = [frozenset(dashes[colour]) for colour in accents if colour in dashes]
    assert drawn
    assert len(set(drawn)) == len(drawn)


def test_a_table_shows_each_number_and_the_number_of_each_row():
    expected = ["0", "0.50", "-1.25", "1", "2.00", "0.00", "2", "-0.00", "3.50", "3", "1.00"]
    assert words(svg("table")) == [*expected, "1.00"]


def test_a_table_of_integers_is_shown_without_decimals():
    ax = draw.table(np.array([[7, -1]]))
    assert [text.get_text() for text in ax.texts] == ["0", "7", "-1"]


def test_a_marked_row_is_tinted_and_has_a_heavy_frame():
    widths = {
        mark: max(p.get_linewidth() for p in draw.table(WEIGHT, mark, ax=axes()).patches)
        for mark in ((), (1,))
    }
    assert widths[(1,)] >= 2 * widths[()]


def test_a_lookup_shows_ids_table_and_output():
    texts = words(svg("lookup"))
    assert texts[:3] == ["input", "weight", "output"]
    output = ["2", "-0.00", "3.50", "0", "0.50", "-1.25", "2", "-0.00", "3.50"]
    assert texts[-9:] == output


def test_a_scatter_add_shows_what_meets_in_each_row_and_drops_padding():
    texts = words(svg("scatter_add"))
    assert texts[:3] == ["input", "g", "weight.grad"]
    assert texts[3:13] == ["0", "0", "1", "$g_{0} + g_{2}$", "2", "0", "3", "$g_{1}$", "4", "0"]
    assert texts[13:] == ["1", "$g_{0}$", "3", "$g_{1}$", "1", "$g_{2}$", "0", "$g_{3}$"]
    ax = DRAWINGS["scatter_add"](axes())
    assert sum(bool(patch.get_hatch()) for patch in ax.patches) == 2  # upstream row, table row
    assert [line.get_marker() for line in ax.lines].count("x") == 1


def test_a_scatter_add_without_padding_idx_drops_nothing():
    ax = draw.scatter_add(np.array([1, 0]), 2)
    assert "x" not in [line.get_marker() for line in ax.lines]
    assert not any(patch.get_hatch() for patch in ax.patches)


def test_a_path_names_each_curve_and_torch_once():
    texts = words(svg("row_path"))
    assert "step" in texts
    assert texts[-3:] == ["Adam", "SGD", "torch"]


def test_a_path_shows_torchs_values_as_circles_and_ours_as_lines():
    ax = draw.row_path({"SGD": CURVE}, {"SGD": [1.0, 0.5, 0.3]})
    ours, theirs = ax.lines[:2]
    assert (list(ours.get_ydata()), ours.get_marker()) == (CURVE, "None")
    assert (list(theirs.get_ydata()), theirs.get_marker()) == ([1.0, 0.5, 0.3], "o")
    assert theirs.get_linestyle() == "None"


def test_a_seventh_id_is_drawn_too():
    draw.lookup(np.arange(8), np.ones((8, 2)))


@pytest.mark.parametrize("shape", [(0, 2), (3, 0)])
def test_a_table_without_rows_or_columns_is_drawn(shape):
    draw.table(np.zeros(shape))
    draw.lookup(np.zeros(0, np.int64), np.zeros(shape))


def axes():
    return plt.figure().gca()


ERRORS = {
    "table, 1-D": (lambda: draw.table(np.ones(3)), RuntimeError, "'weight' must be 2-D"),
    "table, marked": (lambda: draw.table(WEIGHT, [4]), IndexError, "index out of range in self"),
    "table, negative": (lambda: draw.table(WEIGHT, [-1]), IndexError, "index out of range"),
    "lookup, 2-D ids": (lambda: draw.lookup(IDS[None], WEIGHT), ValueError, "ids must be 1-D"),
    "lookup, bad id": (lambda: draw.lookup(IDS + 2, WEIGHT), IndexError, "index out of range"),
    "lookup, 1-D table": (lambda: draw.lookup(IDS, WEIGHT[0]), RuntimeError, "must be 2-D"),
    "lookup, list": (lambda: draw.lookup([1], WEIGHT), TypeError, "must be an array"),
    "scatter, 0-D": (lambda: draw.scatter_add(IDS[0], 3), ValueError, "ids must be 1-D"),
    "scatter, bad id": (lambda: draw.scatter_add(IDS, 2), IndexError, "index out of range"),
    "scatter, padding": (lambda: draw.scatter_add(IDS, 3, 3), AssertionError, "Padding_idx must"),
    "path, none": (lambda: draw.row_path({}), ValueError, "from 1 to 6 curves"),
    "path, seven": (
        lambda: draw.row_path({str(i): CURVE for i in range(7)}),
        ValueError,
        "from 1 to 6 curves",
    ),
    "path, 2-D": (lambda: draw.row_path({"a": [CURVE]}), ValueError, "all curves must be 1-D"),
    "path, lengths": (
        lambda: draw.row_path({"a": CURVE, "b": CURVE[:2]}),
        ValueError,
        "of one length",
    ),
    "path, torch's length": (
        lambda: draw.row_path({"a": CURVE}, {"a": CURVE[:2]}),
        ValueError,
        "of one length",
    ),
    "path, unknown": (lambda: draw.row_path({"a": CURVE}, {"b": CURVE}), ValueError, r"\['b'\]"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_cannot_be_drawn_is_an_error_and_draws_nothing(case):
    call, error, message = ERRORS[case]
    _, ax = plt.subplots()
    with pytest.raises(error, match=message):
        call()
    assert not [*ax.lines, *ax.patches, *ax.texts]
