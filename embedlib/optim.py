"""Optimizers: how a gradient becomes a change of the parameters."""

from collections.abc import Iterable

from embedlib.modules import Array, Parameter


class SGD:
    """Stochastic gradient descent, as ``torch.optim.SGD``.

    One step, for each parameter w with gradient g (b is the momentum buffer)::

        g = -g                                 if maximize
        g = g + weight_decay * w               if weight_decay is not 0
        b = g at the first step, then
        b = momentum * b + (1 - dampening) * g if momentum is not 0
        g = g + momentum * b                   if nesterov
        g = b                                  if not nesterov
        w = w - lr * g

    Args:
        params: the parameters, any iterable of `Parameter`.
        lr: the learning rate.
        momentum, dampening, weight_decay, nesterov, maximize: see above.

    Raises:
        ValueError: `lr`, `momentum` or `weight_decay` is negative; `nesterov` without momentum or
            with dampening; no parameters.
        TypeError: `params` is a single parameter, or holds something else.

    Source: ``torch.optim.SGD``; Sutskever et al., "On the importance of initialization and
    momentum in deep learning" (2013), of which torch's form differs a little.

    >>> import numpy as np
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
        self.params = _check_params(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.maximize = maximize
        self._buffers: dict[int, Array] = {}

    def step(self) -> None:
        """Change each parameter in place; one without a gradient stays as it is."""
        for i, param in enumerate(self.params):
            if param.grad is None:
                continue
            grad = -param.grad if self.maximize else param.grad
            if self.weight_decay != 0:
                grad = grad + self.weight_decay * param.data
            if self.momentum != 0:
                grad = self._momentum(i, grad)
            param.data -= self.lr * grad

    def _momentum(self, i: int, grad: Array) -> Array:
        if i not in self._buffers:
            self._buffers[i] = grad.copy()
        else:
            self._buffers[i] *= self.momentum
            self._buffers[i] += (1 - self.dampening) * grad
        return grad + self.momentum * self._buffers[i] if self.nesterov else self._buffers[i]

    def zero_grad(self) -> None:
        """Set the gradient of each parameter to None, as torch does."""
        for param in self.params:
            param.grad = None


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
