"""The optimizers against torch's."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embedlib import Embedding, Parameter, SparseGrad, optim
from embedlib.optim import SGD, Adagrad, Adam, AdamW, SparseAdam

seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([np.float32, np.float64])
lrs = st.floats(1e-4, 1)
weight_decays = st.sampled_from([0, 0.01])
betas = st.sampled_from([(0.9, 0.999), (0.5, 0.9), (0.3, 0.99), (0.0, 0.5), [0.8, 0.95]])
maximize = st.booleans()


@st.composite
def sgd_options(draw, weight_decays=weight_decays):
    options = {
        "lr": draw(st.floats(0, 1)),
        "momentum": draw(st.sampled_from([0, 0.5, 0.9])),
        "dampening": draw(st.sampled_from([0, 0.25])),
        "weight_decay": draw(weight_decays),
        "maximize": draw(maximize),
    }
    if options["momentum"] and not options["dampening"]:
        options["nesterov"] = draw(st.booleans())
    return options


def adagrad_options(weight_decays=weight_decays):
    return st.fixed_dictionaries(
        {},
        optional={
            "lr": lrs,
            "lr_decay": st.sampled_from([0, 0.1]),
            "weight_decay": weight_decays,
            "initial_accumulator_value": st.sampled_from([0, 0.1, 2]),
            "eps": st.sampled_from([1e-10, 1e-3]),
            "maximize": maximize,
        },
    )


adam_like = {"lr": lrs, "betas": betas, "eps": st.sampled_from([1e-8, 1e-3]), "maximize": maximize}
adamw_options = st.fixed_dictionaries(
    {}, optional=adam_like | {"weight_decay": weight_decays, "amsgrad": st.booleans()}
)
adam_options = st.fixed_dictionaries(
    {},
    optional=adam_like
    | {
        "weight_decay": weight_decays,
        "amsgrad": st.booleans(),
        "decoupled_weight_decay": st.booleans(),
    },
)
dense_optimizers = st.one_of(
    st.tuples(st.just("SGD"), sgd_options()),
    st.tuples(st.just("Adam"), adam_options),
    st.tuples(st.just("AdamW"), adamw_options),
    st.tuples(st.just("Adagrad"), adagrad_options()),
)
sparse_optimizers = st.one_of(
    st.tuples(st.just("SGD"), sgd_options(st.just(0))),
    st.tuples(st.just("Adagrad"), adagrad_options(st.just(0))),
    st.tuples(st.just("SparseAdam"), st.fixed_dictionaries({}, optional=adam_like)),
)


class Pair:
    """Our optimizer and torch's, on equal parameters, fed with equal gradients.

    Ours changes the arrays in `start`.
    """

    def __init__(self, name, options, start):
        self.ours = [Parameter(a) for a in start]
        self.theirs = [torch.nn.Parameter(torch.tensor(a)) for a in start]
        self.our = getattr(optim, name)(self.ours, **options)
        self.their = getattr(torch.optim, name)(self.theirs, **options)
        self.largest = 0.0

    def grad(self, i, grad):
        """An array, or a SparseGrad, becomes the gradient of parameter i."""
        self.ours[i].grad = grad
        self.theirs[i].grad = to_torch(grad)
        dense = grad.to_dense() if isinstance(grad, SparseGrad) else grad
        self.largest = max(self.largest, np.abs(dense).max(initial=0))

    def step(self):
        self.our.step()
        self.their.step()

    def assert_close(self):
        """To 4e-6 (float64: 1e-13) relative to max(1, |w|, the largest step); states too.

        The largest step is lr * max|g|; momentum makes it up to 1 / (1 - momentum) times larger.
        """
        options = self.our.param_groups[0]
        step = options["lr"] * self.largest / (1 - options.get("momentum", 0))
        for a, b in zip(self.ours, self.theirs, strict=True):
            assert_close(a.data, b.detach(), step)
            state = self.our.state.get(a, {})
            their_state = self.their.state.get(b, {})
            assert list(state) == list(their_state)
            for name, value in state.items():
                if name == "step":
                    assert value == their_state[name]
                else:
                    assert_close(value, their_state[name], step)


def to_torch(grad):
    if isinstance(grad, SparseGrad):
        indices, values = torch.tensor(grad.indices)[None], torch.tensor(grad.values)
        return torch.sparse_coo_tensor(indices, values, grad.shape, check_invariants=False)
    return torch.tensor(grad)


def assert_close(ours, theirs, step):
    if isinstance(ours, SparseGrad):
        assert ours.is_coalesced
        ours, theirs = ours.to_dense(), theirs.to_dense()
    theirs = theirs.numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    bound = {"float32": 4e-6, "float64": 1e-13}[ours.dtype.name]
    assert (np.abs(ours - theirs) <= bound * np.maximum(np.abs(theirs), max(1, step))).all()


def random_array(rng, shape, dtype):
    """Normal numbers: in order, transposed, or every second of a longer array."""
    layout = rng.integers(3) if len(shape) == 2 else 0
    if layout == 1:
        return rng.standard_normal(shape[::-1]).astype(dtype).T
    if layout == 2:
        return rng.standard_normal((shape[0], 2 * shape[1])).astype(dtype)[:, ::2]
    return rng.standard_normal(shape).astype(dtype)


def random_sparse(rng, shape, dtype):
    """Some rows, some twice or more; now and then none."""
    n = rng.integers(0, 2 * shape[0])
    ids = rng.integers(0, rng.integers(1, shape[0], endpoint=True), n)
    return SparseGrad(ids, rng.standard_normal((n, shape[1])).astype(dtype), shape)


# --- properties ---------------------------------------------------------------------------------


@given(seeds, dense_optimizers, dtypes)
def test_dense_optimizers_equal_torchs_after_20_steps(seed, optimizer, dtype):
    rng = np.random.default_rng(seed)
    start = [np.asarray(random_array(rng, s, dtype)) for s in ((4, 3), (2,), (0, 3), ())]
    pair = Pair(*optimizer, start)
    for _ in range(20):
        for i, param in enumerate(pair.ours):
            if rng.random() < 0.8:
                pair.grad(i, np.asarray(random_array(rng, param.data.shape, dtype)))
        pair.step()
        if rng.random() < 0.3:  # then some parameters have no gradient at the next step
            pair.our.zero_grad()
            pair.their.zero_grad()
    pair.assert_close()


@pytest.mark.usefixtures("way")
@given(seeds, sparse_optimizers, dtypes, st.integers(1, 12), st.integers(0, 5))
def test_sparse_optimizers_equal_torchs_after_20_steps(seed, optimizer, dtype, rows, columns):
    """Each step touches some rows; the others rest, or under momentum go on."""
    rng = np.random.default_rng(seed)
    pair = Pair(*optimizer, [random_array(rng, (rows, columns), dtype) for _ in range(2)])
    for _ in range(20):
        for i in range(2):
            if rng.random() < 0.8:
                pair.grad(i, random_sparse(rng, (rows, columns), dtype))
        pair.step()
    pair.assert_close()


@pytest.mark.usefixtures("way")
@given(seeds, sgd_options(st.just(0)), dtypes)
def test_sgd_takes_sparse_gradients_after_dense_ones_as_torch(seed, options, dtype):
    options["nesterov"] = False
    rng = np.random.default_rng(seed)
    pair = Pair("SGD", options, [random_array(rng, (5, 3), dtype)])
    for k in range(10):
        make = random_array if k == 0 or rng.random() < 0.5 else random_sparse
        pair.grad(0, make(rng, (5, 3), dtype))
        pair.step()
    pair.assert_close()


# --- examples -----------------------------------------------------------------------------------

DENSE = {
    "SGD": ({}, {"momentum": 0.9, "nesterov": True}),
    "Adam": ({}, {"amsgrad": True, "weight_decay": 0.1}),
    "AdamW": ({},),
    "Adagrad": ({},),
}
SPARSE = {"SGD": ({}, {"momentum": 0.9, "nesterov": True}), "Adagrad": ({},), "SparseAdam": ({},)}


@pytest.mark.parametrize(("name", "options"), [(n, o) for n in DENSE for o in DENSE[n]], ids=str)
@pytest.mark.parametrize("transposed", [False, True])
def test_dense_steps_are_right_across_pieces(name, options, transposed):
    rng = np.random.default_rng(0)
    start = rng.standard_normal((701, 303), dtype=np.float32)  # no whole number of pieces
    pair = Pair(name, options | {"lr": 0.1}, [start.T if transposed else start])
    for _ in range(3):
        pair.grad(0, rng.standard_normal(pair.ours[0].data.shape, dtype=np.float32))
        pair.step()
    pair.assert_close()


@pytest.mark.parametrize(("name", "options"), [(n, o) for n in SPARSE for o in SPARSE[n]], ids=str)
@pytest.mark.parametrize("columns", [1, 300, 70_000])
def test_sparse_steps_are_right_across_pieces(name, options, columns):
    rng = np.random.default_rng(0)
    shape = (600_000 // columns, columns)
    pair = Pair(name, options | {"lr": 0.1}, [rng.standard_normal(shape, dtype=np.float32)])
    for _ in range(3):
        n = 300_000 // columns
        values = rng.standard_normal((n, columns), dtype=np.float32)
        pair.grad(0, SparseGrad(rng.integers(0, shape[0], n), values, shape))
        pair.step()
    pair.assert_close()


@pytest.mark.parametrize(("name", "options"), [(n, o) for n in DENSE for o in DENSE[n]], ids=str)
def test_a_complex_parameter_is_two_real_ones_as_in_torch(name, options):
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal((11, 4, 3)) + 1j * rng.standard_normal((11, 4, 3))
    if name == "Adagrad":
        options = options | {"initial_accumulator_value": 0.5}
    pair = Pair(name, options | {"lr": 0.1}, [numbers[0]])
    for grad in numbers[1:]:
        pair.grad(0, grad)
        pair.step()
    np.testing.assert_allclose(pair.ours[0].data, pair.theirs[0].detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", [*DENSE, "SparseAdam"])
def test_a_step_writes_into_the_memory_of_the_parameter_and_leaves_the_gradient(name):
    data, values = np.array([[1.0], [2.0]]), np.array([[1.0], [-2.0]])
    w = Parameter(data)
    grad = w.grad = SparseGrad(np.array([0, 1]), values, (2, 1)) if name in SPARSE else values
    for _ in range(2):
        getattr(optim, name)([w], lr=0.5, maximize=True).step()
    assert w.data is data
    assert data[0] > 1
    assert data[1] < 2
    assert w.grad is grad
    assert values.tolist() == [[1.0], [-2.0]]


@pytest.mark.parametrize("name", DENSE)
def test_a_gradient_may_be_read_only(name):
    w = Parameter(np.zeros((2, 3)))
    w.grad = np.broadcast_to(1.0, (2, 3))
    getattr(optim, name)([w], lr=0.5).step()
    assert (w.data < 0).all()


def test_one_plain_step_is_w_minus_lr_times_g():
    w = Parameter(np.array([1.0, 2.0]))
    w.grad = np.array([1.0, -2.0])
    SGD([w], lr=0.5).step()
    assert w.data.tolist() == [0.5, 3.0]


@pytest.mark.parametrize("sparse", [False, True])
def test_momentum_keeps_its_own_copy_of_the_first_gradient(sparse):
    w, values = Parameter(np.zeros((1, 1))), np.ones((1, 1))
    sgd = SGD([w], lr=1, momentum=0.5)
    w.grad = SparseGrad(np.array([0]), values, (1, 1)) if sparse else values
    sgd.step()
    values[:] = 100  # the buffer must not see this
    w.grad = SparseGrad(np.zeros(0, np.int64), values[:0], (1, 1)) if sparse else np.zeros((1, 1))
    sgd.step()
    assert w.data.tolist() == [[-1.5]]


def test_the_learning_rate_may_be_changed_between_steps():
    w = Parameter(np.zeros(1))
    w.grad = np.ones(1)
    sgd = SGD(iter([w]), lr=1)
    sgd.step()
    sgd.param_groups[0]["lr"] = 0.5
    sgd.step()
    assert w.data.tolist() == [-1.5]


@pytest.mark.parametrize("name", [*DENSE, "SparseAdam"])
def test_the_defaults_are_torchs(name):
    ours = getattr(optim, name)([Parameter(np.ones(1))]).defaults
    theirs = getattr(torch.optim, name)([torch.ones(1)]).defaults
    missing = {"foreach", "fused", "capturable", "differentiable"}  # mean nothing to NumPy
    assert ours == {k: v for k, v in theirs.items() if k not in missing}


def test_only_adagrad_has_a_state_before_the_first_step_as_in_torch():
    for name in (*DENSE, "SparseAdam"):
        pair = Pair(name, {}, [np.ones((2, 3))])
        assert len(pair.our.state) == len(pair.their.state) == (name == "Adagrad")
        pair.assert_close()


def test_the_buffer_of_sparse_momentum_stays_as_long_as_the_rows_that_were_seen():
    w = Parameter(np.zeros((9, 2)))
    sgd = SGD([w], lr=0.1, momentum=0.9)
    w.grad = SparseGrad(np.array([3, 5, 3]), np.ones((3, 2)), (9, 2))
    for _ in range(5):
        sgd.step()
    assert sgd.state[w]["momentum_buffer"].indices.tolist() == [3, 5]


# --- what a row does that is not looked up ------------------------------------------------------


def only_parameter(optimizer):
    ((param,),) = (group["params"] for group in optimizer.param_groups)
    return param


def run(optimizer, row_0, steps):
    """The path of row 0, if it has a gradient of 1 at step 1 only; row 1 has one at all steps."""
    w = only_parameter(optimizer)
    path = []
    for k in range(steps):
        grad = np.array([[float(k == 0 and row_0)], [1.0]])
        if isinstance(optimizer, SparseAdam):
            ids = np.arange(1 if grad[0] == 0 else 0, 2)
            w.grad = SparseGrad(ids, grad[ids], (2, 1))
        else:
            w.grad = grad
        optimizer.step()
        path.append(w.data[0, 0])
    return path


def test_adam_drifts_and_sparse_adam_stays_when_a_row_is_no_longer_looked_up():
    tables = [Parameter(np.zeros((2, 1))) for _ in range(2)]
    drift = run(Adam(tables[:1], lr=0.1), True, 3)
    stay = run(SparseAdam(tables[1:], lr=0.1), True, 3)
    np.testing.assert_allclose(drift, [-0.100, -0.167, -0.219], atol=5e-4)
    np.testing.assert_allclose(stay, [-0.100] * 3, atol=5e-7)


def test_the_step_counter_of_sparse_adam_is_global():
    first, late = (SparseAdam([Parameter(np.zeros((2, 1)))], lr=0.1) for _ in range(2))
    run(late, False, 9)
    for optimizer in (first, late):
        w = only_parameter(optimizer)
        w.grad = SparseGrad(np.array([0]), np.ones((1, 1)), (2, 1))
        optimizer.step()
    assert first.state[only_parameter(first)]["step"] == 1
    assert late.state[only_parameter(late)]["step"] == 10
    # Both rows had their first gradient. With a counter for each row they would be equal.
    np.testing.assert_allclose(only_parameter(first).data[0], -0.1, atol=5e-7)
    np.testing.assert_allclose(only_parameter(late).data[0], -0.0484, atol=5e-5)


def test_adam_and_sparse_adam_differ_a_little_even_when_all_rows_have_gradients():
    rng = np.random.default_rng(0)
    tables = [Parameter(np.zeros((4, 3))) for _ in range(2)]
    adam, sparse_adam = Adam(tables[:1], eps=1e-4), SparseAdam(tables[1:], eps=1e-4)
    for _ in range(20):
        grad = rng.standard_normal((4, 3))
        tables[0].grad, tables[1].grad = grad, SparseGrad(np.arange(4), grad, (4, 3))
        adam.step()
        sparse_adam.step()
    assert 0 < np.abs(tables[0].data - tables[1].data).max() < 1e-4


def test_sgd_with_momentum_moves_rows_that_a_sparse_gradient_does_not_hold():
    w = Parameter(np.zeros((3, 1)))
    sgd = SGD([w], lr=0.1, momentum=0.9)
    for row in (0, 1):
        w.grad = SparseGrad(np.array([row]), np.ones((1, 1)), (3, 1))
        sgd.step()
    np.testing.assert_allclose(w.data[:, 0], [-0.19, -0.1, 0])


def steps_with_padding(optimizer, name, steps=3, **options):
    """The padding row after each step, if it was 7.0 at the start."""
    table = Embedding(4, 2, padding_idx=0, dtype=np.float64)
    table.weight.data[0] = 7.0
    optimizer = optimizer(table.parameters(), **options)
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        table(np.array([0, 1, 3, 1]))
        table.backward(np.ones((4, 2)))
        if name == "sparse":
            dense = table.weight.grad
            table.weight.grad = SparseGrad(np.array([1, 3]), dense[[1, 3]], dense.shape)
        optimizer.step()
        path.append(table.weight.data[0].tolist())
    return path


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        (SGD, "dense"),
        (SGD, "sparse"),
        (Adam, "dense"),
        (Adagrad, "dense"),
        (Adagrad, "sparse"),
        (SparseAdam, "sparse"),
    ],
)
def test_a_padding_row_set_to_7_stays_there(optimizer, kind):
    assert steps_with_padding(optimizer, kind, lr=0.1) == [[7.0, 7.0]] * 3


@pytest.mark.parametrize("optimizer", [SGD, Adam, AdamW, Adagrad])
def test_weight_decay_moves_a_padding_row(optimizer):
    path = np.array(steps_with_padding(optimizer, "dense", lr=0.1, weight_decay=0.01))
    assert (np.diff(path[:, 0], prepend=7.0) < 0).all()
    if optimizer is AdamW:
        np.testing.assert_allclose(path[:, 0] - 7, [-0.007, -0.013993, -0.020979], atol=5e-7)


@pytest.mark.parametrize(("optimizer", "options"), [(SGD, {"momentum": 0.9}), (Adam, {})])
def test_stale_momentum_moves_a_row_after_it_became_padding(optimizer, options):
    w = Parameter(np.full((2, 1), 7.0))
    optimizer = optimizer([w], lr=0.1, **options)
    w.grad = np.ones((2, 1))
    optimizer.step()
    w.data[0] = 7.0
    w.grad = np.array([[0.0], [1.0]])
    optimizer.step()
    assert w.data[0, 0] < 7.0


def test_a_single_id_in_a_table_with_one_column_is_updated():
    # A defect of torch 2.13: there SGD leaves the table as it is.
    w = Parameter(np.zeros((3, 1)))
    w.grad = SparseGrad(np.array([1]), np.broadcast_to(1.0, (1, 1)), (3, 1))
    SGD([w], lr=0.1).step()
    assert w.data.tolist() == [[0.0], [-0.1], [0.0]]


# --- errors -------------------------------------------------------------------------------------

nan = float("nan")
BAD_OPTIONS = [
    *[
        ("SGD", options)
        for options in (
            {"lr": -1},
            {"lr": -0.5, "momentum": -1, "weight_decay": -1},
            {"momentum": -0.5},
            {"weight_decay": -0.1},
            {"nesterov": True},
            {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
            {"lr": "a"},
            {"lr": None},
        )
    ],
    *[
        (name, options)
        for name in ("Adam", "AdamW", "SparseAdam")
        for options in (
            {"lr": -1},
            {"lr": nan},
            {"lr": "a"},
            {"lr": -1, "eps": -1, "betas": (2, 2)},
            {"eps": -1},
            {"eps": nan, "betas": (2, 2)},
            {"betas": (1.0, 0.9)},
            {"betas": (0.9, 1.0)},
            {"betas": (-0.1, nan)},
            {"betas": (0.9, nan)},
            {"betas": ("a", 0.9)},
            {"betas": (0.9,)},
            {"betas": 0.9},
            {"betas": None},
        )
    ],
    *[
        (name, options)
        for name in ("Adam", "AdamW")
        for options in (
            {"weight_decay": -1},
            {"weight_decay": nan, "betas": (0, 0)},
            {"betas": (0, 0.9)},
            {"betas": (0.9, 0)},
        )
    ],
    ("SparseAdam", {"lr": 0}),
    ("SparseAdam", {"eps": 0.0}),
    ("SparseAdam", {"weight_decay": 0.1}),
    *[
        ("Adagrad", options)
        for options in (
            {"lr": -1, "lr_decay": -1},
            {"lr": nan},
            {"lr": "a"},
            {"lr_decay": -1, "weight_decay": -1},
            {"weight_decay": -1, "initial_accumulator_value": -1},
            {"initial_accumulator_value": -1, "eps": -1},
            {"eps": -1},
            {"eps": nan},
            {"betas": (0.9, 0.9)},
        )
    ],
]


@pytest.mark.parametrize(("name", "options"), BAD_OPTIONS, ids=str)
def test_optimizers_refuse_the_options_that_torch_refuses(name, options, assert_same_error):
    w = np.ones(3)
    assert_same_error(
        lambda: getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(3))], **options),
        lambda: getattr(optim, name)([Parameter(w)], **options),
        unchanged=[w],
    )


@pytest.mark.parametrize("optimizer", [Adam, SparseAdam])
def test_three_betas_are_refused_when_they_are_given(optimizer):
    # torch waits until step.
    with pytest.raises(ValueError, match="too many values to unpack"):
        optimizer([Parameter(np.ones(3))], betas=(0.9, 0.9, 0.9))


@pytest.mark.parametrize(
    "options", [{"betas": (0, 0)}, {"betas": (0, 0.9)}, {"betas": [0.5, 0.5]}]
)
def test_sparse_adam_takes_betas_that_are_no_floats_as_torch(options):
    pair = Pair("SparseAdam", options, [np.zeros((3, 2))])
    for _ in range(3):
        pair.grad(0, SparseGrad(np.array([0, 2, 0]), np.ones((3, 2)), (3, 2)))
        pair.step()
    pair.assert_close()


@pytest.mark.parametrize("name", [*DENSE, "SparseAdam"])
@pytest.mark.parametrize("bad", [None, [1], [[1.0]], "ab"], ids=str)
def test_what_is_not_a_list_of_parameters_is_refused_as_in_torch(name, bad, assert_same_error):
    # The text says Parameters where torch's says Tensors.
    assert_same_error(
        lambda: getattr(torch.optim, name)(bad), lambda: getattr(optim, name)(bad), text=False
    )


def test_no_parameters_and_a_single_one_and_an_array_are_refused(assert_same_error):
    assert_same_error(lambda: torch.optim.SGD([]), lambda: SGD([]))
    theirs, ours = torch.nn.Parameter(torch.ones(1)), Parameter(np.ones(1))
    assert_same_error(lambda: torch.optim.SGD(theirs), lambda: SGD(ours), text=False)
    with pytest.raises(TypeError, match="one of the params is ndarray"):
        SGD([np.ones(1)])


def test_sparse_adam_refuses_complex_parameters(assert_same_error):
    ours, theirs = np.ones(2, np.complex64), torch.ones(2, dtype=torch.complex64)
    assert_same_error(
        lambda: torch.optim.SparseAdam([torch.ones(2), theirs]),
        lambda: SparseAdam([Parameter(np.ones(2)), Parameter(ours)]),
    )


ones = np.ones((3, 2))
sparse = SparseGrad(np.array([1, 1]), np.ones((2, 2)), (3, 2))
# name, options, the gradients of the steps before, one that is refused
REFUSED = [
    ("Adam", {}, [ones], sparse),
    ("Adam", {}, [], sparse),
    ("Adam", {"weight_decay": 0.1, "amsgrad": True}, [ones], sparse),
    ("AdamW", {}, [ones], sparse),
    ("SparseAdam", {}, [sparse], ones),
    ("SparseAdam", {}, [], ones),
    ("Adagrad", {"weight_decay": 0.1}, [ones], sparse),
    ("Adagrad", {"weight_decay": 0.1}, [], sparse),
    ("SGD", {"weight_decay": 0.1}, [], sparse),
    ("SGD", {"weight_decay": 0.1, "momentum": 0.9}, [ones], sparse),
    ("SGD", {"momentum": 0.9}, [sparse], ones),
    ("SGD", {"momentum": 0.9}, [sparse, sparse], ones),
    ("SGD", {"momentum": 0.9, "nesterov": True}, [ones], sparse),
    ("SGD", {"momentum": 0.9, "nesterov": True}, [sparse], ones),
]


def contents(optimizer):
    """Everything that a step may change, to be compared."""
    return copy.deepcopy(
        [
            (p.data.tolist(), vars(p.grad) if isinstance(p.grad, SparseGrad) else p.grad, state)
            for group in optimizer.param_groups
            for p in group["params"]
            for state in [
                {
                    k: (v.indices, v.values) if isinstance(v, SparseGrad) else v
                    for k, v in optimizer.state.get(p, {}).items()
                }
            ]
        ]
    )


@pytest.mark.parametrize(("name", "options", "before", "bad"), REFUSED, ids=str)
def test_gradients_are_refused_as_in_torch_before_anything_changes(
    name, options, before, bad, assert_same_error
):
    pair = Pair(name, options, [ones.copy() for _ in range(3)])
    for grad in before:
        for i in range(3):
            pair.grad(i, grad)
        pair.step()
    good = sparse if bad is ones else ones
    if before:  # what was good before is good again
        good = before[0]
    pair.grad(0, good)
    pair.grad(1, bad)
    pair.grad(2, good)
    earlier = contents(pair.our)
    assert_same_error(pair.their.step, pair.our.step)
    np.testing.assert_equal(contents(pair.our), earlier)


def test_torch_changes_the_first_parameter_before_it_refuses_the_second():
    # Why the test above does not ask torch.
    pair = Pair("SGD", {"weight_decay": 0.1}, [ones.copy(), ones.copy()])
    pair.grad(0, ones)
    pair.grad(1, sparse)
    with pytest.raises(RuntimeError):
        pair.their.step()
    assert (pair.theirs[0].detach().numpy() != ones).all()


BAD_GRADS = {
    "another shape": (np.ones((2, 2)), True),
    "fewer dimensions": (np.ones(2), True),
    "could be broadcast": (np.ones((1, 2)), True),
    "a number": (np.array(1.0), True),
    "sparse, another shape": (SparseGrad(np.array([1]), np.ones((1, 2)), (4, 2)), True),
    "another dtype": (np.ones((3, 2), np.float32), False),
    "sparse, another dtype": (SparseGrad(np.array([1]), ones[:1].astype("f4"), (3, 2)), False),
    "a list": ([1.0, 2.0], False),
}


@pytest.mark.parametrize("name", [*DENSE, "SparseAdam"])
@pytest.mark.parametrize("case", BAD_GRADS)
def test_a_gradient_that_does_not_fit_is_refused_before_anything_changes(
    name, case, assert_same_error
):
    bad, text = BAD_GRADS[case]
    pair = Pair(name, {}, [ones.copy(), ones.copy()])
    pair.grad(0, sparse if name == "SparseAdam" else ones)
    pair.ours[1].grad = bad

    def assign():  # torch looks at the gradient as soon as it is assigned
        pair.theirs[1].grad = bad if isinstance(bad, list) else to_torch(bad)

    earlier = contents(pair.our)
    assert_same_error(assign, pair.our.step, text=text)
    np.testing.assert_equal(contents(pair.our), earlier)


def test_a_parameter_in_read_only_memory_is_refused_before_anything_changes():
    first, second = Parameter(np.ones(2)), Parameter(np.broadcast_to(1.0, (2,)))
    first.grad = second.grad = np.ones(2)
    adam = Adam([first, second])
    with pytest.raises(ValueError, match="read-only"):
        adam.step()
    assert first.data.tolist() == [1, 1]
    assert adam.state == {}


# --- the state must fit, too, before anything changes --------------------------------------------

OTHER_SHAPES = [(1, 1), (3, 1), (2, 2), (4, 3)]
WITH_STATE = [
    ("SGD", {"momentum": 0.9}, False),
    ("SGD", {"momentum": 0.9}, True),
    ("Adam", {}, False),
    ("Adam", {"amsgrad": True}, False),
    ("AdamW", {}, False),
    ("Adagrad", {}, False),
    ("Adagrad", {}, True),
    ("SparseAdam", {}, True),
]


def some_grad(shape, sparse, dtype=np.float32):
    if sparse:
        return SparseGrad(np.array([0]), np.ones((1, shape[1]), dtype), shape)
    return np.ones(shape, dtype)


@pytest.mark.parametrize(("name", "options", "sparse"), WITH_STATE, ids=str)
@pytest.mark.parametrize("shape", OTHER_SHAPES, ids=str)
def test_a_state_of_another_shape_is_refused_in_torchs_words_before_anything_changes(
    name, options, sparse, shape, assert_same_error
):
    pair = Pair(name, options, [np.ones((2, 1), np.float32) for _ in range(2)])
    for i in range(2):
        pair.grad(i, some_grad((2, 1), sparse))
    pair.step()
    pair.ours[1].data = np.zeros(shape, np.float32)
    pair.theirs[1].grad = None
    pair.theirs[1].data = torch.zeros(shape)
    pair.their.param_groups[0]["foreach"] = False
    pair.grad(1, some_grad(shape, sparse))
    earlier = contents(pair.our)
    assert_same_error(pair.their.step, pair.our.step)
    np.testing.assert_equal(contents(pair.our), earlier)


@pytest.mark.parametrize(("name", "options", "sparse"), WITH_STATE, ids=str)
def test_a_state_of_another_dtype_is_refused_before_anything_changes(name, options, sparse):
    # Adam refuses it in torch too; torch's others go on with averages of the old dtype.
    params = [Parameter(np.ones((2, 1), np.float32)) for _ in range(2)]
    optimizer = getattr(optim, name)(params, **options)
    for param in params:
        param.grad = some_grad((2, 1), sparse)
    optimizer.step()
    params[1].data = params[1].data.astype(np.float64)
    params[1].grad = some_grad((2, 1), sparse, np.float64)
    earlier = contents(optimizer)
    with pytest.raises(RuntimeError, match=r"expected dtype float32 .* got dtype float64"):
        optimizer.step()
    np.testing.assert_equal(contents(optimizer), earlier)


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("row", [3, -1])
@pytest.mark.parametrize("coalesced", [False, True])
def test_a_row_number_changed_after_the_gradient_was_made_is_refused(name, row, coalesced):
    w = [Parameter(np.ones((3, 2))) for _ in range(2)]
    for param in w:
        param.grad = SparseGrad(np.array([0, 2]), np.ones((2, 2)), (3, 2))
    if coalesced:
        w[1].grad = w[1].grad.coalesce()
    w[1].grad.indices[1] = row
    optimizer = getattr(optim, name)(w)
    earlier = contents(optimizer)
    with pytest.raises(RuntimeError, match=f"index {row}"):
        optimizer.step()
    np.testing.assert_equal(contents(optimizer), earlier)


def test_a_table_longer_than_a_piece_is_not_half_written_when_the_step_is_refused():
    rows = 2**16 + 1
    w = Parameter(np.zeros((rows, 1)))
    w.grad = SparseGrad(np.arange(rows), np.ones((rows, 1)), (rows, 1))
    w.grad.indices[-1] = rows
    with pytest.raises(RuntimeError):
        SparseAdam([w]).step()
    assert not w.data.any()


# --- NumPy's scalars -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [np.float64, np.float32, np.array], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize(("name", "options", "sparse"), WITH_STATE, ids=str)
def test_numpys_scalars_as_options_change_no_dtype_and_no_value(name, options, sparse, kind):
    numbers = {"lr": 0.125} | options
    if name in ("SGD", "Adam", "AdamW") and not sparse:
        numbers["weight_decay"] = 0.5
    scalars = {k: kind(v) if isinstance(v, float) else v for k, v in numbers.items()}
    if name in ("Adam", "AdamW", "SparseAdam") and kind is np.float64:
        scalars["betas"] = (np.float64(0.9), np.float64(0.999))
    results = []
    for chosen in (numbers, scalars):
        w = Parameter(np.ones((2, 1), np.float32))
        optimizer = getattr(optim, name)([w], **chosen)
        for _ in range(3):
            w.grad = some_grad((2, 1), sparse)
            optimizer.step()
        state = optimizer.state[w]
        arrays = [w.data, *(v.values if isinstance(v, SparseGrad) else v for v in state.values())]
        assert all(a.dtype == np.float32 for a in arrays if isinstance(a, np.ndarray))
        results.append([np.asarray(a) for a in arrays])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6 if kind is np.float32 else 0)


# --- groups --------------------------------------------------------------------------------------


@given(seeds, dense_optimizers)
def test_groups_with_options_of_their_own_equal_torchs(seed, optimizer):
    name, options = optimizer
    rng = np.random.default_rng(seed)
    start = [rng.standard_normal((3, 2)) for _ in range(3)]
    ours = [Parameter(a.copy()) for a in start]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in start]
    sides = []
    for module, (a, b, c) in ((optim, ours), (torch.optim, theirs)):
        side = getattr(module, name)([{"params": [a], "lr": 0.5}, {"params": b}], **options)
        side.add_param_group({"params": [c], "lr": 0.25})
        sides.append(side)
    for k in range(4):
        for a, b in zip(ours, theirs, strict=True):
            a.grad = rng.standard_normal((3, 2))
            b.grad = torch.tensor(a.grad)
        for side in sides:
            side.param_groups[1]["lr"] = 0.5**k  # a schedule
            side.step()
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.data, b.detach().numpy(), rtol=1e-12, atol=1e-12)
    assert without_torchs_own(sides[1]) == sides[0].state_dict()["param_groups"]


def without_torchs_own(optimizer):
    own = {"foreach", "fused", "capturable", "differentiable"}
    groups = optimizer.state_dict()["param_groups"]
    return [{k: v for k, v in group.items() if k not in own} for group in groups]


def test_a_parameter_twice_in_a_group_gives_torchs_warning_and_two_steps():
    for module, p in ((torch.optim, torch.nn.Parameter(torch.ones(1))), (optim, Parameter(one()))):
        with pytest.warns(UserWarning, match="parameter group with duplicate parameters; in fut"):
            sgd = module.SGD([p, p], lr=0.25)
        p.grad = torch.ones(1) if module is torch.optim else one()
        sgd.step()
        assert float(p.data[0]) == 0.5
        assert sgd.state_dict()["param_groups"][0]["params"] == [1, 1]


def one():
    return np.ones(1)


BAD_GROUPS = {
    "in two groups": lambda p, q: [{"params": [p]}, {"params": [q, p]}],
    "a set": lambda p, q: [{"params": {p}}],
    "no params": lambda p, q: [{"lr": 1}],
    "a parameter after a group": lambda p, q: [{"params": [p]}, q],
    "a group after a parameter": lambda p, q: [p, {"params": [q]}],
}


@pytest.mark.parametrize("case", BAD_GROUPS)
def test_bad_groups_are_refused_as_in_torch(case, assert_same_error):
    make = BAD_GROUPS[case]
    assert_same_error(
        lambda: torch.optim.SGD(make(*(torch.nn.Parameter(torch.ones(1)) for _ in range(2)))),
        lambda: SGD(make(*(Parameter(one()) for _ in range(2)))),
        text="after" not in case,  # names the type
    )


def test_a_group_that_is_refused_is_not_added():
    p = Parameter(one())
    sgd = SGD([p])
    group = {"params": p}
    for bad, error in ((group, ValueError), ([p], TypeError), ({"params": [1]}, TypeError)):
        with pytest.raises(error):
            sgd.add_param_group(bad)
    assert len(sgd.param_groups) == 1
    assert group == {"params": p}


def test_options_changed_between_steps_want_the_state_they_need():
    p = Parameter(one())
    adam = Adam([p])
    p.grad = one()
    adam.step()
    adam.param_groups[0]["amsgrad"] = True
    earlier = contents(adam)
    with pytest.raises(KeyError, match="max_exp_avg_sq"):  # as torch
        adam.step()
    np.testing.assert_equal(contents(adam), earlier)


def test_what_torch_divides_by_zero_in_silence_gives_no_warning(recwarn):
    p = Parameter(np.zeros(2))
    p.grad = np.array([0.0, 1e200])
    Adagrad([p], eps=0).step()
    assert np.isnan(p.data[0])
    assert not recwarn.list


# --- saving and loading --------------------------------------------------------------------------

ALL = st.one_of(
    st.tuples(st.just(False), dense_optimizers), st.tuples(st.just(True), sparse_optimizers)
)


@given(seeds, ALL, st.integers(0, 3))
def test_going_on_from_a_saved_state_gives_the_bits_of_going_on(seed, optimizer, before):
    sparse, (name, options) = optimizer
    rng = np.random.default_rng(seed)
    make = random_sparse if sparse else random_array
    grads = [[make(rng, (4, 3), np.float32) for _ in range(2)] for _ in range(6)]

    def steps(optimizer, params, some):
        for pair in some:
            for param, grad in zip(params, pair, strict=True):
                param.grad = grad
            optimizer.step()

    straight = [Parameter(np.ones((4, 3), np.float32)) for _ in range(2)]
    whole = getattr(optim, name)(straight, **options)
    steps(whole, straight, grads[:before])
    broken = [Parameter(p.data.copy()) for p in straight]
    resumed = getattr(optim, name)(broken)
    resumed.load_state_dict(whole.state_dict())
    steps(whole, straight, grads[before:])  # must not reach into the other's state
    steps(resumed, broken, grads[before:])
    for a, b in zip(straight, broken, strict=True):
        assert a.data.tobytes() == b.data.tobytes()
    ours, theirs = resumed.state_dict(), whole.state_dict()
    assert ours["param_groups"] == theirs["param_groups"]
    assert list(ours["state"]) == list(theirs["state"])


@given(seeds, dense_optimizers)
def test_a_saved_state_has_torchs_structure(seed, optimizer):
    rng = np.random.default_rng(seed)
    pair = Pair(*optimizer, [rng.standard_normal((3, 2)) for _ in range(3)])
    pair.grad(1, rng.standard_normal((3, 2)))
    pair.step()
    ours, theirs = pair.our.state_dict(), pair.their.state_dict()
    assert list(ours) == list(theirs)
    assert ours["param_groups"] == without_torchs_own(pair.their)
    assert {k: list(v) for k, v in ours["state"].items()} == {
        k: list(v) for k, v in theirs["state"].items()
    }


def test_a_loaded_state_takes_the_dtype_of_its_parameter():
    w, v = Parameter(np.ones(2)), Parameter(np.ones(2, np.float32))
    w.grad = np.ones(2)
    first = Adam([w])
    first.step()
    second = Adam([v])
    second.load_state_dict(first.state_dict())
    assert second.state[v]["exp_avg"].dtype == np.float32
    assert second.state[v]["exp_avg"] is not first.state[w]["exp_avg"]
    assert second.state[v]["step"] == 1


BAD_SAVED = {
    "another number of groups": {"state": {}, "param_groups": [{"params": [0]}, {"params": [1]}]},
    "another number of parameters": {"state": {}, "param_groups": [{"params": [0]}]},
    "no groups": {"state": {}},
    "no state": {"param_groups": [{"params": [0, 1]}]},
}


@pytest.mark.parametrize("case", BAD_SAVED)
def test_a_bad_saved_state_is_refused_as_in_torch_and_changes_nothing(case, assert_same_error):
    pair = Pair("SGD", {"momentum": 0.9}, [np.ones(2), np.ones(2)])
    pair.grad(0, np.ones(2))
    pair.step()
    earlier, groups = contents(pair.our), copy.copy(pair.our.param_groups[0])
    assert_same_error(
        lambda: pair.their.load_state_dict(BAD_SAVED[case]),
        lambda: pair.our.load_state_dict(BAD_SAVED[case]),
    )
    np.testing.assert_equal(contents(pair.our), earlier)
    assert pair.our.param_groups == [groups]
    for bad in (None, {"param_groups": [{"params": [0, 1]}], "state": {0: 1}}):
        with pytest.raises(TypeError):
            pair.our.load_state_dict(bad)
    np.testing.assert_equal(contents(pair.our), earlier)


# --- the plain rules -----------------------------------------------------------------------------

PLAIN = {
    "SGD": optim.sgd_plain,
    "Adam": optim.adam_plain,
    "AdamW": optim.adam_plain,
    "Adagrad": optim.adagrad_plain,
    "SparseAdam": optim.sparse_adam_plain,
}


@given(seeds, ALL, dtypes)
def test_the_plain_rules_are_the_fast_ones(seed, optimizer, dtype):
    """Adam's up to rounding, the others to the bit, but for sums that a sparse buffer orders."""
    sparse, (name, options) = optimizer
    rng = np.random.default_rng(seed)
    w = Parameter(random_array(rng, (4, 3), dtype))
    fast = getattr(optim, name)([w], **options)
    if name == "AdamW":
        options = {"weight_decay": 0.01} | options | {"decoupled_weight_decay": True}
    plain, state = w.data.copy(), {}
    before, start = plain, plain.copy()
    for _ in range(5):
        w.grad = (random_sparse if sparse else random_array)(rng, (4, 3), dtype)
        fast.step()
        plain, state = PLAIN[name](plain, w.grad, state, **options)
        assert plain.dtype == dtype
    assert before.tobytes() == start.tobytes()  # nothing in place
    bound = {"float32": 4e-6, "float64": 1e-13}[plain.dtype.name]
    if name in ("Adagrad", "SparseAdam") or (name == "SGD" and not sparse):
        bound = 0
    np.testing.assert_allclose(w.data, plain, rtol=bound, atol=10 * bound)
    for key, value in fast.state[w].items():
        value = value.to_dense() if isinstance(value, SparseGrad) else value
        np.testing.assert_allclose(value, state[key], rtol=bound, atol=10 * bound)
