"""Keep rows short: what `max_norm` does to a table (Chapter 05)."""

import numpy as np
import numpy.typing as npt

from embedlib.arrays import Array, pieces, wide_ids
from embedlib.checks import as_array, check_bounds, check_id_dtype, check_number
from embedlib.ids import distinct


def embedding_renorm_(
    weight: Array, indices: Array, max_norm: float, norm_type: float = 2.0
) -> Array:
    """Shorten the rows that the ids name to a norm of at most `max_norm`, in place.

    ``n = (sum of |row[j]| ** p) ** (1 / p)``, and if ``n > max_norm``:
    ``row *= max_norm / (n + 1e-7)``

    Each row once, however often it is named; rows that are not named stay as they are. The small
    number keeps from dividing by zero, and leaves a shortened row a little below `max_norm` (in
    float32 rounding is coarser, so the row may end a hair above).

    Args:
        weight: the table, shape ``(V, D)``, floats or complex numbers; written.
        indices: ids, int32 or int64, any shape, each in ``0 .. V - 1``.
        max_norm: the bound. 0 makes rows zero, a negative one flips their signs, nan does nothing.
        norm_type: p. inf takes the largest absolute value, -inf the smallest, 0 counts the numbers
            that are not zero; other negative ones follow the formula.

    Returns:
        `weight` itself. The norm is rounded to its dtype before it is compared. A norm too large
        for the dtype is inf, and makes its row zero; a row with a nan stays as it is.

    Raises:
        TypeError: `weight` or `indices` is not an array; `max_norm` or `norm_type` is no number.
        RuntimeError: `weight` is not 2-D or holds ints; `indices` is neither int32 nor int64;
            p is negative or inf and the rows are empty.
        IndexError: an id is out of range; then no row has changed. (torch changes rows up to the
            bad one, and counts negative ids from the end.)

    Source: ``torch.embedding_renorm_``, ATen ``embedding_renorm_``, ``linalg_vector_norm``.

    >>> weight = np.array([[3.0, 4.0], [0.3, 0.4], [30.0, 40.0]])
    >>> embedding_renorm_(weight, np.array([0, 1, 0]), max_norm=1.0)
    array([[ 0.59999999,  0.79999998],
           [ 0.3       ,  0.4       ],
           [30.        , 40.        ]])
    """
    table, ids = check_renorm(weight, indices, max_norm, norm_type)
    renorm(table, ids, float(max_norm), float(norm_type))
    return weight


def renorm(weight: Array, ids: Array, max_norm: float, norm_type: float) -> None:
    """`embedding_renorm_`, checked already; ids ``(N,)``."""
    rows, _ = distinct(ids, weight.shape[0])
    # 4: the rows, their absolute values, and as doubles some of both at a time.
    for piece in pieces(rows.size, 4 * weight.shape[1]):
        _renorm_piece(weight, rows[piece], max_norm, norm_type)


def _renorm_piece(weight: Array, rows: Array, max_norm: float, norm_type: float) -> None:
    """Some rows, none named twice, that fit the cache."""
    block = weight[rows]
    with np.errstate(all="ignore"):  # inf and nan are answers here
        norms = _norm(block, norm_type)
        long = norms > max_norm
        if long.any():
            factors = (max_norm / (norms[long] + 1e-7)).astype(weight.real.dtype)
            shortened = block[long]
            shortened *= factors[:, None]
            weight[rows[long]] = shortened


def _norm(rows: Array, p: float) -> npt.NDArray[np.float64]:
    """The p-norm of each row, rounded to the dtype of `rows`, as float64."""
    size = np.abs(rows)
    # torch adds in the dtype of the row (float16: in float32). Adding in double is more exact;
    # rounding the sum to that dtype keeps its range, so that the same sums become inf or 0.
    narrow = np.result_type(np.float32, size.dtype).type
    norms: Array
    if p == 0:
        norms = np.count_nonzero(rows, axis=1)
    elif p == 1 or rows.shape[1] == 1:  # the norm of one number is its size, even if p is nan
        norms = size.sum(axis=1, dtype=np.float64)
    elif p == np.inf:
        norms = size.max(axis=1)
    elif p == -np.inf:
        norms = size.min(axis=1)
    elif p == 2:
        # einsum converts a little at a time: no second table of doubles.
        squares = np.einsum("nd,nd->n", size, size, dtype=np.float64, casting="same_kind")
        norms = np.sqrt(squares.astype(narrow))
    else:
        sums = np.power(size, p, dtype=np.float64).sum(axis=1).astype(narrow)
        norms = np.power(sums, narrow(1 / p))
    return norms.astype(size.dtype).astype(np.float64)


def check_renorm(
    weight: object, indices: object, max_norm: object, norm_type: object
) -> tuple[Array, Array]:
    """Returns the table, and the ids as ``(N,)``."""
    name = "embedding_renorm_"
    table = as_array(weight, name, "input", 1)
    ids = wide_ids(as_array(indices, name, "indices", 2)).reshape(-1)
    p = check_number(norm_type, name, "norm_type", 4)
    check_number(max_norm, name, "max_norm", 3)
    if table.ndim != 2:
        raise RuntimeError(
            f"Expected 2-dimensional tensor, but got {table.ndim}-dimensional tensor "
            f"for argument #1 'self' (while checking arguments for {name})"
        )
    check_id_dtype(ids, "#2", name)
    check_bounds(ids, table.shape[0])
    if ids.size > 0 and not np.issubdtype(table.dtype, np.inexact):
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. "
            f"Got {table.dtype} instead."
        )
    if ids.size > 0 and table.shape[1] == 0 and (p < 0 or p == np.inf):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {p:g} norm on an empty tensor "
            "because the operation does not have an identity"
        )
    return table, ids
