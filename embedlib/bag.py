"""Lookups whose rows are put together at once: bags of ids.

A bag is a group of ids, a sentence for example. Its rows become one: their sum, their mean, or
the largest number of each column. Sum and mean, forward and backward, are the same two steps,
gather and scatter-add, with the roles of ids and bags exchanged::

    forward:   output[bag[i]]      += weight[ids[i]]        for each i
    backward:  grad_weight[ids[i]] += grad_output[bag[i]]   for each i
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib.arrays import Array, Int64Array, pieces, wide_ids
from embedlib.checks import (
    argument,
    as_array,
    check_bag_padding_idx,
    check_bool,
    check_bounds,
    check_grad_output,
)
from embedlib.ids import counts
from embedlib.renorm import embedding_renorm_
from embedlib.scatter import bags_of_one_size, gather_add, scatter_add, take
from embedlib.sparse import SparseGrad


def embedding_bag(
    input: Array,
    weight: Array,
    offsets: Array | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Array | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Array:
    """Look up bags of ids, and reduce the rows of each bag to one row.

    ``out[b] = reduce of per_sample_weights[i] * weight[input[i]] over all i in bag b``

    A bag without ids, or with nothing but padding, gives zeros. In a column with several equal
    maxima the first one wins; a nan wins only where it comes first.

    Args:
        input: ids, int32 or int64, each in ``0 .. V - 1``. Of shape ``(B, N)``: each line is a
            bag. Of shape ``(N,)``: the bags one after the other, cut by `offsets`.
        weight: the table, shape ``(V, D)``, float16, float32 or float64.
        offsets: for 1-D ids, where each bag begins: int32 or int64, shape ``(B,)``, from 0, not
            decreasing. None for 2-D ids.
        max_norm: rescale the rows that are looked up, in `weight` itself, as
            `embedlib.functional.embedding_renorm_` does.
        norm_type: the p of that norm.
        scale_grad_by_freq, sparse: for the gradient; "max" has neither.
        mode: "sum", "mean" or "max".
        per_sample_weights: a factor for each id, the shape of `input` and the dtype of `weight`;
            only with "sum". None means 1.
        include_last_offset: `offsets` has one number more, at the end: the length of `input`.
            No effect on 2-D ids.
        padding_idx: ids of this number, in ``-V .. V - 1``, count as if they were not there.

    Returns:
        the dtype of `weight`, shape ``(B, D)``. Halves are summed in float32, and rounded once.

    Raises:
        TypeError: an argument is not an array, `padding_idx` not an int, an option not a bool,
            `max_norm` or `norm_type` not a number.
        ValueError: a shape does not fit, an unknown `mode`, or "max" with `sparse` or
            `scale_grad_by_freq`.
        NotImplementedError: `per_sample_weights` with another mode than "sum".
        RuntimeError: a dtype, an id, an offset or `padding_idx` is wrong. torch reads or writes
            out of bounds, or counts wrongly, where an id lies in no bag, where later offsets
            decrease, and where the last one is not the length (`include_last_offset`).

    Source: ``torch.nn.functional.embedding_bag``, ATen ``embedding_bag``.

    >>> table = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> embedding_bag(np.array([0, 2, 1]), table, np.array([0, 2, 3]), mode="sum")
    array([[6., 8.],
           [3., 4.],
           [0., 0.]])
    >>> embedding_bag(np.array([[0, 2], [1, 0]]), table, padding_idx=0)
    array([[5., 6.],
           [3., 4.]])
    """
    table = _as_array(weight, "weight", 2)
    bags = _read_bags(
        input, table, offsets,
        mode=mode, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse,
        per_sample_weights=per_sample_weights, include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )  # fmt: skip
    if max_norm is not None:
        embedding_renorm_(table, bags.all_ids, max_norm, norm_type)  # padding too
    if mode == "max":
        output = np.zeros((bags.num_bags, table.shape[1]), table.dtype)
        for some, winners in _winners(table, bags):
            output[some] = table[winners, np.arange(table.shape[1])]
        return output

    total = np.zeros((bags.num_bags, table.shape[1]), _wide(table.dtype))
    gather_add(total, bags.ids, table, bags.factors(), bags.starts)
    if mode == "mean":
        total /= np.maximum(bags.sizes(), 1)[:, None]
    return total.astype(table.dtype, copy=False)


def embedding_bag_backward(
    grad_output: Array,
    input: Array,
    weight: Array,
    offsets: Array | None = None,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Array | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Array | SparseGrad, Array | None]:
    """The gradients of `embedding_bag` with respect to the table and the sample weights.

    ``grad_weight[v] = sum of scale[i] * grad_output[bag[i]] over all i with input[i] == v``

    ``grad_per_sample_weights[i] = dot(grad_output[bag[i]], weight[input[i]])``

    where ``scale[i]`` is the sample weight, divided by the size of the bag for "mean", and by
    the number of ids equal to ``input[i]`` for `scale_grad_by_freq`. For "max" each number of
    `grad_output` goes to the row that its number came from. Padding gets nothing.

    Args:
        grad_output: gradient of the output, shape ``(B, D)``; taken in the dtype of `weight`.
        input, weight, offsets, mode, per_sample_weights, include_last_offset, padding_idx: those
            of the lookup; `weight` as the lookup left it.
        scale_grad_by_freq: divide by how often the id occurs in this call. (torch 2.13 divides
            by the count of another id on the CPU, unless all counts are equal.)
        sparse: return the gradient of the table as a `SparseGrad`.

    Returns:
        the gradient of the table: the dtype of `weight`, shape ``(V, D)``; a `SparseGrad` has one
        entry for each id that is not padding, in the order of `input`.
        Then the gradient of the sample weights: the dtype of `weight`, the shape of `input`; None
        if there are none.

    Raises:
        the errors of `embedding_bag`;
        TypeError: `grad_output` is not an array.
        RuntimeError: `grad_output` has another shape than the output; `scale_grad_by_freq`
            together with `sparse`.

    Source: ATen ``_embedding_bag_backward``, ``_embedding_bag_per_sample_weights_backward``.

    >>> grad_weight, grad_samples = embedding_bag_backward(
    ...     np.array([[1.0], [10.0]]), np.array([[0, 2], [2, 2]]), np.array([[5.0], [6.0], [7.0]]),
    ...     mode="sum", per_sample_weights=np.array([[1.0, 2.0], [3.0, 4.0]]),
    ... )
    >>> grad_weight
    array([[ 1.],
           [ 0.],
           [72.]])
    >>> grad_samples
    array([[ 5.,  7.],
           [70., 70.]])
    """
    table = _as_array(weight, "weight", 2)
    bags = _read_bags(
        input, table, offsets,
        mode=mode, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse,
        per_sample_weights=per_sample_weights, include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )  # fmt: skip
    where = argument("embedding_bag", "grad_output", 1)
    shape = (bags.num_bags, table.shape[1])
    grad = check_grad_output(grad_output, shape, table.dtype, where)
    if sparse and scale_grad_by_freq:
        raise RuntimeError(
            "embedding_backward: scale_grad_by_freq not supported with sparse gradients"
        )
    grad_samples = None
    if bags.sample_weights is not None:
        grad_samples = _sample_weights_gradient(grad, table, bags)
    if mode == "max":
        return _max_gradient(grad, table, bags), grad_samples

    scale = _gradient_scale(bags, scale_grad_by_freq, mode)
    if sparse:
        values = take(grad, bags.bag_of_each())
        if isinstance(scale, np.ndarray):
            values *= scale[:, None].astype(grad.dtype)
        return SparseGrad(bags.ids.copy(), values, table.shape), grad_samples
    grad_weight = np.zeros(table.shape, grad.dtype)
    scatter_add(grad_weight, bags.ids, grad, scale, bags.starts)
    return grad_weight, grad_samples


class _Bags(NamedTuple):
    """The n ids that count, one after the other, cut into bags. Padding is gone already."""

    ids: Int64Array  # (n,)
    starts: Int64Array  # (num_bags + 1,): where each bag begins, and n
    sample_weights: Array | None  # (n,)
    all_ids: Array  # the whole input, its own shape and dtype
    is_kept: npt.NDArray[np.bool_] | None  # of that shape: which of them these are; None: all

    @property
    def num_bags(self) -> int:
        return self.starts.size - 1

    def sizes(self) -> npt.NDArray[np.intp]:
        """How many ids each bag has. (np.repeat wants intp, in a browser 32 bits.)"""
        return np.diff(self.starts).astype(np.intp, copy=False)

    def bag_of_each(self) -> npt.NDArray[np.intp]:
        """The bag of each of the n ids."""
        return np.repeat(np.arange(self.num_bags), self.sizes())

    def factors(self) -> Array | float:
        """What each row counts in its sum."""
        return 1 if self.sample_weights is None else self.sample_weights


def _winners(table: Array, bags: _Bags) -> Iterator[tuple[Array, Int64Array]]:
    """Some bags, none empty, and for each of their columns the id with the maximum; then others.

    The first id leads. A later one takes the lead where its number is larger: not where both are
    equal, and not where one is nan, since ``x > nan`` and ``nan > x`` are both false.
    """
    # Twice the width, because marks and places need room in the cache, too.
    for some, entries in bags_of_one_size(bags.starts, 2 * table.shape[1]):
        ids = bags.ids[entries]
        largest, bag = take(table, ids[0]), np.arange(some.size)[:, None]
        winners = np.repeat(ids[0][:, None], table.shape[1], axis=1)
        for part in pieces(len(ids), largest.size):  # more than one only for a very long bag
            found, place = _first_maxima(take(table, ids[part]))
            is_larger = found > largest
            np.copyto(winners, ids[part][place, bag], where=is_larger)
            np.copyto(largest, found, where=is_larger)
        yield some, winners


def _first_maxima(rows: Array) -> tuple[Array, npt.NDArray[np.intp]]:
    """The maximum of each column, nan left out, and the first k for which ``rows[k]`` has it.

    To find that k each maximum is replaced by a number that counts down, all else by 0: the
    largest is then at the first one. (With small ints that is 5 times as fast as argmax.)
    """
    largest, last = np.fmax.reduce(rows, axis=0), len(rows) - 1
    countdown = np.arange(last, -1, -1).astype(np.min_scalar_type(last))
    marks = (rows == largest) * countdown[:, None, None]
    return largest, last - marks.max(axis=0).astype(np.intp)


def _max_gradient(grad: Array, table: Array, bags: _Bags) -> Array:
    """Each number of `grad` goes to the same column of the row that won there."""
    grad_weight = np.zeros(table.shape, grad.dtype)
    winners, columns = np.empty(grad.shape, np.int64), np.arange(table.shape[1])
    for some, ids in _winners(table, bags):
        winners[some] = ids
    # Each column has another winner: so the table is seen as V * D rows of one number. The bags
    # come in their own order again, in which their gradients add up.
    flat, filled = grad_weight.reshape(-1, 1), np.flatnonzero(bags.sizes())
    for piece in pieces(filled.size, columns.size):
        some = filled[piece]
        places = winners[some] * columns.size + columns
        scatter_add(flat, places.reshape(-1), grad[some].reshape(-1, 1))
    return grad_weight


def _gradient_scale(bags: _Bags, scale_grad_by_freq: bool, mode: str) -> Array | float:
    """The factor of the gradient for each id; in float64, so that it is rounded once."""
    if bags.sample_weights is None and not scale_grad_by_freq and mode == "sum":
        return 1
    scale = np.ones(bags.ids.size)
    if bags.sample_weights is not None:
        scale *= bags.sample_weights
    if scale_grad_by_freq:
        scale /= counts(bags.ids)
    if mode == "mean":
        scale /= np.repeat(bags.sizes(), bags.sizes())
    return scale


def _sample_weights_gradient(grad: Array, table: Array, bags: _Bags) -> Array:
    """The shape of the input; 0 for padding."""
    dots, bag = np.empty(bags.ids.size, grad.dtype), bags.bag_of_each()
    for part in pieces(dots.size, table.shape[1]):
        rows, grads = take(table, bags.ids[part]), take(grad, bag[part])
        dots[part] = np.einsum("nd,nd->n", grads, rows, dtype=_wide(grad.dtype))
    if bags.is_kept is None:
        return dots.reshape(bags.all_ids.shape)
    out = np.zeros(bags.all_ids.shape, grad.dtype)
    out[bags.is_kept] = dots
    return out


def _wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype for sums: float32 for halves, else the same."""
    return np.result_type(dtype, np.float32)


