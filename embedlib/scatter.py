"""Scatter-add: values that go to the same row of a table add up.

The gradient of a lookup, and whatever sums up sparse gradients, is this one loop::

    for row, value in zip(rows, values): target[row] += value
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def scatter_add(target: Array, rows: Array, values: Array, scale: Array | None = None) -> None:
    """Add each row of `values` to the row of `target` with its number, in place.

    ``target[rows[i]] += scale[i] * values[i]`` for ``i = 0, 1, ...``: in this order, one rounding
    for each operation, in the dtype of `target`. So the result has the bits of the plain loop.

    Args:
        target: shape ``(V, D)``, C-contiguous; written.
        rows: row numbers, shape ``(N,)``, any int dtype; each in ``0 .. V - 1``, not checked here.
        values: shape ``(N, D)``; converted to the dtype of `target`, a few rows at a time.
        scale: a factor for each row of `values`, shape ``(N,)``, or None for 1.

    Source: ATen ``index_add_``, ``embedding_dense_backward``.

    >>> target = np.zeros((3, 2))
    >>> scatter_add(target, np.array([2, 0, 2]), np.ones((3, 2)))
    >>> target
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """
    # np.add.at is fast on flat arrays of single numbers and slow on rows. So each row is split
    # into numbers, and each number gets its own position in the flat table.
    # Two neighbours seen as one complex number are added by the same two additions, in one call.
    number = target.dtype
    if target.shape[1] % 2 == 0:
        number = _PAIR.get(number, number)
    flat = target.view(number).reshape(-1)
    columns = np.arange(target.view(number).shape[1])

    # A few rows at a time, so that the positions stay small and in the cache.
    step = max(1, _CHUNK // max(1, columns.size))
    for start in range(0, rows.size, step):
        chunk_rows = rows[start : start + step].astype(np.intp)
        chunk = np.ascontiguousarray(values[start : start + step], target.dtype)
        if scale is not None:
            chunk = chunk * scale[start : start + step, None].astype(target.dtype)
        positions = chunk_rows[:, None] * columns.size + columns
        np.add.at(flat, positions.reshape(-1), chunk.view(number).reshape(-1))


_PAIR: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.complex64),
    np.dtype(np.float64): np.dtype(np.complex128),
}
_CHUNK = 1 << 14  # positions at a time: 128 KiB of int64
