"""The layers: the embedding table, its bags, and a linear layer to compare it with.

There is no autograd. A layer remembers what its last forward pass needs (`embedlib.passes`), and
``backward`` turns the gradient of the output into gradients of the parameters.
"""

import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from embedlib import functional as F
from embedlib import random
from embedlib.arrays import Array
from embedlib.checks import argument, check_grad_output, padding_row, require_array
from embedlib.parameter import Parameter
from embedlib.passes import Passes, is_remembered
from embedlib.sparse import SparseGrad


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
    """What the layers share: being called, their parameters, saving and loading them.

    A module may have modules as attributes, and they in turn: all of their parameters are its
    own, under names joined by dots, first those that stand in the module itself. As in torch,
    a list or a dict of modules is not looked into. (torch has `ModuleList` for that, and wants
    ``super().__init__()`` called; here an attribute is found because it is one.)

    >>> class Net(Module):
    ...     def __init__(self):
    ...         self.table = Embedding(4, 2)
    ...         self.out = Linear(2, 4)
    >>> list(Net().state_dict())
    ['table.weight', 'out.weight', 'out.bias']
    """

    def forward(self, input: Array) -> Array:
        """Compute the output; each layer says how."""
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        return self.forward(input)

    def parameters(self) -> list[Parameter]:
        """The parameters, those of the modules in it as well, each once.

        >>> len(Linear(3, 4).parameters())
        2
        """
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """The parameters with their names: one that has several (tied weights) under the first.

        Source: ``torch.nn.Module.named_parameters``. (torch's gives an iterator.)

        >>> [name for name, parameter in Linear(3, 4).named_parameters()]
        ['weight', 'bias']
        """
        first = {parameter: name for name, parameter in reversed([*self._all_parameters()])}
        return [(name, p) for name, p in self._all_parameters() if first[p] == name]

    def _all_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Under each of its names, as in a state."""
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield prefix + name, value
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield from value._all_parameters(f"{prefix}{name}.")

    def __repr__(self) -> str:
        lines = [
            f"  ({name}): {value!r}".replace("\n", "\n  ")
            for name, value in vars(self).items()
            if isinstance(value, Module)
        ]
        inside = "\n" + "\n".join(lines) + "\n" if lines else ""
        return f"{type(self).__name__}({inside})"

    def __setattr__(self, name: str, value: Any) -> None:
        is_parameter = isinstance(vars(self).get(name), Parameter)
        if is_parameter and not (value is None or isinstance(value, Parameter)):
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as parameter '{name}' "
                "(embedlib.Parameter or None expected)"
            )
        super().__setattr__(name, value)

    def zero_grad(self) -> None:
        """Set the gradient of each parameter to None, as torch does."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, Array]:
        """The values of the parameters by name, to be saved; the memory is shared, not copied.

        A parameter with two names stands under both.

        Source: ``torch.nn.Module.state_dict``.

        >>> list(Linear(3, 4).state_dict())
        ['weight', 'bias']
        """
        return {name: parameter.data for name, parameter in self._all_parameters()}

    def load_state_dict(
        self, state_dict: Mapping[str, Array | Parameter], strict: bool = True
    ) -> IncompatibleKeys:
        """Copy saved values into the parameters, also into frozen ones.

        Args:
            state_dict: arrays by name, of the shapes of the parameters; numbers of another dtype
                are converted, with a warning if imaginary parts get lost.
            strict: False to pass over names that are missing or unknown.

        Returns:
            the names that were passed over.

        Raises:
            TypeError: `state_dict` is not a mapping.
            RuntimeError: a name is missing or unknown, a value is not an array of numbers or has
                another shape, a parameter is in read-only memory: all of these in one message.
                Then nothing has changed. (torch has copied what fits before it raises.)

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
        parameters = dict(self._all_parameters())
        missing = [name for name in parameters if name not in state_dict]
        unexpected = [name for name in state_dict if name not in parameters]
        found = {name: _values(state_dict[name]) for name in parameters if name in state_dict}
        errors = _key_errors(missing, unexpected) if strict else []
        for name, value in found.items():
            errors += _load_errors(name, parameters[name].data, value)
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}"
            )
        for name, value in found.items():
            _copy_values(value, parameters[name].data)
        return IncompatibleKeys(missing, unexpected)


class _Lookup(NamedTuple):
    """What `Embedding.backward` needs: what the forward pass had, whatever changes since."""

    ids: Array
    weight: Parameter
    num_weights: int
    output_shape: tuple[int, ...]
    padding_idx: int | None
    scale_grad_by_freq: bool
    sparse: bool


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
            sparse: the arguments. From `max_norm` on they may be changed between two calls. The
            sizes are what was said at the start: if `weight` is replaced, its shape counts.

    Raises:
        AssertionError: `padding_idx` out of range, or `_weight` of another shape.
        TypeError: `padding_idx` is a bool. (torch raises it at the first lookup.)
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
        _weight: Array | Parameter | None = None,
        _freeze: bool = False,
        device: str | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        _check_device(device)
        padding_idx = padding_row(padding_idx, num_embeddings, "Padding_idx")
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self._passes: Passes[_Lookup] = Passes()
        if _weight is None:
            self.weight = _empty(num_embeddings, embedding_dim, dtype=dtype, frozen=_freeze)
            self.reset_parameters()
        else:
            self.weight = _ready(_weight, (num_embeddings, embedding_dim), _freeze)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Array | Parameter,
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
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def reset_parameters(self) -> None:
        """Draw the table from N(0, 1) again, then zero the padding row."""
        _draw_table(self.weight, self.padding_idx)

    def forward(self, input: Array) -> Array:
        """Look rows up: ids ``(*)``, int32 or int64, give ``(*, D)``.

        With `max_norm` it changes the table first. Errors: those of
        `embedlib.functional.embedding`; after one, the table is as it was.
        """
        output = F.embedding(
            input,
            self.weight.data,
            padding_idx=self.padding_idx,
            max_norm=self.max_norm,
            norm_type=self.norm_type,
            scale_grad_by_freq=self.scale_grad_by_freq,
            sparse=self.sparse,
        )
        if not self.weight.requires_grad:
            self._passes.forget()
        elif is_remembered():
            lookup = _Lookup(
                _copy(input),
                self.weight,
                self.weight.data.shape[0],
                output.shape,
                self.padding_idx,
                self.scale_grad_by_freq,
                self.sparse,
            )
            self._passes.remember(lookup)
        return output

    def backward(self, grad_output: Array, *, retain_graph: bool = False) -> None:
        """Add the gradient of the last forward pass to ``weight.grad``.

        ``weight.grad[v] += sum of grad_output[i] over all i with ids[i] == v``, without the
        padding id. With `sparse` the new rows are appended to those that ``weight.grad`` has.
        There is no gradient of the ids: they are not numbers on a scale, but names.
        A frozen table gets none (torch raises there, ours does nothing).

        Args:
            grad_output: shape ``(*, D)``, that of the last output.
            retain_graph: True if another ``backward`` of the same pass is to follow.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before, or several did (see `no_grad`);
                `grad_output` has another shape; `sparse` together with `scale_grad_by_freq`; the
                table, or the gradient that it has, has another shape by now.
        """
        require_array(grad_output, "grad_output")
        if not self._passes and not self.weight.requires_grad:
            return
        last = self._passes.recall()
        grad = check_grad_output(grad_output, last.output_shape, last.weight.data.dtype)
        if last.weight.requires_grad:
            grad_weight = F.embedding_backward(
                # A list of rows keeps the array, which is the caller's.
                grad.copy() if last.sparse else grad,
                last.ids,
                last.num_weights,
                padding_idx=-1 if last.padding_idx is None else last.padding_idx,
                scale_grad_by_freq=last.scale_grad_by_freq,
                sparse=last.sparse,
            )
            _accumulate({last.weight: grad_weight})
        if not retain_graph:
            self._passes.forget()

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
        in_features, out_features: the arguments. If `weight` is replaced, its shape counts.

    Raises:
        RuntimeError: a negative size, another device, a dtype that is neither float nor complex.

    Without input or output features it warns, as torch does, that there is nothing to draw.

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
        self._passes: Passes[tuple[Array, Parameter, Parameter | None]] = Passes()
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias again, uniform in ``+-1/sqrt(in_features)``."""
        parameters = [self.weight] if self.bias is None else [self.weight, self.bias]
        _check_writable(*parameters)
        in_features = self.weight.data.shape[1]
        if self.weight.data.size == 0:
            warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        else:
            # torch takes this way round; the shorter one may differ in the last bit.
            gain = math.sqrt(2 / (1 + math.sqrt(5) ** 2))
            _fill_uniform(self.weight, math.sqrt(3) * (gain / math.sqrt(in_features)))
        if self.bias is not None:
            _fill_uniform(self.bias, 1 / math.sqrt(in_features) if in_features else 0)

    def forward(self, input: Array) -> Array:
        """``input @ weight.T + bias``: ``(*, in_features)`` gives ``(*, out_features)``.

        Raises:
            TypeError: `input` is not an array.
            RuntimeError: `input` is 0-d, of another dtype or with another last dimension; weight
                or bias was replaced by one that does not fit.
        """
        x = require_array(input, argument("linear", "input", 1))
        weight = self.weight.data
        self._check_shapes(x)
        if x.dtype != weight.dtype:
            raise RuntimeError(
                f"mat1 and mat2 must have the same dtype, but got {x.dtype} and {weight.dtype}"
            )
        if not self._learns():
            self._passes.forget()
        elif is_remembered():
            self._passes.remember((_copy(x), self.weight, self.bias))
        with np.errstate(all="ignore"):  # inf and nan are answers, as in torch
            output = x @ weight.T
            return output if self.bias is None else output + self.bias.data

    def backward(self, grad_output: Array, *, retain_graph: bool = False) -> Array:
        """Add to the gradients of weight and bias, and return the gradient of the input.

        With the rows of input and gradient as X and G: ``weight.grad += G.T @ X``,
        ``bias.grad += sum of the rows of G``, and the result is ``G @ weight``. It reads the
        weight: call it before a step of an optimizer.

        Args:
            grad_output: shape ``(*, out_features)``, that of the last output.
            retain_graph: True if another ``backward`` of the same pass is to follow.

        Returns:
            the gradient of the last input, its shape and dtype.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before, or several did (see `no_grad`);
                `grad_output` has another shape; a parameter, or the gradient that it has, has
                another shape by now.
        """
        grad = require_array(grad_output, "grad_output")
        if not self._passes and not self._learns():
            return self._grad_input(grad, grad.shape[:-1])
        x, weight, bias = self._passes.recall()
        grad_input = self._grad_input(grad, x.shape[:-1], weight)
        out_features, in_features = weight.data.shape
        with np.errstate(all="ignore"):
            rows = math.prod(x.shape[:-1])
            grad_rows = grad.astype(x.dtype, copy=False).reshape(rows, out_features)
            grads: dict[Parameter, Array | SparseGrad] = {}
            if weight.requires_grad:
                grads[weight] = grad_rows.T @ x.reshape(rows, in_features)
            if bias is not None and bias.requires_grad:
                summed = grad_rows.sum(axis=0)
                if summed.shape != bias.data.shape:  # one number that was added to all outputs
                    summed = summed.sum(keepdims=True)
                grads[bias] = summed
        _accumulate(grads)
        if not retain_graph:
            self._passes.forget()
        return grad_input

    def _learns(self) -> bool:
        return self.weight.requires_grad or (self.bias is not None and self.bias.requires_grad)

    def _grad_input(
        self, grad_output: Array, rows: tuple[int, ...], parameter: Parameter | None = None
    ) -> Array:
        weight = (parameter or self.weight).data
        grad = check_grad_output(grad_output, (*rows, weight.shape[0]), weight.dtype)
        with np.errstate(all="ignore"):
            result: Array = grad @ weight
        return result

    def _check_shapes(self, x: Array) -> None:
        weight = self.weight.data
        if weight.ndim != 2:
            raise RuntimeError(f"mat2 must be a matrix, got {weight.ndim}-D tensor")
        if x.ndim == 0:
            raise RuntimeError(
                "both arguments to linear need to be at least 1D, but they are 0D and 2D"
            )
        out_features, in_features = weight.shape
        rows = math.prod(x.shape[:-1])
        if x.shape[-1] != in_features:
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({rows}x{x.shape[-1]} "
                f"and {in_features}x{out_features})"
            )
        if self.bias is not None and self.bias.data.shape not in ((out_features,), (1,)):
            bias = list(self.bias.data.shape)
            raise RuntimeError(
                f"The expanded size of the tensor ({out_features}) must match the existing size "
                f"({bias[-1] if bias else 1}) at non-singleton dimension 1.  Target sizes: "
                f"[{rows}, {out_features}].  Tensor sizes: {bias}"
            )

    def __repr__(self) -> str:
        return (
            f"Linear(in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None})"
        )