# --- checks: in torch's order, and all before anything is written -----------------------------


def _read_bags(
    input: object,
    table: Array,
    offsets: object,
    *,
    mode: str,
    scale_grad_by_freq: bool,
    sparse: bool,
    per_sample_weights: object,
    include_last_offset: bool,
    padding_idx: int | None,
) -> _Bags:
    """Check all arguments of a lookup, and cut the ids into bags."""
    ids = wide_ids(_as_array(input, "input", 1))
    starts = None if offsets is None else wide_ids(_as_array(offsets, "offsets", 3))
    samples = None
    if per_sample_weights is not None:
        samples = _as_array(per_sample_weights, "per_sample_weights", 9)
    _check_shapes(ids, table, starts, samples)
    _check_mode(mode, scale_grad_by_freq, sparse, samples)
    if starts is None:
        include_last_offset = False
    check_bool(scale_grad_by_freq, "embedding_bag", "scale_grad_by_freq", 4)
    check_bool(sparse, "embedding_bag", "sparse", 6)
    check_bool(include_last_offset, "embedding_bag", "include_last_offset", 8)
    padding = check_bag_padding_idx(padding_idx, table.shape[0])
    _check_dtypes(ids, starts, table)
    if starts is not None:
        _check_offsets(starts, ids.size)
    _check_samples_dtype(samples, table)
    if starts is None:
        starts = np.arange(0, ids.size + 1, ids.shape[1])
    else:
        starts = _with_end(starts, ids.size, include_last_offset)
    _check_ids(ids.reshape(-1), table.shape[0])
    return _make_bags(ids, starts.astype(np.int64, copy=False), samples, padding)


