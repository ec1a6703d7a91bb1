"""Gradients that hold only the rows that were looked up.

A batch of N ids touches at most N rows of the table. A dense gradient writes all V rows, nearly
all of them zeros; a sparse one keeps N numbers of rows and N rows.
"""

from typing import Any

import numpy as np

from embedlib.arrays import Array, Int64Array
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

    __array_ufunc__ = None  # array + SparseGrad: let __radd__ decide, not NumPy element by element

    def __init__(self, indices: Int64Array, values: Array, shape: tuple[int, int]) -> None:
        require_array(indices, "indices")
        require_array(values, "values")
        if indices.dtype != np.int64:
            raise RuntimeError(f"indices must be an int64 tensor, but got {indices.dtype}")
        if indices.ndim != 1 or values.shape != (indices.size, shape[1]):
            raise RuntimeError(
                f"indices {indices.shape} and values {values.shape} do not fit the "
                f"shape {tuple(shape)}: they must be (nnz,) and (nnz, {shape[1]})"
            )
        if indices.size > 0 and indices.min() < 0:
            raise RuntimeError(f"found negative index {indices.min()} for dim 0")
        if indices.size > 0 and indices.max() >= shape[0]:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim 0, size is {shape[0]} "
                f"but found index {indices.max()}"
            )
        self.indices = indices
        self.values = values
        self.shape = shape
        self._coalesced = False

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

    def __add__(self, other: Any) -> Any:
        """The sum: of two sparse gradients sparse, with an array an array.

        Two lists of rows are joined one after the other; nothing is added up yet.

        Raises:
            RuntimeError: another shape.

        >>> grad = SparseGrad(np.array([1]), np.ones((1, 2)), (3, 2))
        >>> (grad + grad).indices
        array([1, 1])
        >>> np.zeros((3, 2)) + grad
        array([[0., 0.],
               [1., 1.],
               [0., 0.]])
        """
        if not isinstance(other, SparseGrad | np.ndarray):
            return NotImplemented
        if other.shape != self.shape:
            raise RuntimeError(
                "add: expected sizes of 'self' and 'other' to match, "
                f"but {self.shape} != {other.shape}"
            )
        if isinstance(other, SparseGrad):
            indices = np.concatenate([self.indices, other.indices])
            return SparseGrad(indices, np.concatenate([self.values, other.values]), self.shape)
        dense = np.array(other, np.result_type(other, self.values), order="C")
        scatter_add(dense, self.indices, self.values)
        return dense

    __radd__ = __add__  # array + SparseGrad; only there Python asks the right-hand side

    def __repr__(self) -> str:
        return (
            f"SparseGrad(indices={self.indices}, nnz={self.nnz}, shape={self.shape}, "
            f"is_coalesced={self.is_coalesced})"
        )
