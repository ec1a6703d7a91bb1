"""Optimizers: how a gradient becomes a change of the parameters.

`SGD`, `Adam`, `AdamW`, `Adagrad` and `SparseAdam` of torch. Each formula stands twice: in a
function whose name ends in ``_plain``, to be read, and in ``_update`` of the class, in place and
over small pieces of the arrays (`embedlib.arrays.pieces` says why). Both give the same numbers, up
to rounding. A sparse gradient gives only the pieces that hold its rows.
"""

import math
import warnings
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np

from embedlib.arrays import Array, pieces
from embedlib.checks import require_array
from embedlib.parameter import Parameter
from embedlib.scatter import scatter_add
from embedlib.sparse import SparseGrad

__all__ = [  # noqa: RUF022 (in the order of the file)
    "Optimizer",
    "SGD",
    "sgd_plain",
    "Adam",
    "AdamW",
    "adam_plain",
    "Adagrad",
    "adagrad_plain",
    "SparseAdam",
    "sparse_adam_plain",
]

State = dict[str, Any]
Group = dict[str, Any]
Params = Iterable[Parameter] | Iterable[Group]
Shape = tuple[int, ...]


class Optimizer:
    """What the optimizers share: the groups of parameters, their states, the checks of a step.

    Args:
        params: an iterable of `Parameter`, or of groups: dicts with ``"params"`` and options for
            these parameters alone.
        defaults: the options of the groups that do not say otherwise.

    Attributes:
        param_groups: a list of dicts, each with ``"params"`` and all options. What is changed
            there (``optimizer.param_groups[0]["lr"] = 0.01``) holds from the next step on.
        defaults: the options given at the start.
        state: what is remembered of each parameter, ``{parameter: {name: value}}``, with torch's
            names. It begins with the first gradient (in `Adagrad` at once, as in torch).

    Raises:
        ValueError: no parameters; a parameter in two groups.
        TypeError: `params` is a single parameter or a set, or holds something else.

    A parameter that stands twice in one group gives torch's warning.

    Source: ``torch.optim.Optimizer``.
    """

    def __init__(self, params: Params, defaults: Mapping[str, Any]) -> None:
        if isinstance(params, Parameter):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Parameters or "
                "dicts, but got Parameter"
            )
        self.defaults = dict(defaults)
        self.state: defaultdict[Parameter, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Take more parameters, with options of their own.

        Args:
            param_group: a dict with ``"params"``, a parameter or an ordered collection of them,
                and any options; those left out are the defaults. The dict itself is kept, as in
                torch.

        Raises:
            ValueError: a parameter is in another group.
            TypeError: not a dict; ``"params"`` is a set, or holds something else.
            KeyError: no ``"params"``.

        Source: ``torch.optim.Optimizer.add_param_group``. (torch's takes pairs of names and
        parameters, too.)

        >>> sgd = SGD([Parameter(np.ones(1))], lr=0.1)
        >>> sgd.add_param_group({"params": Parameter(np.ones(1)), "lr": 0.5})
        >>> [group["lr"] for group in sgd.param_groups]
        [0.1, 0.5]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = _as_list(param_group["params"])
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; "
                "in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        if not self._params().isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        self._check_params(params)
        param_group["params"] = params
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self.param_groups.append(param_group)

    def step(self) -> None:
        """Change each parameter in place; one without a gradient stays as it is.

        Everything is checked first, of all parameters: after an error nothing has changed. (In
        torch the parameters before the refused one may have moved.)

        Raises:
            RuntimeError: a gradient has not the shape or the dtype of its parameter, or row
                numbers out of range; the optimizer refuses it because it is sparse, or because it
                is not; the state has another shape or dtype, because the parameter was given
                other data. (torch's SGD, Adagrad and SparseAdam go on with a state of another
                float dtype.)
            TypeError: a gradient is neither an array nor a `SparseGrad`.
            ValueError: the memory of a parameter is read-only.
            KeyError: the state does not hold what the options of the group want.

        Source: ``torch.optim.Optimizer.step``. (torch's takes a closure, too.)
        """
        work = [
            (param, param.grad, options)
            for group in self.param_groups
            for options in [{name: _plain_number(value) for name, value in group.items()}]
            for param in group["params"]
            if param.grad is not None
        ]
        for param, grad, options in work:
            _check_grad(param, grad)
            state = self.state.get(param, {})
            self._check(grad, state, options)
            self._check_state(param.data, grad, state, options)
        with np.errstate(all="ignore"):  # inf and nan are answers, as in torch
            for param, grad, options in work:
                state = self.state.get(param) or self._new_state(param.data, options)
                self._update(param.data, grad, state, options)
                if state:
                    self.state[param] = state

    def zero_grad(self) -> None:
        """Set the gradient of each parameter to None, as torch does."""
        for param in self._params():
            param.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The state and the options, to be saved: without the parameters, which have numbers.

        ``{"state": {0: {name: value}}, "param_groups": [{options, "params": [0, 1]}]}``; the
        numbers count the parameters of all groups. The memory of the arrays is shared, not copied.

        Source: ``torch.optim.Optimizer.state_dict``.

        >>> SGD([Parameter(np.ones(1))], lr=0.1, momentum=0.9).state_dict()["param_groups"][0]
        ... # doctest: +NORMALIZE_WHITESPACE
        {'lr': 0.1, 'momentum': 0.9, 'dampening': 0, 'weight_decay': 0, 'nesterov': False,
         'maximize': False, 'params': [0]}
        """
        number = {param: place for place, param in enumerate(self._all_params())}
        groups = [
            {name: value for name, value in group.items() if name != "params"}
            | {"params": [number[param] for param in group["params"]]}
            for group in self.param_groups
        ]
        return {
            "state": {number[param]: state for param, state in self.state.items()},
            "param_groups": groups,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over the options and a copy of the state, so that the steps go on from there.

        The parameters are matched by their order. Arrays are converted to the dtype of their
        parameter; whether they have its shape turns out at the next step, as in torch.

        Args:
            state_dict: what `state_dict` gave.

        Raises:
            ValueError: another number of groups, or of parameters in a group.
            KeyError: no ``"state"`` or no ``"param_groups"``.
            TypeError: not a mapping, or a state is none.

        After an error nothing has changed.

        Source: ``torch.optim.Optimizer.load_state_dict``. (torch's copies only arrays of another
        dtype; the others are written by both optimizers from then on.)

        >>> saved = SGD([Parameter(np.ones(1))], lr=0.1).state_dict()
        >>> sgd = SGD([Parameter(np.ones(1))], lr=0.5)
        >>> sgd.load_state_dict(saved)
        >>> sgd.param_groups[0]["lr"]
        0.1
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"state_dict must be a mapping, but got {type(state_dict)}")
        saved = [dict(group) for group in state_dict["param_groups"]]
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for group, new in zip(self.param_groups, saved, strict=True):
            if len(new["params"]) != len(group["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group "
                    "that doesn't match the size of optimizer's group"
                )
        places = chain.from_iterable(new["params"] for new in saved)
        param_of: dict[Hashable, Parameter] = dict(zip(places, self._all_params(), strict=True))
        state: defaultdict[Parameter, State] = defaultdict(dict)
        for key, values in state_dict["state"].items():
            if not isinstance(values, Mapping):
                raise TypeError(f"state {key!r} must be a mapping, but got {type(values)}")
            if key in param_of:  # torch keeps what belongs to no parameter; here nothing does
                param = param_of[key]
                state[param] = {name: _copied(value, param) for name, value in values.items()}
        for group, new in zip(self.param_groups, saved, strict=True):
            new["params"] = group["params"]
        self.state = state
        self.param_groups = [self.defaults | new for new in saved]

    def _params(self) -> set[Parameter]:
        return set(self._all_params())

    def _all_params(self) -> Iterator[Parameter]:
        return chain.from_iterable(group["params"] for group in self.param_groups)

    def _check_params(self, params: list[Parameter]) -> None:
        """Raise torch's error if this optimizer cannot take these parameters."""

    def _check(self, grad: Array | SparseGrad, state: State, options: Group) -> None:
        """Raise torch's error if this optimizer cannot take this gradient now."""

    def _check_state(
        self, data: Array, grad: Array | SparseGrad, state: State, options: Group
    ) -> None:
        """Raise torch's error if the state does not fit the parameter."""
        if not state:
            return
        for name in self._state_names(options):
            value = state[name]
            if not isinstance(value, np.ndarray | SparseGrad):
                continue
            if tuple(value.shape) != data.shape:
                is_sparse = isinstance(grad, SparseGrad)
                raise RuntimeError(self._wrong_shape(data.shape, value, is_sparse))
            dtype = value.values.dtype if isinstance(value, SparseGrad) else value.dtype
            if dtype != data.dtype:
                raise RuntimeError(f"expected dtype {dtype} for `end` but got dtype {data.dtype}")

    def _state_names(self, options: Group) -> list[str]:
        """What a state holds; but for "step", arrays of the shape and dtype of the parameter."""
        raise NotImplementedError

    def _wrong_shape(self, data: Shape, state: Array | SparseGrad, is_sparse: bool) -> str:
        """torch's words where arrays meet that do not fit: those of the first such operation."""
        if is_sparse:
            return (
                "add: expected 'self' and 'other' to have same size, but self has size "
                f"{list(state.shape)} while other has size {list(data)} (FYI: dense-sparse "
                "addition does not currently support broadcasting)"
            )
        try:
            broadcast = np.broadcast_shapes(state.shape, data)
        except ValueError:
            return _do_not_match(state.shape, data)
        output = state.shape if broadcast != state.shape else data
        return (
            f"output with shape {list(output)} doesn't match the broadcast shape {list(broadcast)}"
        )

    def _new_state(self, data: Array, options: Group) -> State:
        """What is remembered of a parameter before its first step."""
        return {"step": 0} | {
            name: np.zeros(data.shape, data.dtype) for name in self._state_names(options)[1:]
        }

    def _update(self, data: Array, grad: Array | SparseGrad, state: State, options: Group) -> None:
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
        params: the parameters, any iterable of `Parameter` or of groups: see `Optimizer`.
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
        params: Params,
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
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _check(self, grad: Array | SparseGrad, state: State, options: Group) -> None:
        buffer = state.get("momentum_buffer") if options["momentum"] != 0 else None
        if isinstance(grad, SparseGrad):
            nesterov = options["nesterov"] and isinstance(buffer, np.ndarray)
            refused = options["weight_decay"] != 0 or nesterov
        else:
            refused = isinstance(buffer, SparseGrad)
        if refused:
            raise RuntimeError(
                "add(sparse, dense) is not supported. Use add(dense, sparse) instead."
            )

    def _state_names(self, options: Group) -> list[str]:
        return ["momentum_buffer"] if options["momentum"] != 0 else []

    def _wrong_shape(self, data: Shape, state: Array | SparseGrad, is_sparse: bool) -> str:
        if is_sparse and isinstance(state, SparseGrad):
            return state._sizes_differ(data)
        return super()._wrong_shape(data, state, is_sparse)

    def _new_state(self, data: Array, options: Group) -> State:
        return {}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State, options: Group) -> None:
        if isinstance(grad, SparseGrad):
            self._update_sparse(data, grad, state, options)
            return
        lr, momentum, share = options["lr"], options["momentum"], 1 - options["dampening"]
        buffers = []
        if momentum != 0:
            if state.get("momentum_buffer") is None:
                # The first step, b = g, is the general one from b = 0 without dampening.
                state["momentum_buffer"], share = np.zeros(data.shape, data.dtype), 1
            buffers = [state["momentum_buffer"]]
        for g, (w, *b), (t1, t2) in _pieces(grad, data, *buffers):
            g = _descent(g, w, options["maximize"], options["weight_decay"], out=t1)
            if b:
                b[0] *= momentum
                b[0] += np.multiply(g, share, out=t2)
                if options["nesterov"]:
                    g = np.add(g, np.multiply(b[0], momentum, out=t2), out=t1)
                else:
                    g = b[0]
            w -= np.multiply(g, lr, out=t2)

    def _update_sparse(self, data: Array, grad: SparseGrad, state: State, options: Group) -> None:
        g: Array | SparseGrad = -grad if options["maximize"] else grad
        if options["momentum"] != 0:
            g = self._sparse_momentum(g, state, options)
        if isinstance(g, SparseGrad):
            # Nothing but a sum: no need to bring equal rows together first.
            scatter_add(data, g.indices, g.values, scale=-options["lr"])
        else:
            self._descend(data, g, options)

    def _descend(self, data: Array, direction: Array, options: Group) -> None:
        for g, (w,), (t, _) in _pieces(direction, data):
            w -= np.multiply(g, options["lr"], out=t)

    def _sparse_momentum(self, grad: Any, state: State, options: Group) -> Array | SparseGrad:
        """b, or g + momentum * b: sparse, or dense if the gradients before were dense."""
        momentum, share = options["momentum"], 1 - options["dampening"]
        b = state.get("momentum_buffer")
        if b is None:
            b = (grad * 1).coalesce()  # its own copy
        elif isinstance(b, SparseGrad):
            b = (b * momentum + grad * share).coalesce()
        else:
            b *= momentum
            scatter_add(b, grad.indices, share * grad.values)
        state["momentum_buffer"] = b
        direction: Array | SparseGrad = grad + b * momentum if options["nesterov"] else b
        return direction


