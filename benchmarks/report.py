"""From measured cells to text and a picture."""

from __future__ import annotations

from pathlib import Path
from statistics import geometric_mean
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.kernels import KERNELS
from embedlib import PALETTE, draw

Cells = list[dict[str, Any]]
Modes = dict[str, Cells]
SIZES = ("V", "D", "N")
LARGE = 4 << 20  # bytes: Linux counts the peak of a process to about 256 KiB


def place(cell: dict[str, Any]) -> str:
    return ", ".join(f"{key}={cell[key]}" for key in (*SIZES, "ids"))


def text(modes: Modes, about: dict[str, Any]) -> str:
    quick = ", part of the grid" if about["quick"] else ""
    lines = [
        f"embedlib / torch {about['torch']}, NumPy {about['numpy']}, one thread{quick}, "
        f"{about['minutes']} minutes. Below 1: embedlib is faster.",
        "",
        f"{'':<20} {'goal':>5} {'mean':>6} {'worst':>6}   {'':<38} {'default pages':>13}",
    ]
    for kernel, goal in ((name, spec.goal) for name, spec in KERNELS.items()):
        lines.append(_time_line(modes, kernel, goal))
    lines += ["", f"Peak extra memory, cells in which torch takes {LARGE >> 20} MiB or more:"]
    lines += [_memory_line(modes["memory"], kernel) for kernel in KERNELS]
    lines += ["", "How seconds grow (huge pages), embedlib | torch:"]
    lines += [_growth_line(modes["huge pages"], kernel) for kernel in KERNELS]
    skipped = [(mode, c) for mode, cells in modes.items() for c in cells if "skipped" in c]
    if skipped:
        lines += ["", "Skipped:"]
    lines += [f"{mode}, {c['kernel']}, {place(c)}: {c['skipped']}" for mode, c in skipped]
    return "\n".join(lines) + "\n"


def _time_line(modes: Modes, kernel: str, goal: float) -> str:
    ratios = _ratios(_of(modes["huge pages"], kernel))
    mean, (worst, cell) = geometric_mean(r for r, _ in ratios), max(ratios, key=lambda r: r[0])
    default = geometric_mean(r for r, _ in _ratios(_of(modes["default pages"], kernel)))
    verdict = "reached" if mean <= goal else "MISSED"
    return (
        f"{kernel:<20} {goal:5.2f} {mean:6.2f} {worst:6.2f}   {place(cell):<38} "
        f"{default:13.2f}   {verdict}"
    )


def _memory_line(cells: Cells, kernel: str) -> str:
    chosen = _of(cells, kernel)
    large = [cell for cell in chosen if cell["torch"] >= LARGE]
    if not large:
        most = max(cell["embedlib"] for cell in chosen)
        return f"{kernel:<20} in no cell; embedlib at most {most / 1024:,.0f} KiB"
    ratios = _ratios(large)
    mean, (worst, cell) = geometric_mean(r for r, _ in ratios), max(ratios, key=lambda r: r[0])
    verdict = "reached" if mean <= 1 else "MISSED"
    return f"{kernel:<20}  1.00 {mean:6.2f} {worst:6.2f}   {place(cell):<38} {verdict:>23}"


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
    figure, axes = plt.subplots(len(KERNELS), 3, figsize=(9, 14), sharex="col", sharey="row")
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


def _ratios(cells: Cells) -> list[tuple[float, dict[str, Any]]]:
    return [(cell["embedlib"] / cell["torch"], cell) for cell in cells]
