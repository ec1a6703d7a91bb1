"""Optimizers: how a gradient becomes a change of the parameters.

`SGD`, `Adam`, `AdamW`, `Adagrad` and `SparseAdam` of torch, formula by formula. Each formula is
written once, in ``_update``, over small pieces of the arrays: `_blocks` says which pieces and why.
A sparse gradient gives only the pieces that hold its rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np

from embedlib.arrays import Array
from embedlib.functional import embedding
from embedlib.modules import Parameter
from embedlib.scatter import scatter_add
from embedlib.sparse import SparseGrad

__all__ = [  # noqa: RUF022 (in the order of the file)
    "Optimizer",
    "SGD",
    "Adam",
    "AdamW",
    "Adagrad",
    "SparseAdam",
]

State = dict[str, Any]


class Optimizer:
    """What the optimizers share: the list of parameters, their states, the checks of a step.

    Attributes:
        params: the parameters.
        state: what is remembered of each parameter, ``{parameter: {name: value}}``, with torch's
            names. It begins with the first gradient (in `Adagrad` at once, as in torch).

    Source: ``torch.optim.Optimizer``.
    """

    def __init__(self, params: Iterable[Parameter]) -> None:
        self.params = _check_params(params)
        self.state: dict[Parameter, State] = {}

    def step(self) -> None:
        """Change each parameter in place; one without a gradient stays as it is.

        Raises:
            RuntimeError: a gradient has not the shape or the dtype of its parameter, or the
                optimizer refuses it because it is sparse, or because it is not.
            TypeError: a gradient is neither an array nor a `SparseGrad`.
            ValueError: the memory of a parameter is read-only.

        All gradients are checked first: after an error nothing has changed. (In torch the
        parameters before the refused one may have moved.)
        """
        gradients = [(param, param.grad) for param in self.params if param.grad is not None]
        for param, grad in gradients:
            _check_grad(param, grad)
            self._check(grad, self.state.get(param, {}))
        for param, grad in gradients:
            if param not in self.state:
                self.state[param] = self._new_state(param.data)
            self._update(param.data, grad, self.state[param])

    def zero_grad(self) -> None:
        """Set the gradient of each parameter to None, as torch does."""
        for param in self.params:
            param.grad = None

    def _check(self, grad: Array | SparseGrad, state: State) -> None:
        """Raise torch's error if this optimizer cannot take this gradient now."""

    def _new_state(self, data: Array) -> State:
        """What is remembered of a parameter before its first step."""
        raise NotImplementedError

    def _update(self, data: Array, grad: Array | SparseGrad, state: State) -> None:
        """One step for one parameter: the formula."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent, as ``torch.optim.SGD``.

    One step, for each parameter w with gradient g (b is the momentum buffer)::

        g = -g                                 if maximize
        g = g + weight_decay * w               if weight_decay is not 0
        if momentum is not 0:
            b = g at the first step, then b = momentum * b + (1 - dampening) * g
            g = g + momentum * b               if nesterov, else
            g = b
        w = w - lr * g

    A sparse gradient changes only its rows, without momentum. With momentum the buffer is sparse
    too and keeps each row that ever had a gradient: such a row goes on moving at the steps that
    do not touch it.

    Args:
        params: the parameters, any iterable of `Parameter`.
        lr: the learning rate.
        momentum, dampening, weight_decay, nesterov, maximize: see above.

    Raises:
        ValueError: `lr`, `momentum` or `weight_decay` is negative; `nesterov` without momentum or
            with dampening; no parameters.
        TypeError: `params` is a single parameter, or holds something else.
        RuntimeError: from `step`, where a sparse array would need a dense one added: a sparse
            gradient with `weight_decay`; a dense one after sparse ones with momentum; a sparse
            one after dense ones with `nesterov`.

    Source: ``torch.optim.SGD``; Sutskever et al., "On the importance of initialization and
    momentum in deep learning" (2013), of which torch's form differs a little.

    >>> w = Parameter(np.array([1.0, 2.0]))
    >>> w.grad = np.array([1.0, 0.0])
    >>> SGD([w], lr=0.5).step()
    >>> w.data
    array([0.5, 2. ])
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.maximize = maximize

    def _check(self, grad: Array | SparseGrad, state: State) -> None:
        buffer = state.get("momentum_buffer")
        if isinstance(grad, SparseGrad):
            refused = self.weight_decay != 0 or (self.nesterov and isinstance(buffer, np.ndarray))
        else:
            refused = isinstance(buffer, SparseGrad)
        if refused:
            raise RuntimeError(
                "add(sparse, dense) is not supported. Use add(dense, sparse) instead."
            )

    def _new_state(self, data: Array) -> State:
        return {}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State) -> None:
        if isinstance(grad, SparseGrad):
            self._update_sparse(data, grad, state)
            return
        buffers, share = [], 1 - self.dampening
        if self.momentum != 0:
            if "momentum_buffer" not in state:
                # The first step, b = g, is the general one from b = 0 without dampening.
                state["momentum_buffer"], share = np.zeros(data.shape, data.dtype), 1
            buffers = [state["momentum_buffer"]]
        for g, (w, *buffer), (t1, t2) in _blocks(grad, data, *buffers):
            g = _descent(g, w, self.maximize, self.weight_decay, out=t1)
            for b in buffer:  # one with momentum, none without
                b *= self.momentum
                b += np.multiply(g, share, out=t2)
                if self.nesterov:
                    g = np.add(g, np.multiply(b, self.momentum, out=t2), out=t1)
                else:
                    g = b
            w -= np.multiply(g, self.lr, out=t2)

    def _update_sparse(self, data: Array, grad: SparseGrad, state: State) -> None:
        g: Array | SparseGrad = _scaled(grad, -1) if self.maximize else grad
        if self.momentum != 0:
            g = self._sparse_momentum(g, state)
        for rows, (w,), (t, _) in _blocks(g, data):
            w -= np.multiply(rows, self.lr, out=t)

    def _sparse_momentum(self, grad: Any, state: State) -> Array | SparseGrad:
        """b, or g + momentum * b: sparse, or dense if the gradients before were dense."""
        b = state.get("momentum_buffer")
        if b is None:
            b = _scaled(grad, 1).coalesce()  # its own copy
        elif isinstance(b, SparseGrad):
            b = (_scaled(b, self.momentum) + _scaled(grad, 1 - self.dampening)).coalesce()
        else:
            b *= self.momentum
            scatter_add(b, grad.indices, (1 - self.dampening) * grad.values)
        state["momentum_buffer"] = b
        direction: Array | SparseGrad = grad + _scaled(b, self.momentum) if self.nesterov else b
        return direction


class Adam(Optimizer):
    """Adam, as ``torch.optim.Adam``. Dense gradients only; `SparseAdam` takes the others.

    Step t = 1, 2, ..., for each parameter w with gradient g::

        g = -g                                if maximize
        w = w - lr * weight_decay * w         if decoupled_weight_decay
        g = g + weight_decay * w              if not
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        v_max = max(v_max, v)                 if amsgrad; below it stands for v then
        w = w - lr * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps)

    So a row whose gradient is 0 still moves, as long as its m is not 0.

    Args:
        params: the parameters, any iterable of `Parameter`.
        lr: the learning rate, about the length of a step for each number.
        betas: (beta1, beta2), both floats.
        eps, weight_decay, amsgrad, maximize, decoupled_weight_decay: see above.

    Raises:
        ValueError: `lr`, `eps` or `weight_decay` is negative or nan; a beta is outside
            ``0 <= beta < 1`` or no float; not two betas; no parameters.
        IndexError: fewer than two betas.
        TypeError: `betas` is not a sequence; `params` is a single parameter, or holds something
            else.
        RuntimeError: from `step`, a sparse gradient.

    Source: ``torch.optim.Adam``; Kingma and Ba, "Adam: A Method for Stochastic Optimization"
    (2014); for amsgrad Reddi et al., "On the Convergence of Adam and Beyond" (2018).

    >>> w = Parameter(np.array([1.0, 2.0]))
    >>> w.grad = np.array([3.0, 0.0])
    >>> Adam([w], lr=0.5).step()
    >>> w.data
    array([0.5, 2. ])
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        _check_not_negative("learning rate", lr)
        _check_not_negative("epsilon value", eps)
        _check_betas(betas)
        _check_not_negative("weight_decay value", weight_decay)
        if not (isinstance(betas[0], float) and isinstance(betas[1], float)):
            raise ValueError("betas must be either both floats or both Tensors")
        beta1, beta2 = betas
        super().__init__(params)
        self.lr = lr
        self.betas = (beta1, beta2)
        self.eps = eps
        self.weight_decay = weight_decay
        self.amsgrad = amsgrad
        self.maximize = maximize
        self.decoupled_weight_decay = decoupled_weight_decay

    def _check(self, grad: Array | SparseGrad, state: State) -> None:
        if isinstance(grad, SparseGrad):
            raise RuntimeError(
                "Adam does not support sparse gradients, please consider SparseAdam instead"
            )

    def _new_state(self, data: Array) -> State:
        names = ["exp_avg", "exp_avg_sq"]
        if self.amsgrad:
            names.append("max_exp_avg_sq")
        return {"step": 0} | {name: np.zeros(data.shape, data.dtype) for name in names}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State) -> None:
        state["step"] += 1
        beta1, beta2 = self.betas
        step_size = self.lr / (1 - beta1 ** state["step"])
        root = (1 - beta2 ** state["step"]) ** 0.5
        decay = 0 if self.decoupled_weight_decay else self.weight_decay
        arrays = [state["exp_avg"], state["exp_avg_sq"]]
        if self.amsgrad:
            arrays.append(state["max_exp_avg_sq"])
        for g, (w, m, v, *v_max), (t1, t2) in _blocks(grad, data, *arrays):
            if self.decoupled_weight_decay:
                w *= 1 - self.lr * self.weight_decay
            g = _descent(g, w, self.maximize, decay, out=t1)
            _lerp(m, g, 1 - beta1, out=t2)
            v *= beta2
            np.multiply(g, 1 - beta2, out=t2)
            t2 *= g
            v += t2
            for largest in v_max:  # one with amsgrad, none without
                v = np.maximum(largest, v, out=largest)
            np.sqrt(v, out=t2)
            t2 /= root
            t2 += self.eps
            np.multiply(m, step_size, out=t1)
            t1 /= t2
            w -= t1


