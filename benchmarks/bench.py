"""Time embedlib against torch: ``make bench``, or ``make bench QUICK=1``.

Four processes, one after the other; in each the two libraries take turns, with one thread. Every
cell is first checked: both results agree.

- huge pages: both libraries ask for them for large arrays. These ratios count.
- without SciPy: the same, for what embedlib adds up by NumPy alone then.
- default pages: NumPy asks for huge pages, torch does not.
- memory: how many bytes one call takes at its peak.

The result is written into ``_build/bench``: report.txt, results.json, growth.svg; and each cell
as soon as it is measured into a file of its mode, so that a run that is stopped is not lost. The
whole grid takes about two hours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import torch

from benchmarks import report

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "bench"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# What each process measures, and under which environment.
HUGE = {"THP_MEM_ALLOC_ENABLE": "1", "NUMPY_MADVISE_HUGEPAGE": "1"}
MODES: dict[str, tuple[str, dict[str, str]]] = {
    "huge pages": ("time", HUGE),
    "without SciPy": ("without-scipy", HUGE),
    "default pages": ("time", {"THP_MEM_ALLOC_ENABLE": "0", "NUMPY_MADVISE_HUGEPAGE": "1"}),
    # Small pages, and freed memory goes back at once, so that the peak is exact.
    "memory": (
        "memory",
        {
            "THP_MEM_ALLOC_ENABLE": "0",
            "NUMPY_MADVISE_HUGEPAGE": "0",
            "MALLOC_MMAP_THRESHOLD_": "65536",
            "MALLOC_TRIM_THRESHOLD_": "65536",
        },
    ),
}


def measure(mode: str, quick: bool) -> list[dict[str, Any]]:
    """The cells of one mode; tells on stderr which one is done."""
    what, extra = MODES[mode]
    command = [sys.executable, "-m", "benchmarks.worker", what, *["--quick"] * quick]
    env = {**os.environ, **ONE_THREAD, **extra}
    cells: list[dict[str, Any]] = []
    end = "\r" if sys.stderr.isatty() else "\n"
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        (OUT / f"{mode.replace(' ', '-')}.jsonl").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT) as worker,
    ):
        assert worker.stdout
        for line in worker.stdout:
            print(line, end="", file=log, flush=True)
            cells.append(json.loads(line))
            text = f"{mode} [{len(cells)}] {cells[-1]['kernel']}: {report.place(cells[-1])}"
            print(f"{text:<78}", end=end, file=sys.stderr, flush=True)
    if worker.returncode:
        sys.exit(worker.returncode)
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description="Time embedlib against torch.")
    parser.add_argument("--quick", action="store_true", help="in a few minutes, part of the grid")
    quick = parser.parse_args().quick
    start = time.perf_counter()
    modes = {mode: measure(mode, quick) for mode in MODES}
    about = {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "quick": quick,
        "minutes": round((time.perf_counter() - start) / 60, 1),
    }
    text = report.text(modes, about)
    print(f"\n{text}")
    (OUT / "report.txt").write_text(text, "utf-8")
    (OUT / "results.json").write_text(json.dumps({"about": about, **modes}, indent=1), "utf-8")
    report.picture(modes["huge pages"], OUT / "growth.svg")
    print(f"written into {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
