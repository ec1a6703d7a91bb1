"""Measure every cell in this process, one JSON line each: started by `benchmarks.bench`.

``python -m benchmarks.worker time``, ``without-scipy`` or ``memory``; the environment says which
memory pages.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.kernels import FLOAT, KERNELS, Call, Cell, Data, Kernel, Pair, agree
from embedlib import scatter

FULL = ((10**3, 10**5, 10**6), (16, 64, 128, 512), (10**3, 10**4, 10**5))
QUICK = ((10**3, 10**5), (16, 128), (10**3, 10**5))
IDS = ("uniform", "zipf")
SAMPLE = 1e-3  # seconds: a quick call is repeated until one sample takes about this long
STATUS = Path("/proc/self/status")


def cells(
    kernel: Kernel, grid: tuple[tuple[int, ...], ...], rng: np.random.Generator
) -> Iterator[tuple[Cell, Data | None]]:
    """Each cell with its arrays; without them where the memory does not suffice."""
    sizes, widths, counts = grid
    for rows, width in product(sizes, widths):
        data = None
        choices = [(counts[-1], IDS[0])] if kernel.dense else product(counts, IDS)
        fits = kernel.tables * rows * width * FLOAT < 0.9 * available()
        for count, kind in choices:
            cell = Cell(rows, width, count, kind)
            if fits and data is None:
                data = Data(cell, rng)
            elif data is not None:
                data.draw(cell, rng)
            yield cell, data


def available() -> int:
    lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvail")) * 1024


def seconds(call: Call, repeats: int, reset: Call | None) -> float:
    if reset:
        reset()
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def measure_time(pair: Pair, rounds: int, budget: float) -> dict[str, float]:
    """The median seconds of each, in turns: for `rounds` rounds, then until `budget` is spent."""
    calls = (pair.ours, pair.torch)
    repeats = [1, 1]
    if pair.reset is None:
        repeats = [max(1, math.ceil(SAMPLE / seconds(call, 1, None))) for call in calls]
    samples: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + budget
    while len(samples[0]) < rounds or time.perf_counter() < end:
        for who in (0, 1) if len(samples[0]) % 2 else (1, 0):
            samples[who].append(seconds(calls[who], repeats[who], pair.reset))
    return {"embedlib": median(samples[0]), "torch": median(samples[1])}


def measure_memory(pair: Pair) -> dict[str, float]:
    """Bytes at the peak of one call, its result included, beyond what was there before.

    embedlib: what NumPy and Python allocate, from tracemalloc. torch: the growth of the process's
    peak resident memory, which Linux counts, to about 256 KiB. (torch's own profiler leaves out
    what C++ containers allocate.) Pages that were resident before do not count there; so a result
    that is new counts with its own bytes at least.
    """
    tracemalloc.start()
    pair.ours()
    ours = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the peak begins again at the present
    before = resident("VmRSS")
    result = pair.torch()
    theirs = resident("VmHWM") - before
    return {"embedlib": ours, "torch": max(theirs, size(result)) if pair.makes else theirs}


def size(result: torch.Tensor) -> int:
    """Bytes of a tensor, dense or sparse."""
    parts = (result.indices(), result.values()) if result.is_sparse else (result,)
    return sum(part.nbytes for part in parts)


def resident(key: str) -> int:
    lines = STATUS.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["time", "without-scipy", "memory"])
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    grid, rounds, budget = (QUICK, 3, 0.04) if args.quick else (FULL, 5, 0.2)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    gc.disable()
    rng = np.random.default_rng(0)
    if args.what == "without-scipy":
        scatter._sparsetools = lambda: None  # type: ignore[assignment]
    for name, kernel in KERNELS.items():
        if args.what == "without-scipy" and not kernel.adds:
            continue
        for cell, data in cells(kernel, grid, rng):
            line = {"kernel": name, **asdict(cell)}
            if data is None:
                print(json.dumps({**line, "skipped": "not enough memory"}), flush=True)
                continue
            pair = kernel.make(data)
            if not agree(pair.ours(), pair.torch()):
                sys.exit(f"{name}, {cell}: the two results differ")
            weighed = args.what == "memory"
            found = measure_memory(pair) if weighed else measure_time(pair, rounds, budget)
            print(json.dumps({**line, **found}), flush=True)


if __name__ == "__main__":
    main()