class AdamW(Adam):
    """Adam with decoupled weight decay, as ``torch.optim.AdamW``.

    The steps of `Adam` with ``decoupled_weight_decay=True``: the weights shrink by the factor
    ``1 - lr * weight_decay`` at each step, whatever their gradients are. So does a padding row.

    Arguments and errors are those of `Adam`; `weight_decay` is 0.01 by default.

    Source: ``torch.optim.AdamW``; Loshchilov and Hutter, "Decoupled Weight Decay Regularization"
    (2017).

    >>> w = Parameter(np.array([1.0, 7.0]))
    >>> w.grad = np.array([3.0, 0.0])
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    array([0.85, 6.65])
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
        )


class Adagrad(Optimizer):
    """Adagrad, as ``torch.optim.Adagrad``, for dense and sparse gradients.

    Step t = 1, 2, ..., for each parameter w with gradient g; at the start
    ``s = initial_accumulator_value``::

        g = -g                                if maximize
        g = g + weight_decay * w              if weight_decay is not 0
        s = s + g**2
        w = w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Where g is 0 nothing moves, so leaving rows out, as a sparse gradient does, changes nothing.

    Args:
        params: the parameters, any iterable of `Parameter`.
        lr: the learning rate.
        lr_decay, weight_decay, initial_accumulator_value, eps, maximize: see above.

    Raises:
        ValueError: one of the numbers is negative or nan; no parameters.
        TypeError: `params` is a single parameter, or holds something else.
        RuntimeError: from `step`, a sparse gradient with `weight_decay`.

    Source: ``torch.optim.Adagrad``; Duchi, Hazan and Singer, "Adaptive Subgradient Methods for
    Online Learning and Stochastic Optimization" (2011).

    >>> w = Parameter(np.zeros((3, 1)))
    >>> w.grad = SparseGrad(np.array([1, 1]), np.array([[3.0], [5.0]]), (3, 1))
    >>> Adagrad([w], lr=0.5).step()
    >>> w.data.tolist()
    [[0.0], [-0.49999999999375], [0.0]]
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        _check_not_negative("learning rate", lr)
        _check_not_negative("lr_decay value", lr_decay)
        _check_not_negative("weight_decay value", weight_decay)
        _check_not_negative("initial_accumulator_value value", initial_accumulator_value)
        _check_not_negative("epsilon value", eps)
        super().__init__(params)
        self.lr = lr
        self.lr_decay = lr_decay
        self.weight_decay = weight_decay
        self.initial_accumulator_value = initial_accumulator_value
        self.eps = eps
        self.maximize = maximize
        self.state = {param: self._new_state(param.data) for param in self.params}

    def _check(self, grad: Array | SparseGrad, state: State) -> None:
        if isinstance(grad, SparseGrad) and self.weight_decay != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")

    def _new_state(self, data: Array) -> State:
        initial: complex = self.initial_accumulator_value
        if np.iscomplexobj(data):
            initial = complex(initial.real, initial.real)
        return {"step": 0, "sum": np.full(data.shape, initial, data.dtype)}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State) -> None:
        state["step"] += 1
        step_size = self.lr / (1 + (state["step"] - 1) * self.lr_decay)
        for g, (w, s), (t1, t2) in _blocks(grad, data, state["sum"]):
            g = _descent(g, w, self.maximize, self.weight_decay, out=t1)
            s += np.multiply(g, g, out=t2)
            np.sqrt(s, out=t2)
            t2 += self.eps
            np.multiply(g, step_size, out=t1)
            t1 /= t2
            w -= t1


