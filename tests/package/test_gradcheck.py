"""The gradient check: it accepts right gradients, and catches wrong ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
import embedlib.functional as F
from embedlib import GradcheckError, gradcheck


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 4), st.integers(0, 6))
def test_the_scatter_add_is_the_gradient_of_the_lookup(seed, rows, columns, length):
    rng = np.random.default_rng(seed)
    table, ids = rng.standard_normal((rows, columns)), rng.integers(0, rows, length)
    before = table.copy()

    def forward(w):
        return F.embedding(ids, w)

    assert gradcheck(forward, lambda g: F.embedding_dense_backward(g, ids, rows), table)
    assert table.tobytes() == before.tobytes()
    if length and columns:
        # With a padding id that occurs the check fails, by design.
        padded = F.embedding_dense_backward
        assert not gradcheck(
            forward, lambda g: padded(g, ids, rows, int(ids[0])), table, raise_exception=False
        )


def test_linear_passes_the_check_for_its_input():
    layer = embedlib.Linear(3, 2, dtype=np.float64)
    assert gradcheck(layer, layer.backward, np.array([[0.3, -1.0, 2.0], [1.0, 0.0, 0.5]]))


class Wrong(torch.autograd.Function):
    """Twice the input forward, three times the gradient backward."""

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 3


def words(message):
    """The message as words and numbers, without what torch and NumPy put around them."""
    for ornament in ("tensor", "dtype=torch.float64", *"()[],"):
        message = message.replace(ornament, " ")
    return message.split()


@pytest.mark.parametrize("reduced", [False, True])
def test_a_wrong_gradient_raises_with_both_jacobians_in_torchs_words(reduced):
    """Laid out as torch's: one row for each input, one column for each output."""
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises(RuntimeError, match="Jacobian mismatch") as theirs:
        torch.autograd.gradcheck(
            lambda x: Wrong.apply(x).sum(0) if reduced else Wrong.apply(x),
            torch.tensor(x, requires_grad=True),
        )
    with pytest.raises(GradcheckError) as ours:
        gradcheck(
            lambda x: (2 * x).sum(0) if reduced else 2 * x,
            lambda grad: np.broadcast_to(3 * grad, x.shape),
            x,
        )
    assert issubclass(GradcheckError, RuntimeError)
    for got, expected in zip(words(str(ours.value)), words(str(theirs.value)), strict=True):
        if expected[0].isdigit() or expected[0] == "-":
            assert float(got) == pytest.approx(float(expected), abs=1e-3)
        else:
            assert got == expected


def test_a_difference_within_the_tolerance_passes():
    x = np.array([1.0])
    for excess, passes in ((0.09, True), (0.12, False)):  # rtol 1e-3 of 100, and atol 1e-5
        good = gradcheck(
            lambda x: 100 * x, lambda g, e=excess: g * (100 + e), x, raise_exception=False
        )
        assert good is passes


def test_nan_is_no_agreement():
    for f in (lambda x: x, lambda x: x * np.nan):
        assert not gradcheck(f, lambda g: g * np.nan, np.ones(1), raise_exception=False)


def test_a_gradient_of_another_shape_raises():
    with pytest.raises(GradcheckError, match=r"shape \(\), but the input has shape \(2,\)"):
        gradcheck(lambda x: x, lambda g: g.sum(), np.ones(2))


@pytest.mark.parametrize("x", [np.ones((0,)), np.asarray(2.0), np.ones((2, 3)).T])
def test_any_shape_and_layout_can_be_checked(x):
    assert gradcheck(lambda x: x.T * 2, lambda g: g.T * 2, x)


def test_a_forward_that_overwrites_its_argument_does_not_change_the_input():
    x = np.ones(3)

    def forward(a):
        a *= 2
        return a

    assert gradcheck(forward, lambda g: 2 * g, x)
    assert (x == 1).all()


def test_the_input_must_be_a_float64_array():
    with pytest.raises(ValueError, match="must be float64, but got float32"):
        gradcheck(lambda x: x, lambda g: g, np.ones(2, np.float32))
    with pytest.raises(TypeError, match=r"np\.asarray\("):
        gradcheck(lambda x: x, lambda g: g, [1.0])


def test_an_error_in_the_function_itself_is_never_hidden():
    def broken(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gradcheck(broken, lambda g: g, np.ones(2), raise_exception=False)
