"""How the figures of the book look. Needs Matplotlib; `import embedlib` does not import this."""

import matplotlib as mpl
from cycler import cycler

from embedlib.palette import PALETTE

# Each accent has a line style of its own, so that a figure reads without colour too.
_LINES = {
    "blue": "-",
    "orange": "--",
    "green": "-.",
    "red": ":",
    "purple": (0, (6, 2, 1, 2, 1, 2)),
    "yellow": (0, (1, 3)),
}


def use_style() -> None:
    """Draw all further figures in the style of the book, as SVG, the same bytes at every run.

    Sets Matplotlib's rcParams, and in a notebook asks for SVG without a date.

    >>> use_style()
    >>> mpl.rcParams["figure.facecolor"]
    '#ffffff'
    """
    colour = PALETTE["light"]
    mpl.rcParams.update(
        {
            "figure.facecolor": colour["paper"],
            "figure.figsize": (6.4, 3.6),
            "figure.constrained_layout.use": True,
            "savefig.facecolor": colour["paper"],
            "axes.facecolor": colour["paper"],
            "axes.edgecolor": colour["muted"],
            "axes.labelcolor": colour["ink"],
            "axes.labelsize": 12,
            "axes.titlecolor": colour["ink"],
            "axes.titlesize": 13,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=[colour[name] for name in _LINES])
            + cycler(linestyle=list(_LINES.values())),
            "grid.color": colour["grid"],
            "lines.linewidth": 2.0,
            "legend.frameon": False,
            "legend.fontsize": 11,
            "text.color": colour["ink"],
            "font.size": 12,
            "xtick.color": colour["muted"],
            "ytick.color": colour["muted"],
            "xtick.labelcolor": colour["ink"],
            "ytick.labelcolor": colour["ink"],
            # Letters as outlines: no reader needs the font. Ids from a fixed salt: no two runs
            # differ.
            "svg.fonttype": "path",
            "svg.hashsalt": "embedlib",
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return  # a script, not a notebook: it chooses the format when it saves
    set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
