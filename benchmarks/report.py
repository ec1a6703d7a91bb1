"""From measured cells to text and a picture."""

from __future__ import annotations

from pathlib import Path
from statistics import geometric_mean
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.kernels import KERNELS, WITHOUT_SCIPY
from embedlib import PALETTE, draw

Cells = list[dict[str, Any]]
Modes = dict[str, Cells]
SIZES = ("V", "D", "N")
LARGE = 4 << 20  # bytes
BLUR = 256 << 10  # bytes: Linux counts the peak of a process about so exactly
MEMORY, BYTES_PER_ID = 1.10, 20  # the peak to reach: a share of torch's, and what an id may add


def place(cell: dict[str, Any]) -> str:
    return ", ".join(f"{key}={cell[key]}" for key in (*SIZES, "ids"))


def text(modes: Modes, about: dict[str, Any]) -> str:
    quick = ", part of the grid" if about["quick"] else ""
    lines = [
        f"embedlib / torch {about['torch']}, NumPy {about['numpy']}, SciPy {about['scipy']}, "
        f"one thread{quick}, {about['minutes']} minutes. Below 1: embedlib is faster.",
        "",
        f"{'':<20} {'mean':>5} {'goal':>5}  {'worst':>5} {'goal':>5}   {'in the cell':<38} "
        f"{'default pages':>13}",
    ]
    lines += [_time_line(modes, kernel) for kernel in KERNELS]
    lines += ["", f"Without SciPy (goal: no cell above {WITHOUT_SCIPY:g}):"]
    lines += [_slow_line(modes, name) for name, kernel in KERNELS.items() if kernel.adds]
    lines += [
        "",
        f"Peak extra memory: the mean over the cells in which torch takes {LARGE >> 20} MiB or "
        "more, and the most bytes an id beyond torch's:",
    ]
    lines += [_memory_line(modes["memory"], kernel) for kernel in KERNELS]
    lines += ["", "How seconds grow (huge pages), embedlib | torch:"]
    lines += [_growth_line(modes["huge pages"], kernel) for kernel in KERNELS]
    skipped = [(mode, c) for mode, cells in modes.items() for c in cells if "skipped" in c]
    if skipped:
        lines += ["", "Skipped:"]
    lines += [f"{mode}, {c['kernel']}, {place(c)}: {c['skipped']}" for mode, c in skipped]
    return "\n".join(lines) + "\n"


def verdict(**reached: bool) -> str:
    """What was missed, by name.

    >>> verdict(mean=True, worst=False)
    'MISSED: worst'
    """
    missed = [name for name, is_reached in reached.items() if not is_reached]
    return f"MISSED: {', '.join(missed)}" if missed else "reached"


def _time_line(modes: Modes, kernel: str) -> str:
    goal, mean, worst, cell = KERNELS[kernel], *_summary(_of(modes["huge pages"], kernel))
    default = _summary(_of(modes["default pages"], kernel))[0]
    return (
        f"{kernel:<20} {mean:5.2f} {goal.goal:5.2f}  {worst:5.2f} {goal.worst:5.2f}   "
        f"{place(cell):<38} {default:13.2f}   "
        f"{verdict(mean=mean <= goal.goal, worst=worst <= goal.worst)}"
    )


def _slow_line(modes: Modes, kernel: str) -> str:
    mean, worst, cell = _summary(_of(modes["without SciPy"], kernel))
    return (
        f"{kernel:<20} {mean:5.2f} {'':5}  {worst:5.2f} {WITHOUT_SCIPY:5.2f}   {place(cell):<38} "
        f"{'':13}   {verdict(worst=worst <= WITHOUT_SCIPY)}"
    )


def _memory_line(cells: Cells, kernel: str) -> str:
    chosen = _of(cells, kernel)
    more = max((c["embedlib"] - c["torch"] - BLUR) / c["N"] for c in chosen)
    large = [cell for cell in chosen if cell["torch"] >= LARGE]
    if not large:
        share, mean = f"{'none':>5} {'':5}", 0.0
    else:
        mean = _summary(large)[0]
        share = f"{mean:5.2f} {MEMORY:5.2f}"
    return (
        f"{kernel:<20} {share}  {max(more, 0):5.0f} {BYTES_PER_ID:5}   {'':<38} {'':13}   "
        f"{verdict(mean=mean <= MEMORY, bytes=more <= BYTES_PER_ID)}"
    )


def _growth_line(cells: Cells, kernel: str) -> str:
    """Seconds as a product of powers of V, D and N: the exponents that fit best."""
    chosen = _of(cells, kernel)
    sizes = [key for key in SIZES if len({cell[key] for cell in chosen}) > 1]
    logs = [[1.0, *(np.log(cell[key]) for key in sizes)] for cell in chosen]
    parts = []
    for who in ("embedlib", "torch"):
        times = np.log([cell[who] for cell in chosen])
        powers = np.linalg.lstsq(np.array(logs), times, rcond=None)[0][1:]
        parts.append(" ".join(f"{k}^{p:.2f}" for k, p in zip(sizes, powers, strict=True)))
    return f"{kernel:<20} {' | '.join(parts)}"


def picture(cells: Cells, path: Path) -> None:
    """Seconds over V, D and N, one row for each kernel: the geometric mean over all else."""
    mpl.use("agg")
    draw.use_style()
    colour = PALETTE["light"]
    styles: dict[str, dict[str, Any]] = {
        "embedlib": {"color": colour["blue"], "linestyle": "-", "marker": "o"},
        "torch": {"color": colour["orange"], "linestyle": "--", "marker": "s"},
    }
    figure, axes = plt.subplots(
        len(KERNELS), 3, figsize=(9, 2 * len(KERNELS)), sharex="col", sharey="row"
    )
    for row, kernel in zip(axes, KERNELS, strict=True):
        row[0].set_ylabel(f"{kernel}\ns", fontsize=9)
        for ax, size in zip(row, SIZES, strict=True):
            chosen = _of(cells, kernel)
            values = sorted({cell[size] for cell in chosen})
            for who, style in styles.items():
                groups = [[c[who] for c in chosen if c[size] == value] for value in values]
                ax.loglog(values, [geometric_mean(g) for g in groups], label=who, **style)
            ax.tick_params(labelsize=9)
    for ax, size in zip(axes[-1], SIZES, strict=True):
        ax.set_xlabel(size)
        values = sorted({cell[size] for cell in cells})
        ax.set_xticks(values, [f"{value:,}" for value in values])
        ax.set_xticks([], minor=True)
    axes[0, 0].legend(fontsize=9)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _of(cells: Cells, kernel: str) -> Cells:
    return [cell for cell in cells if cell["kernel"] == kernel and "skipped" not in cell]


def _summary(cells: Cells) -> tuple[float, float, dict[str, Any]]:
    """The geometric mean of the ratios, the worst one, and its cell."""
    worst = max(cells, key=_ratio)
    return geometric_mean(_ratio(cell) for cell in cells), _ratio(worst), worst


def _ratio(cell: dict[str, Any]) -> float:
    ratio: float = cell["embedlib"] / cell["torch"]
    return ratio