def _make_bags(
    ids: Array, starts: Int64Array, samples: Array | None, padding: int | None
) -> _Bags:
    is_kept = None
    kept, sample_weights = ids.reshape(-1), None if samples is None else samples.reshape(-1)
    if padding is not None:
        is_kept = ids != padding
        kept, sample_weights = ids[is_kept], None if samples is None else samples[is_kept]
        # A bag begins where the ids before it end, of those that are kept.
        starts = np.append(0, np.cumsum(is_kept, dtype=np.int64))[starts]
    return _Bags(kept.astype(np.int64, copy=False), starts, sample_weights, ids, is_kept)


def _as_array(value: object, name: str, position: int) -> Array:
    return as_array(value, "embedding_bag", name, position)


def _check_shapes(ids: Array, table: Array, offsets: Array | None, samples: Array | None) -> None:
    if samples is not None and samples.shape != ids.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({samples.shape}) is not None, "
            f"then it must have the same shape as the input ({ids.shape})"
        )
    if table.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {table.ndim}")
    if ids.ndim not in (1, 2):
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {ids.ndim}"
        )
    if ids.ndim == 1 and offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if ids.ndim == 1 and offsets is not None and offsets.ndim != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    if ids.ndim == 2 and offsets is not None:
        raise ValueError(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of "
            f"fixed length sequences. However, found offsets of type {type(offsets)}"
        )
    if ids.ndim == 2 and ids.shape[1] == 0:
        raise RuntimeError("step must be nonzero")  # torch counts up to the size by steps of 0


