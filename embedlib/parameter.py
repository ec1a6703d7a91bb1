"""An array that is learned, with its gradient."""

from typing import TYPE_CHECKING

import numpy as np

from embedlib.arrays import Array, how_to_convert

if TYPE_CHECKING:
    from embedlib.sparse import SparseGrad


class Parameter:
    """An array that is learned, as ``torch.nn.Parameter``.

    Functions and layers take it wherever they take an array. Itself it is none: for arithmetic
    there is `data`.

    Args:
        data: the values, an array or another parameter; the memory is shared, not copied.
        requires_grad: whether ``backward`` of a layer fills `grad`.

    Attributes:
        data, requires_grad: the arguments.
        grad: the gradient, the shape of `data`: an array or a `SparseGrad`; None until the first
            ``backward``.

    Raises:
        TypeError: `data` is not an array.
        RuntimeError: `requires_grad` for values that are neither floats nor complex.

    Source: ``torch.nn.Parameter``.

    >>> Parameter(np.ones(2))
    Parameter containing:
    array([1., 1.])
    """

    def __init__(self, data: "Array | Parameter", requires_grad: bool = True) -> None:
        values = data.data if isinstance(data, Parameter) else data
        if not isinstance(values, np.ndarray):
            raise TypeError(how_to_convert(values, "Parameter data"))
        if requires_grad and not np.issubdtype(values.dtype, np.inexact):
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        self.data: Array = values
        self.grad: Array | SparseGrad | None = None
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{self.data!r}"