def sgd_plain(
    weight: Array,
    grad: Array | SparseGrad,
    state: State,
    *,
    lr: float = 1e-3,
    momentum: float = 0,
    dampening: float = 0,
    weight_decay: float = 0,
    nesterov: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `SGD` as one would write it first: the formula in NumPy, nothing in place.

    A sparse gradient is the dense one without its zeros, so it needs no rule of its own.

    Args:
        weight: the values before the step, floats.
        grad: their gradient, of the same shape.
        state: what the step before returned; ``{}`` at the first.
        lr, momentum, dampening, weight_decay, nesterov, maximize: as in `SGD`.

    Returns:
        the values after the step, and the state for the next one. Nothing is checked.

    >>> sgd_plain(np.array([1.0, 2.0]), np.array([1.0, 0.0]), {}, lr=0.5)
    (array([0.5, 2. ]), {})
    """
    g = _dense(grad)
    if maximize:
        g = -g
    if weight_decay != 0:
        g = g + weight_decay * weight
    if momentum != 0:
        b = g
        if "momentum_buffer" in state:
            b = momentum * state["momentum_buffer"] + (1 - dampening) * g
        state = {"momentum_buffer": b}
        g = g + momentum * b if nesterov else b
    return weight - lr * g, state


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
        params: the parameters, any iterable of `Parameter` or of groups: see `Optimizer`.
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
        params: Params,
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
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": _pair(betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _check(self, grad: Array | SparseGrad, state: State, options: Group) -> None:
        if isinstance(grad, SparseGrad):
            raise RuntimeError(
                "Adam does not support sparse gradients, please consider SparseAdam instead"
            )

    def _state_names(self, options: Group) -> list[str]:
        names = ["step", "exp_avg", "exp_avg_sq"]
        return [*names, "max_exp_avg_sq"] if options["amsgrad"] else names

    def _update(self, data: Array, grad: Array | SparseGrad, state: State, options: Group) -> None:
        state["step"] += 1
        lr, (beta1, beta2) = options["lr"], options["betas"]
        weight_decay, decoupled = options["weight_decay"], options["decoupled_weight_decay"]
        step_size = lr / (1 - beta1 ** state["step"])
        root = (1 - beta2 ** state["step"]) ** 0.5
        arrays = [state[name] for name in self._state_names(options)[1:]]
        for g, (w, m, v, *v_max), (t1, t2) in _pieces(grad, data, *arrays):
            if decoupled:
                w *= 1 - lr * weight_decay
            g = _descent(g, w, options["maximize"], 0 if decoupled else weight_decay, out=t1)
            _lerp(m, g, 1 - beta1, out=t2)
            v *= beta2
            np.multiply(g, 1 - beta2, out=t2)
            t2 *= g
            v += t2
            if v_max:
                v = np.maximum(v_max[0], v, out=v_max[0])
            np.sqrt(v, out=t2)
            t2 /= root
            t2 += options["eps"]
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
        params: Params,
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
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
        )


def adam_plain(
    weight: Array,
    grad: Array,
    state: State,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0,
    amsgrad: bool = False,
    maximize: bool = False,
    decoupled_weight_decay: bool = False,
) -> tuple[Array, State]:
    """One step of `Adam` as one would write it first: the formula in NumPy, nothing in place.

    With ``decoupled_weight_decay=True`` it is a step of `AdamW`, whose `weight_decay` is 0.01
    when it is not given.

    Args:
        weight: the values before the step, floats.
        grad: their gradient, an array of the same shape.
        state: what the step before returned; ``{}`` at the first.
        lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay: as in `Adam`.

    Returns:
        the values after the step, and the state for the next one. Nothing is checked.

    >>> weight, state = adam_plain(np.array([1.0, 2.0]), np.array([3.0, 0.0]), {}, lr=0.5)
    >>> weight
    array([0.5, 2. ])
    """
    beta1, beta2 = betas
    w, g = weight, -grad if maximize else grad
    t = state.get("step", 0) + 1
    if decoupled_weight_decay:
        w = w - lr * weight_decay * w
    else:
        g = g + weight_decay * w
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * g**2
    new_state = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new_state["max_exp_avg_sq"] = np.maximum(state.get("max_exp_avg_sq", 0), v)
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, new_state


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
        params: the parameters, any iterable of `Parameter` or of groups: see `Optimizer`.
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
        params: Params,
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
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "maximize": maximize,
            },
        )

    def add_param_group(self, param_group: Group) -> None:
        """As in `Optimizer`, and their sums of squares begin at once."""
        super().add_param_group(param_group)
        options = {name: _plain_number(value) for name, value in param_group.items()}
        for param in param_group["params"]:
            self.state[param] = self._new_state(param.data, options)

    def _check(self, grad: Array | SparseGrad, state: State, options: Group) -> None:
        if isinstance(grad, SparseGrad) and options["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")

    def _state_names(self, options: Group) -> list[str]:
        return ["step", "sum"]

    def _new_state(self, data: Array, options: Group) -> State:
        initial: complex = options["initial_accumulator_value"]
        if np.iscomplexobj(data):
            initial = complex(initial.real, initial.real)
        return {"step": 0, "sum": np.full(data.shape, initial, data.dtype)}

    def _update(self, data: Array, grad: Array | SparseGrad, state: State, options: Group) -> None:
        state["step"] += 1
        step_size = options["lr"] / (1 + (state["step"] - 1) * options["lr_decay"])
        for g, (w, s), (t1, t2) in _pieces(grad, data, state["sum"]):
            g = _descent(g, w, options["maximize"], options["weight_decay"], out=t1)
            s += np.multiply(g, g, out=t2)
            np.sqrt(s, out=t2)
            t2 += options["eps"]
            np.multiply(g, step_size, out=t1)
            t1 /= t2
            w -= t1


def adagrad_plain(
    weight: Array,
    grad: Array | SparseGrad,
    state: State,
    *,
    lr: float = 1e-2,
    lr_decay: float = 0,
    weight_decay: float = 0,
    initial_accumulator_value: float = 0,
    eps: float = 1e-10,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `Adagrad` as one would write it first: the formula in NumPy, nothing in place.

    Of a sparse gradient each row has such a step; the other rows stay as they are.

    Args:
        weight: the values before the step, floats.
        grad: their gradient, of the same shape.
        state: what the step before returned; ``{}`` at the first.
        lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize: as in `Adagrad`.

    Returns:
        the values after the step, and the state for the next one. Nothing is checked.

    >>> weight, state = adagrad_plain(np.array([1.0, 2.0]), np.array([3.0, 0.0]), {}, lr=0.5)
    >>> weight.round(6).tolist(), state["sum"].tolist()
    ([0.5, 2.0], [9.0, 0.0])
    """
    t = state.get("step", 0) + 1
    w, s = weight.copy(), state.get("sum", np.full_like(weight, initial_accumulator_value)).copy()
    rows, g = _rows(grad)
    if maximize:
        g = -g
    if weight_decay != 0:
        g = g + weight_decay * w[rows]
    s[rows] += g**2
    w[rows] -= lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s[rows]) + eps)
    return w, {"step": t, "sum": s}


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
        params: the parameters, any iterable of `Parameter` or of groups: see `Optimizer`.
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
        params: Params,
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
        super().__init__(
            params, {"lr": lr, "betas": _pair(betas), "eps": eps, "maximize": maximize}
        )

    def _check_params(self, params: list[Parameter]) -> None:
        group = len(self.param_groups)
        found = [[group, i] for i, param in enumerate(params) if np.iscomplexobj(param.data)]
        if found:
            raise ValueError(
                f"Complex params at indices {found}: "
                "SparseAdam does not support complex parameters"
            )

    def _check(self, grad: Array | SparseGrad, state: State, options: Group) -> None:
        if not isinstance(grad, SparseGrad):
            raise RuntimeError(
                "SparseAdam does not support dense gradients, please consider Adam instead"
            )

    def _state_names(self, options: Group) -> list[str]:
        return ["step", "exp_avg", "exp_avg_sq"]

    def _wrong_shape(self, data: Shape, state: Array | SparseGrad, is_sparse: bool) -> str:
        return (
            "sparse_mask(): operands have incompatible sizes; "
            f"self has size {list(state.shape)} but mask has size {list(data)}"
        )

    def _update(self, data: Array, grad: Array | SparseGrad, state: State, options: Group) -> None:
        state["step"] += 1
        lr, (beta1, beta2) = options["lr"], options["betas"]
        step_size = lr * (1 - beta2 ** state["step"]) ** 0.5 / (1 - beta1 ** state["step"])
        moments = state["exp_avg"], state["exp_avg_sq"]
        for g, (w, m, v), (t1, t2) in _pieces(grad, data, *moments):
            g = _descent(g, w, options["maximize"], 0, out=t1)
            np.subtract(g, m, out=t2)
            t2 *= 1 - beta1
            m += t2
            np.multiply(g, g, out=t2)
            t2 -= v
            t2 *= 1 - beta2
            v += t2
            np.sqrt(v, out=t2)
            t2 += options["eps"]
            np.divide(m, t2, out=t1)
            t1 *= step_size
            w -= t1


