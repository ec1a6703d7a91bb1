"""The optimizers against torch's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embedlib import Parameter
from embedlib.optim import SGD


@st.composite
def sgd_options(draw):
    options = {
        "lr": draw(st.floats(0, 1)),
        "momentum": draw(st.sampled_from([0, 0.5, 0.9])),
        "dampening": draw(st.sampled_from([0, 0.25])),
        "weight_decay": draw(st.sampled_from([0, 0.01])),
        "maximize": draw(st.booleans()),
    }
    if options["momentum"] and not options["dampening"]:
        options["nesterov"] = draw(st.booleans())
    return options


@given(st.integers(0, 2**32 - 1), sgd_options())
def test_sgd_equals_torchs_after_20_steps(seed, options):
    """To 4e-6 relative to max(1, |w|, lr * max|g|); a parameter without gradient stays."""
    rng = np.random.default_rng(seed)
    start = [rng.standard_normal(s, dtype=np.float32) for s in ((4, 3), (2,), (0, 3))]
    ours = [Parameter(a.copy()) for a in start]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in start]
    our_sgd, their_sgd = SGD(ours, **options), torch.optim.SGD(theirs, **options)
    largest = 1.0
    for _ in range(20):
        for a, b in zip(ours, theirs, strict=True):
            if rng.random() < 0.8:
                grad = rng.standard_normal(a.data.shape, dtype=np.float32)
                largest = max(largest, np.abs(grad).max(initial=0))
                a.grad, b.grad = grad, torch.tensor(grad)
        our_sgd.step()
        their_sgd.step()
        if rng.random() < 0.3:
            our_sgd.zero_grad()
            their_sgd.zero_grad()
    for a, b in zip(ours, theirs, strict=True):
        expected = b.detach().numpy()
        assert a.data.dtype == np.float32
        scale = np.maximum(np.abs(expected), max(1, options["lr"] * largest))
        assert (np.abs(a.data - expected) <= 4e-6 * scale).all()


def test_one_plain_step_is_w_minus_lr_times_g_in_the_same_memory():
    data, grad = np.array([1.0, 2.0]), np.array([1.0, -2.0])
    w = Parameter(data)
    w.grad = grad
    SGD([w], lr=0.5).step()
    assert w.data is data
    assert data.tolist() == [0.5, 3.0]
    assert w.grad is grad
    assert grad.tolist() == [1.0, -2.0]


def test_momentum_keeps_its_own_copy_of_the_first_gradient():
    w = Parameter(np.zeros(1))
    sgd = SGD([w], lr=1, momentum=0.5)
    w.grad = np.ones(1)
    sgd.step()
    w.grad[:] = 100  # the buffer must not see this
    w.grad = np.zeros(1)
    sgd.step()
    assert w.data.tolist() == [-1.5]


def test_the_learning_rate_may_be_changed_between_steps():
    w = Parameter(np.zeros(1))
    w.grad = np.ones(1)
    sgd = SGD(iter([w]), lr=1)
    sgd.step()
    sgd.lr = 0.5
    sgd.step()
    assert w.data.tolist() == [-1.5]


def test_the_defaults_are_torchs():
    ours, theirs = SGD([Parameter(np.ones(1))]), torch.optim.SGD([torch.ones(1)])
    for name in ("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize"):
        assert getattr(ours, name) == theirs.defaults[name]


@pytest.mark.parametrize(
    "options",
    [
        {"lr": -1},
        {"lr": -0.5, "momentum": -1, "weight_decay": -1},
        {"momentum": -0.5},
        {"weight_decay": -0.1},
        {"nesterov": True},
        {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
        {"lr": "a"},
        {"lr": None},
    ],
    ids=str,
)
def test_sgd_refuses_the_options_that_torch_refuses(options, assert_same_error):
    w = np.ones(3)
    assert_same_error(
        lambda: torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], **options),
        lambda: SGD([Parameter(w)], **options),
        unchanged=[w],
    )


@pytest.mark.parametrize("bad", [None, [1], [[1.0]], "ab"], ids=str)
def test_sgd_refuses_what_is_not_a_list_of_parameters_as_torch(bad, assert_same_error):
    # The text says Parameters where torch's says Tensors.
    assert_same_error(lambda: torch.optim.SGD(bad), lambda: SGD(bad), text=False)


def test_sgd_refuses_no_parameters_and_a_single_one_and_an_array(assert_same_error):
    assert_same_error(lambda: torch.optim.SGD([]), lambda: SGD([]))
    theirs, ours = torch.nn.Parameter(torch.ones(1)), Parameter(np.ones(1))
    assert_same_error(lambda: torch.optim.SGD(theirs), lambda: SGD(ours), text=False)
    with pytest.raises(TypeError, match="one of the params is ndarray"):
        SGD([np.ones(1)])
