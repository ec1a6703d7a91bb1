"""Gradients that hold only the rows that were looked up.

A batch of N ids touches at most N rows of the table. A dense gradient writes all V rows, nearly
all of them zeros; a sparse one keeps N numbers of rows and N rows.
"""

from typing import Any, Self

import numpy as np

from embedlib.arrays import Array, Int64Array, wide_ids
from embedlib.checks import require_array
from embedlib.ids import distinct
from embedlib.scatter import scatter_add


class SparseGrad:
    """A gradient of shape ``(V, D)`` as a list of rows, as torch's sparse COO tensor.

    ``dense[v] = sum of values[i] over all i with indices[i] == v``

    A row number may occur several times (the gradient is then *uncoalesced*): its values add up.

    Args:
        indices: row numbers, int64, shape ``(nnz,)``, each in ``0 .. V - 1``.
        values: their rows, shape ``(nnz, D)``.
        shape: ``(V, D)``.

    Attributes:
        indices, values, shape: the arguments; memory is shared, not copied.

    Raises:
        TypeError: `indices` or `values` is not an array.
        RuntimeError: `indices` is not int64 or not 1-D; the sizes do not fit together; a row
            number is out of range.

    Source: ``torch.sparse_coo_tensor``, with one sparse and one dense dimension.

    >>> grad = SparseGrad(np.array([2, 0, 2]), np.ones((3, 2)), (4, 2))
    >>> grad
    SparseGrad(indices=[2 0 2], nnz=3, shape=(4, 2), is_coalesced=False)
    >>> grad.to_dense()
    array([[1., 1.],
           [0., 0.],
           [2., 2.],
           [0., 0.]])
    """

    def __init__(self, indices: Int64Array, values: Array, shape: tuple[int, int]) -> None:
        self.indices = wide_ids(require_array(indices, "indices"))
        self.values = require_array(values, "values")
        self.shape = shape
        self._coalesced = False
        self.check()

    def check(self) -> None:
        """Raise RuntimeError if the row numbers, the values and the shape do not fit together.

        The attributes are plain ones. Who writes by row number asks first: the number may have
        been changed since.

        Source: ``torch.sparse_coo_tensor(check_invariants=True)``.

        >>> grad = SparseGrad(np.array([1]), np.ones((1, 2)), (3, 2))
        >>> grad.indices[0] = 2
        >>> grad.check()
        """
        indices, shape = self.indices, tuple(self.shape)
        if indices.dtype != np.int64:
            raise RuntimeError(f"indices must be an int64 tensor, but got {indices.dtype}")
        if indices.ndim != 1 or self.values.shape != (indices.size, shape[1]):
            raise RuntimeError(
                f"indices {indices.shape} and values {self.values.shape} do not fit the "
                f"shape {shape}: they must be (nnz,) and (nnz, {shape[1]})"
            )
        # One pass for both ends: read as unsigned, a negative number becomes a huge one.
        if indices.size == 0 or indices.view(np.uint64).max() < shape[0]:
            return
        if indices.min() < 0:
            raise RuntimeError(f"found negative index {indices.min()} for dim 0")
        raise RuntimeError(
            f"size is inconsistent with indices: for dim 0, size is {shape[0]} "
            f"but found index {indices.max()}"
        )

    @property
    def nnz(self) -> int:
        """The number of entries, repeated ones counted each time."""
        return self.indices.size

    @property
    def is_coalesced(self) -> bool:
        """True if the row numbers are known to be sorted and distinct.

        That is after `coalesce`, and with fewer than two entries. As in torch it is a flag: row
        numbers that merely happen to be sorted and distinct do not count.
        """
        return self._coalesced or self.nnz < 2

    def coalesce(self) -> "SparseGrad":
        """The same gradient with sorted, distinct row numbers; `self` if it has them already.

        Values of the same row are added in the order in which they stand.

        Source: ``torch.Tensor.coalesce``. (torch adds in another order for some sizes; the last
        bits may differ.)

        >>> SparseGrad(np.array([2, 0, 2]), np.ones((3, 1)), (4, 1)).coalesce().values
        array([[1.],
               [2.]])
        """
        if self.is_coalesced:
            return self
        rows, rank = distinct(self.indices, self.shape[0])
        # -0.0 + x is x also for x = -0.0; a sum that begins at 0.0 would lose that sign.
        sums = np.full((rows.size, self.shape[1]), -np.zeros((), self.values.dtype))
        scatter_add(sums, rank, self.values)
        result = SparseGrad(rows, sums, self.shape)
        result._coalesced = True
        return result

    def to_dense(self) -> Array:
        """The gradient as an array ``(V, D)``."""
        dense = np.zeros(self.shape, self.values.dtype)
        scatter_add(dense, self.indices, self.values)
        return dense

    def __add__(self, other: Any) -> "SparseGrad":
        """The sum of two sparse gradients, or of an array and a sparse gradient.

        Two lists of rows are joined one after the other; nothing is added up yet. (Where both
        name the same rows in the same order, ``-`` takes entry from entry.) ``array + grad``
        and ``array - grad`` are arrays; ``array += grad`` and ``array -= grad`` write into the
        array. ``grad + array`` is an error, as in torch: the array must come first.

        The other signs: ``-grad``, ``grad - grad``; ``grad * number``, ``number * grad`` and
        ``grad / number``, which keep the dtype of floats. ``+=``, ``-=``, ``*=`` and ``/=``
        change the gradient itself; the last two write into `values`. For anything else torch
        has, take `coalesce` and its `values`.

        Raises:
            RuntimeError: another shape; a number or an array to the right of ``+`` or ``-``; a
                result that does not fit the array it is to be written into.
            TypeError: what is neither a `SparseGrad` nor an array nor a number; ``*`` or ``/``
                with an array or another gradient.

        >>> grad = SparseGrad(np.array([1]), np.ones((1, 2)), (3, 2))
        >>> (grad + grad * 0.5).values
        array([[1. , 1. ],
               [0.5, 0.5]])
        >>> np.zeros((3, 2)) + grad
        array([[0., 0.],
               [1., 1.],
               [0., 0.]])
        """
        if not isinstance(other, SparseGrad):
            _refuse_right_of_plus(other)
            return NotImplemented
        self._check_same_shape(other)
        indices = np.concatenate([self.indices, other.indices])
        return SparseGrad(indices, np.concatenate([self.values, other.values]), self.shape)

    __radd__ = __add__  # reached by what is neither a gradient nor an array

    def __sub__(self, other: Any) -> "SparseGrad":
        if not isinstance(other, SparseGrad):
            return self.__add__(other)  # refused there
        self._check_same_shape(other)
        if np.array_equal(self.indices, other.indices):  # so grad - grad is 0, not a rounding
            return self._with_values(self.values - other.values)
        return self + -other

    __rsub__ = __sub__

    def __neg__(self) -> "SparseGrad":
        return self._with_values(-self.values)

    def __mul__(self, factor: Any) -> "SparseGrad":
        return self._with_values(_times(self.values, _number(factor, "*")))

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> "SparseGrad":
        return self._with_values(_divided(self.values, _number(divisor, "/")))

    def __iadd__(self, other: Any) -> Self:
        return self._become(self + other)

    def __isub__(self, other: Any) -> Self:
        return self._become(self - other)

    def __imul__(self, factor: Any) -> Self:
        _write(self.values, _times(self.values, _number(factor, "*")), "mul")
        return self

    def __itruediv__(self, divisor: Any) -> Self:
        _write(self.values, _divided(self.values, _number(divisor, "/")), "div")
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """What NumPy calls for ``array + grad``, ``array - grad``, and both with ``=``."""
        out = kwargs.pop("out", (None,))[0]
        if method != "__call__" or kwargs or len(inputs) != 2 or inputs[1] is not self:
            return NotImplemented
        left = inputs[0]
        if ufunc is np.multiply and out is None:  # number * grad, the number one of NumPy's
            return self * left
        if ufunc not in (np.add, np.subtract):
            return NotImplemented
        left = np.asarray(left)
        self._check_same_shape(left)
        self.check()
        if out is not None and not out.flags.writeable:
            raise ValueError("the array to be added to is read-only")
        added = self.values if ufunc is np.add else -self.values
        dtype = np.result_type(left, self.values)
        if out is left and left.flags.c_contiguous and dtype == left.dtype:
            scatter_add(left, self.indices, added)
            return left
        total = np.array(left, dtype, order="C")
        scatter_add(total, self.indices, added)
        return total if out is None else _write(out, total, "add")

    def _with_values(self, values: Array) -> "SparseGrad":
        """The same rows with other values; they stay as coalesced as they are."""
        result = SparseGrad(self.indices.copy(), values, self.shape)
        result._coalesced = self._coalesced
        return result

    def _become(self, other: "SparseGrad") -> Self:
        self.values = _write(np.empty(other.values.shape, self.values.dtype), other.values, "add")
        self.indices, self._coalesced = other.indices, other._coalesced
        return self

    def _check_same_shape(self, other: "SparseGrad | Array") -> None:
        if tuple(other.shape) != tuple(self.shape):
            raise RuntimeError(self._sizes_differ(other.shape))

    def _sizes_differ(self, shape: tuple[int, ...]) -> str:
        return (
            "add: expected sizes of 'self' and 'other' to match, "
            f"but {list(self.shape)} != {list(shape)}"
        )

    def __repr__(self) -> str:
        return (
            f"SparseGrad(indices={self.indices}, nnz={self.nnz}, shape={self.shape}, "
            f"is_coalesced={self.is_coalesced})"
        )