def sparse_adam_plain(
    weight: Array,
    grad: SparseGrad,
    state: State,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    maximize: bool = False,
) -> tuple[Array, State]:
    """One step of `SparseAdam` as one would write it first: the formula in NumPy.

    Args:
        weight: the table before the step, floats.
        grad: its gradient.
        state: what the step before returned; ``{}`` at the first.
        lr, betas, eps, maximize: as in `SparseAdam`.

    Returns:
        the table after the step, and the state for the next one. Nothing is checked.

    >>> grad = SparseGrad(np.array([1, 1]), np.array([[3.0], [5.0]]), (3, 1))
    >>> weight, state = sparse_adam_plain(np.zeros((3, 1)), grad, {}, lr=0.5)
    >>> weight.round(6).tolist()
    [[0.0], [-0.5], [0.0]]
    """
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    w = weight.copy()
    m, v = (state.get(name, np.zeros_like(w)).copy() for name in ("exp_avg", "exp_avg_sq"))
    rows, g = _rows(grad)
    if maximize:
        g = -g
    m[rows] += (1 - beta1) * (g - m[rows])
    v[rows] += (1 - beta2) * (g**2 - v[rows])
    step_size = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    w[rows] -= step_size * (m[rows] / (np.sqrt(v[rows]) + eps))
    return w, {"step": t, "exp_avg": m, "exp_avg_sq": v}


