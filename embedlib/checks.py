"""The checks of arguments that the modules share, with torch's exceptions and words.

Each returns what it has checked, as the type that the caller goes on with.
"""

from typing import Any

import numpy as np

from embedlib.arrays import Array, how_to_convert
from embedlib.parameter import Parameter


def require_array(value: object, name: str, convert: str = "np.asarray(...)") -> Array:
    """An array as it is, a `Parameter` as its values; TypeError for anything else.

    The error says how to make an array of it.

    >>> require_array(Parameter(np.ones(2)), "weight")
    array([1., 1.])
    """
    if isinstance(value, Parameter):
        return value.data
    if not isinstance(value, np.ndarray):
        raise TypeError(how_to_convert(value, name, convert))
    return value


def argument(function: str, name: str, position: int) -> str:
    """How torch names an argument in its messages.

    >>> argument("embedding", "weight", 2)
    "embedding(): argument 'weight' (position 2)"
    """
    return f"{function}(): argument '{name}' (position {position})"


def check_int(value: object, function: str, name: str, position: int) -> int:
    """An int; torch's TypeError if `value` is none.

    >>> check_int(4, "one_hot", "num_classes", 2)
    4
    """
    # To Python True is the int 1. As an id it is nearly always a mistake.
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be int, not {type(value).__name__}")
    return int(value)


def check_number(value: object, function: str, name: str, position: int) -> float:
    """A float; torch's TypeError if `value` is not a number.

    >>> check_number(1, "embedding_renorm_", "max_norm", 3)
    1.0
    """
    if not isinstance(value, int | float | np.integer | np.floating):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be float, not {type(value).__name__}")
    return float(value)


def check_bool(value: object, function: str, name: str, position: int) -> bool:
    """A bool; torch's TypeError if `value` is none.

    >>> check_bool(True, "embedding", "sparse", 5)
    True
    """
    if not isinstance(value, bool | np.bool_):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be bool, not {type(value).__name__}")
    return bool(value)


def check_grad_output(
    grad_output: object, shape: tuple[int, ...], dtype: np.dtype[Any], name: str = "grad_output"
) -> Array:
    """The gradient of an output of `shape`, in `dtype`.

    Raises:
        TypeError: `grad_output` is not an array. RuntimeError: it has another shape.

    >>> check_grad_output(np.ones(2), (2,), np.dtype(np.float32))
    array([1., 1.], dtype=float32)
    """
    grad = require_array(grad_output, name)
    if grad.shape != shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output has a shape of {grad.shape} "
            f"and output has a shape of {shape}."
        )
    return grad.astype(dtype, copy=False)


def as_array(value: object, function: str, name: str, position: int) -> Array:
    """`value` as an array; TypeError if it is none.

    >>> as_array(np.int64(3), "embedding", "input", 1)
    array(3)
    """
    # np.generic: one element of an array of ids is an id too, a table of shape () of them.
    if isinstance(value, np.generic):
        return np.asarray(value)
    if isinstance(value, np.ndarray):  # at once: a lookup of few ids should not wait for a text
        return value
    return require_array(value, argument(function, name, position))


def check_id_dtype(ids: Array, position: str, function: str) -> Array:
    """The ids; torch's RuntimeError unless they are int32 or int64.

    >>> check_id_dtype(np.array([1]), "#1", "embedding")
    array([1])
    """
    if ids.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            f"Expected tensor for argument {position} 'indices' to have one of the following "
            f"scalar types: Long, Int; but got {ids.dtype} instead "
            f"(while checking arguments for {function})"
        )
    return ids


def check_bounds(ids: Array, num_embeddings: int) -> Array:
    """The ids; torch's IndexError unless each is in ``0 .. num_embeddings - 1``.

    >>> check_bounds(np.array([2]), 3)
    array([2])
    """
    # One pass for both ends: read as unsigned, a negative number becomes a huge one.
    unsigned = ids.view(np.uint32 if ids.dtype == np.int32 else np.uint64)
    if ids.size > 0 and np.maximum.reduce(unsigned, axis=None) >= num_embeddings:
        raise IndexError("index out of range in self")
    return ids


# --- the padding id ------------------------------------------------------------------------------
# torch checks it in four places, each with words of its own: the function and the layer of single
# ids and the layer of bags in Python, where an assert raises, the function of bags in C++, where
# a RuntimeError does.


def check_padding_idx(padding_idx: int, num_embeddings: int, name: str = "Padding_idx") -> int:
    """The id; AssertionError unless ``-V <= padding_idx < V``. 0 always passes.

    `name` is "Padding_idx" for single ids and "padding_idx" for `EmbeddingBag`.

    >>> check_padding_idx(-1, 3)
    -1
    """
    if padding_idx > max(num_embeddings - 1, 0) or padding_idx < min(-num_embeddings, 0):
        raise AssertionError(f"{name} must be within num_embeddings")
    return padding_idx


def check_bag_padding_idx(padding_idx: int | None, num_embeddings: int) -> int | None:
    """Its row for `embedding_bag`, None if there is none; TypeError or RuntimeError.

    >>> check_bag_padding_idx(-1, 3)
    2
    """
    if padding_idx is None:
        return None
    row = check_int(padding_idx, "embedding_bag", "padding_idx", 9)
    if not -num_embeddings <= row < num_embeddings:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, -{num_embeddings} through "
            f"{num_embeddings - 1}, but got {row}"
        )
    return row % num_embeddings


def padding_row(padding_idx: int | None, num_embeddings: int, name: str) -> int | None:
    """The row of a layer's padding id: a negative id counts from the end.

    Raises:
        AssertionError: out of range. TypeError: a bool. IndexError: a float.

    >>> padding_row(-1, 3, "Padding_idx")
    2
    """
    if padding_idx is None:
        return None
    check_padding_idx(padding_idx, num_embeddings, name)
    if isinstance(padding_idx, bool):
        raise TypeError("padding_idx must be int, not bool")
    if not isinstance(padding_idx, int | np.integer):
        raise IndexError(f"padding_idx must be int, not {type(padding_idx).__name__}")
    return padding_idx + num_embeddings if padding_idx < 0 else padding_idx