class _Bags(NamedTuple):
    """What `EmbeddingBag.backward` needs: what the forward pass had, whatever changes since."""

    ids: Any
    offsets: Array | None
    per_sample_weights: Array | None
    weight: Parameter
    options: dict[str, Any]


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
        num_embeddings, embedding_dim and all options up to `padding_idx`: the arguments. If
            `weight` is replaced, its shape counts.

    Raises:
        AssertionError: `padding_idx` out of range, or `_weight` of another shape.
        TypeError: `padding_idx` is a bool. (torch raises it at the first lookup.)
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
        _weight: Array | Parameter | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: str | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        _check_device(device)
        padding_idx = padding_row(padding_idx, num_embeddings, "padding_idx")
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self.padding_idx = padding_idx
        self._passes: Passes[_Bags] = Passes()
        if _weight is None:
            self.weight = _empty(num_embeddings, embedding_dim, dtype=dtype)
            self.reset_parameters()
        else:
            self.weight = _ready(_weight, (num_embeddings, embedding_dim))

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Array | Parameter,
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
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            mode=mode,
            sparse=sparse,
            _weight=embeddings,
            include_last_offset=include_last_offset,
            padding_idx=padding_idx,
        )
        layer.weight.requires_grad = not freeze
        return layer

    def reset_parameters(self) -> None:
        """Draw the table from N(0, 1) again, then zero the padding row."""
        _draw_table(self.weight, self.padding_idx)

    def forward(
        self, input: Array, offsets: Array | None = None, per_sample_weights: Array | None = None
    ) -> Array:
        """Look bags up: ids ``(B, N)``, or ``(N,)`` with offsets ``(B,)``, give ``(B, D)``.

        With `max_norm` it changes the table first. Arguments and errors: those of
        `embedlib.functional.embedding_bag`; after an error, the table is as it was.
        """
        options: dict[str, Any] = {
            "scale_grad_by_freq": self.scale_grad_by_freq,
            "mode": self.mode,
            "sparse": self.sparse,
            "include_last_offset": self.include_last_offset,
            "padding_idx": self.padding_idx,
        }
        output = F.embedding_bag(
            input,
            self.weight.data,
            offsets,
            max_norm=self.max_norm,
            norm_type=self.norm_type,
            per_sample_weights=per_sample_weights,
            **options,
        )
        if not self.weight.requires_grad and per_sample_weights is None:
            self._passes.forget()
        elif is_remembered():
            bags = _Bags(
                _copy(input), _copy(offsets), _copy(per_sample_weights), self.weight, options
            )
            self._passes.remember(bags)
        return output

    def __call__(
        self, input: Array, offsets: Array | None = None, per_sample_weights: Array | None = None
    ) -> Array:
        return self.forward(input, offsets, per_sample_weights)

    def backward(self, grad_output: Array, *, retain_graph: bool = False) -> Array | None:
        """Add the gradient of the last forward pass to ``weight.grad``.

        It reads the table ("max", sample weights): call it before a step of an optimizer. A frozen
        table gets no gradient.

        Args:
            grad_output: shape ``(B, D)``, that of the last output.
            retain_graph: True if another ``backward`` of the same pass is to follow.

        Returns:
            the gradient of the last sample weights, in their shape; None if there were none.

        Raises:
            TypeError: `grad_output` is not an array.
            RuntimeError: no forward pass came before, or several did (see `no_grad`);
                `grad_output` has another shape; `sparse` together with `scale_grad_by_freq`; the
                table, or the gradient that it has, has another shape by now.
        """
        require_array(grad_output, "grad_output")
        if not self._passes and not self.weight.requires_grad:
            return None
        last = self._passes.recall()
        grad_weight, grad_samples = F.embedding_bag_backward(
            grad_output,
            last.ids,
            last.weight.data,
            last.offsets,
            per_sample_weights=last.per_sample_weights,
            **last.options,
        )
        if last.weight.requires_grad:
            _accumulate({last.weight: grad_weight})
        if not retain_graph:
            self._passes.forget()
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