# --- pieces --------------------------------------------------------------------------------------

Piece = tuple[Array, list[Array], tuple[Array, Array]]


def _pieces(grad: Array | SparseGrad, *arrays: Array) -> Iterator[Piece]:
    """Cut a gradient and the arrays that it changes into small pieces that match.

    Yields:
        the piece of `grad`, only to be read; the pieces of `arrays`: what the caller writes into
        them is in the arrays when the next piece comes; two pieces to calculate in.
    """
    if isinstance(grad, SparseGrad):
        yield from _pieces_of_rows(grad.coalesce(), *arrays)
        return
    everything = [grad, *arrays]
    if all(array.flags.c_contiguous for array in everything):
        everything = [array.reshape(-1) for array in everything]  # views
    elif all(array.flags.f_contiguous for array in everything):
        everything = [array.T.reshape(-1) for array in everything]
    if np.iscomplexobj(grad):  # as two numbers: Adam and Adagrad do not square them as one
        yield from _pieces_in_place([array.real for array in everything])
        yield from _pieces_in_place([array.imag for array in everything])
    else:
        yield from _pieces_in_place(everything)


def _pieces_in_place(arrays: list[Array]) -> Iterator[Piece]:
    """Views, cut along the first dimension."""
    count, *others = arrays[0].shape
    cuts = [*pieces(count, math.prod(others))]
    longest = cuts[0].stop if cuts else 0
    t1, t2 = np.empty((2, longest, *others), arrays[0].dtype)
    for cut in cuts:
        g, *changed = (array[cut] for array in arrays)
        yield g, changed, (t1[: len(g)], t2[: len(g)])


