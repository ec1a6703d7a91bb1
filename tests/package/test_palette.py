"""The palette, the style of the figures, and what importing the package brings along."""

import itertools
import json
import subprocess
import sys
from importlib.resources import files

import pytest

from embedlib import PALETTE

ACCENTS = ("blue", "orange", "green", "red", "purple", "yellow")


def luminance(colour):
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def run_python(code):
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    return out.stdout


def test_the_palette_says_what_its_file_says():
    roles = json.loads(files("embedlib").joinpath("palette.json").read_text(encoding="utf-8"))
    assert set(roles) == {"paper", "ink", "muted", "grid", *ACCENTS}
    for role, values in roles.items():
        assert set(values) == {"light", "dark"}
        for mode in values:
            assert PALETTE[mode][role] == values[mode]
            assert len(values[mode]) == 7


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_accents_stand_out_from_the_paper(mode):
    colours = PALETTE[mode]
    for role in ("ink", "muted"):
        assert contrast(colours[role], colours["paper"]) >= 4.5
    for role in ACCENTS:
        assert contrast(colours[role], colours["paper"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_accents_differ_in_luminance_for_those_who_see_no_colour(mode):
    for a, b in itertools.combinations(ACCENTS, 2):
        assert contrast(PALETTE[mode][a], PALETTE[mode][b]) >= 1.18


def test_importing_embedlib_imports_numpy_alone():
    code = "import sys, embedlib; print([m for m in ('torch', 'matplotlib') if m in sys.modules])"
    assert run_python(code).strip() == "[]"


FIGURE = """
import io, sys
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
from embedlib.draw import use_style
use_style()
fig, ax = plt.subplots()
for k in range(6):
    ax.plot([0, 1], [k, k + 1], label=f"$x_{k}$")
ax.scatter([0, 1], [1, 2])
ax.legend()
out = io.StringIO()
fig.savefig(out, format="svg", metadata={"Date": None})
sys.stdout.write(out.getvalue())
"""


def test_figures_are_the_same_bytes_in_every_run_and_carry_no_date_and_no_fonts():
    pytest.importorskip("matplotlib")
    first, second = run_python(FIGURE), run_python(FIGURE)
    assert first == second
    assert first.lstrip().startswith("<?xml")
    assert "<dc:date>" not in first
    assert "<text" not in first


def test_each_line_of_a_figure_has_a_colour_and_a_line_style_of_its_own():
    mpl = pytest.importorskip("matplotlib")
    from embedlib.draw import use_style

    with mpl.rc_context():
        use_style()
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()
        assert mpl.rcParams["figure.facecolor"] == PALETTE["light"]["paper"]
    assert cycle["color"] == [PALETTE["light"][name] for name in ACCENTS]
    assert len({str(style) for style in cycle["linestyle"]}) == len(ACCENTS)


def test_a_notebook_gets_png_and_svg_without_a_date():
    pytest.importorskip("IPython")
    pytest.importorskip("matplotlib_inline")
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import matplotlib.pyplot as plt
from embedlib.draw import use_style
use_style()
fig, ax = plt.subplots()
data, _ = shell.display_formatter.format(fig)
print(sorted(data), "<dc:date>" in data.get("image/svg+xml", ""))
"""
    assert (
        run_python(code).splitlines()[-1] == "['image/png', 'image/svg+xml', 'text/plain'] False"
    )