class SparseAdam(Optimizer):
    """Adam for sparse gradients, as ``torch.optim.SparseAdam``: only their rows change.

    Step t = 1, 2, ... of a table, for each row of w that has a gradient g::

        g = -g                                if maximize
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g**2 - v)
        w = w - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + eps)

    The other rows keep their w, m and v; in `Adam` they go on moving. But t counts the steps of
    the whole table, also for a row that is seen for the first time. And eps is added at another
    place than in `Adam`, so the two differ a little even when all rows have gradients.

    Args:
        params: the parameters, any iterable of `Parameter`.
        lr: the learning rate.
        betas: (beta1, beta2).
        eps, maximize: see above.

    Raises:
        ValueError: `lr` or `eps` is not positive; a beta is outside ``0 <= beta < 1``; not two
            betas; a complex parameter; no parameters.
        IndexError: fewer than two betas.
        TypeError: `betas` is not a sequence; `params` is a single parameter, or holds something
            else.
        RuntimeError: from `step`, a dense gradient.

    Source: ``torch.optim.SparseAdam``.

    >>> w = Parameter(np.zeros((3, 1)))
    >>> w.grad = SparseGrad(np.array([1, 1]), np.array([[3.0], [5.0]]), (3, 1))
    >>> SparseAdam([w], lr=0.5).step()
    >>> w.data.round(6).tolist()
    [[0.0], [-0.5], [0.0]]
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        if not 0.0 < lr:  # noqa: SIM300 (torch's order; nan and a str fail in the same way)
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 < eps:  # noqa: SIM300
            raise ValueError(f"Invalid epsilon value: {eps}")
        _check_betas(betas)
        beta1, beta2 = betas
        super().__init__(params)
        complex_params = [[0, i] for i, p in enumerate(self.params) if np.iscomplexobj(p.data)]
        if complex_params:
            raise ValueError(
                f"Complex params at indices {complex_params}: "
                "SparseAdam does not support complex parameters"
            )
        self.lr = lr
        self.betas = (beta1, beta2)
        self.eps = eps
        self.maximize = maximize

    def _check(self, grad: Array | SparseGrad, state: State) -> None:
        if not isinstance(grad, SparseGrad):
            raise RuntimeError(
                "SparseAdam does not support dense gradients, please consider Adam instead"
            )

    def _new_state(self, data: Array) -> State:
        names = ("exp_avg", "exp_avg_sq")
        return {"step": 0} | {name: np.zeros(data.shape, data.dtype) for name in names}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State) -> None:
        state["step"] += 1
        beta1, beta2 = self.betas
        step_size = self.lr * (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])
        moments = state["exp_avg"], state["exp_avg_sq"]
        for g, (w, m, v), (t1, t2) in _blocks(grad, data, *moments):
            g = _descent(g, w, self.maximize, 0, out=t1)
            np.subtract(g, m, out=t2)
            t2 *= 1 - beta1
            m += t2
            np.multiply(g, g, out=t2)
            t2 -= v
            t2 *= 1 - beta2
            v += t2
            np.sqrt(v, out=t2)
            t2 += self.eps
            np.divide(m, t2, out=t1)
            t1 *= step_size
            w -= t1


# --- pieces --------------------------------------------------------------------------------------

_BLOCK = 1 << 16  # numbers in a piece


def _blocks(
    grad: Array | SparseGrad, *arrays: Array
) -> Iterator[tuple[Array, list[Array], tuple[Array, Array]]]:
    """Cut a gradient and the arrays that it changes into small pieces that match.

    A formula like Adam's takes a dozen NumPy calls, and each one reads and writes its arrays
    from end to end. On whole tables every call would wait for the memory. On pieces of 65,536
    numbers all calls but the first find them in the cache, and what lies between two calls is
    the size of a piece, not of a table.

    Yields:
        the piece of `grad`, only to be read; the pieces of `arrays`: what the caller writes into
        them is in the arrays when the next piece comes; two pieces to calculate in.
    """
    if isinstance(grad, SparseGrad):
        yield from _row_blocks(grad.coalesce(), *arrays)
        return
    if np.iscomplexobj(grad):  # as two numbers: Adam and Adagrad do not square them as one
        yield from _blocks(grad.real, *(array.real for array in arrays))
        yield from _blocks(grad.imag, *(array.imag for array in arrays))
        return
    t1, t2 = np.empty((2, min(_BLOCK, grad.size)), grad.dtype)
    # nditer gives views of arrays that lie in order, and copies of others, which it writes back.
    access: list[list[Literal["readonly", "readwrite"]]] = [["readonly"]]
    access += [["readwrite"] for _ in arrays]
    with np.nditer(
        [grad, *arrays],
        ["external_loop", "buffered", "zerosize_ok"],
        access,
        buffersize=_BLOCK,
    ) as pieces:
        for g, *changed in pieces:
            yield g, changed, (t1[: g.size], t2[: g.size])


def _row_blocks(
    grad: SparseGrad, *arrays: Array
) -> Iterator[tuple[Array, list[Array], tuple[Array, Array]]]:
    """`_blocks` for a coalesced gradient: look its rows up, and write them back when changed.

    A row that stood in it twice would be looked up twice and written back twice, and the first
    change would be lost: therefore coalesced.
    """
    num_rows = max(1, _BLOCK // max(1, grad.shape[1]))
    t1, t2 = np.empty((2, min(num_rows, grad.nnz), grad.shape[1]), grad.values.dtype)
    for start in range(0, grad.nnz, num_rows):
        ids = grad.indices[start : start + num_rows]
        g = grad.values[start : start + num_rows]
        rows = [embedding(ids, array) for array in arrays]
        yield g, rows, (t1[: len(g)], t2[: len(g)])
        for array, changed in zip(arrays, rows, strict=True):
            array[ids] = changed


def _descent(g: Array, w: Array, maximize: bool, weight_decay: float, out: Array) -> Array:
    """g, or -g if maximize, plus weight_decay * w: in `out`, or g itself if nothing changes."""
    if weight_decay != 0:
        np.multiply(w, weight_decay, out=out)
        return np.subtract(out, g, out=out) if maximize else np.add(out, g, out=out)
    return np.negative(g, out=out) if maximize else g


def _lerp(m: Array, g: Array, weight: float, out: Array) -> None:
    """m = (1 - weight) * m + weight * g in place, as ATen ``lerp``; `out` is to calculate in.

    It goes from the nearer end, so that weight 1 gives g exactly.
    """
    np.subtract(g, m, out=out)
    if weight < 0.5:
        out *= weight
        m += out
    else:
        out *= 1 - weight
        np.subtract(g, out, out=m)


def _scaled(grad: SparseGrad, factor: float) -> SparseGrad:
    return SparseGrad(grad.indices, factor * grad.values, grad.shape)


# --- checks --------------------------------------------------------------------------------------


def _check_params(params: Iterable[Parameter]) -> list[Parameter]:
    if isinstance(params, Parameter):
        raise TypeError(
            "params argument given to the optimizer should be an iterable of Parameters, "
            "but got Parameter"
        )
    params = list(params)
    if not params:
        raise ValueError("optimizer got an empty parameter list")
    for param in params:
        if not isinstance(param, Parameter):
            raise TypeError(
                "optimizer can only optimize Parameters, "
                f"but one of the params is {type(param).__name__}"
            )
    return params


def _check_not_negative(name: str, value: float) -> None:
    if not 0.0 <= value:  # noqa: SIM300 (torch's order; nan and a str fail in the same way)
        raise ValueError(f"Invalid {name}: {value}")


def _check_betas(betas: tuple[float, float]) -> None:
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def _check_grad(param: Parameter, grad: object) -> None:
    # In torch assigning to .grad checks this. Here .grad is a plain attribute.
    data = param.data
    if not isinstance(grad, np.ndarray | SparseGrad):
        raise TypeError(
            "assigned grad expected to be an array, a SparseGrad or None "
            f"but got grad of type {type(grad).__name__}"
        )
    if tuple(grad.shape) != data.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(grad.shape)}' to a tensor of size "
            f"'{list(data.shape)}'. Please ensure that the gradient and the tensor are the same "
            "size"
        )
    dtype = grad.values.dtype if isinstance(grad, SparseGrad) else grad.dtype
    if dtype != data.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{dtype}' to a tensor with grad_dtype "
            f"'{data.dtype}'. The gradient must match the tensor's grad_dtype"
        )
    if not data.flags.writeable:
        raise ValueError("the memory of a parameter is read-only")
