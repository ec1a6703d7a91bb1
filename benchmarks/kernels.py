"""Time embedlib against torch: one process, one thread, in turns. ``make bench``.

Every cell is first checked: both libraries return the same bits. Then they take turns on the same
arrays, and the ratio of the two medians counts (below 1: embedlib is faster). Both use huge pages
for large results: NumPy asks for them, torch when ``THP_MEM_ALLOC_ENABLE=1``, which is set below.
To see torch's default: ``THP_MEM_ALLOC_ENABLE=0 make bench``.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch reads it when it first allocates

import numpy as np
import torch

import embedlib.functional as F

ROWS, WIDTHS, COUNTS = (10**3, 10**5, 10**6), (16, 64, 128), (10**3, 10**4, 10**5)
IDS = ("uniform", "zipf")
OUT = Path(__file__).resolve().parent.parent / "_build" / "bench.json"
SAMPLE = 1e-3  # seconds: a quick call is repeated until one sample takes about this long
Call = Callable[[], Any]
Cell = dict[str, Any]


def draw_ids(kind: str, rows: int, count: int, rng: np.random.Generator) -> Any:
    """Ids below `rows`: uniform, or id k with a probability in proportion to 1 / (k + 1)."""
    if kind == "uniform":
        return rng.integers(rows, size=count)
    cumulated = np.cumsum(1 / np.arange(1, rows + 1))
    return np.searchsorted(cumulated, rng.random(count) * cumulated[-1], side="right")


def cells(rng: np.random.Generator) -> Iterator[tuple[Cell, Call, Call]]:
    """What is measured: the cell's description, embedlib's call, torch's call."""
    for rows, width in product(ROWS, WIDTHS):
        weight = rng.standard_normal((rows, width), dtype=np.float32)
        table = torch.from_numpy(weight)
        for count, kind in product(COUNTS, IDS):
            ids = draw_ids(kind, rows, count, rng)
            grad = rng.standard_normal((count, width), dtype=np.float32)
            t_ids, t_grad = torch.from_numpy(ids), torch.from_numpy(grad)
            cell: Cell = {"V": rows, "D": width, "N": count, "ids": kind}
            backward = partial(torch.ops.aten.embedding_dense_backward.default, t_grad, t_ids)
            forward = partial(torch.nn.functional.embedding, t_ids, table)
            yield {"kernel": "forward", **cell}, partial(F.embedding, ids, weight), forward
            ours = partial(F.embedding_dense_backward, grad, ids, rows)
            yield {"kernel": "dense backward", **cell}, ours, partial(backward, rows, -1, False)


def seconds(call: Call, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def compare(ours: Call, theirs: Call, budget: float) -> tuple[float, float]:
    """The median seconds of each, in turns: at least five rounds, then until `budget` is spent."""
    repeats = [max(1, math.ceil(SAMPLE / seconds(call, 1))) for call in (ours, theirs)]
    samples: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + budget
    while len(samples[0]) < 5 or time.perf_counter() < end:
        for who in (0, 1) if len(samples[0]) % 2 else (1, 0):
            samples[who].append(seconds((ours, theirs)[who], repeats[who]))
    return median(samples[0]), median(samples[1])


def name(cell: Cell) -> str:
    return ", ".join(f"{key} {cell[key]}" for key in ("V", "D", "N", "ids"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Time embedlib against torch.")
    parser.add_argument("--quick", action="store_true", help="about a minute, less exact")
    budget = 0.05 if parser.parse_args().quick else 1.5  # seconds for each cell
    torch.set_num_threads(1)
    gc.disable()
    total = 2 * len(ROWS) * len(WIDTHS) * len(COUNTS) * len(IDS)
    end = "\r" if sys.stderr.isatty() else "\n"
    results: list[Cell] = []
    with torch.inference_mode():
        for cell, ours, theirs in cells(np.random.default_rng(0)):
            line = f"[{len(results) + 1:3}/{total}] {cell['kernel']}: {name(cell)}"
            print(f"{line:<72}", end=end, file=sys.stderr, flush=True)
            if not np.array_equal(ours().view(np.int32), theirs().numpy().view(np.int32)):
                sys.exit(f"{cell['kernel']}, {name(cell)}: the two results differ")
            a, b = compare(ours, theirs, budget)
            results.append({**cell, "embedlib": a, "torch": b, "ratio": a / b})
    print(f"\nembedlib / torch {torch.__version__}, NumPy {np.__version__}, one thread")
    for kernel in dict.fromkeys(cell["kernel"] for cell in results):
        chosen = [cell for cell in results if cell["kernel"] == kernel]
        mean = geometric_mean(cell["ratio"] for cell in chosen)
        worst = max(chosen, key=lambda cell: cell["ratio"])
        summary = f"geometric mean {mean:.2f}   worst {worst['ratio']:.2f} ({name(worst)})"
        print(f"{kernel:<15} {summary}")
    about: Cell = {"torch": torch.__version__, "numpy": np.__version__, "seconds": budget}
    about["huge_pages"] = os.environ["THP_MEM_ALLOC_ENABLE"]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"about": about, "cells": results}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
