"""What is measured: the kernels, each as one call of embedlib and one of torch.

Each library has tables and states of its own, with the same numbers in them, so that each has them
on its own kind of memory pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

import embedlib
import embedlib.functional as F
from embedlib import optim

Call = Callable[[], Any]
FLOAT = 4  # bytes
BAG = 20  # ids


@dataclass(frozen=True)
class Cell:
    """One point of the grid: rows, width of a row, number of ids, how the ids are drawn."""

    V: int
    D: int
    N: int
    ids: str

    def __str__(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in asdict(self).items())


@dataclass(frozen=True)
class Pair:
    """Two calls that do the same. `reset` undoes what they change, and is not measured.

    `makes`: they return something new, and not the table that they change.
    """

    ours: Call
    torch: Call
    reset: Call | None = None
    makes: bool = False


class Data:
    """The arrays of one cell: embedlib's, and torch's copies of them."""

    def __init__(self, cell: Cell, rng: np.random.Generator) -> None:
        self.weight = normal(cell.V, cell.D, rng)
        self.table = own(self.weight)
        self.draw(cell, rng)

    def draw(self, cell: Cell, rng: np.random.Generator) -> None:
        """Other ids and gradients; the tables, which steps may have moved apart, equal again."""
        self.cell = cell
        self.table.copy_(torch.from_numpy(self.weight))
        self.ids = draw_ids(cell, rng)
        self.grad = normal(cell.N, cell.D, rng)
        self.t_ids, self.t_grad = own(self.ids), own(self.grad)


def normal(rows: int, width: int, rng: np.random.Generator) -> Any:
    """Normal numbers; a million of them, again and again, because only their places matter."""
    out = np.empty(rows * width, np.float32)
    block = rng.standard_normal(min(out.size, 1 << 20), dtype=np.float32)
    for start in range(0, out.size, block.size):
        out[start : start + block.size] = block[: out.size - start]
    return out.reshape(rows, width)


def own(array: Any) -> torch.Tensor:
    """A copy in memory that torch allocates."""
    return torch.empty(array.shape, dtype=torch.from_numpy(array[:0]).dtype).copy_(
        torch.from_numpy(array)
    )


def draw_ids(cell: Cell, rng: np.random.Generator) -> Any:
    """Ids below V: uniform, or id k with a probability in proportion to 1 / (k + 1)."""
    if cell.ids == "uniform":
        return rng.integers(cell.V, size=cell.N)
    cumulated = np.cumsum(1 / np.arange(1, cell.V + 1))
    return np.searchsorted(cumulated, rng.random(cell.N) * cumulated[-1], side="right")


# --- the kernels ---------------------------------------------------------------------------------


def forward(d: Data) -> Pair:
    return Pair(
        lambda: F.embedding(d.ids, d.weight),
        lambda: torch.nn.functional.embedding(d.t_ids, d.table),
        makes=True,
    )


def dense_backward(d: Data) -> Pair:
    theirs = torch.ops.aten.embedding_dense_backward.default
    return Pair(
        lambda: F.embedding_dense_backward(d.grad, d.ids, d.cell.V),
        lambda: theirs(d.t_grad, d.t_ids, d.cell.V, -1, False),
        makes=True,
    )


def coalesce(d: Data) -> Pair:
    ours, theirs = sparse_gradients(d)
    return Pair(ours.coalesce, theirs.coalesce, makes=True)


def renormalize(d: Data) -> Pair:
    """To sqrt(D), the typical norm of a row: about half of the rows are scaled down."""
    max_norm = d.cell.D**0.5
    rows = np.unique(d.ids)
    before, t_rows = d.weight[rows], torch.from_numpy(rows)
    t_before = torch.from_numpy(before)

    def reset() -> None:
        d.weight[rows] = before
        d.table[t_rows] = t_before

    return Pair(
        lambda: F.embedding_renorm_(d.weight, d.ids, max_norm),
        lambda: torch.embedding_renorm_(d.table, d.t_ids, max_norm, 2.0),
        reset,
    )


def sparse_adam_step(d: Data) -> Pair:
    ours, theirs = sparse_gradients(d)
    return steps(d, ours, theirs, optim.SparseAdam, torch.optim.SparseAdam)


def adagrad_sparse_step(d: Data) -> Pair:
    ours, theirs = sparse_gradients(d)
    return steps(d, ours, theirs, optim.Adagrad, torch.optim.Adagrad)


def adam_dense_step(d: Data) -> Pair:
    """Neither ids nor N matter: the gradient is a table."""
    grad = F.embedding_dense_backward(d.grad, d.ids, d.cell.V)
    return steps(d, grad, own(grad), optim.Adam, torch.optim.Adam)


def sgd_sparse_step(d: Data) -> Pair:
    ours, theirs = sparse_gradients(d)
    return steps(d, ours, theirs, optim.SGD, torch.optim.SGD)


def bag(mode: str) -> Callable[[Data], Pair]:
    """Bags of BAG ids each."""

    def make(d: Data) -> Pair:
        ids, t_ids = d.ids.reshape(-1, BAG), d.t_ids.reshape(-1, BAG)
        return Pair(
            lambda: F.embedding_bag(ids, d.weight, mode=mode),
            lambda: torch.nn.functional.embedding_bag(t_ids, d.table, mode=mode),
            makes=True,
        )

    return make


def bag_backward(mode: str) -> Callable[[Data], Pair]:
    """The gradient of the table."""

    def make(d: Data) -> Pair:
        number = ("sum", "mean", "max").index(mode)
        ids, grad = d.ids.reshape(-1, BAG), d.grad[: d.cell.N // BAG]
        offsets = torch.arange(0, d.cell.N, BAG)
        # torch takes from the lookup what it found out there: sizes, and for "max" the winners.
        _, bag_of_each, sizes, winners = torch.ops.aten._embedding_bag(
            d.table, d.t_ids, offsets, False, number
        )
        seen = (d.t_ids, offsets, bag_of_each, sizes, winners)
        options = (d.cell.V, False, number, False, None, -1)
        theirs = torch.ops.aten._embedding_bag_backward
        return Pair(
            lambda: F.embedding_bag_backward(grad, ids, d.weight, mode=mode)[0],
            lambda: theirs(d.t_grad[: len(grad)], *seen, *options),
            makes=True,
        )

    return make


def sparse_gradients(d: Data) -> tuple[embedlib.SparseGrad, torch.Tensor]:
    shape = (d.cell.V, d.cell.D)
    theirs = torch.sparse_coo_tensor(d.t_ids[None], d.t_grad, shape, check_invariants=False)
    return embedlib.SparseGrad(d.ids, d.grad, shape), theirs


def steps(d: Data, grad: Any, t_grad: torch.Tensor, ours: Any, theirs: Any) -> Pair:
    """One step of each optimizer; the calls return the table that was changed."""
    parameter, t_parameter = embedlib.Parameter(d.weight), torch.nn.Parameter(d.table)
    parameter.grad, t_parameter.grad = grad, t_grad
    optimizer, t_optimizer = ours([parameter]), theirs([t_parameter])

    def our_step() -> Any:
        optimizer.step()
        return parameter.data

    def their_step() -> Any:
        t_optimizer.step()
        return t_parameter.data

    return Pair(our_step, their_step)


@dataclass(frozen=True)
class Kernel:
    """`goal`, `worst`: the ratios to torch to reach, in the mean and in every cell.

    `tables`: how many (V, D) it needs in all. `adds`: it is a sum over ids, which goes another way
    without SciPy. `dense`: neither ids nor their number matter.
    """

    make: Callable[[Data], Pair]
    goal: float
    worst: float
    tables: int
    adds: bool = True
    dense: bool = False


KERNELS = {
    "forward": Kernel(forward, 0.85, 1.2, 2, adds=False),
    "dense backward": Kernel(dense_backward, 0.5, 1.2, 4),
    "coalesce": Kernel(coalesce, 0.6, 1.5, 2),
    "renormalize": Kernel(renormalize, 0.15, 0.5, 2, adds=False),
    "SparseAdam step": Kernel(sparse_adam_step, 0.5, 1.2, 6),
    "Adagrad sparse step": Kernel(adagrad_sparse_step, 0.55, 1.2, 4),
    "Adam dense step": Kernel(adam_dense_step, 0.75, 1.0, 8, adds=False, dense=True),
    "SGD sparse step": Kernel(sgd_sparse_step, 1.0, 2.0, 2),
    "bag sum": Kernel(bag("sum"), 3.0, 6.0, 2),
    "bag sum backward": Kernel(bag_backward("sum"), 0.6, 1.5, 4),
    "bag mean": Kernel(bag("mean"), 3.0, 6.0, 2),
    "bag mean backward": Kernel(bag_backward("mean"), 0.6, 1.5, 4),
    "bag max": Kernel(bag("max"), 2.0, 4.0, 2, adds=False),
    # torch's lookup leaves the winners behind; ours finds them again: most of its time.
    "bag max backward": Kernel(bag_backward("max"), 3.0, 10.0, 4),
}
WITHOUT_SCIPY = 10.0  # the ratio to torch that no cell may exceed where SciPy is not installed


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two results are the same but for rounding, in the first 1,000 rows."""
    if isinstance(ours, embedlib.SparseGrad):
        ours, theirs = ours.values, theirs.values()
    return np.allclose(ours[:1000], theirs[:1000].detach().numpy(), rtol=1e-3, atol=1e-4)
