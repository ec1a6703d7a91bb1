"""Scatter-add: values that go to the same row of a table add up.

The gradient of a lookup, and whatever sums up sparse gradients, is this one loop::

    for row, value in zip(rows, values): target[row] += value

It is a product of matrices. A lookup is ``one_hot(rows) @ table``, so its gradient is
``one_hot(rows).T @ values``: column i of the left factor has a single 1, in row ``rows[i]``, and
carries ``values[i]`` there. All else in it is zero, so what one keeps of it are the places of the
ones: a sparse matrix. SciPy multiplies such a matrix by a table in C, one column after the other,
that is in the order of the input. Where SciPy is not installed, NumPy adds number by number, in
the same order: slower, the same bits.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from embedlib.arrays import Array, pieces
from embedlib.checks import check_bounds


def scatter_add(
    target: Array,
    rows: Array,
    values: Array,
    scale: Array | float = 1,
    starts: Array | None = None,
) -> None:
    """Add each row of `values` to the row of `target` with its number, in place.

    ``target[rows[i]] += scale[i] * values[i]`` for ``i = 0, 1, ...``: in this order, one rounding
    for each operation, in the dtype of `target`. So the result has the bits of the plain loop.
    (With a `scale` some processors round product and sum once, together, as torch does.)

    Args:
        target: shape ``(V, D)``; written.
        rows: row numbers, int32 or int64, shape ``(N,)``, each in ``0 .. V - 1``.
        values: shape ``(N, D)``; taken in the dtype of `target`.
        scale: a factor for each row that is added, shape ``(N,)``, or one for all.
        starts: given for bags, as many as `values` has rows: ``values[b]`` is added to each of
            ``rows[starts[b] : starts[b + 1]]``. Ints from 0 to N, not decreasing.

    Raises:
        IndexError: a row number is out of range.
        ValueError: the sizes do not fit together, or `target` is read-only.

    Source: ATen ``index_add_``, ``embedding_dense_backward``. Chapter 03.

    >>> target = np.zeros((3, 2))
    >>> scatter_add(target, np.array([2, 0, 2]), np.ones((3, 2)))
    >>> target
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """
    _check(rows, starts, bags=values, table=target, target=target)
    if not target.flags.c_contiguous:  # its memory is written below, number after number
        copy = np.ascontiguousarray(target)
        scatter_add(copy, rows, values, scale, starts)
        target[...] = copy
    elif _is_for_scipy(target):
        values = np.ascontiguousarray(values, target.dtype)
        _multiply("csc_matvecs", target, values, rows, scale, starts)
    else:
        bags = None if starts is None else _bag_of_each(starts)
        _add_numbers(target, rows, values, bags, scale)


def gather_add(
    target: Array, rows: Array, values: Array, scale: Array | float, starts: Array
) -> None:
    """Add to each row of `target` a bag of rows of `values`, in place: `scatter_add` transposed.

    ``target[b] += scale[i] * values[rows[i]]`` for ``i = starts[b] .. starts[b + 1] - 1``

    Of the same sparse matrix a row is now a bag, and again each product is added in the order of
    the input, with the same roundings. The errors are those of `scatter_add`, too.

    Args:
        target: shape ``(B, D)``, C-contiguous; written.
        rows: row numbers, int32 or int64, shape ``(N,)``, each in ``0 .. V - 1``.
        values: the table, shape ``(V, D)``.
        scale: a factor for each of the N rows, shape ``(N,)``, or one for all.
        starts: where each bag begins, and N: ints, shape ``(B + 1,)``, not decreasing.

    Source: ATen ``embedding_bag``.

    >>> target, table = np.zeros((2, 1)), np.array([[1.0], [2.0], [3.0]])
    >>> gather_add(target, np.array([2, 0, 2]), table, scale=1, starts=np.array([0, 1, 3]))
    >>> target
    array([[3.],
           [4.]])
    """
    _check(rows, starts, bags=target, table=values, target=target)
    if _is_for_scipy(target) and values.dtype == target.dtype and values.flags.c_contiguous:
        _multiply("csr_matvecs", target, values, rows, scale, starts)
    else:
        _add_bags(target, rows, values, scale, starts)


def take(table: Array, rows: Array) -> Array:
    """``table[rows]``, but faster; the row numbers are checked already.

    >>> take(np.array([[1.0], [2.0]]), np.array([1, 1]))
    array([[2.],
           [2.]])
    """
    if not table.flags.c_contiguous:
        return table[rows]  # take would first copy the whole table
    out: Array = table.take(rows, axis=0, mode="clip")  # "clip": do not check a second time
    return out


# --- by SciPy ------------------------------------------------------------------------------------


def _is_for_scipy(target: Array) -> bool:
    """Whether SciPy is there, and adds in the dtype of `target`: not in float16, for example."""
    return target.dtype in (np.float32, np.float64) and _sparsetools() is not None


@cache
def _sparsetools() -> Any:
    """The module in which SciPy keeps its loops over sparse matrices; None without SciPy.

    ``csc_array(...) @ values`` calls it with zeros to add to. We call it with a table that may
    hold numbers already, so that an update of a large table touches only the rows it names.
    """
    try:
        from scipy.sparse import _sparsetools
    except ImportError:
        return None
    has_both = hasattr(_sparsetools, "csc_matvecs") and hasattr(_sparsetools, "csr_matvecs")
    return _sparsetools if has_both else None


def _multiply(
    routine: str,
    target: Array,
    values: Array,
    rows: Array,
    scale: Array | float,
    starts: Array | None,
) -> None:
    """``target += matrix @ values``; the routine says which way the matrix is written down."""
    # SciPy counts in 32 bits where it is told so: half the memory to read, if the sizes allow it.
    largest = max(len(target), len(values), values.shape[1], rows.size)
    index = np.int32 if largest < 2**31 else np.int64
    if starts is None:
        starts = np.arange(rows.size + 1, dtype=index)
    getattr(_sparsetools(), routine)(
        *(len(target), len(values), values.shape[1]),
        *(starts.astype(index, copy=False), rows.astype(index, copy=False)),
        np.full(rows.size, scale, target.dtype),
        *(values.reshape(-1), target.reshape(-1)),
    )


# --- by NumPy alone ------------------------------------------------------------------------------


def _add_numbers(
    target: Array, rows: Array, values: Array, sources: Array | None, scale: Array | float
) -> None:
    """``target[rows[i]] += scale[i] * values[sources[i]]``, number by number; None: ``values[i]``.

    np.add.at is fast on a flat array of numbers and slow on rows. So each row is split into its
    numbers, and each number gets its own place in the flat table.
    """
    flat, columns = target.reshape(-1), np.arange(target.shape[1])
    for part in pieces(rows.size, columns.size):
        found = values[part] if sources is None else take(values, sources[part])
        places = rows[part].astype(np.intp)[:, None] * columns.size + columns
        np.add.at(flat, places.reshape(-1), _scaled(found, scale, part, target.dtype).reshape(-1))


def _add_bags(
    target: Array, rows: Array, values: Array, scale: Array | float, starts: Array
) -> None:
    """`gather_add`: the k-th rows of several bags are one array, and such arrays are added up."""
    for bags, entries in bags_of_one_size(starts, target.shape[1]):
        total = target[bags]
        for part in pieces(len(entries), total.size):  # more than one only for a very long bag
            which = entries[part]
            found = _scaled(take(values, rows[which]), scale, which, target.dtype)
            found[0] += total
            total = _sum_in_order(found)
        target[bags] = total


def bags_of_one_size(starts: Array, width: int) -> Iterator[tuple[Array, Array]]:
    """Put together bags of one size, as many as fit the cache with rows of `width` numbers.

    Yields:
        the bags, shape ``(b,)``, none of them empty; and for k = 0, 1, ... the place of the k-th
        id of each among all ids, shape ``(size, b)``.

    >>> for bags, entries in bags_of_one_size(np.array([0, 2, 2, 3, 5]), width=8):
    ...     print(bags, entries.tolist())
    [2] [[2]]
    [0 3] [[0, 3], [1, 4]]
    """
    sizes = np.diff(starts)
    for size in np.unique(sizes[sizes > 0]).tolist():
        bags = np.flatnonzero(sizes == size)
        for block in pieces(bags.size, size * width):
            yield bags[block], starts[bags[block]] + np.arange(size)[:, None]


def _sum_in_order(rows: Array) -> Array:
    """``rows[0] + rows[1] + ...``: NumPy keeps this order, unless a row is a single number.

    Such rows lie side by side, and it adds them in pairs: more exact, but with other bits.
    """
    nothing = -np.zeros((), rows.dtype)  # -0.0 + x is x, also for x = -0.0
    total: Array = (
        np.add.accumulate(rows)[-1] if rows[0].size == 1 else np.add.reduce(rows, initial=nothing)
    )
    return total


def _bag_of_each(starts: Array) -> Array:
    """For each of the N rows, the bag in which it lies."""
    bags: Array = np.repeat(np.arange(starts.size - 1), np.diff(starts).astype(np.intp))
    return bags


def _scaled(found: Array, scale: Array | float, which: Any, dtype: np.dtype[Any]) -> Array:
    """Rows in `dtype`, times their factors: those that `which` names, or one for all."""
    found = found.astype(dtype, copy=False)
    if isinstance(scale, np.ndarray):
        found = found * scale[which, None].astype(dtype)
    elif scale != 1:
        found = found * dtype.type(scale)
    return found


# --- checks --------------------------------------------------------------------------------------


def _check(rows: Array, starts: Array | None, *, bags: Array, table: Array, target: Array) -> None:
    """Everything that SciPy's loops take on trust: a wrong number there ends the process."""
    if not target.flags.writeable:  # np.add.at would write into it without a word
        raise ValueError("the table to add to is read-only")
    check_bounds(rows, len(table))
    if bags.ndim != 2 or table.ndim != 2 or bags.shape[1] != table.shape[1]:
        raise ValueError(f"rows of {bags.shape} and {table.shape} cannot be added")
    if starts is None:
        fits = rows.shape == (len(bags),)
    else:
        fits = starts.shape == (len(bags) + 1,) and rows.ndim == 1
        fits = fits and (starts[0], starts[-1]) == (0, rows.size)
        fits = fits and bool((starts[1:] >= starts[:-1]).all())
    if not fits:
        raise ValueError(f"{rows.size} row numbers do not fit {len(bags)} rows of values")