def _pieces_of_rows(grad: SparseGrad, *arrays: Array) -> Iterator[Piece]:
    """The rows of a coalesced gradient: looked up, and written back when they are changed.

    A row that stood in it twice would be looked up twice and written back twice, and the first
    change would be lost: therefore coalesced.
    """
    copies = len(arrays) + 2  # of a piece, t1 and t2 among them: together they fit the cache
    cuts = [*pieces(grad.nnz, grad.shape[1] * copies)]
    longest = cuts[0].stop if cuts else 0
    t1, t2 = np.empty((2, longest, grad.shape[1]), grad.values.dtype)
    for cut in cuts:
        ids, g = grad.indices[cut], grad.values[cut]
        rows = [_take(array, ids) for array in arrays]
        yield g, rows, (t1[: len(g)], t2[: len(g)])
        for array, changed in zip(arrays, rows, strict=True):
            array[ids] = changed


def _take(array: Array, ids: Array) -> Array:
    if not array.flags.c_contiguous:
        return array[ids]  # take would first copy the whole table
    # The ids are checked already. "clip" tells take not to check them a second time.
    return array.take(ids, axis=0, mode="clip")


def _dense(grad: Array | SparseGrad) -> Array:
    return grad.to_dense() if isinstance(grad, SparseGrad) else grad


