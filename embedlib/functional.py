"""The lookup and its gradient, as functions of arrays.

`one_hot_matmul` says what a lookup means, `embedding` does it fast. Their gradient with respect to
the table is `embedding_dense_backward`. Chapter 01 builds the first two.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Int64Array = npt.NDArray[np.int64]


def one_hot(input: npt.NDArray[np.int64], num_classes: int = -1) -> Int64Array:
    """Write each id as a row of zeros with a single 1.

    ``out[..., j] = 1 if input[...] == j else 0``

    Args:
        input: ids, int64, any shape ``(*)``.
        num_classes: length of each row; -1 means ``input.max() + 1``.

    Returns:
        int64, shape ``(*, num_classes)``.

    Raises:
        TypeError: `input` is not an array, or `num_classes` is not an int.
        RuntimeError: `input` is not int64; an id is negative or not below `num_classes`; `input`
            is empty and `num_classes` is not positive, so nothing tells the length of the rows.

    Source: ``torch.nn.functional.one_hot``, ATen ``one_hot``. Chapter 01.

    >>> one_hot(np.array([2, 0]), 4)
    array([[0, 0, 1, 0],
           [1, 0, 0, 0]])
    """
    ids = _as_array(input, "one_hot", "input", 1)
    _check_int(num_classes, "one_hot", "num_classes", 2)
    if ids.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if ids.size == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
    elif ids.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    elif num_classes == -1:
        num_classes = int(ids.max()) + 1
    elif ids.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return _one_hot(ids, num_classes).astype(np.int64)


def one_hot_matmul(input: Array, weight: Array) -> Array:
    """Look rows up by a matrix product: the slow specification of `embedding`.

    ``out = one_hot(input, V) @ weight``

    The product gives the same numbers as the lookup when the table is finite. It differs for
    inf and nan (``0 * inf`` is nan, and it spreads) and turns -0.0 into 0.0.

    Args:
        input: ids, int32 or int64, any shape ``(*)``, each in ``0 .. V - 1``.
        weight: the table, shape ``(V, D)``.

    Returns:
        the dtype of `weight`, shape ``(*, D)``.

    Raises:
        the errors of `embedding`.

    Source: the definition; no function of torch does this. Chapter 01.

    >>> one_hot_matmul(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    array([[5., 6.],
           [1., 2.]])
    """
    ids, weight = _check_lookup(input, weight, None)
    product: Array = _one_hot(ids, weight.shape[0]).astype(weight.dtype) @ weight
    return product


def embedding(input: Array, weight: Array, padding_idx: int | None = None) -> Array:
    """Copy out the rows of a table that the ids name.

    ``out[...] = weight[input[...]]``

    Args:
        input: ids, int32 or int64, any shape ``(*)``, each in ``0 .. V - 1``. A negative id is an
            error: it does not count from the end.
        weight: the table, shape ``(V, D)``, any dtype.
        padding_idx: in ``-V .. V - 1``. It changes nothing in the forward pass; only the gradient
            leaves this row out (Chapter 04).

    Returns:
        the dtype of `weight`, shape ``(*, D)``; always a copy.

    Raises:
        TypeError: `input` or `weight` is not an array, or `padding_idx` is not an int.
        AssertionError: `padding_idx` is outside ``-V .. V - 1``.
        RuntimeError: `weight` is not 2-D; `input` is neither int32 nor int64; the table has no
            rows, but there are ids.
        IndexError: an id is out of range.

    Source: ``torch.nn.functional.embedding``, ATen ``embedding``. Chapter 01.

    >>> embedding(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    array([[5., 6.],
           [1., 2.]])
    """
    ids, weight = _check_lookup(input, weight, padding_idx)
    if not weight.flags.c_contiguous:
        return weight[ids]  # take would first copy the whole table
    # The ids are checked already. "clip" tells take not to check them a second time.
    return weight.take(ids, axis=0, mode="clip")


def embedding_dense_backward(
    grad_output: Array, indices: Array, num_weights: int, padding_idx: int = -1
) -> Array:
    """The gradient of `embedding` with respect to the table: scatter-add.

    ``grad_weight[v] = sum of grad_output[i] over all i with indices[i] == v != padding_idx``

    A row that was used twice receives two gradients, and they add up, in the order of the input.
    The sum is kept in the dtype of `grad_output`, as torch keeps it, so both give the same bits.

    Args:
        grad_output: gradient of the output of the lookup, shape ``(*, D)``.
        indices: the ids of that lookup, int32 or int64, shape ``(*)``.
        num_weights: V, the number of rows of the table.
        padding_idx: the id that receives no gradient; -1 means none, as in ATen.

    Returns:
        the dtype of `grad_output`, shape ``(V, D)``.

    Raises:
        TypeError: `grad_output` or `indices` is not an array, or a number is not an int.
        RuntimeError: `indices` is neither int32 nor int64; `grad_output` has not D numbers for
            each id; `num_weights` is negative.
        IndexError: an id is out of range. (ATen's function drops such an id without a word; after
            a forward pass there is none.)

    Source: ATen ``embedding_dense_backward``. Chapter 04 shows the padding row.

    >>> grad_output = np.ones((3, 2))
    >>> embedding_dense_backward(grad_output, np.array([2, 0, 2]), 4)
    array([[1., 1.],
           [0., 0.],
           [2., 2.],
           [0., 0.]])
    """
    grad, ids = _check_backward(grad_output, indices, num_weights, padding_idx)
    grad_weight = np.zeros((num_weights, grad.shape[1]), grad.dtype)

    # np.add.at is fast on flat arrays of single numbers and slow on rows. So each row is split
    # into numbers, and each number gets its own position in the flat table.
    # Two neighbours seen as one complex number are added by the same two additions, in one call.
    number = grad.dtype
    if grad.shape[1] % 2 == 0:
        number = _PAIR.get(number, number)
    target = grad_weight.view(number)
    columns = np.arange(target.shape[1])
    flat = target.reshape(-1)

    # A few rows at a time, so that the positions stay small and in the cache.
    rows = max(1, _CHUNK // max(1, columns.size))
    for start in range(0, ids.size, rows):
        chunk_ids = ids[start : start + rows].astype(np.intp)
        chunk = grad[start : start + rows]
        if padding_idx != -1:
            keep = chunk_ids != padding_idx
            chunk_ids, chunk = chunk_ids[keep], chunk[keep]
        positions = chunk_ids[:, None] * columns.size + columns
        numbers = np.ascontiguousarray(chunk).view(number)
        np.add.at(flat, positions.reshape(-1), numbers.reshape(-1))
    return grad_weight


def embedding_dense_backward_plain(
    grad_output: Array, indices: Array, num_weights: int, padding_idx: int = -1
) -> Array:
    """`embedding_dense_backward` as one would write it first: the same bits, slowly.

    Arguments, result and errors are those of `embedding_dense_backward`.

    >>> embedding_dense_backward_plain(np.ones((2, 1)), np.array([1, 1]), 3)
    array([[0.],
           [2.],
           [0.]])
    """
    grad, ids = _check_backward(grad_output, indices, num_weights, padding_idx)
    grad_weight = np.zeros((num_weights, grad.shape[1]), grad.dtype)
    for id, row in zip(ids, grad, strict=True):
        if id != padding_idx:
            grad_weight[id] += row
    return grad_weight


_PAIR: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.complex64),
    np.dtype(np.float64): np.dtype(np.complex128),
}
_CHUNK = 1 << 14  # positions at a time: 128 KiB of int64


def _one_hot(ids: Array, num_classes: int) -> npt.NDArray[np.bool_]:
    is_one: npt.NDArray[np.bool_] = ids[..., None] == np.arange(num_classes)
    return is_one


# --- checks: everything is checked before anything is written ---------------------------------


def _as_array(value: object, function: str, argument: str, position: int) -> Array:
    # np.generic: one element of an array of ids is an id too, a table of shape () of them.
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be an array, "
            f"not {type(value).__name__}. Convert it with np.asarray(...)"
        )
    return np.asarray(value)


def _check_int(value: object, function: str, argument: str, position: int) -> None:
    # To Python True is the int 1. As an id it is nearly always a mistake.
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be int, "
            f"not {type(value).__name__}"
        )


def _check_lookup(input: object, weight: object, padding_idx: int | None) -> tuple[Array, Array]:
    table = _as_array(weight, "embedding", "weight", 2)
    if padding_idx is not None:
        check_padding_idx(padding_idx, table.shape[0])
        _check_int(padding_idx, "embedding", "padding_idx", 3)
    ids = _as_array(input, "embedding", "input", 1)
    if table.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    _check_id_dtype(ids, "#1", "embedding")
    if table.shape[0] == 0 and ids.size > 0:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    _check_bounds(ids, table.shape[0])
    return ids, table


def _check_backward(
    grad_output: object, indices: object, num_weights: int, padding_idx: int
) -> tuple[Array, Array]:
    """Returns the gradient as ``(N, D)`` and the ids as ``(N,)``."""
    name = "embedding_dense_backward"
    grad = _as_array(grad_output, name, "grad_output", 1)
    ids = _as_array(indices, name, "indices", 2).reshape(-1)
    _check_int(num_weights, name, "num_weights", 3)
    _check_int(padding_idx, name, "padding_idx", 4)
    _check_id_dtype(ids, "#2", "embedding_backward")
    if num_weights < 0:
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    shape = (ids.size, grad.shape[-1])
    if grad.size != ids.size * grad.shape[-1]:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {grad.size}")
    _check_bounds(ids, num_weights)
    return grad.reshape(shape), ids


def check_padding_idx(padding_idx: int, num_embeddings: int) -> None:
    """Raise torch's AssertionError unless ``-V <= padding_idx < V``. 0 always passes.

    >>> check_padding_idx(-1, 3)
    """
    if padding_idx > max(num_embeddings - 1, 0) or padding_idx < min(-num_embeddings, 0):
        raise AssertionError("Padding_idx must be within num_embeddings")


def _check_id_dtype(ids: Array, position: str, function: str) -> None:
    if ids.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            f"Expected tensor for argument {position} 'indices' to have one of the following "
            f"scalar types: Long, Int; but got {ids.dtype} instead "
            f"(while checking arguments for {function})"
        )


def _check_bounds(ids: Array, num_embeddings: int) -> None:
    # One pass for both ends: read as unsigned, a negative number becomes a huge one.
    unsigned = ids.view(np.uint32 if ids.dtype == np.int32 else np.uint64)
    if ids.size > 0 and unsigned.max() >= num_embeddings:
        raise IndexError("index out of range in self")
