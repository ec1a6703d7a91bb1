"""The checks of arguments that the modules share, with torch's exceptions and words."""

from typing import Any

import numpy as np

from embedlib.arrays import Array


def require_array(value: object, name: str, convert: str = "np.asarray(...)") -> None:
    """Raise TypeError unless `value` is an array, and say how to make one of it.

    >>> require_array(np.ones(2), "weight")
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"{name} must be an array, not {type(value).__name__}. Convert it with {convert}"
        )


def argument(function: str, name: str, position: int) -> str:
    """How torch names an argument in its messages.

    >>> argument("embedding", "weight", 2)
    "embedding(): argument 'weight' (position 2)"
    """
    return f"{function}(): argument '{name}' (position {position})"


def check_int(value: object, function: str, name: str, position: int) -> None:
    """Raise torch's TypeError unless `value` is an int.

    >>> check_int(4, "one_hot", "num_classes", 2)
    """
    # To Python True is the int 1. As an id it is nearly always a mistake.
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be int, not {type(value).__name__}")


def check_number(value: object, function: str, name: str, position: int) -> float:
    """Return a float; torch's TypeError if `value` is not a number.

    >>> check_number(1, "embedding_renorm_", "max_norm", 3)
    1.0
    """
    if not isinstance(value, int | float | np.integer | np.floating):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be float, not {type(value).__name__}")
    return float(value)


def check_bool(value: object, function: str, name: str, position: int) -> None:
    """Raise torch's TypeError unless `value` is a bool.

    >>> check_bool(True, "embedding", "sparse", 5)
    """
    if not isinstance(value, bool | np.bool_):
        where = argument(function, name, position)
        raise TypeError(f"{where} must be bool, not {type(value).__name__}")


def check_grad_output(
    grad_output: object, shape: tuple[int, ...], dtype: np.dtype[Any], name: str = "grad_output"
) -> Array:
    """The gradient of an output of `shape`, in `dtype`.

    Raises:
        TypeError: `grad_output` is not an array. RuntimeError: it has another shape.

    >>> check_grad_output(np.ones(2), (2,), np.dtype(np.float32))
    array([1., 1.], dtype=float32)
    """
    require_array(grad_output, name)
    grad = np.asarray(grad_output)
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
    if not isinstance(value, np.generic):
        require_array(value, argument(function, name, position))
    return np.asarray(value)


def check_id_dtype(ids: Array, position: str, function: str) -> None:
    """Raise torch's RuntimeError unless the ids are int32 or int64.

    >>> check_id_dtype(np.array([1]), "#1", "embedding")
    """
    if ids.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            f"Expected tensor for argument {position} 'indices' to have one of the following "
            f"scalar types: Long, Int; but got {ids.dtype} instead "
            f"(while checking arguments for {function})"
        )


def check_bounds(ids: Array, num_embeddings: int) -> None:
    """Raise torch's IndexError unless each id is in ``0 .. num_embeddings - 1``.

    >>> check_bounds(np.array([2]), 3)
    """
    # One pass for both ends: read as unsigned, a negative number becomes a huge one.
    unsigned = ids.view(np.uint32 if ids.dtype == np.int32 else np.uint64)
    if ids.size > 0 and unsigned.max() >= num_embeddings:
        raise IndexError("index out of range in self")
