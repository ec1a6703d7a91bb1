"""Is a backward function right? Compare it with small differences of the forward function."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from embedlib.arrays import Array
from embedlib.checks import require_array
from embedlib.passes import no_grad


class GradcheckError(RuntimeError):
    """The two Jacobians differ; the message shows both."""


def gradcheck(
    forward: Callable[[Array], Array],
    backward: Callable[[Array], Array],
    input: npt.NDArray[np.float64],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Check `backward` against the numerical gradient of `forward` at `input`.

    Both make the Jacobian ``J[i, j] = d output[j] / d input[i]``. Numerically, row i is
    ``(forward(x + eps e_i) - forward(x - eps e_i)) / (2 eps)``. By `backward`, column j is
    ``backward(e_j)``, where e_j has a 1 in place j and zeros elsewhere. They agree if
    ``|analytical - numerical| <= atol + rtol |numerical|`` everywhere.

    A lookup with a padding id fails, by design: the row is used in the forward pass, and its
    gradient is left out (Chapter 04).

    Args:
        forward: from an array of the shape of `input` to an array.
        backward: from the gradient of the output to the gradient of the input.
        input: where to check, float64, any shape; it is not changed.
        eps, atol, rtol: see above.
        raise_exception: False to return False instead of raising.

    Returns:
        True if both Jacobians agree.

    Raises:
        TypeError: `input` is not an array.
        ValueError: `input` is not float64; float32 is too coarse for such small differences.
        GradcheckError: the Jacobians differ, or a gradient has another shape than `input`.

    Source: ``torch.autograd.gradcheck``, which takes the backward function from autograd.

    >>> x = np.array([1.0, 2.0])
    >>> gradcheck(lambda x: x**2, lambda grad: 2 * x * grad, x)
    True
    >>> gradcheck(lambda x: x**2, lambda grad: 3 * x * grad, x, raise_exception=False)
    False
    """
    input = require_array(input, "input", "np.asarray(..., dtype=np.float64)")
    if input.dtype != np.float64:
        raise ValueError(f"input must be float64, but got {input.dtype}")
    try:
        with no_grad():
            numerical = _numerical_jacobian(forward, input, eps)
        analytical = _analytical_jacobian(forward, backward, input)
        if not np.allclose(analytical, numerical, rtol=rtol, atol=atol):
            raise GradcheckError(
                "Jacobian mismatch for output 0 with respect to input 0,\n"
                f"numerical:{_rounded(numerical)}\nanalytical:{_rounded(analytical)}\n"
            )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _numerical_jacobian(forward: Callable[[Array], Array], input: Array, eps: float) -> Array:
    jacobian = np.zeros((input.size, forward(input.copy()).size))
    for i in range(input.size):
        plus, minus = input.copy(), input.copy()
        plus.reshape(-1)[i] += eps
        minus.reshape(-1)[i] -= eps
        jacobian[i] = (forward(plus) - forward(minus)).reshape(-1) / (2 * eps)
    return jacobian


def _analytical_jacobian(
    forward: Callable[[Array], Array], backward: Callable[[Array], Array], input: Array
) -> Array:
    with no_grad():
        shape = forward(input.copy()).shape
    size = math.prod(shape)
    jacobian = np.zeros((input.size, size))
    for j in range(size):
        basis = np.zeros(size)
        basis[j] = 1
        forward(input.copy())  # a layer remembers a pass for one backward
        grad = backward(basis.reshape(shape))
        if grad.shape != input.shape:
            raise GradcheckError(
                f"backward returned a gradient of shape {grad.shape}, "
                f"but the input has shape {input.shape}"
            )
        jacobian[:, j] = grad.reshape(-1)
    return jacobian


def _rounded(jacobian: Array) -> str:
    return np.array2string(jacobian, precision=4, suppress_small=True)