def _rows(grad: Array | SparseGrad) -> tuple[Any, Array]:
    """Which rows of a table a gradient speaks of, and what it says of them."""
    if isinstance(grad, SparseGrad):
        grad = grad.coalesce()
        return grad.indices, grad.values
    return ..., grad


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


# --- checks --------------------------------------------------------------------------------------


def _as_list(params: Any) -> list[Parameter]:
    """The parameters of a group; TypeError if they are none."""
    if isinstance(params, Parameter):
        return [params]
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but "
            "the ordering of tensors in sets will change between runs. Please use a list instead."
        )
    found = list(params)
    for param in found:
        if not isinstance(param, Parameter):
            raise TypeError(
                "optimizer can only optimize Parameters, "
                f"but one of the params is {type(param).__name__}"
            )
    return found


def _plain_number(value: Any) -> Any:
    """A number of Python's instead of NumPy's, which would change the dtype of an array."""
    if isinstance(value, tuple | list):  # betas
        return [_plain_number(item) for item in value]
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def _pair(betas: Iterable[float]) -> tuple[float, float]:
    beta1, beta2 = betas
    return beta1, beta2


def _copied(value: Any, param: Parameter) -> Any:
    """A value of a saved state for `param`: arrays are copied, in its dtype."""
    if isinstance(value, np.ndarray):
        return np.array(value, param.data.dtype, order="C")
    if isinstance(value, SparseGrad):
        return value._with_values(np.array(value.values, param.data.dtype))
    return value


def _do_not_match(a: Shape, b: Shape) -> str:
    """torch's words for shapes that cannot be broadcast: the last dimension is compared first."""
    longest = max(len(a), len(b))
    a, b = ((1,) * (longest - len(shape)) + shape for shape in (a, b))
    place = max(i for i in range(longest) if a[i] != b[i] and 1 not in (a[i], b[i]))
    return (
        f"The size of tensor a ({a[place]}) must match the size of tensor b ({b[place]}) "
        f"at non-singleton dimension {place}"
    )


def _check_not_negative(name: str, value: float) -> None:
    if not 0.0 <= value:  # noqa: SIM300 (torch's order; nan and a str fail in the same way)
        raise ValueError(f"Invalid {name}: {value}")


def _check_betas(betas: tuple[float, float]) -> None:
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def _check_grad(param: Parameter, grad: object) -> None:
    # In torch assigning to .grad checks this. Here .grad is a plain attribute.
    data = require_array(param.data, "Parameter data")
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
    if isinstance(grad, SparseGrad):
        grad.check()
