"""The lookup and its gradient, as functions of arrays.

`one_hot_matmul` says what a lookup means, `embedding` does it fast. Their gradient with respect to
the table is `embedding_dense_backward`, or as a list of rows `embedding_sparse_backward`.
`embedding_renorm_` keeps rows short. Chapter 01 builds the first two.
"""

import numpy as np
import numpy.typing as npt

from embedlib.arrays import Array, Int64Array, pieces, wide_ids
from embedlib.bag import embedding_bag, embedding_bag_backward
from embedlib.checks import (
    as_array,
    check_bool,
    check_bounds,
    check_id_dtype,
    check_int,
    check_padding_idx,
)
from embedlib.ids import counts, distinct
from embedlib.renorm import check_renorm, embedding_renorm_, renorm
from embedlib.scatter import scatter_add, take
from embedlib.sparse import SparseGrad

__all__ = [  # noqa: RUF022 (from the definition to the bags, as one reads them)
    "one_hot",
    "one_hot_matmul",
    "embedding",
    "embedding_backward",
    "embedding_dense_backward",
    "embedding_sparse_backward",
    "embedding_dense_backward_plain",
    "embedding_renorm_",
    "embedding_bag",
    "embedding_bag_backward",
]


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
    ids = wide_ids(as_array(input, "one_hot", "input", 1))
    check_int(num_classes, "one_hot", "num_classes", 2)
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
    """Look rows up by a matrix product: what `embedding` means, slowly.

    ``out = one_hot(input, V) @ weight``, the ones and zeros in the dtype of `weight`

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
    ids, weight = _check_lookup(input, weight)
    product: Array = _one_hot(ids, weight.shape[0]).astype(weight.dtype) @ weight
    return product


def embedding(
    input: Array,
    weight: Array,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Array:
    """Copy out the rows of a table that the ids name.

    ``out[...] = weight[input[...]]``

    Args:
        input: ids, int32 or int64, any shape ``(*)``, each in ``0 .. V - 1``. A negative id is an
            error: it does not count from the end.
        weight: the table, shape ``(V, D)``, any dtype.
        padding_idx: in ``-V .. V - 1``. No effect here; `embedding_backward` leaves this row out
            if it is told so as well, there not counted from the end (Chapter 04).
        max_norm: if given, `embedding_renorm_` first shortens the rows that are looked up, in the
            table itself.
        norm_type: the p of that norm.
        scale_grad_by_freq, sparse: no effect here; pass them to `embedding_backward`.

    Returns:
        the dtype of `weight`, shape ``(*, D)``; always a copy.

    Raises:
        TypeError: `input` or `weight` is not an array, `padding_idx` is not an int, `max_norm` or
            `norm_type` not a number, `scale_grad_by_freq` or `sparse` not a bool.
        AssertionError: `padding_idx` is outside ``-V .. V - 1``.
        RuntimeError: `weight` is not 2-D; `input` is neither int32 nor int64; the table has no
            rows, but there are ids; with `max_norm`, the errors of `embedding_renorm_`.
        IndexError: an id is out of range. (With `max_norm` torch finds that out too late, and has
            changed rows already; here nothing has changed.)

    Source: ``torch.nn.functional.embedding``, ATen ``embedding``. Chapter 01.

    >>> embedding(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    array([[5., 6.],
           [1., 2.]])
    """
    ids, weight = _check_lookup(input, weight, padding_idx, max_norm, norm_type)
    check_bool(scale_grad_by_freq, "embedding", "scale_grad_by_freq", 4)
    check_bool(sparse, "embedding", "sparse", 5)
    if max_norm is not None:
        renorm(weight, ids.reshape(-1), float(max_norm), float(norm_type))
    return take(weight, ids)


def embedding_backward(
    grad_output: Array,
    indices: Array,
    num_weights: int,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Array | SparseGrad:
    """The gradient of `embedding`: `embedding_sparse_backward` if `sparse`, else the dense one.

    Arguments and errors are those of `embedding_sparse_backward` and `embedding_dense_backward`;
    `sparse` must be a bool. The result is an array ``(V, D)``, or a `SparseGrad` of that shape.

    Source: ATen ``embedding_backward``.

    >>> embedding_backward(np.ones((1, 2)), np.array([1]), 3, sparse=True)
    SparseGrad(indices=[1], nnz=1, shape=(3, 2), is_coalesced=True)
    """
    check_bool(sparse, "embedding_backward", "sparse", 6)
    backward = embedding_sparse_backward if sparse else embedding_dense_backward
    return backward(grad_output, indices, num_weights, padding_idx, scale_grad_by_freq)


def embedding_sparse_backward(
    grad_output: Array,
    indices: Array,
    num_weights: int,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
) -> SparseGrad:
    """The gradient of `embedding` with respect to the table, as the list of rows that were used.

    Nothing is added up: ids and gradients stand side by side in the order of the input, those of
    the padding id left out. The size does not depend on V.

    Args:
        grad_output: gradient of the output of the lookup, shape ``(*, D)``.
        indices: the ids of that lookup, int32 or int64, shape ``(*)``.
        num_weights: V, the number of rows of the table.
        padding_idx: the id that receives no gradient; -1 means none, as in ATen.
        scale_grad_by_freq: must be False.

    Returns:
        shape ``(V, D)``, the dtype of `grad_output`, uncoalesced if there are two entries or
        more. It may share the memory of `grad_output` and `indices`, as in torch.

    Raises:
        TypeError: an argument is not an array, an int or a bool.
        RuntimeError: `scale_grad_by_freq` is True; `indices` is neither int32 nor int64;
            `grad_output` has not D numbers for each id; `num_weights` is negative.
        IndexError: an id is out of range. (ATen's function keeps it without a word.)

    Source: ATen ``embedding_sparse_backward``.

    >>> grad_output = np.arange(6.0).reshape(3, 2)
    >>> grad = embedding_sparse_backward(grad_output, np.array([2, 0, 2]), 4, padding_idx=0)
    >>> grad.indices
    array([2, 2])
    >>> grad.values
    array([[0., 1.],
           [4., 5.]])
    """
    grad, ids = _check_backward(
        grad_output, indices, num_weights, padding_idx, scale_grad_by_freq, sparse=True
    )
    if padding_idx != -1:
        keep = ids != padding_idx
        ids, grad = ids[keep], grad[keep]
    return SparseGrad(ids.astype(np.int64, copy=False), grad, (int(num_weights), grad.shape[1]))


def embedding_dense_backward(
    grad_output: Array,
    indices: Array,
    num_weights: int,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    *,
    accumulate: npt.DTypeLike | None = None,
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
        scale_grad_by_freq: divide each gradient by the number of times its id occurs in
            `indices`. (It is multiplied by ``1 / count`` and then added; torch does both with one
            rounding, so the last bits may differ, unless the count is a power of 2.)
        accumulate: the dtype in which the sums are kept; they are rounded once, at the end. With
            ``np.float64`` a row that is used a million times gets the right sum. torch has no
            such argument.

    Returns:
        the dtype of `grad_output`, shape ``(V, D)``.

    Raises:
        TypeError: `grad_output` or `indices` is not an array; another argument is not an int, a
            bool or a float type.
        RuntimeError: `indices` is neither int32 nor int64; `grad_output` has not D numbers for
            each id; `num_weights` is negative.
        IndexError: an id is out of range. (ATen's function drops such an id without a word. A
            forward pass would have refused it.)

    Source: ATen ``embedding_dense_backward``. Chapter 04 shows the padding row.

    >>> grad_output = np.ones((3, 2))
    >>> embedding_dense_backward(grad_output, np.array([2, 0, 2]), 4)
    array([[1., 1.],
           [0., 0.],
           [2., 2.],
           [0., 0.]])
    """
    grad, ids = _check_backward(
        grad_output, indices, num_weights, padding_idx, scale_grad_by_freq, sparse=False
    )
    dtype = grad.dtype if accumulate is None else np.dtype(accumulate)
    if accumulate is not None and not np.issubdtype(dtype, np.floating):
        raise TypeError(f"accumulate must be a float type, not {dtype}")

    scale: Array | float = 1
    if scale_grad_by_freq:
        scale = 1 / counts(ids)
    grad_weight = np.zeros((num_weights, grad.shape[1]), grad.dtype)
    if dtype == grad.dtype:
        scatter_add(grad_weight, ids, grad, scale)
    else:  # only the rows that occur need sums in the other dtype
        rows, rank = distinct(ids, num_weights)
        sums = np.zeros((rows.size, grad.shape[1]), dtype)
        scales = np.broadcast_to(scale, ids.shape)
        for part in pieces(ids.size, grad.shape[1]):  # so that grad is converted piece by piece
            scatter_add(sums, rank[part], grad[part], scales[part])
        grad_weight[rows] = sums
    if 0 <= padding_idx < num_weights:
        grad_weight[padding_idx] = 0  # simpler than leaving it out above
    return grad_weight


def embedding_dense_backward_plain(
    grad_output: Array, indices: Array, num_weights: int, padding_idx: int = -1
) -> Array:
    """`embedding_dense_backward` as one would write it first: the same bits, slowly.

    These arguments, the result and the errors are those of `embedding_dense_backward`.

    >>> embedding_dense_backward_plain(np.ones((2, 1)), np.array([1, 1]), 3)
    array([[0.],
           [2.],
           [0.]])
    """
    grad, ids = _check_backward(
        grad_output, indices, num_weights, padding_idx, scale_grad_by_freq=False, sparse=False
    )
    grad_weight = np.zeros((num_weights, grad.shape[1]), grad.dtype)
    for i, row in zip(ids, grad, strict=True):
        if i != padding_idx:
            grad_weight[i] += row
    return grad_weight


def _one_hot(ids: Array, num_classes: int) -> npt.NDArray[np.bool_]:
    is_one: npt.NDArray[np.bool_] = ids[..., None] == np.arange(num_classes)
    return is_one


# --- checks: everything is checked before anything is written ---------------------------------


def _check_lookup(
    input: object,
    weight: object,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
) -> tuple[Array, Array]:
    table = as_array(weight, "embedding", "weight", 2)
    if padding_idx is not None:
        check_padding_idx(padding_idx, table.shape[0])
        check_int(padding_idx, "embedding", "padding_idx", 3)
    if max_norm is not None:
        check_renorm(weight, input, max_norm, norm_type)
    ids = wide_ids(as_array(input, "embedding", "input", 1))
    if table.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    check_id_dtype(ids, "#1", "embedding")
    if table.shape[0] == 0 and ids.size > 0:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if max_norm is None:  # else done above
        check_bounds(ids, table.shape[0])
    return ids, table


def _check_backward(
    grad_output: object,
    indices: object,
    num_weights: int,
    padding_idx: int,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> tuple[Array, Array]:
    """Returns the gradient as ``(N, D)`` and the ids as ``(N,)``."""
    name = "embedding_sparse_backward" if sparse else "embedding_dense_backward"
    grad = as_array(grad_output, name, "grad_output", 1)
    ids = wide_ids(as_array(indices, name, "indices", 2)).reshape(-1)
    check_int(num_weights, name, "num_weights", 3)
    check_int(padding_idx, name, "padding_idx", 4)
    check_bool(scale_grad_by_freq, name, "scale_grad_by_freq", 5)
    if sparse and scale_grad_by_freq:
        raise RuntimeError(
            "embedding_backward: scale_grad_by_freq not supported with sparse gradients"
        )
    check_id_dtype(ids, "#2", "embedding_backward")
    if num_weights < 0:
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    columns = grad.shape[-1]
    if grad.size != ids.size * columns:
        raise RuntimeError(
            "indices and values must have same nnz, but got nnz from indices: "
            f"{ids.size}, nnz from values: {grad.size // columns}"
            if sparse
            else f"shape '{[ids.size, columns]}' is invalid for input of size {grad.size}"
        )
    check_bounds(ids, num_weights)
    return grad.reshape(ids.size, columns), ids
