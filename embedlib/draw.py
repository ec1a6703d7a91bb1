"""How the figures of the book look, and the drawings that several chapters share.

Needs Matplotlib; `import embedlib` does not import this. Call `use_style` once. Each drawing is a
function that draws on Axes and returns them; words on it are identifiers, so that one picture
serves both languages.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.rcsetup import cycler
from matplotlib.ticker import MaxNLocator

from embedlib import functional as F
from embedlib.arrays import Array
from embedlib.palette import PALETTE

__all__ = ["use_style", "table", "lookup", "scatter_add", "row_path"]  # noqa: RUF022 (as below)


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

    Sets Matplotlib's rcParams, and in a notebook asks for SVG without a date, and for PNG of the
    same size beside it: a viewer that does not trust the notebook shows no SVG.

    >>> use_style()
    >>> mpl.rcParams["figure.facecolor"]
    '#ffffff'
    """
    colour = PALETTE["light"]
    mpl.rcParams.update(
        {
            "figure.facecolor": colour["paper"],
            "figure.figsize": (6.4, 3.6),
            "figure.dpi": 96,  # so that the PNG is shown as large as the SVG
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
    nameless = {"Date": None, "Creator": None}
    set_matplotlib_formats("svg", "retina", metadata=nameless)  # type: ignore[no-untyped-call]


def table(weight: Array, marked: Sequence[int] = (), ax: Axes | None = None) -> Axes:
    """A table: one row of cells for each id, some of them marked (tinted, with a heavy frame).

    Args:
        weight: the table, shape ``(V, D)``.
        marked: ids of the rows to mark, each in ``0 .. V - 1``.
        ax: where to draw; None means ``plt.gca()``.

    Returns:
        the Axes.

    Raises:
        RuntimeError: `weight` is not 2-D.
        IndexError: a marked id is out of range.

    >>> import numpy as np
    >>> table(np.eye(3), marked=[1]).axison
    False
    """
    _check_table(weight)
    for id in marked:
        if not 0 <= id < len(weight):
            raise IndexError("index out of range in self")
    cells, cell = _cells(weight)
    canvas = _Canvas(ax, _INDEX + cell * weight.shape[1], len(weight))
    canvas.table(_INDEX, 0, cells, cell, dict.fromkeys(marked, "orange"))
    for v in marked:
        canvas.frame(_INDEX, v, cell * weight.shape[1])
    return canvas.ax


def lookup(ids: Array, weight: Array, ax: Axes | None = None) -> Axes:
    """A lookup: ids on the left, an arrow from each to its row, and on to a row of the output.

    Args:
        ids: int32 or int64, shape ``(N,)``, each in ``0 .. V - 1``.
        weight: the table, shape ``(V, D)``.
        ax: where to draw; None means ``plt.gca()``.

    Returns:
        the Axes.

    Raises:
        ValueError: `ids` is not 1-D.
        the errors of `embedlib.functional.embedding`.

    >>> import numpy as np
    >>> lookup(np.array([2, 0, 2]), np.eye(3)).axison
    False
    """
    F.embedding(ids, weight)  # for its checks
    _check_ids(ids)
    roles = _roles(ids)
    cells, cell = _cells(weight)
    wide = cell * weight.shape[1]
    table_at, output_at = _ID + _GAP, _ID + 2 * _GAP + wide
    canvas = _Canvas(ax, output_at + wide, 1 + max(len(ids), len(weight)))
    canvas.heads({_ID / 2: "input", table_at + wide / 2: "weight", output_at + wide / 2: "output"})
    canvas.table(table_at, 1, cells, cell, roles)
    for y, id in enumerate(ids.tolist(), start=1):
        canvas.row(0, y, [str(id)], _ID, roles[id])
        canvas.arrow((_ID, y), (table_at - _INDEX, id + 1), roles[id])
        canvas.arrow((table_at + wide, id + 1), (output_at, y), roles[id])
        canvas.row(output_at, y, cells[id], cell, roles[id])
    return canvas.ax


def scatter_add(
    ids: Array, num_embeddings: int, padding_idx: int | None = None, ax: Axes | None = None
) -> Axes:
    """A scatter-add: each upstream row goes to the row of its id, where rows that meet add up.

    The padding row is hatched; what would go to it ends in a cross.

    Args:
        ids: int32 or int64, shape ``(N,)``, each in ``0 .. num_embeddings - 1``.
        num_embeddings: V, the number of rows of the table.
        padding_idx: the id that receives no gradient, in ``0 .. num_embeddings - 1``, or None.
        ax: where to draw; None means ``plt.gca()``.

    Returns:
        the Axes.

    Raises:
        ValueError: `ids` is not 1-D.
        AssertionError: `padding_idx` is out of range.
        the errors of `embedlib.functional.embedding_dense_backward`.

    >>> import numpy as np
    >>> scatter_add(np.array([1, 3, 1, 0]), 4, padding_idx=0).axison
    False
    """
    F.embedding_dense_backward(np.zeros((np.size(ids), 1)), ids, num_embeddings)
    _check_ids(ids)
    if padding_idx is not None and not 0 <= padding_idx < num_embeddings:
        raise AssertionError("Padding_idx must be within num_embeddings")
    arrivals: list[list[str]] = [[] for _ in range(num_embeddings)]
    for i, id in enumerate(ids.tolist()):
        if id != padding_idx:
            arrivals[id].append(f"g_{{{i}}}")
    sums = ["$" + " + ".join(terms) + "$" if terms else "0" for terms in arrivals]
    wide = 0.6 + 1.1 * max([1, *map(len, arrivals)])
    grad_at, table_at = _ID + 0.4, 2 * _ID + 0.4 + _GAP
    roles = _roles(ids[ids != padding_idx])
    canvas = _Canvas(ax, table_at + wide, 1 + max(len(ids), num_embeddings))
    heads = {_ID / 2: "input", grad_at + _ID / 2: "g", table_at + wide / 2: "weight.grad"}
    canvas.heads(heads)
    canvas.table(table_at, 1, [[total] for total in sums], wide, roles)
    if padding_idx is not None:
        canvas.hatch(table_at, padding_idx + 1, wide)
    for i, id in enumerate(ids.tolist()):
        canvas.row(0, i + 1, [str(id)], _ID, roles.get(id, "ink"))
        canvas.row(grad_at, i + 1, [f"$g_{{{i}}}$"], _ID, roles.get(id, "ink"))
        start = (grad_at + _ID, i + 1)
        if id == padding_idx:
            canvas.hatch(grad_at, i + 1, _ID)
            canvas.arrow(start, (start[0] + 1, i + 1), "muted", head="x")
        else:
            canvas.arrow(start, (table_at - _INDEX, id + 1), roles[id])
    return canvas.ax


def row_path(
    steps: Mapping[str, npt.ArrayLike],
    torch: Mapping[str, npt.ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """One number of a row over the steps of training: ours as lines, torch's as circles on them.

    Args:
        steps: by name, the values at step 0, 1, 2, ...; all of one length, at most six names.
        torch: what torch got, for some or all of these names.
        ax: where to draw; None means ``plt.gca()``.

    Returns:
        the Axes.

    Raises:
        ValueError: values that are not 1-D or of another length; more than six names, or none; a
            name in `torch` that `steps` has not.

    >>> row_path({"SGD": [1.0, 0.5, 0.25]}, torch={"SGD": [1.0, 0.5, 0.25]}).get_xlabel()
    'step'
    """
    torch = torch or {}
    if not 0 < len(steps) <= len(_LINES):
        raise ValueError(f"from 1 to {len(_LINES)} curves can be told apart, not {len(steps)}")
    if unknown := set(torch) - set(steps):
        raise ValueError(f"torch has curves that steps has not: {sorted(unknown)}")
    shapes = {np.shape(values) for values in (*steps.values(), *torch.values())}
    if len(shapes) != 1 or len(min(shapes)) != 1:
        raise ValueError(f"all curves must be 1-D and of one length, not {sorted(shapes)}")
    ax = plt.gca() if ax is None else ax
    for (name, values), role in zip(steps.items(), _LINES, strict=False):
        ax.plot(values, color=_COLOUR[role], linestyle=_LINES[role], label=name)
        if name in torch:
            ax.plot(torch[name], color=_COLOUR[role], **_HOLLOW)
    if torch:
        ax.plot([], color=_COLOUR["ink"], label="torch", **_HOLLOW)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("step")
    ax.legend()
    return ax


# --- how tables and arrows are drawn -------------------------------------------------------------
# The unit of length is the height of a row. What a colour says, a line style, a hatching or a
# heavy frame says too.

_COLOUR = PALETTE["light"]
_HOLLOW: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "none"}
_ROW = 24  # the largest height of a row, in points
_INDEX = 0.9  # room for the number of a row, left of it
_ID = 1.2  # width of a cell that holds an id
_GAP = 3.6  # between two columns: the arrows
_BEND = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 25))  # an arrow leaves and arrives level


class _Canvas:
    """A piece of paper without axes, `width` by `height`, row 0 at the top."""

    def __init__(self, ax: Axes | None, width: float, height: float) -> None:
        self.ax = plt.gca() if ax is None else ax
        inches = self.ax.get_window_extent().transformed(self.ax.figure.dpi_scale_trans.inverted())
        room = min(72 * inches.width / width, 72 * inches.height / max(height, 1))
        self.points = min(_ROW, 0.98 * room)
        # Rows never get larger than _ROW: on a large figure the drawing stands in the middle.
        margins = (
            72 * inches.width / self.points - width,
            72 * inches.height / self.points - height,
        )
        self.ax.set_xlim(-margins[0] / 2, width + margins[0] / 2)
        self.ax.set_ylim(height + margins[1] / 2, -margins[1] / 2)
        self.ax.set_aspect("equal")
        self.ax.set_axis_off()

    def text(self, x: float, y: float, words: str, role: str = "ink", at: str = "center") -> None:
        self.ax.text(
            x,
            y + 0.68,  # the baseline: letters are about 0.36 of a row high
            words,
            color=_COLOUR[role],
            size=self.points / 2,
            family="monospace",
            horizontalalignment=at,
            verticalalignment="baseline",
        )

    def heads(self, words: Mapping[float, str]) -> None:
        """What stands above the columns: by position."""
        for x, name in words.items():
            self.text(x, -0.1, name, "muted")

    def table(
        self, x: float, y: float, cells: list[list[str]], cell: float, roles: Mapping[int, str]
    ) -> None:
        """Rows with their numbers; `roles` says which have a colour."""
        for v, words in enumerate(cells):
            self.text(x - 0.3, y + v, str(v), "muted", at="right")
            self.row(x, y + v, words, cell, roles.get(v, "ink"))

    def row(self, x: float, y: float, words: Sequence[str], cell: float, role: str) -> None:
        """Cells side by side, tinted unless the role is ink."""
        for i, word in enumerate(words):
            left = x + i * cell
            if role != "ink":
                self._box(left, y, cell, facecolor=_COLOUR[role], alpha=0.18)
            self._box(left, y, cell, edgecolor=_COLOUR["muted"], linewidth=0.8)
            self.text(left + cell / 2, y, word)

    def frame(self, x: float, y: float, width: float) -> None:
        """A heavy frame around a whole row, above the thin ones of the neighbours."""
        self._box(x, y, width, edgecolor=_COLOUR["orange"], linewidth=2.5, zorder=1.5)

    def hatch(self, x: float, y: float, width: float) -> None:
        """The sign of padding; behind the letters."""
        self._box(x, y, width, edgecolor=_COLOUR["grid"], linewidth=0, hatch="////", zorder=0.5)

    def _box(self, x: float, y: float, width: float, **look: Any) -> None:
        look = {"facecolor": "none", "edgecolor": "none", **look}
        self.ax.add_patch(Rectangle((x, y), width, 1, **look))

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], role: str, head: str = ">"
    ) -> None:
        """From the right side of one row to the left side of another."""
        (x0, y0), (x1, y1) = start, (end[0] - 0.25, end[1])
        xs, ys = np.linspace(x0 + 0.1, x1, len(_BEND)), y0 + (y1 - y0) * _BEND + 0.5
        look: dict[str, Any] = {"color": _COLOUR[role], "linewidth": 1.5}
        self.ax.plot(xs, ys, linestyle=_LINES.get(role, "-"), **look)
        look = {**look, "linestyle": "none", "markersize": self.points / 4, "markeredgewidth": 1.5}
        self.ax.plot(xs[-1:], ys[-1:], marker=head, **look)


def _roles(ids: Array) -> dict[int, str]:
    """An accent for each id; the seventh one gets the first one's again."""
    return dict(zip(dict.fromkeys(ids.tolist()), cycle(_LINES), strict=False))


def _cells(weight: Array) -> tuple[list[list[str]], float]:
    """The numbers as text, and the width of a cell that holds any of them."""
    form = "{:.2f}" if np.issubdtype(weight.dtype, np.floating) else "{}"
    cells = [[form.format(value) for value in row] for row in weight.tolist()]
    longest = max((len(words) for row in cells for words in row), default=1)
    return cells, 0.5 + 0.3 * longest  # a letter is 0.6 times as wide as high, and half a row high


def _check_table(weight: Array) -> None:
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")


def _check_ids(ids: Array) -> None:
    if ids.ndim != 1:
        raise ValueError(f"ids must be 1-D to be drawn, not of shape {ids.shape}")
