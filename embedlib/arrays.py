"""What the modules share about arrays: their types, what an id is, how long ones are cut."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Int64Array = npt.NDArray[np.int64]

PIECE = 1 << 16  # numbers: 256 KiB of float32, which a core's own cache (L2) holds
INT_IS_SHORT = np.iinfo(int).bits < 64  # so in a browser, where addresses have 32 bits


def wide_ids(ids: Array) -> Array:
    """`ids` as they are; but where NumPy's int is short, whole numbers of any width as int64.

    There ``np.argsort``, ``np.zeros(2, int)``, ``x.astype(int)`` give int32, which on a computer
    are int64: ids that it takes must be taken there too. What is no whole number stays refused.

    >>> wide_ids(np.array([2, 0]))
    array([2, 0])
    """
    return ids.astype(np.int64, copy=False) if INT_IS_SHORT and ids.dtype.kind == "i" else ids


def pieces(count: int, width: int = 1) -> Iterator[slice]:
    """Cut ``0 .. count - 1`` so that each piece of rows, `width` numbers each, fits the cache.

    A formula takes several NumPy calls, and each reads and writes its arrays from end to end. On
    whole tables every call would wait for the memory; on pieces all calls but the first find
    their numbers in the cache, and what lies between two calls is as large as a piece.

    >>> list(pieces(5, width=30_000))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    step = max(1, PIECE // max(1, width))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def how_to_convert(value: object, name: str, convert: str = "np.asarray(...)") -> str:
    """What to tell who gave something else where an array must stand: the cure for its type.

    >>> how_to_convert([1, 2], "weight")
    'weight must be an array, not list. Convert it with np.asarray(...)'
    """
    if hasattr(value, "detach"):  # torch's
        cure = "Convert it with .detach().numpy()"
    elif hasattr(value, "to_dense"):
        cure = "Convert it with .to_dense()"
    elif hasattr(value, "to_numpy"):  # that of pandas and others
        cure = "Convert it with .to_numpy()"
    elif hasattr(value, "parameters"):
        cure = "It is a layer: pass its .weight, or call it and pass the output"
    elif isinstance(value, list | tuple | range | int | float | complex | np.generic):
        cure = f"Convert it with {convert}"
    elif isinstance(value, set | frozenset | Iterator):
        cure = f"Make a list of it first: {convert.replace('...', 'list(...)', 1)}"
    else:
        cure = "Pass a NumPy array"
    return f"{name} must be an array, not {type(value).__name__}. {cure}"