def _refuse_right_of_plus(other: object) -> None:
    """torch's error for ``grad + array`` and ``grad + 1``."""
    if isinstance(other, np.ndarray | np.generic | int | float | complex):
        raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")


def _number(value: object, sign: str) -> int | float | complex:
    """A number of Python's, which leaves the dtype of an array alone; NumPy's would not."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if not isinstance(value, int | float | complex):
        raise TypeError(
            f"unsupported operand type(s) for {sign}: 'SparseGrad' and '{type(value).__name__}'. "
            "A SparseGrad is multiplied and divided by numbers only; .to_dense() gives an array"
        )
    return value


def _times(values: Array, factor: complex) -> Array:
    with np.errstate(all="ignore"):  # inf and nan are answers, as in torch
        product: Array = values * factor
    return product


def _divided(values: Array, divisor: complex) -> Array:
    # torch divides float16 in float32, by the whole divisor, and rounds once.
    wide = values.astype(np.float32) if values.dtype == np.float16 else values
    with np.errstate(all="ignore"):
        quotient: Array = wide / divisor
        return quotient.astype(values.dtype) if quotient.dtype == wide.dtype else quotient


def _write(target: Array, values: Array, operation: str) -> Array:
    if not np.can_cast(values.dtype, target.dtype, "same_kind"):
        raise RuntimeError(
            f"Can't convert result type {values.dtype} to output {target.dtype} "
            f"in {operation} operation"
        )
    target[...] = values
    return target