def _check_mode(mode: str, scale_grad_by_freq: bool, sparse: bool, samples: Array | None) -> None:
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if mode != "sum" and samples is not None:
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only "
            f"supported for mode='sum' (got mode='{mode}')."
        )


def _check_dtypes(ids: Array, offsets: Array | None, table: Array) -> None:
    for name, array, types, names in (
        ("indices", ids, (np.int32, np.int64), "Long, Int"),
        ("offsets", offsets, (np.int32, np.int64), "Long, Int"),
        ("weight", table, (np.float16, np.float32, np.float64), "Half, BFloat16, Float, Double"),
    ):
        if array is not None and array.dtype not in types:
            raise RuntimeError(
                f"Expected tensor for argument #1 '{name}' to have one of the following scalar "
                f"types: {names}; but got {array.dtype} instead "
                "(while checking arguments for embedding_bag)"
            )


def _check_samples_dtype(samples: Array | None, table: Array) -> None:
    if samples is not None and samples.dtype != table.dtype:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for "
            f"argument #1 'per_sample_weights'; but type {table.dtype} does not equal "
            f"{samples.dtype} (while checking arguments for embedding_bag)"
        )


def _with_end(offsets: Array, length: int, include_last_offset: bool) -> Array:
    """The offsets, and at the end the length."""
    if include_last_offset:
        _check_last_offset(offsets, length)
        return offsets
    if offsets.size == 0 and length > 0:
        raise RuntimeError(f"offsets is empty, so there is no bag for the {length} ids of input")
    return np.append(offsets, length)


def _check_offsets(offsets: Array, length: int) -> None:
    if offsets.size == 0:
        return
    if offsets[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start "
            f"from position 0. However, got {offsets[0]}"
        )
    if offsets[-1] > length:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {length} "
            f"but got offsets[-1] of {offsets[-1]}"
        )
    falls = np.flatnonzero(offsets[1:] < offsets[:-1])
    if falls.size > 0:
        i = falls[0]
        raise RuntimeError(
            f"offsets can not decrease, but offsets[{i + 1}] of {offsets[i + 1]} "
            f"comes after offsets[{i}] of {offsets[i]}"
        )


def _check_last_offset(offsets: Array, length: int) -> None:
    if offsets.size == 0:
        raise RuntimeError("include_last_offset: number of offset should be at least 1")
    if offsets[-1] != length:
        raise RuntimeError(
            f"include_last_offset: offsets[-1] has to be input's length {length}, "
            f"but got offsets[-1] of {offsets[-1]}"
        )


def _check_ids(ids: Array, num_embeddings: int) -> None:
    try:
        check_bounds(ids, num_embeddings)
    except IndexError:
        bad = np.flatnonzero((ids < 0) | (ids >= num_embeddings))[0]
        raise RuntimeError(
            f"Index {bad} of input takes value {ids[bad]} which is not in the valid range "
            f"[0, {num_embeddings})"
        ) from None
