"""The layers against torch's: constructors, lookups, gradients, whole sequences of steps."""

import copy
import re
import threading

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
from embedlib import Embedding, EmbeddingBag, Linear, Parameter, SparseGrad
from embedlib.optim import SGD

TORCH = {np.float16: torch.float16, np.float32: torch.float32, np.float64: torch.float64}


def assert_as_good_as_torchs(ours, theirs, lr, grad):
    """4e-6 relative to max(1, |w|, lr * max|g|): what rounding leaves after some steps."""
    scale = np.maximum(np.abs(theirs), max(1.0, lr * np.abs(grad).max(initial=0)))
    assert (np.abs(ours - theirs) <= 4e-6 * scale).all()


# --- properties ----------------------------------------------------------------------------------


@given(st.data())
def test_any_sequence_of_lookups_backwards_and_steps_equals_torchs(data):
    """Outputs and gradients bit for bit, as long as both tables have the same bits."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    rows, columns = data.draw(st.integers(1, 20)), data.draw(st.integers(0, 6))
    padding_idx = data.draw(st.one_of(st.none(), st.integers(-rows, rows - 1)))
    table = rng.standard_normal((rows, columns), dtype=np.float32)
    # _weight shares memory, and the two must not share it with each other.
    ours = Embedding(rows, columns, padding_idx, _weight=table.copy())
    theirs = torch.nn.Embedding(rows, columns, padding_idx, _weight=torch.tensor(table))
    assert repr(ours) == repr(theirs)
    options = {"lr": 0.25, "momentum": data.draw(st.sampled_from([0, 0.5]))}
    our_sgd = SGD(ours.parameters(), **options)
    their_sgd = torch.optim.SGD(theirs.parameters(), **options)

    largest = np.zeros(1)
    for action in data.draw(
        st.lists(st.sampled_from(["backward", "twice", "step", "zero_grad"]), max_size=8)
    ):
        if action == "step":
            our_sgd.step()
            their_sgd.step()
            weight = theirs.weight.detach().numpy()
            assert_as_good_as_torchs(ours.weight.data, weight, 1.0, largest)
            ours.weight.data[...] = weight  # go on from the same bits
        elif action == "zero_grad":
            ours.zero_grad()
            theirs.zero_grad()
        else:
            shape = tuple(data.draw(st.lists(st.integers(0, 5), max_size=2)))
            ids = rng.integers(0, rows, shape).astype(data.draw(st.sampled_from(["i4", "i8"])))
            if padding_idx is not None and data.draw(st.booleans()):
                ids = np.full_like(ids, padding_idx % rows)
            ids = np.asarray(ids)
            output, reference = ours(ids), theirs(torch.tensor(ids))
            assert output.tobytes() == reference.detach().numpy().tobytes()
            for _ in range(2 if action == "twice" else 1):
                grad = rng.standard_normal(output.shape, dtype=np.float32)
                ours.backward(grad, retain_graph=True)
                reference.backward(torch.tensor(grad), retain_graph=True)
            ours.backward(np.zeros_like(output))  # the last one: the next pass is the first again
            reference.backward(torch.zeros_like(reference))
        if theirs.weight.grad is None:
            assert ours.weight.grad is None
        else:
            grad = theirs.weight.grad.numpy()
            assert ours.weight.grad.tobytes() == grad.tobytes()
            largest = np.append(largest, np.abs(grad).max(initial=0) * 2)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "padding_idx": st.integers(-5, 4),
        "max_norm": st.floats(0.25, 4),
        "norm_type": st.sampled_from([1, 2.0, 2.5, np.inf, -np.inf]),
        "scale_grad_by_freq": st.booleans(),
        "sparse": st.booleans(),
        "_freeze": st.booleans(),
    },
)


@given(OPTIONS, st.integers(0, 2**32 - 1), st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_an_embedding_with_any_options_equals_torchs(options, seed, sizes):
    """Up to the rounding of norms and of 1 / count; a table of whole numbers, no norm in doubt."""
    rng = np.random.default_rng(seed)
    table = rng.integers(-9, 10, (5, 4)).astype(np.float32)
    ours = Embedding(5, 4, _weight=table.copy(), **options)
    theirs = torch.nn.Embedding(5, 4, _weight=torch.tensor(table), **options)
    assert repr(ours) == repr(theirs)
    refused = options.get("sparse") and options.get("scale_grad_by_freq")
    for n in sizes:  # gradients add up
        ids = rng.integers(0, 5, n)
        output, reference = ours(ids), theirs(torch.tensor(ids))
        np.testing.assert_allclose(output, reference.detach(), rtol=1e-6)
        np.testing.assert_allclose(ours.weight.data, theirs.weight.detach(), rtol=1e-6)
        np.testing.assert_array_equal(output, ours.weight.data[ids])
        grad = rng.integers(-8, 9, output.shape).astype(np.float32)
        if refused and not options.get("_freeze"):
            with pytest.raises(RuntimeError, match="not supported with sparse gradients"):
                reference.backward(torch.tensor(grad))
            with pytest.raises(RuntimeError, match="not supported with sparse gradients"):
                ours.backward(grad)
            ours = Embedding(5, 4, _weight=ours.weight.data, **options)  # no pass is left over
            continue
        ours.backward(grad)
        if not options.get("_freeze"):
            reference.backward(torch.tensor(grad))
    grad, reference = ours.weight.grad, theirs.weight.grad
    if reference is None:
        assert grad is None
        return
    assert isinstance(grad, SparseGrad) == reference.is_sparse
    if reference.is_sparse:
        grad, reference = grad.to_dense(), reference.to_dense()
    np.testing.assert_allclose(grad, reference.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")  # torch's
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 4), max_size=2).map(tuple),
    st.integers(0, 6),
    st.integers(0, 6),
    st.booleans(),
)
def test_linear_forward_and_backward_equal_torchs(seed, shape, in_features, out_features, bias):
    """On small whole numbers, where every order of adding gives the same sum."""
    rng = np.random.default_rng(seed)

    def whole(*size):
        return rng.integers(-8, 9, size).astype(np.float32)

    ours = Linear(in_features, out_features, bias)
    theirs = torch.nn.Linear(in_features, out_features, bias)
    assert repr(ours) == repr(theirs)
    with torch.no_grad():
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            a.data[...] = whole(*a.data.shape)
            b.copy_(torch.from_numpy(a.data))
    for _ in range(2):  # the second time gradients add up
        x, grad = whole(*shape, in_features), whole(*shape, out_features)
        reference = torch.tensor(x, requires_grad=True)
        output = theirs(reference)
        np.testing.assert_array_equal(ours(x), output.detach().numpy(), strict=True)
        output.backward(torch.tensor(grad))
        np.testing.assert_array_equal(ours.backward(grad), reference.grad.numpy(), strict=True)
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            np.testing.assert_array_equal(a.grad, b.grad.numpy(), strict=True)


# --- Embedding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args", [(10, 3), (10, 3, 2), (10, 3, -1), (10, 3, 0), (10, 3, np.int64(2)), (0, 3), (10, 0)]
)
def test_embedding_has_torchs_attributes_and_repr(args):
    ours, theirs = Embedding(*args), torch.nn.Embedding(*args)
    assert repr(ours) == repr(theirs)
    for name in ("num_embeddings", "embedding_dim", "padding_idx"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.weight.data.shape == theirs.weight.shape
    assert ours.weight.data.dtype == np.float32
    assert ours.weight.requires_grad
    assert ours.weight.grad is None


ARGUMENTS = {
    "all by position": (10, 3, 9, 1.0, 1.0, True, True),
    "negative padding": (10, 3, -1),
    "max_norm an int": (10, 3, None, 2),
    "norm_type the default as an int": (10, 3, None, 1.5, 2),
    "norm_type inf": (10, 3, None, None, float("inf")),
    "scaled": (10, 3, None, None, 2.0, True),
    "sparse": (10, 3, None, None, 2.0, False, True),
    "padding 0 and max_norm 0": (10, 3, 0, 0.0),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_embedding_takes_torchs_arguments_in_torchs_order(case):
    args = ARGUMENTS[case]
    ours, theirs = Embedding(*args), torch.nn.Embedding(*args)
    assert repr(ours) == repr(theirs)
    for name in ("max_norm", "norm_type", "scale_grad_by_freq", "sparse", "padding_idx"):
        assert getattr(ours, name) == getattr(theirs, name)
    table = np.ones((10, 3), np.float32)
    ours = Embedding.from_pretrained(table, False, *args[2:])
    theirs = torch.nn.Embedding.from_pretrained(torch.from_numpy(table), False, *args[2:])
    assert repr(ours) == repr(theirs)
    assert ours.weight.requires_grad
    assert ours.weight.data is table
    given = Embedding(10, 3, *args[2:], *[None] * (7 - len(args)), table, True)
    assert given.weight.data is table
    assert not given.weight.requires_grad


@pytest.mark.parametrize("freeze", [True, False])
def test_max_norm_rewrites_the_table_frozen_or_not_and_only_the_rows_looked_up(freeze):
    table = np.array([[3.0, 4.0], [6.0, 8.0], [0.3, 0.4]])
    reference = torch.tensor(table)
    theirs = torch.nn.Embedding.from_pretrained(reference, freeze, max_norm=1.0)
    ours = Embedding.from_pretrained(table, freeze, max_norm=1.0)
    output = ours(np.array([0, 0, 2]))
    assert output.tobytes() == theirs(torch.tensor([0, 0, 2])).detach().numpy().tobytes()
    assert table.tobytes() == reference.numpy().tobytes()
    assert table[1].tolist() == [6.0, 8.0]
    assert np.abs(table[0] - [0.6, 0.8]).max() < 1e-6


def test_max_norm_shortens_the_padding_row_too_and_the_gradient_ignores_it():
    layer = Embedding.from_pretrained(np.full((2, 1), 5.0), False, 0, max_norm=1.0)
    layer(np.array([0, 1]))
    assert (np.abs(layer.weight.data - 1) < 1e-6).all()
    layer.backward(np.ones((2, 1)))
    assert layer.weight.grad.ravel().tolist() == [0.0, 1.0]


def test_a_bad_id_leaves_the_table_of_a_layer_with_max_norm_as_it_was():
    layer = Embedding.from_pretrained(np.full((3, 2), 5.0), max_norm=1.0)
    for ids in ([0, 3], [0, -1]):
        with pytest.raises(IndexError, match="index out of range in self"):
            layer(np.array(ids))
        assert (layer.weight.data == 5).all()


def test_the_sparse_gradient_has_torchs_entries_bit_for_bit():
    ours, theirs = Embedding(6, 3, 1, sparse=True), torch.nn.Embedding(6, 3, 1, sparse=True)
    ids = np.array([[5, 1], [0, 5]], np.int32)
    grad = np.random.default_rng(0).standard_normal((2, 2, 3), dtype=np.float32)
    ours(ids)
    ours.backward(grad)
    theirs(torch.from_numpy(ids)).backward(torch.from_numpy(grad))
    reference = theirs.weight.grad
    assert ours.weight.grad.shape == (6, 3)
    assert ours.weight.grad.is_coalesced == reference.is_coalesced()
    assert ours.weight.grad.indices.tolist() == reference._indices()[0].tolist() == [5, 0, 5]
    assert ours.weight.grad.values.tobytes() == reference._values().numpy().tobytes()


def test_sparse_gradients_are_joined_and_with_a_dense_one_become_dense():
    layer = Embedding(4, 1, sparse=True)

    def backward(grad):
        layer(np.array([3, 0]))
        layer.backward(np.array(grad))

    backward([[1.0], [2.0]])
    backward([[4.0], [8.0]])
    assert layer.weight.grad.indices.tolist() == [3, 0, 3, 0]
    assert layer.weight.grad.values.ravel().tolist() == [1, 2, 4, 8]
    layer.sparse = False
    backward([[16.0], [32.0]])
    assert layer.weight.grad.ravel().tolist() == [42, 0, 0, 21]
    layer.sparse = True
    backward([[1.0], [1.0]])
    assert layer.weight.grad.ravel().tolist() == [43, 0, 0, 22]
    assert layer.weight.grad.dtype == np.float32
    layer.zero_grad()
    assert layer.weight.grad is None


def test_a_sparse_gradient_is_not_the_callers_array():
    layer = Embedding(4, 1, sparse=True)
    layer(np.array([3, 0]))
    grad = np.ones((2, 1), np.float32)
    layer.backward(grad)
    grad[:] = 9
    assert layer.weight.grad.values.ravel().tolist() == [1, 1]


def test_sparse_and_scaled_by_frequency_fails_in_backward_and_changes_nothing(assert_same_error):
    ours = Embedding(4, 1, scale_grad_by_freq=True, sparse=True)
    theirs = torch.nn.Embedding(4, 1, scale_grad_by_freq=True, sparse=True)
    ours.weight.grad = np.ones((4, 1), np.float32)
    ours(np.array([1]))
    assert_same_error(
        lambda: theirs(torch.tensor([1])).backward(torch.ones(1, 1)),
        lambda: ours.backward(np.ones((1, 1), np.float32)),
        unchanged=[ours.weight.grad, ours.weight.data],
    )


BAD_OPTIONS = [
    {"max_norm": "a"},
    {"max_norm": 1.0, "norm_type": "a"},
    {"max_norm": 1.0, "norm_type": None},
    {"scale_grad_by_freq": "a"},
    {"sparse": 1},
    {"max_norm": 1e-3, "sparse": 1},
]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
def test_bad_options_are_found_out_at_the_first_lookup_as_in_torch(options, assert_same_error):
    ours, theirs = Embedding(4, 3, **options), torch.nn.Embedding(4, 3, **options)
    assert_same_error(
        lambda: theirs(torch.tensor([1])),
        lambda: ours(np.array([1])),
        unchanged=[ours.weight.data],
    )


@pytest.mark.parametrize("padding_idx", [0, 2, -1])
def test_the_padding_row_starts_as_zeros_and_the_others_do_not(padding_idx):
    layer = Embedding(5, 3, padding_idx)
    for _ in range(2):
        assert not layer.weight.data[padding_idx].any()
        assert np.count_nonzero(layer.weight.data) == 12
        layer.weight.data[...] = 0
        layer.reset_parameters()


def test_reset_parameters_writes_into_the_same_memory():
    layer = Embedding(5, 3)
    data, before = layer.weight.data, layer.weight.data.copy()
    layer.reset_parameters()
    assert layer.weight.data is data
    assert (data != before).all()


def test_a_given_weight_shares_memory_and_keeps_its_padding_row():
    table = np.ones((4, 3))
    layer = Embedding(4, 3, 1, _weight=table, dtype=np.float16)
    assert layer.weight.data is table
    assert layer.weight.data.dtype == np.float64
    pretrained = Embedding.from_pretrained(table, padding_idx=-1)
    assert pretrained.weight.data is table
    assert table.all()
    assert (pretrained.padding_idx, pretrained.weight.requires_grad) == (3, False)
    assert Embedding.from_pretrained(table, freeze=False).weight.requires_grad


def test_an_integer_table_can_be_looked_up_when_frozen():
    table = np.arange(6).reshape(3, 2)
    assert Embedding.from_pretrained(table)(np.array([2])).tolist() == [[4, 5]]
    assert Embedding(3, 2, _weight=table, _freeze=True).weight.data is table


def test_from_pretrained_makes_a_layer_of_the_class_it_is_called_on():
    class Table(Embedding):
        pass

    assert type(Table.from_pretrained(np.eye(2))) is Table


def test_a_frozen_table_gets_no_gradient():
    layer = Embedding.from_pretrained(np.eye(3))
    layer(np.array([1]))
    layer.backward(np.ones((1, 3)))
    assert layer.weight.grad is None


def test_backward_belongs_to_the_last_forward_and_to_the_ids_it_had_then():
    layer = Embedding(4, 1)
    ids = np.array([0, 0])
    layer(ids)
    ids[:] = 2
    layer.backward(np.ones((2, 1)))
    assert layer.weight.grad.ravel().tolist() == [2.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_backward_takes_gradients_of_other_types_and_keeps_the_tables_type(dtype):
    ours, theirs = Embedding(4, 3), torch.nn.Embedding(4, 3)
    grad = np.full((2, 3), 3, dtype)
    ours(np.array([0, 2]))
    ours.backward(grad)
    theirs(torch.tensor([0, 2])).backward(torch.from_numpy(grad))
    np.testing.assert_array_equal(ours.weight.grad, theirs.weight.grad.numpy(), strict=True)


def test_the_gradient_of_the_first_backward_is_not_the_callers_array():
    layer = Linear(2, 2)
    grad = np.ones((1, 2), np.float32)
    for _ in range(2):
        layer(np.ones((1, 2), np.float32))
        layer.backward(grad)
    assert (grad == 1).all()


BAD_EMBEDDINGS = {
    "padding too large": (10, 3, 10),
    "padding too small": (10, 3, -11),
    "padding without rows": (0, 3, 0),
    "padding -1 without rows": (0, 3, -1),
    "padding a str": (10, 3, "a"),
    "padding a float out of range": (10, 3, 12.0),
    "negative rows": (-1, 3),
    "negative columns": (3, -1),
    "negative rows, padding 0": (-3, 3, 0),
    "negative rows, padding -1": (-3, 3, -1),
}


@pytest.mark.parametrize("case", BAD_EMBEDDINGS)
def test_embedding_raises_as_torch(case, assert_same_error):
    args = BAD_EMBEDDINGS[case]
    assert_same_error(lambda: torch.nn.Embedding(*args), lambda: Embedding(*args))


@pytest.mark.parametrize("args", [(10.0, 3), (10, 3.0), ("a", 3), (None, 3)])
def test_sizes_must_be_ints(args, assert_same_error):
    assert_same_error(lambda: torch.nn.Embedding(*args), lambda: Embedding(*args), text=False)
    assert_same_error(lambda: torch.nn.Linear(*args), lambda: Linear(*args), text=False)


@pytest.mark.parametrize("padding_idx", [1.0, -1.0])
def test_a_float_as_padding_idx_is_an_index_error(padding_idx, assert_same_error):
    assert_same_error(
        lambda: torch.nn.Embedding(10, 3, padding_idx),
        lambda: Embedding(10, 3, padding_idx),
        text=False,
    )


@pytest.mark.parametrize("padding_idx", [True, False])
def test_a_bool_as_padding_idx_is_a_type_error(padding_idx):
    # In torch the layer is made, with its numbers, and the first lookup raises this.
    with pytest.raises(TypeError, match="padding_idx must be int, not bool"):
        Embedding(10, 3, padding_idx)


BAD_WEIGHTS = {
    "another shape": ((4, 2), {}),
    "another shape after bad padding": ((4, 2, 9), {}),
    "of ints": ((4, 3), {"dtype": np.int64}),
    "of bools": ((4, 3), {"dtype": np.bool_}),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_a_bad_weight_raises_as_in_torch(case, assert_same_error):
    args, options = BAD_WEIGHTS[case]
    table = np.ones((4, 3), options.get("dtype", np.float32))
    assert_same_error(
        lambda: torch.nn.Embedding(*args, _weight=torch.from_numpy(table)),
        lambda: Embedding(*args, _weight=table),
        unchanged=[table],
    )


@pytest.mark.parametrize("shape", [(3,), (1, 4, 3), ()])
def test_from_pretrained_wants_two_dimensions(shape, assert_same_error):
    table = np.ones(shape)
    assert_same_error(
        lambda: torch.nn.Embedding.from_pretrained(torch.from_numpy(table)),
        lambda: Embedding.from_pretrained(table),
    )


def test_from_pretrained_checks_padding_and_type_as_torch(assert_same_error):
    table = np.ones((4, 3), np.int64)
    reference = torch.from_numpy(table)
    assert_same_error(
        lambda: torch.nn.Embedding.from_pretrained(reference, padding_idx=4),
        lambda: Embedding.from_pretrained(table, padding_idx=4),
    )
    assert_same_error(
        lambda: torch.nn.Embedding.from_pretrained(reference, freeze=False),
        lambda: Embedding.from_pretrained(table, freeze=False),
    )


def test_a_table_of_ints_cannot_be_learned(assert_same_error):
    assert_same_error(
        lambda: torch.nn.Embedding(4, 3, dtype=torch.int64),
        lambda: Embedding(4, 3, dtype=np.int64),
    )
    assert_same_error(
        lambda: torch.nn.Embedding(4, 3, dtype=torch.int64, _freeze=True),
        lambda: Embedding(4, 3, dtype=np.int64, _freeze=True),
        text=False,  # NumPy's name of the type
    )
    assert_same_error(
        lambda: torch.nn.Linear(4, 3, dtype=torch.int64), lambda: Linear(4, 3, dtype=np.int64)
    )
    assert_same_error(
        lambda: torch.nn.Parameter(torch.tensor([1])), lambda: Parameter(np.array([1]))
    )


def test_lists_are_refused_and_the_error_says_how_to_convert():
    for call in (
        lambda: Embedding(1, 1, _weight=[[1.0]]),
        lambda: Embedding.from_pretrained([[1.0]]),
        lambda: Embedding(4, 3)([1]),
        lambda: Embedding(4, 3)(1),
        lambda: Parameter([1.0]),
        lambda: Linear(3, 4)([1.0, 2.0, 3.0]),
    ):
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            call()
    for layer, x in ((Embedding(4, 3), np.array([1])), (Linear(3, 3), np.ones((1, 3), "f4"))):
        layer(x)
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            layer.backward([[1.0, 1.0, 1.0]])


@pytest.mark.parametrize("layer", [Embedding, Linear])
def test_only_the_cpu_is_a_device(layer):
    layer(2, 3, device="cpu")
    with pytest.raises(RuntimeError, match="'cuda'"):
        layer(2, 3, device="cuda")


@pytest.mark.parametrize("layer", [Embedding(4, 3), Linear(4, 3)])
def test_backward_without_forward_says_so(layer):
    with pytest.raises(RuntimeError, match="needs a forward pass first"):
        layer.backward(np.ones((1, 3), np.float32))


@pytest.mark.parametrize("shape", [(3, 3), (2, 2), (6,), (2, 1, 3), ()])
def test_a_gradient_of_another_shape_raises_and_changes_nothing(shape, assert_same_error):
    layer, theirs = Embedding(4, 3), torch.nn.Embedding(4, 3)
    layer(np.array([0, 1]))
    layer.backward(np.ones((2, 3), np.float32))
    grad = np.ones(shape, np.float32)
    assert_same_error(
        lambda: theirs(torch.tensor([0, 1])).backward(torch.from_numpy(grad)),
        lambda: layer.backward(grad),
        text=False,
        unchanged=[layer.weight.grad, layer.weight.data],
    )


def test_a_failed_lookup_leaves_the_last_one_in_place():
    layer = Embedding(4, 1)
    layer(np.array([1]))
    with pytest.raises(IndexError):
        layer(np.array([4]))
    layer.backward(np.ones((1, 1)))
    assert layer.weight.grad.ravel().tolist() == [0.0, 1.0, 0.0, 0.0]


# --- Linear --------------------------------------------------------------------------------------


def test_linear_on_one_hot_rows_without_bias_is_an_embedding():
    layer = Linear(5, 3, bias=False)
    table = Embedding.from_pretrained(layer.weight.data.T, freeze=False)
    ids = np.array([[1, 4], [1, 0]])
    one_hot = embedlib.functional.one_hot(ids, 5).astype(np.float32)
    np.testing.assert_array_equal(layer(one_hot), table(ids))
    grad = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    layer.backward(grad)
    table.backward(grad)
    np.testing.assert_array_equal(layer.weight.grad.T, table.weight.grad)


def test_linear_remembers_the_input_it_had():
    layer, x = Linear(2, 1), np.ones((1, 2), np.float32)
    layer(x)
    x[...] = 7
    layer.backward(np.ones((1, 1), np.float32))
    assert layer.weight.grad.tolist() == [[1.0, 1.0]]


def test_linear_leaves_out_what_is_frozen():
    layer = Linear(2, 2)
    layer.weight.requires_grad = layer.bias.requires_grad = False
    layer(np.ones(2, np.float32))
    assert layer.backward(np.ones(2, np.float32)).shape == (2,)
    assert layer.weight.grad is layer.bias.grad is None


BAD_INPUTS = {
    "0-d": np.asarray(1.0, np.float32),
    "1-d too long": np.ones(4, np.float32),
    "2-d too long": np.ones((2, 4), np.float32),
    "3-d too long": np.ones((2, 2, 4), np.float32),
    "1-d float64": np.ones(3),
    "2-d float64": np.ones((2, 3)),
    "int64": np.ones((2, 3), np.int64),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
@pytest.mark.parametrize("bias", [True, False])
def test_linear_raises_as_torch(case, bias, assert_same_error):
    x = BAD_INPUTS[case]
    ours, theirs = Linear(3, 4, bias), torch.nn.Linear(3, 4, bias)
    assert_same_error(
        lambda: theirs(torch.from_numpy(x)),
        lambda: ours(x),
        # Without a bias torch words the difference of types in another way.
        text=bias or x.dtype == np.float32,
    )


@pytest.mark.parametrize("sizes", [(-1, 3), (3, -1)])
def test_linear_refuses_negative_sizes(sizes, assert_same_error):
    assert_same_error(lambda: torch.nn.Linear(*sizes), lambda: Linear(*sizes))


# --- Parameter -----------------------------------------------------------------------------------


def test_a_parameter_shares_memory_and_shows_its_values():
    data = np.ones(2)
    parameter = Parameter(data)
    assert parameter.data is data
    assert repr(parameter) == "Parameter containing:\narray([1., 1.])"
    assert not Parameter(np.array([1]), requires_grad=False).requires_grad


def test_zero_grad_sets_every_gradient_to_none():
    layer = Linear(2, 3)
    layer(np.ones(2, np.float32))
    layer.backward(np.ones(3, np.float32))
    assert all(p.grad is not None for p in layer.parameters())
    layer.zero_grad()
    assert [p.grad for p in layer.parameters()] == [None, None]


# --- saving and loading --------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(Embedding, 4, 3), (Linear, 4, 3), (Linear, 4, 3, False)])
def test_state_dict_has_torchs_names_and_shares_memory(args):
    layer, *args = args
    ours, theirs = layer(*args), getattr(torch.nn, layer.__name__)(*args)
    state = ours.state_dict()
    assert list(state) == list(theirs.state_dict())
    for name, value in state.items():
        assert value is getattr(ours, name).data
        assert value.shape == theirs.state_dict()[name].shape


@pytest.mark.parametrize("layer", [Embedding, Linear])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64, np.bool_])
def test_what_one_layer_saves_another_one_loads(layer, dtype):
    ours, theirs = layer(4, 3), getattr(torch.nn, layer.__name__)(4, 3)
    for parameter in ours.parameters():
        parameter.requires_grad = False  # frozen ones are loaded too
    memory = ours.state_dict()
    state = {name: (value * 8).astype(dtype) for name, value in layer(4, 3).state_dict().items()}
    result = ours.load_state_dict(state)
    reference = theirs.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
    assert repr(result) == repr(reference) == "<All keys matched successfully>"
    for name, value in theirs.state_dict().items():
        assert ours.state_dict()[name] is memory[name]
        np.testing.assert_array_equal(memory[name], value.numpy(), strict=True)


def test_a_tied_weight_is_loaded_through_the_memory_it_shares():
    table = np.zeros((2, 2))
    layer = Embedding.from_pretrained(table)
    layer.load_state_dict({"weight": np.eye(2)})
    assert table.tolist() == np.eye(2).tolist()


def test_without_strict_names_are_passed_over_and_told():
    ours, theirs = Linear(3, 2), torch.nn.Linear(3, 2)
    before = ours.weight.data.copy()
    state = {"bias": np.ones(2), "x": np.ones(1)}
    result = ours.load_state_dict(state, strict=False)
    reference = theirs.load_state_dict(
        {k: torch.from_numpy(v) for k, v in state.items()}, strict=False
    )
    assert result.missing_keys == reference.missing_keys == ["weight"]
    assert result.unexpected_keys == reference.unexpected_keys == ["x"]
    assert repr(result) == "IncompatibleKeys(['weight'], ['x'])"
    assert ours.bias.data.tolist() == [1, 1]
    assert ours.weight.data.tobytes() == before.tobytes()


W, B = np.ones((2, 3), np.float32), np.ones(2, np.float32)
BAD_STATES = {  # is the text torch's?
    "nothing": ({}, True),
    "weight missing": ({"bias": B}, True),
    "two unknown": ({"weight": W, "bias": B, "x": W, "y.z": B}, True),
    "missing and unknown": ({"weights": W, "bias": B}, True),
    "other shape": ({"weight": W.T, "bias": B}, True),
    "other number of dimensions": ({"weight": W, "bias": B[0]}, False),
    "0-d": ({"weight": W, "bias": np.asarray(1.0)}, True),
    "one fits, one does not": ({"weight": W.T, "bias": B + 1}, True),
    "everything wrong": ({"bias": W, "x": B}, True),
    "a list": ({"weight": W, "bias": [1.0, 1.0]}, False),
    "None": ({"weight": None, "bias": B}, False),
    "text": ({"weight": W, "bias": np.array(["a", "b"])}, False),
    "objects": ({"weight": W, "bias": np.array([1, 2], object)}, False),
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("case", BAD_STATES)
def test_a_bad_state_raises_as_torch_and_changes_nothing(case, strict):
    state, same_text = BAD_STATES[case]
    ours, theirs = Linear(3, 2), torch.nn.Linear(3, 2)
    before = {name: value.copy() for name, value in ours.state_dict().items()}
    torch_state = {
        name: torch.tensor(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in state.items()
    }
    try:
        theirs.load_state_dict(torch_state, strict)
    except RuntimeError as error:
        expected = str(error)
    else:
        assert not strict
        ours.load_state_dict(state, strict)
        return
    with pytest.raises(RuntimeError) as raised:
        ours.load_state_dict(state, strict)
    if same_text and torch.__version__.startswith("2.13."):
        shape = re.compile(r"torch\.Size\(\[(.*?)\]\)")
        got = re.sub(r",\)", ")", str(raised.value))  # (3,) for [3]
        assert got == shape.sub(r"(\1)", expected)
    if case == "one fits, one does not":
        assert (theirs.bias.detach().numpy() == B + 1).all()  # torch has copied what fits
    for name, value in ours.state_dict().items():
        assert value.tobytes() == before[name].tobytes()


@pytest.mark.parametrize("state", [None, [1], "ab"])
def test_a_state_must_be_a_mapping(state, assert_same_error):
    ours, theirs = Embedding(4, 3), torch.nn.Embedding(4, 3)
    assert_same_error(
        lambda: theirs.load_state_dict(state),
        lambda: ours.load_state_dict(state),
        unchanged=[ours.weight.data],
    )


def test_a_state_is_loaded_into_no_parameter_if_one_of_them_is_read_only():
    layer = Linear(3, 2)
    layer.bias.data.flags.writeable = False
    before = {name: value.copy() for name, value in layer.state_dict().items()}
    with pytest.raises(RuntimeError, match='parameter named "bias": its memory is read-only'):
        layer.load_state_dict({"weight": W, "bias": B})
    for name, value in layer.state_dict().items():
        assert value.tobytes() == before[name].tobytes()


def test_read_only_parameters_are_not_drawn_again_and_the_generator_rests():
    for layer in (Embedding(3, 2), EmbeddingBag(3, 2), Linear(3, 2)):
        layer.parameters()[-1].data.flags.writeable = False
        before = [p.data.copy() for p in layer.parameters()]
        stream = copy.deepcopy(embedlib.default_generator)
        with pytest.raises(ValueError, match="read-only"):
            layer.reset_parameters()
        assert all(
            p.data.tobytes() == b.tobytes()
            for p, b in zip(layer.parameters(), before, strict=True)
        )
        assert (
            stream.randn(2).tolist() == copy.deepcopy(embedlib.default_generator).randn(2).tolist()
        )


def test_imaginary_parts_are_lost_with_torchs_warning():
    for layer, state in (
        (torch.nn.Linear(1, 1, bias=False), {"weight": torch.full((1, 1), 2 + 1j)}),
        (Linear(1, 1, bias=False), {"weight": np.full((1, 1), 2 + 1j)}),
    ):
        with pytest.warns(UserWarning, match="Casting complex values to real discards the imagin"):
            layer.load_state_dict(state)
        assert float(layer.weight.data[0, 0]) == 2


# --- a weight of another shape -------------------------------------------------------------------

NEW_WEIGHTS = {  # the layer, the input, the shape of the new weight
    "Embedding grown": ("Embedding", (2, 1), np.array([2]), (3, 1)),
    "Embedding shrunk": ("Embedding", (4, 1), np.array([2, 0]), (3, 1)),
    "Embedding, another D": ("Embedding", (4, 1), np.array([2]), (3, 2)),
    "Embedding, padding kept": ("Embedding", (4, 1, 1), np.array([2, 1]), (3, 2)),
    "EmbeddingBag grown": ("EmbeddingBag", (2, 1), np.array([[2, 1]]), (3, 1)),
    "EmbeddingBag, another D": ("EmbeddingBag", (4, 1), np.array([[2]]), (3, 2)),
    "Linear, more inputs": ("Linear", (2, 1), np.ones((2, 3), np.float32), (1, 3)),
    "Linear, more outputs, one bias": ("Linear", (2, 1), np.ones((4, 2), np.float32), (3, 2)),
    "Linear, fewer outputs, no bias": ("Linear", (2, 3, False), np.ones(2, np.float32), (1, 2)),
}


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("case", NEW_WEIGHTS)
def test_the_shape_of_a_new_weight_counts_forward_and_backward_as_in_torch(case, sparse):
    name, args, x, shape = NEW_WEIGHTS[case]
    options = {"sparse": sparse} if name != "Linear" else {}
    ours, theirs = (
        getattr(embedlib, name)(*args, **options),
        getattr(torch.nn, name)(*args, **options),
    )
    if name == "Linear" and ours.bias is not None:
        ours.bias.data[...] = theirs.bias.detach().numpy()
    weight = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    ours.weight = Parameter(weight)
    theirs.weight = torch.nn.Parameter(torch.tensor(weight))
    output, reference = ours(x), theirs(torch.tensor(x))
    np.testing.assert_allclose(output, reference.detach().numpy(), rtol=1e-6)
    ours.backward(np.ones_like(output))
    reference.backward(torch.ones_like(reference))
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        grad = a.grad.to_dense() if isinstance(a.grad, SparseGrad) else a.grad
        np.testing.assert_array_equal(grad, b.grad.to_dense().numpy(), strict=True)
    assert repr(ours) == repr(theirs)  # what was said at the start


def test_new_weights_that_do_not_fit_are_refused_as_in_torch(assert_same_error):
    x = np.ones((1, 2), np.float32)
    for args, shape in (((2, 2), (3, 2)), ((2, 2), (2,)), ((2, 2), (2, 3))):
        ours, theirs = Linear(*args), torch.nn.Linear(*args)
        ours.weight = Parameter(np.zeros(shape, np.float32))
        theirs.weight = torch.nn.Parameter(torch.zeros(shape))
        assert_same_error(lambda theirs=theirs: theirs(torch.tensor(x)), lambda ours=ours: ours(x))
    ours, theirs = Embedding(4, 1, 3), torch.nn.Embedding(4, 1, 3)
    ours.weight, theirs.weight = Parameter(W), torch.nn.Parameter(torch.tensor(W))
    ids = np.array([0])
    assert_same_error(lambda: theirs(torch.tensor(ids)), lambda: ours(ids))
    assert_same_error(theirs.reset_parameters, ours.reset_parameters, unchanged=[W])
    for layer in (ours, theirs):
        with pytest.raises(TypeError, match=r"cannot assign .* as parameter 'weight'"):
            layer.weight = W if layer is ours else torch.tensor(W)
        layer.weight = None


def test_a_gradient_that_no_longer_fits_is_refused_before_anything_changes():
    layer = Linear(2, 3)
    layer(np.ones(2, np.float32))
    layer.bias.grad = np.ones((1, 1), np.float32)  # could be broadcast
    with pytest.raises(RuntimeError, match="expected shape compatible with"):
        layer.backward(np.ones(3, np.float32))
    assert layer.weight.grad is None
    assert layer.bias.grad.tolist() == [[1.0]]


def test_the_gradient_goes_to_the_weight_and_options_that_the_pass_had():
    layer, theirs = Embedding(3, 1), torch.nn.Embedding(3, 1)
    first, reference = layer.weight, theirs.weight
    layer(np.array([2]))
    output = theirs(torch.tensor([2]))
    for side in (layer, theirs):
        side.padding_idx, side.sparse = 2, True
    layer.weight = Parameter(np.ones((1, 1), np.float32))
    theirs.weight = torch.nn.Parameter(torch.ones(1, 1))
    layer.backward(np.ones((1, 1)))
    output.backward(torch.ones(1, 1))
    np.testing.assert_array_equal(first.grad, reference.grad.numpy())
    assert layer.weight.grad is theirs.weight.grad is None


# --- which pass a backward belongs to ------------------------------------------------------------

LAYERS = {
    "Embedding": (lambda: Embedding(4, 3), lambda i: np.array([i])),
    "sparse Embedding": (lambda: Embedding(4, 3, sparse=True), lambda i: np.array([i])),
    "EmbeddingBag": (lambda: EmbeddingBag(4, 3), lambda i: np.array([[i]])),
    "Linear": (lambda: Linear(4, 3), lambda i: np.full((1, 4), i, np.float32)),
}
GRAD = np.ones((1, 3), np.float32)


@pytest.mark.parametrize("name", LAYERS)
def test_backward_after_two_passes_is_an_error_that_names_the_cure_and_changes_nothing(name):
    make, x = LAYERS[name]
    layer = make()
    layer(x(1))
    layer(x(2))
    with pytest.raises(RuntimeError, match=r"after 2 forward passes.*with embedlib\.no_grad\(\)"):
        layer.backward(GRAD)
    assert all(p.grad is None for p in layer.parameters())
    with pytest.raises(RuntimeError, match="needs a forward pass first"):  # they are forgotten
        layer.backward(GRAD)
    layer(x(3))
    layer.backward(GRAD)
    assert all(p.grad is not None for p in layer.parameters())


@pytest.mark.parametrize("name", LAYERS)
def test_a_look_under_no_grad_is_not_remembered(name):
    make, x = LAYERS[name]
    layer, plain = make(), make()
    layer(x(1))
    with embedlib.no_grad():
        layer(x(2))
        with embedlib.no_grad():
            layer(x(3))
        layer(x(2))
    layer.backward(GRAD)
    plain(x(1))
    plain.backward(GRAD)
    a, b = layer.parameters()[0].grad, plain.parameters()[0].grad
    if isinstance(a, SparseGrad):
        a, b = a.to_dense(), b.to_dense()
    np.testing.assert_array_equal(a, b)
    with embedlib.no_grad():
        layer(x(2))
    with pytest.raises(RuntimeError, match=r"outside no_grad\(\)"):  # torch refuses it as well
        layer.backward(GRAD)


def test_no_grad_is_a_decorator_ends_with_an_error_and_holds_for_its_thread_alone():
    layer = Embedding(4, 3)

    @embedlib.no_grad()
    def look(i):
        return layer(np.array([i]))

    for _ in range(3):
        look(1)
    with pytest.raises(IndexError), embedlib.no_grad():
        look(9)
    with embedlib.no_grad():
        thread = threading.Thread(target=layer, args=(np.array([1]),))
        thread.start()
        thread.join()
    layer.backward(GRAD)  # that of the thread
    assert layer.weight.grad[1].tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", LAYERS)
def test_a_pass_serves_one_backward_unless_the_graph_is_retained_as_in_torch(name):
    make, x = LAYERS[name]
    layer = make()
    theirs = {"Linear": torch.nn.Linear(4, 3), "EmbeddingBag": torch.nn.EmbeddingBag(4, 3)}.get(
        name, torch.nn.Embedding(4, 3)
    )
    layer(x(1))
    output = theirs(torch.tensor(x(1)))
    for _ in range(2):
        layer.backward(GRAD, retain_graph=True)
        output.backward(torch.tensor(GRAD), retain_graph=True)
    layer.backward(GRAD)
    output.backward(torch.tensor(GRAD))
    grads = [p.grad for p in layer.parameters()]
    for a, b in zip(grads, (p.grad for p in theirs.parameters()), strict=True):
        a = a.to_dense() if isinstance(a, SparseGrad) else a
        np.testing.assert_array_equal(a, b.numpy())
    with pytest.raises(RuntimeError, match="second time"):
        output.backward(torch.tensor(GRAD))
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        layer.backward(GRAD)


def test_frozen_layers_need_no_memory_and_may_be_called_as_often_as_one_likes():
    linear = Linear(4, 3)
    for p in linear.parameters():
        p.requires_grad = False
    bag = EmbeddingBag.from_pretrained(np.eye(3, dtype=np.float32), mode="sum")
    table = Embedding.from_pretrained(np.eye(3))
    for _ in range(2):
        linear(np.ones((1, 4), np.float32))
        bag(np.array([[1]]))
        table(np.array([1]))
    np.testing.assert_array_equal(linear.backward(GRAD), GRAD @ linear.weight.data)
    assert bag.backward(GRAD) is None
    assert table.backward(GRAD) is None
    table.weight.requires_grad = True
    with pytest.raises(RuntimeError, match="needs a forward pass first"):
        table.backward(GRAD)


# --- modules in modules --------------------------------------------------------------------------


class Net(embedlib.Module):
    def __init__(self):
        self.out = Linear(2, 3, bias=False)
        self.table = Embedding(3, 2)
        self.own = Parameter(np.ones(1, np.float32))
        self.out.weight = self.table.weight  # tied
        self.inner = Inner()
        self.listed = [Linear(1, 1)]


class Inner(embedlib.Module):
    def __init__(self):
        self.bag = EmbeddingBag(4, 2)


class TorchNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.out = torch.nn.Linear(2, 3, bias=False)
        self.table = torch.nn.Embedding(3, 2)
        self.own = torch.nn.Parameter(torch.ones(1))
        self.out.weight = self.table.weight
        self.inner = TorchInner()
        self.listed = [torch.nn.Linear(1, 1)]


class TorchInner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = torch.nn.EmbeddingBag(4, 2)


def test_nested_modules_have_torchs_names_and_tied_weights_count_once():
    ours, theirs = Net(), TorchNet()
    names = [name for name, _ in ours.named_parameters()]
    assert names == [name for name, _ in theirs.named_parameters()]
    assert names == ["own", "out.weight", "inner.bag.weight"]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert list(ours.state_dict())[1:3] == ["out.weight", "table.weight"]
    assert ours.parameters() == [ours.own, ours.table.weight, ours.inner.bag.weight]
    assert repr(ours) == repr(theirs).replace("Torch", "")
    assert repr(embedlib.Module()) == repr(torch.nn.Module())


def test_zero_grad_reaches_the_layers_in_a_module():
    net = Net()
    net.inner.bag(np.array([[1, 2]]))
    net.inner.bag.backward(np.ones((1, 2)))
    net.own.grad = np.ones(1)
    net.zero_grad()
    assert net.inner.bag.weight.grad is net.own.grad is None


def test_a_nested_state_is_saved_and_loaded_with_torchs_errors():
    ours, theirs = Net(), TorchNet()
    state = {name: value * 0 + 2 for name, value in ours.state_dict().items()}
    assert repr(ours.load_state_dict(state)) == "<All keys matched successfully>"
    assert (ours.inner.bag.weight.data == 2).all()
    assert ours.out.weight is ours.table.weight
    bad = {"own": np.ones(2), "x": np.ones(1), "inner.bag.weight": state["inner.bag.weight"] + 1}
    with pytest.raises(RuntimeError) as expected:
        theirs.load_state_dict({k: torch.tensor(v) for k, v in bad.items()})
    with pytest.raises(RuntimeError) as raised:
        ours.load_state_dict(bad)
    shape = re.compile(r"torch\.Size\(\[(.*?)\]\)")
    words = shape.sub(r"(\1)", str(expected.value)).replace("TorchNet", "Net")
    assert re.sub(r",\)", ")", str(raised.value)) == words
    assert (ours.inner.bag.weight.data == 2).all()


# --- a Parameter where an array may stand --------------------------------------------------------


def test_a_parameter_is_taken_wherever_torch_takes_one():
    table = Parameter(np.eye(3, dtype=np.float32))
    ids, F = np.array([1]), embedlib.functional
    assert F.embedding(ids, table, max_norm=0.5).max() < 1
    assert F.embedding(Parameter(ids, requires_grad=False), table).shape == (1, 3)
    assert F.one_hot_matmul(ids, table).shape == (1, 3)
    assert F.embedding_bag(ids[None], table).shape == (1, 3)
    assert F.embedding_bag_backward(table, np.array([[0], [1], [2]]), table)[0].shape == (3, 3)
    assert F.embedding_dense_backward(table, np.arange(3), 3).shape == (3, 3)
    F.embedding_renorm_(table, ids, 0.25)
    for layer in (
        Embedding.from_pretrained(table),
        EmbeddingBag.from_pretrained(table),
        Embedding(3, 3, _weight=table, _freeze=True),
    ):
        assert layer.weight is not table
        assert layer.weight.data is table.data
        assert (layer.weight.requires_grad, table.requires_grad) == (False, True)
    assert Parameter(table, requires_grad=False).data is table.data
    linear = Linear(3, 3, bias=False)
    linear.load_state_dict({"weight": table})
    np.testing.assert_array_equal(linear.weight.data, table.data)
    linear(Parameter(np.ones((1, 3), np.float32)))
    assert linear.backward(Parameter(np.ones((1, 3), np.float32))).shape == (1, 3)


CURES = {
    "a list": ([1], r"Convert it with np\.asarray\(\.\.\.\)"),
    "a number": (1, r"Convert it with np\.asarray\(\.\.\.\)"),
    "a tensor": (torch.ones(1), r"Convert it with \.detach\(\)\.numpy\(\)"),
    "a sparse gradient": (SparseGrad(np.array([0]), np.ones((1, 1)), (1, 1)), r"\.to_dense\(\)"),
    "a layer": (Embedding(1, 1), r"pass its \.weight"),
    "a set": ({1}, r"np\.asarray\(list\(\.\.\.\)\)"),
    "None": (None, "Pass a NumPy array"),
    "text": ("a", "Pass a NumPy array"),
}


@pytest.mark.parametrize("case", CURES)
def test_the_error_says_the_cure_for_each_wrong_type(case):
    value, cure = CURES[case]
    for call in (
        lambda: embedlib.functional.embedding(np.array([0]), value),
        lambda: Parameter(value),
        lambda: Embedding.from_pretrained(value),
        lambda: Linear(1, 1)(value),
        lambda: embedlib.gradcheck(lambda x: x, lambda x: x, value),
    ):
        with pytest.raises(TypeError, match=f"must be an array, not {type(value).__name__}"):
            call()
    with pytest.raises(TypeError, match=cure):
        Parameter(value)


# --- warnings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(0, 3), (3, 0), (3, 0, False), (0, 0)])
def test_linear_without_features_warns_as_torch_does(args):
    for layer in (torch.nn.Linear, Linear):
        with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
            made = layer(*args)
        with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
            made.reset_parameters()


def test_tables_without_rows_or_columns_and_infinite_numbers_give_no_warning(recwarn):
    for layer in (Embedding, EmbeddingBag):
        layer(0, 3)
        layer(3, 0)
    layer = Linear(2, 1)
    layer(np.full((1, 2), 3e38, np.float32))
    layer.backward(np.full((1, 1), 3e38, np.float32))
    assert not recwarn.list
