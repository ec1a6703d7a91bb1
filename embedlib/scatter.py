"""Scatter-add: values that go to the same row of a table add up.

The gradient of a lookup, and whatever sums up sparse gradients, is this one loop::

    for row, value in zip(rows, values): target[row] += value
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from embedlib.arrays import Array

Block = Callable[[Any], Array]  # some rows of values, ready to be added


def scatter_add(
    target: Array,
    rows: Array,
    values: Array,
    scale: Array | None = None,
    positions: Array | None = None,
) -> None:
    """Add each row of `values` to the row of `target` with its number, in place.

    ``target[rows[i]] += scale[i] * values[positions[i]]`` for ``i = 0, 1, ...``: in this order,
    one rounding for each operation, in the dtype of `target`. So the result has the bits of the
    plain loop.

    Args:
        target: shape ``(V, D)``, C-contiguous; written.
        rows: row numbers, shape ``(N,)``, any int dtype; each in ``0 .. V - 1``, not checked here.
        values: shape ``(M, D)``; converted to the dtype of `target`, a few rows at a time.
        scale: a factor for each row that is added, shape ``(N,)``, or None for 1.
        positions: which rows of `values`, shape ``(N,)``, not checked here; None for all in turn.

    Source: ATen ``index_add_``, ``embedding_dense_backward``. Chapter 03.

    >>> target = np.zeros((3, 2))
    >>> scatter_add(target, np.array([2, 0, 2]), np.ones((3, 2)))
    >>> target
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """

    def block(which: Any) -> Array:
        """Rows of values, ready to be added: `which` is a slice or an array of places."""
        chosen = which if positions is None else positions[which]
        found = np.ascontiguousarray(values[chosen], target.dtype)
        return found if scale is None else found * scale[which, None].astype(target.dtype)

    add = _add_in_rounds if target.shape[1] >= _LONG_ROW else _add_numbers
    add(target, rows, block)


def _add_numbers(target: Array, rows: Array, block: Block) -> None:
    """For short rows: number by number.

    np.add.at is fast on flat arrays of single numbers and slow on rows. So each row is split into
    numbers, and each number gets its own position in the flat table.
    """
    # Two neighbours seen as one complex number are added by the same two additions, in one call.
    number = target.dtype
    if target.shape[1] % 2 == 0:
        number = _PAIR.get(number, number)
    flat = target.view(number).reshape(-1)
    columns = np.arange(target.view(number).shape[1])

    # A few rows at a time, so that the positions stay small and in the cache.
    step = max(1, _CHUNK // max(1, columns.size))
    for start in range(0, rows.size, step):
        now = slice(start, start + step)
        places = rows[now].astype(np.intp)[:, None] * columns.size + columns
        np.add.at(flat, places.reshape(-1), block(now).view(number).reshape(-1))


def _add_in_rounds(target: Array, rows: Array, block: Block) -> None:
    """For long rows: whole rows at once.

    Round k adds the k-th value of each row that has one. Within a round no row occurs twice, so
    NumPy may add all of them together. When few rows are left, each is summed by itself.
    """
    step = _BLOCK // target.shape[1] + 1
    order = np.argsort(rows, kind="stable")
    sorted_rows = rows[order]
    starts = np.flatnonzero(np.diff(sorted_rows, prepend=-1))
    counts = np.diff(starts, append=rows.size)
    for _ in range(_ROUNDS):
        if starts.size < _FEW:
            break
        for at in range(0, starts.size, step):
            now = starts[at : at + step]
            target[sorted_rows[now]] += block(order[now])
        more = counts > 1
        starts, counts = starts[more] + 1, counts[more] - 1
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        row = sorted_rows[start]
        for at in range(start, start + count, step):
            summands = block(order[at : min(at + step, start + count)])
            summands[0] += target[row]
            target[row] = np.add.reduce(summands, axis=0)


_PAIR: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.complex64),
    np.dtype(np.float64): np.dtype(np.complex128),
}
_LONG_ROW = 256  # from this D on, adding whole rows beats adding number by number
_ROUNDS, _FEW = 16, 8  # after 16 rounds, or with fewer than 8 rows left, each by itself
_BLOCK = 1 << 16  # numbers at a time in a round
_CHUNK = 1 << 14  # positions at a time: 128 KiB of int64 stay in the cache