def _ready(weight: Array | Parameter, shape: tuple[int, int], frozen: bool = False) -> Parameter:
    """A table that the caller brings: its memory is shared, and no row is zeroed."""
    parameter = Parameter(weight, requires_grad=not frozen)
    if parameter.data.shape != shape:
        raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
    return parameter


def _size_of_table(embeddings: Array | Parameter) -> tuple[int, int]:
    table = require_array(embeddings, "Parameter data")
    if table.ndim != 2:
        raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
    rows, columns = table.shape
    return rows, columns


def _values(value: Any) -> Any:
    """The array of a parameter; anything else as it is."""
    return value.data if isinstance(value, Parameter) else value


def _copy(value: Any) -> Any:
    """For backward: the caller may overwrite the array until then."""
    return None if value is None else np.array(_values(value))


def _check_writable(*parameters: Parameter) -> None:
    if not all(parameter.data.flags.writeable for parameter in parameters):
        raise ValueError("the memory of a parameter is read-only")


def _draw_table(weight: Parameter, padding_idx: int | None) -> None:
    """Fill it from N(0, 1), then zero the padding row."""
    table = weight.data
    _check_writable(weight)
    if padding_idx is not None and padding_idx >= table.shape[0]:
        raise IndexError(
            f"index {padding_idx} is out of bounds for dimension 0 with size {table.shape[0]}"
        )
    table[...] = random.default_generator.randn(*table.shape, dtype=table.dtype)
    if padding_idx is not None:
        table[padding_idx] = 0


