"""The layers against torch's: constructors, lookups, gradients, whole sequences of steps."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
from embedlib import Embedding, Linear, Parameter
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
                ours.backward(grad)
                reference.backward(torch.tensor(grad), retain_graph=True)
        if theirs.weight.grad is None:
            assert ours.weight.grad is None
        else:
            grad = theirs.weight.grad.numpy()
            assert ours.weight.grad.tobytes() == grad.tobytes()
            largest = np.append(largest, np.abs(grad).max(initial=0) * 2)


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
    layer(np.array([3]))
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
    layer(np.ones((1, 2), np.float32))
    layer.backward(grad)
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
    # In torch True is a mask that zeroes the whole table.
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
