"""The layers: a parameter, the embedding table, and a linear layer to compare it with.

There is no autograd. A layer remembers what its last forward pass needs, and ``backward`` turns
the gradient of the output into gradients of the parameters.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from embedlib import functional as F
from embedlib import random
from embedlib.arrays import Array
from embedlib.checks import argument, check_grad_output, require_array
from embedlib.sparse import SparseGrad


class Parameter:
    """An array that is learned, as ``torch.nn.Parameter``.

    Args:
        data: the values; the memory is shared, not copied.
        requires_grad: whether ``backward`` of a layer fills `grad`.

    Attributes:
        data, requires_grad: the arguments.
        grad: the gradient, the shape of `data`: an array or a `SparseGrad`; None until the first
            ``backward``.

    Raises:
        TypeError: `data` is not an array.
        RuntimeError: `requires_grad` for values that are neither floats nor complex.

    >>> Parameter(np.ones(2))
    Parameter containing:
    array([1., 1.])
    """

    def __init__(self, data: Array, requires_grad: bool = True) -> None:
        require_array(data, "Parameter data")
        if requires_grad and not np.issubdtype(data.dtype, np.inexact):
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        self.data = data
        self.grad: Array | SparseGrad | None = None
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{self.data!r}"


class IncompatibleKeys(NamedTuple):
    """What `Module.load_state_dict` did not find, and what it did not know.

    >>> IncompatibleKeys([], [])
    <All keys matched successfully>
    """

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys({self.missing_keys}, {self.unexpected_keys})"


class Module:
    """What the layers share: being called, their parameters, saving and loading them."""

    def forward(self, input: Array) -> Array:
        """Compute the output; each layer says how."""
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        return self.forward(input)

    def parameters(self) -> list[Parameter]:
        """The parameters, in the order in which the layer made them.

        >>> len(Linear(3, 4).parameters())
        2
        """
        return list(self._named_parameters().values())

    def _named_parameters(self) -> dict[str, Parameter]:
        return {name: p for name, p in vars(self).items() if isinstance(p, Parameter)}

    def zero_grad(self) -> None:
        """Set the gradient of each parameter to None, as torch does."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, Array]:
        """The values of the parameters by name, to be saved; the memory is shared, not copied.

        Source: ``torch.nn.Module.state_dict``.

        >>> list(Linear(3, 4).state_dict())
        ['weight', 'bias']
        """
        return {name: parameter.data for name, parameter in self._named_parameters().items()}

    def load_state_dict(
        self, state_dict: Mapping[str, Array], strict: bool = True
    ) -> IncompatibleKeys:
        """Copy saved values into the parameters, also into frozen ones.

        Args:
            state_dict: arrays by name, of the shapes of the parameters; numbers of another dtype
                are converted.
            strict: False to pass over names that are missing or unknown.

        Returns:
            the names that were passed over.

        Raises:
            TypeError: `state_dict` is not a mapping.
            RuntimeError: a name is missing or unknown, a value is not an array of numbers or has
                another shape: all of these in one message. Then nothing has changed. (torch has
                copied what fits before it raises.)

        Source: ``torch.nn.Module.load_state_dict``.

        >>> layer = Embedding(2, 2)
        >>> layer.load_state_dict({"weight": np.eye(2)})
        <All keys matched successfully>
        >>> layer.weight.data
        array([[1., 0.],
               [0., 1.]], dtype=float32)
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        parameters = self._named_parameters()
        missing = [name for name in parameters if name not in state_dict]
        unexpected = [name for name in state_dict if name not in parameters]
        found = [name for name in parameters if name in state_dict]
        errors = []
        if strict:
            for title, names in (("Missing", missing), ("Unexpected", unexpected)):
                if names:
                    quoted = ", ".join(f'"{name}"' for name in names)
                    errors.append(f"{title} key(s) in state_dict: {quoted}. ")
        for name in found:
            errors += _load_errors(name, parameters[name].data, state_dict[name])
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}"
            )
        for name in found:
            parameters[name].data[...] = state_dict[name]
        return IncompatibleKeys(missing, unexpected)


class Embedding(Module):
    """A table with one row for each id, as ``torch.nn.Embedding``.

    ``table(ids)`` copies out ``weight.data[ids]``; ``backward`` adds each incoming gradient to the
    row of its id in ``weight.grad``.

    Args:
        num_embeddings: V, the number of rows.
        embedding_dim: D, the length of a row.
        padding_idx: an id in ``-V .. V - 1``. Its row starts as zeros and gets no gradient:
            that is all (Chapter 04). A negative one is stored as ``V + padding_idx``.
        max_norm: if given, each lookup first shortens the rows it uses to this norm, in the table
            itself, frozen or not. The gradient ignores it.
        norm_type: the p of that norm.
        scale_grad_by_freq: divide the gradients of a row by the number of times it was looked up
            in this call; not with `sparse`.
        sparse: give the gradient as a `SparseGrad`.
        _weight: a ready table ``(V, D)``; its memory is shared, and no row is zeroed.
        _freeze: no gradient for the table.
        device: None or "cpu".
        dtype: of the table, float32 if None; ignored if `_weight` is given.

    Attributes:
        weight: the table, a `Parameter` ``(V, D)``; drawn from N(0, 1) with the default generator.
        num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq,
            sparse: the arguments. From `max_norm` on they may be changed between two calls.

    Raises:
        AssertionError: `padding_idx` out of range, or `_weight` of another shape.
        TypeError: `padding_idx` is a bool. (torch takes True for a mask and zeroes everything.)
        IndexError: `padding_idx` is a float, or is 0 and V is 0.
        RuntimeError: a negative size, another device, a dtype that is neither float nor complex.

    Source: ``torch.nn.Embedding``. Chapters 01 and 04.

    >>> table = Embedding(4, 2, padding_idx=-1)
    >>> table
    Embedding(4, 2, padding_idx=3)
    >>> table(np.array([[0, 3], [1, 3]])).shape
    (2, 2, 2)
    >>> table.backward(np.ones((2, 2, 2)))
    >>> table.weight.grad
    array([[1., 1.],
           [1., 1.],
           [0., 0.],
           [0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Array | None = None,
        _freeze: bool = False,
        device: str | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        _check_device(device)
        if padding_idx is not None:
            F.check_padding_idx(padding_idx, num_embeddings)
            padding_idx = _row_number(padding_idx, num_embeddings)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self._ids: Array | None = None
        if _weight is None:
            self.weight = _empty(num_embeddings, embedding_dim, dtype=dtype, frozen=_freeze)
            self.reset_parameters()
        else:
            self.weight = _ready(_weight, (num_embeddings, embedding_dim), _freeze)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Array,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A layer around a ready table: frozen, unless `freeze` is False.

        Args:
            embeddings: the table, shape ``(V, D)``; its memory is shared.
            freeze: no gradient for the table; `max_norm` shortens its rows all the same.
            padding_idx: as in the constructor, but the row keeps its values.
            max_norm, norm_type, scale_grad_by_freq, sparse: as in the constructor.

        Raises:
            TypeError: `embeddings` is not an array.
            AssertionError: `embeddings` is not 2-D.

        Source: ``torch.nn.Embedding.from_pretrained``.

        >>> Embedding.from_pretrained(np.eye(3), padding_idx=0)(np.array([0, 2]))
        array([[1., 0., 0.],
               [0., 0., 1.]])
        """
        rows, columns = _size_of_table(embeddings)
        return cls(
            rows,
            columns,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def reset_parameters(self) -> None:
        """Draw the table from N(0, 1) again, then zero the padding row."""
        _draw_table(self.weight.data, self.padding_idx)

    def forward(self, input: Array) -> Array:
        """Look rows up: ids ``(*)``, int32 or int64, give ``(*, D)``.

        With `max_norm` it changes the table first. Errors: those of
        `embedlib.functional.embedding`; after one, the table is as it was.
        """
        output = F.embedding(
            input,
            self.weight.data,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )
        self._ids = np.array(input)  # a copy: the caller may overwrite the ids before backward
        return output

    def backward(self, grad_output: Array) -> None:
        """Add the gradient of the last forward pass to ``weight.grad``.

        ``weight.grad[v] += sum of grad_output[i] over all i with ids[i] == v``, without the
        padding id. With `sparse` the new rows are appended to those that ``weight.grad`` has.
        There is no gradient of the ids: they are not numbers on a scale, but names.
        A frozen table gets none (torch raises there, ours does nothing).

        Args:
            grad_output: shape ``(*, D)``, that of the last output.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before; `grad_output` has another shape; `sparse`
                together with `scale_grad_by_freq`.
        """
        if self._ids is None:
            raise RuntimeError("backward() needs a forward pass first: call the layer with ids")
        shape = (*self._ids.shape, self.embedding_dim)
        grad = check_grad_output(grad_output, shape, self.weight.data.dtype)
        if self.weight.requires_grad:
            grad_weight = F.embedding_backward(
                grad.copy() if self.sparse else grad,  # a list of rows keeps the array
                self._ids,
                self.num_embeddings,
                -1 if self.padding_idx is None else self.padding_idx,
                self.scale_grad_by_freq,
                self.sparse,
            )
            _accumulate(self.weight, grad_weight)

    def __repr__(self) -> str:
        parts = [str(self.num_embeddings), str(self.embedding_dim)]
        for name, default in _OPTIONS.items():
            value = getattr(self, name)
            if value != default:
                parts.append(f"{name}={value}")
        return f"Embedding({', '.join(parts)})"


# The options of an embedding with their defaults, in torch's order; repr leaves defaults out.
_OPTIONS: dict[str, Any] = {
    "padding_idx": None,
    "max_norm": None,
    "norm_type": 2.0,
    "scale_grad_by_freq": False,
    "sparse": False,
}


class Linear(Module):
    """A linear map with a bias, as ``torch.nn.Linear``: ``x @ weight.T + bias``.

    With one-hot rows as input and no bias it is an `Embedding` whose table is ``weight.T``.

    Args:
        in_features, out_features: lengths of the input and output rows.
        bias: whether to add one.
        device: None or "cpu".
        dtype: of the parameters, float32 if None.

    Attributes:
        weight: a `Parameter` ``(out_features, in_features)``, uniform within
            ``+-1/sqrt(in_features)``.
        bias: a `Parameter` ``(out_features,)``, drawn likewise, or None.

    Raises:
        RuntimeError: a negative size, another device, a dtype that is neither float nor complex.

    Source: ``torch.nn.Linear``; the bounds are those of He et al., "Delving Deep into Rectifiers"
    (2015), with torch's ``a = sqrt(5)``. Chapter 01.

    >>> layer = Linear(3, 2)
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    >>> layer(np.ones((5, 3), np.float32)).shape
    (5, 2)
    >>> layer.backward(np.ones((5, 2), np.float32)).shape
    (5, 3)
    >>> layer.bias.grad
    array([5., 5.], dtype=float32)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: str | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        _check_device(device)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = _empty(out_features, in_features, dtype=dtype)
        self.bias = _empty(out_features, dtype=dtype) if bias else None
        self._input: Array | None = None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias again, uniform in ``+-1/sqrt(in_features)``."""
        if self.in_features > 0:
            # torch takes this way round; the shorter one may differ in the last bit.
            gain = math.sqrt(2 / (1 + math.sqrt(5) ** 2))
            _fill_uniform(self.weight, math.sqrt(3) * (gain / math.sqrt(self.in_features)))
        if self.bias is not None:
            _fill_uniform(self.bias, 1 / math.sqrt(self.in_features) if self.in_features else 0)

    def forward(self, input: Array) -> Array:
        """``input @ weight.T + bias``: ``(*, in_features)`` gives ``(*, out_features)``.

        Raises:
            TypeError: `input` is not an array.
            RuntimeError: `input` is 0-d, of another dtype or with another last dimension.
        """
        weight = self.weight.data
        require_array(input, argument("linear", "input", 1))
        if input.ndim == 0:
            raise RuntimeError(
                "both arguments to linear need to be at least 1D, but they are 0D and 2D"
            )
        if input.shape[-1] != self.in_features:
            rows = math.prod(input.shape[:-1])
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({rows}x{input.shape[-1]} "
                f"and {self.in_features}x{self.out_features})"
            )
        if input.dtype != weight.dtype:
            raise RuntimeError(
                f"mat1 and mat2 must have the same dtype, but got {input.dtype} and {weight.dtype}"
            )
        self._input = input.copy()  # the caller may overwrite its array before backward
        output = input @ weight.T
        return output if self.bias is None else output + self.bias.data

    def backward(self, grad_output: Array) -> Array:
        """Add to the gradients of weight and bias, and return the gradient of the input.

        With the rows of input and gradient as X and G: ``weight.grad += G.T @ X``,
        ``bias.grad += sum of the rows of G``, and the result is ``G @ weight``.

        Args:
            grad_output: shape ``(*, out_features)``, that of the last output.

        Returns:
            the gradient of the last input, its shape and dtype.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before, or `grad_output` has another shape.
        """
        if self._input is None:
            raise RuntimeError("backward() needs a forward pass first: call the layer")
        shape = (*self._input.shape[:-1], self.out_features)
        grad = check_grad_output(grad_output, shape, self.weight.data.dtype)
        rows = math.prod(shape[:-1])
        grad_rows = grad.reshape(rows, self.out_features)
        if self.weight.requires_grad:
            _accumulate(self.weight, grad_rows.T @ self._input.reshape(rows, self.in_features))
        if self.bias is not None and self.bias.requires_grad:
            _accumulate(self.bias, grad_rows.sum(axis=0))
        return grad @ self.weight.data

    def __repr__(self) -> str:
        return (
            f"Linear(in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None})"
        )


class EmbeddingBag(Module):
    """A table whose rows are looked up in bags, as ``torch.nn.EmbeddingBag``.

    ``forward(ids)[b] = sum, mean or maximum of weight[ids[i]] over all i in bag b``

    The same numbers as an `Embedding` followed by a sum, a mean or a maximum, without keeping a
    row for each id.

    Args:
        num_embeddings: V, the number of rows.
        embedding_dim: D, the length of a row.
        max_norm: before each lookup, shorten the rows that it takes to a norm of at most this, in
            the table itself.
        norm_type: the p of that norm.
        scale_grad_by_freq: divide the gradient of a row by how often its id occurs in the call;
            not with "max".
        mode: "sum", "mean" or "max"; checked at the first lookup, as torch does.
        sparse: ``weight.grad`` is a `SparseGrad`; not with "max".
        _weight: a ready table ``(V, D)``; its memory is shared, and no row is zeroed.
        include_last_offset: offsets have one number more, the length of the ids.
        padding_idx: an id in ``-V .. V - 1`` that counts as if it were not there. Its row starts
            as zeros. A negative one is stored as ``V + padding_idx``.
        device: None or "cpu".
        dtype: of the table, float32 if None; ignored if `_weight` is given.

    Attributes:
        weight: the table, a `Parameter` ``(V, D)``; drawn from N(0, 1) with the default generator.
        num_embeddings, embedding_dim and all options up to `padding_idx`: the arguments.

    Raises:
        AssertionError: `padding_idx` out of range, or `_weight` of another shape.
        TypeError: `padding_idx` is a bool. (torch takes True for a mask and zeroes everything.)
        IndexError: `padding_idx` is a float, or is 0 and V is 0.
        RuntimeError: a negative size, another device, a dtype that is neither float nor complex.

    Source: ``torch.nn.EmbeddingBag``.

    >>> table = EmbeddingBag(4, 2, mode="sum", padding_idx=-1)
    >>> table
    EmbeddingBag(4, 2, mode='sum', padding_idx=3)
    >>> table(np.array([0, 3, 1, 1]), np.array([0, 2])).shape
    (2, 2)
    >>> table.backward(np.ones((2, 2)))
    >>> table.weight.grad
    array([[1., 1.],
           [2., 2.],
           [0., 0.],
           [0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Array | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: str | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        _check_device(device)
        if padding_idx is not None:
            if padding_idx != 0 and not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("padding_idx must be within num_embeddings")
            padding_idx = _row_number(padding_idx, num_embeddings)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self.padding_idx = padding_idx
        self._last: tuple[Array, Array | None, Array | None] | None = None
        if _weight is None:
            self.weight = _empty(num_embeddings, embedding_dim, dtype=dtype)
            self.reset_parameters()
        else:
            self.weight = _ready(_weight, (num_embeddings, embedding_dim))

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Array,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """A layer around a ready table: frozen, unless `freeze` is False.

        Args:
            embeddings: the table, floats, shape ``(V, D)``; its memory is shared.
            freeze: no gradient for the table; `max_norm` shortens its rows all the same.
            padding_idx: as in the constructor, but the row keeps its values.
            the others: as in the constructor.

        Raises:
            TypeError: `embeddings` is not an array.
            AssertionError: `embeddings` is not 2-D.
            RuntimeError: a table of ints, even a frozen one.

        Source: ``torch.nn.EmbeddingBag.from_pretrained``.

        >>> EmbeddingBag.from_pretrained(np.eye(3), mode="sum")(np.array([[0, 2]]))
        array([[1., 0., 1.]])
        """
        rows, columns = _size_of_table(embeddings)
        layer = cls(
            rows,
            columns,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            mode,
            sparse,
            embeddings,
            include_last_offset,
            padding_idx,
        )
        layer.weight.requires_grad = not freeze
        return layer

    def reset_parameters(self) -> None:
        """Draw the table from N(0, 1) again, then zero the padding row."""
        _draw_table(self.weight.data, self.padding_idx)

    def forward(
        self, input: Array, offsets: Array | None = None, per_sample_weights: Array | None = None
    ) -> Array:
        """Look bags up: ids ``(B, N)``, or ``(N,)`` with offsets ``(B,)``, give ``(B, D)``.

        With `max_norm` it changes the table first. Arguments and errors: those of
        `embedlib.functional.embedding_bag`; after an error, the table is as it was.
        """
        output = F.embedding_bag(
            input,
            self.weight.data,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )
        # Copies: the caller may overwrite the arrays before backward.
        self._last = (
            input.copy(),
            None if offsets is None else offsets.copy(),
            None if per_sample_weights is None else per_sample_weights.copy(),
        )
        return output

    def __call__(
        self, input: Array, offsets: Array | None = None, per_sample_weights: Array | None = None
    ) -> Array:
        return self.forward(input, offsets, per_sample_weights)

    def backward(self, grad_output: Array) -> Array | None:
        """Add the gradient of the last forward pass to ``weight.grad``.

        It reads the table ("max", sample weights): call it before a step of an optimizer. A frozen
        table gets no gradient.

        Args:
            grad_output: shape ``(B, D)``, that of the last output.

        Returns:
            the gradient of the last sample weights, in their shape; None if there were none.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before; `grad_output` has another shape; `sparse`
                together with `scale_grad_by_freq`.
        """
        if self._last is None:
            raise RuntimeError("backward() needs a forward pass first: call the layer with ids")
        input, offsets, per_sample_weights = self._last
        grad_weight, grad_samples = F.embedding_bag_backward(
            grad_output,
            input,
            self.weight.data,
            offsets,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )
        if self.weight.requires_grad:
            _accumulate(self.weight, grad_weight)
        return grad_samples

    def __repr__(self) -> str:
        parts = [str(self.num_embeddings), str(self.embedding_dim)]
        if self.max_norm is not None:
            parts.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            parts.append(f"norm_type={self.norm_type}")
        if self.scale_grad_by_freq:
            parts.append(f"scale_grad_by_freq={self.scale_grad_by_freq}")
        parts.append(f"mode={self.mode!r}")
        if self.padding_idx is not None:
            parts.append(f"padding_idx={self.padding_idx}")
        return f"EmbeddingBag({', '.join(parts)})"


def _empty(*size: int, dtype: npt.DTypeLike | None, frozen: bool = False) -> Parameter:
    dtype = np.float32 if dtype is None else dtype
    return Parameter(np.empty(random.check_size(size), dtype), requires_grad=not frozen)


def _ready(weight: Array, shape: tuple[int, int], frozen: bool = False) -> Parameter:
    """A table that the caller brings: its memory is shared, and no row is zeroed."""
    parameter = Parameter(weight, requires_grad=not frozen)
    if weight.shape != shape:
        raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
    return parameter


def _size_of_table(embeddings: Array) -> tuple[int, int]:
    require_array(embeddings, "Parameter data")
    if embeddings.ndim != 2:
        raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
    rows, columns = embeddings.shape
    return rows, columns


def _row_number(padding_idx: int, num_embeddings: int) -> int:
    """The row of a padding id that is in range: a negative one counts from the end."""
    if isinstance(padding_idx, bool):
        raise TypeError("padding_idx must be int, not bool")
    if not isinstance(padding_idx, int | np.integer):
        raise IndexError(f"padding_idx must be int, not {type(padding_idx).__name__}")
    return padding_idx + num_embeddings if padding_idx < 0 else padding_idx


def _draw_table(table: Array, padding_idx: int | None) -> None:
    """Fill it from N(0, 1), then zero the padding row."""
    if padding_idx == 0 and table.shape[0] == 0:
        raise IndexError("index 0 is out of bounds for dimension 0 with size 0")
    table[...] = random.default_generator.randn(*table.shape, dtype=table.dtype)
    if padding_idx is not None:
        table[padding_idx] = 0


def _fill_uniform(parameter: Parameter, bound: float) -> None:
    data = parameter.data
    data[...] = random.default_generator.uniform(-bound, bound, data.shape, data.dtype)


def _load_errors(name: str, data: Array, value: object) -> list[str]:
    """Why `value` cannot be copied into `data`, in torch's words; empty if it can."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufc":
        return [
            f'While copying the parameter named "{name}", expected an array of numbers from '
            f"checkpoint but received {type(value)}. Convert it with np.asarray(...)"
        ]
    if value.shape != data.shape:
        return [
            f"size mismatch for {name}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {data.shape}."
        ]
    return []


def _accumulate(parameter: Parameter, grad: Array | SparseGrad) -> None:
    held = parameter.grad
    if held is None:
        parameter.grad = grad
    elif isinstance(held, np.ndarray) and isinstance(grad, np.ndarray):
        held += grad
    else:  # sparse + sparse is sparse, any other sum is an array
        parameter.grad = held + grad


def _check_device(device: str | None) -> None:
    if device not in (None, "cpu"):
        raise RuntimeError(f"device must be None or 'cpu', not {device!r}: NumPy has no other")