def _fill_uniform(parameter: Parameter, bound: float) -> None:
    data = parameter.data
    data[...] = random.default_generator.uniform(-bound, bound, data.shape, data.dtype)


def _key_errors(missing: list[str], unexpected: list[str]) -> list[str]:
    errors = []
    for title, names in (("Missing", missing), ("Unexpected", unexpected)):
        if names:
            quoted = ", ".join(f'"{name}"' for name in names)
            errors.append(f"{title} key(s) in state_dict: {quoted}. ")
    return errors


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
    if not data.flags.writeable:
        return [f'While copying the parameter named "{name}": its memory is read-only.']
    return []


def _copy_values(value: Array, data: Array) -> None:
    if np.iscomplexobj(value) and not np.iscomplexobj(data):
        warnings.warn("Casting complex values to real discards the imaginary part", stacklevel=3)
        value = value.real
    data[...] = value


def _accumulate(grads: Mapping[Parameter, Array | SparseGrad]) -> None:
    """Add each gradient to the one that its parameter has; all are checked first."""
    for parameter, grad in grads.items():
        held = parameter.grad
        for known in (parameter.data, held):
            if known is not None and tuple(known.shape) != tuple(grad.shape):
                raise RuntimeError(
                    f"backward returned an invalid gradient - got {list(grad.shape)} but expected "
                    f"shape compatible with {list(known.shape)}"
                )
        if isinstance(held, np.ndarray) and not held.flags.writeable:
            raise ValueError("the memory of a gradient is read-only")
    for parameter, grad in grads.items():
        held = parameter.grad
        if held is None:
            parameter.grad = grad
        elif isinstance(held, np.ndarray):
            held += grad  # in place, a list of rows too
        else:  # sparse + sparse is sparse; an array must come first
            parameter.grad = held + grad if isinstance(grad, SparseGrad) else grad + held


def _check_device(device: str | None) -> None:
    if device not in (None, "cpu"):
        raise RuntimeError(f"device must be None or 'cpu', not {device!r}: NumPy has no other")
