"""Sparse gradients against torch's COO tensors."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
from embedlib import SparseGrad

FLOATS = (np.float16, np.float32, np.float64)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def sparse_grads(draw, shape=None, dtype=None):
    """Entries in any order, few or many on the same row, whole or fractional values."""
    rng = np.random.default_rng(draw(seeds))
    rows, columns = shape or (draw(st.integers(1, 60)), draw(st.integers(0, 9)))
    nnz = draw(st.integers(0, 40))
    used = draw(st.integers(1, rows))
    indices = rng.integers(0, used, nnz)
    values = rng.standard_normal((nnz, columns)).astype(dtype or draw(st.sampled_from(FLOATS)))
    return SparseGrad(indices, values, (rows, columns))


def to_torch(grad):
    indices, values = torch.tensor(grad.indices[None]), torch.tensor(grad.values)
    return torch.sparse_coo_tensor(indices, values, grad.shape, check_invariants=True)


def close(ours, theirs, grad, *more):
    """Sums of the same numbers in two orders: a rounding for each number, in its dtype."""
    numbers = np.concatenate([g.values.astype(np.float64) for g in (grad, *more)])
    total = np.abs(numbers).sum(axis=0)
    error = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    return (error <= np.finfo(ours.dtype).eps * len(numbers) * total).all()


# --- properties ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@given(sparse_grads())
def test_to_dense_equals_torch_bit_for_bit(grad):
    theirs = to_torch(grad).to_dense().numpy()
    ours = grad.to_dense()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.usefixtures("way")
@given(sparse_grads())
def test_coalesce_gives_torchs_rows_and_as_good_sums(grad):
    before = grad.values.copy()
    ours, theirs = grad.coalesce(), to_torch(grad).coalesce()
    assert ours.is_coalesced
    assert ours.coalesce() is ours
    assert (ours is grad) == (grad.nnz < 2)
    assert ours.indices.dtype == np.int64
    assert ours.indices.tolist() == theirs.indices()[0].tolist()
    assert ours.values.dtype == grad.values.dtype
    assert close(ours.values, theirs.values().numpy(), grad)
    assert grad.values.tobytes() == before.tobytes()
    assert ours.to_dense().tobytes() == grad.to_dense().tobytes()  # the same order of adding
    for row, total in zip(ours.indices, ours.values, strict=True):
        first, *others = grad.values[grad.indices == row]
        for value in others:
            first = first + value
        assert total.tobytes() == first.tobytes()


@pytest.mark.usefixtures("way")
@given(st.data())
def test_sums_equal_torchs(data):
    a = data.draw(sparse_grads())
    b = data.draw(sparse_grads(a.shape, a.values.dtype))
    dense = np.random.default_rng(0).standard_normal(a.shape).astype(a.values.dtype)
    both = a + b
    assert both.nnz == a.nnz + b.nnz
    assert both.indices.tolist() == [*a.indices, *b.indices]
    assert both.values.tobytes() == a.values.tobytes() + b.values.tobytes()
    if a.values.dtype != np.float16:  # torch cannot add two lists of float16
        theirs = (to_torch(a) + to_torch(b)).to_dense().numpy()
        assert close(both.to_dense(), theirs, a, b)
    # Onto an array torch adds entry by entry too: the same bits.
    before = dense.copy()
    theirs = (torch.tensor(dense) + to_torch(a)).numpy()
    ours = dense + a
    assert type(ours) is np.ndarray
    assert (ours.dtype, ours.tobytes()) == (theirs.dtype, theirs.tobytes())
    assert dense.tobytes() == before.tobytes()


@given(
    sparse_grads(),
    st.one_of(
        st.floats(-9, 9),
        st.integers(-9, 9),
        st.booleans(),
        st.floats(-9, 9).map(np.float64),
        st.floats(-9, 9).map(np.array),
    ),
)
def test_a_number_times_a_gradient_has_torchs_bits_and_dtype(grad, number):
    plain = number.item() if isinstance(number, np.generic | np.ndarray) else number
    before = grad.values.copy()
    theirs = to_torch(grad)
    results = [(grad * number, theirs * plain), (number * grad, plain * theirs)]
    results += [(grad / number, theirs / plain), (-grad, -theirs)]
    for ours, reference in results:
        values = reference._values().numpy()
        if grad.shape[1] == 0:
            continue  # torch may drop entries without numbers
        assert ours.indices.tolist() == reference._indices()[0].tolist()
        assert ours.values.dtype == values.dtype
        # Bit for bit; but nan has many.
        np.testing.assert_array_equal(ours.values, values)
        assert (np.signbit(ours.values) == np.signbit(values))[~np.isnan(values)].all()
        assert ours.is_coalesced == grad.is_coalesced
    assert grad.values.tobytes() == before.tobytes()
    product = (grad * number).values
    same = grad
    grad *= number
    assert grad is same
    np.testing.assert_array_equal(grad.values, product)


@given(st.data())
def test_differences_and_sums_in_place_equal_torchs(data):
    a = data.draw(sparse_grads())
    b = data.draw(sparse_grads(a.shape, a.values.dtype))
    start = np.random.default_rng(0).standard_normal(a.shape).astype(a.values.dtype)
    if a.values.dtype != np.float16:  # torch cannot add two lists of float16
        theirs = (to_torch(a) - to_torch(b)).to_dense().numpy()
        assert close((a - b).to_dense(), theirs, a, b)
    assert not (a - a).to_dense().any()
    for sign in (1, -1):
        for layout in (start, np.asfortranarray(start)):
            dense, reference = layout.copy(order="K"), torch.tensor(start)
            kept, kept_reference = dense, reference
            if sign == 1:
                dense += a
                reference += to_torch(a)
            else:
                dense -= a
                reference -= to_torch(a)
            assert dense is kept
            assert reference is kept_reference
            assert dense.tobytes() == reference.numpy().tobytes()
    assert (start - a).tobytes() == (torch.tensor(start) - to_torch(a)).numpy().tobytes()
    c, same = a, a
    expected = (a + b).to_dense()
    c += b
    assert c is same
    np.testing.assert_array_equal(c.to_dense(), expected)
    c -= c
    assert not c.to_dense().any()


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("columns", [1, 64, 256, 1000])
@pytest.mark.parametrize("rows", [7, 3_000_000])
def test_coalesce_is_right_for_long_lists(rows, columns):
    rng = np.random.default_rng(0)
    n = 40_000 // columns
    indices = np.minimum(rng.zipf(1.2, n), rows) - 1
    values = rng.integers(-8, 9, (n, columns)).astype(np.float32)  # any order: the same sum
    grad = SparseGrad(indices, values, (rows, columns))
    ours, theirs = grad.coalesce(), to_torch(grad).coalesce()
    assert ours.indices.tolist() == theirs.indices()[0].tolist()
    assert ours.values.tobytes() == theirs.values().numpy().tobytes()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dtype", FLOATS)
def test_coalesce_keeps_negative_zeros_as_torch_and_a_dense_gradient_does_not(dtype):
    # Row 0 once, row 1 twice, both -0.0; in row 2 the two signs meet.
    values = np.array([[-0.0], [-0.0], [-0.0], [-0.0], [0.0]], dtype)
    grad = SparseGrad(np.array([0, 1, 1, 2, 2]), values, (4, 1))
    theirs = to_torch(grad)
    assert grad.coalesce().values.tobytes() == theirs.coalesce().values().numpy().tobytes()
    assert np.signbit(grad.coalesce().values).ravel().tolist() == [True, True, False]
    assert grad.to_dense().tobytes() == theirs.to_dense().numpy().tobytes()
    assert not np.signbit(grad.to_dense()).any()


@pytest.mark.parametrize("indices", [[], [3], [1, 1], [0, 2]])
def test_fewer_than_two_entries_count_as_coalesced_as_in_torch(indices):
    grad = SparseGrad(np.array(indices, np.int64), np.ones((len(indices), 2)), (4, 2))
    assert grad.nnz == len(indices)
    assert grad.is_coalesced == (len(indices) < 2)
    dense = torch.ones(len(indices), 2)
    ids = torch.tensor(indices, dtype=torch.int64)
    theirs = torch.ops.aten.embedding_sparse_backward(dense, ids, 4, -1, False)
    assert grad.is_coalesced == theirs.is_coalesced()


def test_two_lists_are_joined_where_torch_may_merge_them():
    # torch walks through both lists at once, as a merge sort does; the sum is the same.
    a = SparseGrad(np.array([5]), np.ones((1, 1)), (9, 1))
    b = SparseGrad(np.array([0, 5]), np.ones((2, 1)), (9, 1))
    theirs = to_torch(a) + to_torch(b)
    assert (a + b).indices.tolist() == [5, 0, 5]
    assert (a + b).coalesce().indices.tolist() == theirs.coalesce().indices()[0].tolist()


def test_a_sparse_gradient_shares_memory_and_says_what_it_is():
    indices, values = np.array([2, 0]), np.ones((2, 3), np.float32)
    grad = SparseGrad(indices, values, (4, 3))
    assert grad.indices is indices
    assert grad.values is values
    assert grad.shape == (4, 3)
    assert repr(grad) == "SparseGrad(indices=[2 0], nnz=2, shape=(4, 3), is_coalesced=False)"
    assert embedlib.SparseGrad is SparseGrad


@pytest.mark.usefixtures("way")
def test_a_table_as_long_as_int64_allows_can_be_coalesced():
    last = 2**63 - 2
    grad = SparseGrad(np.array([last, 3, last]), np.ones((3, 1)), (last + 1, 1)).coalesce()
    assert grad.indices.tolist() == [3, last]
    assert grad.values.ravel().tolist() == [1.0, 2.0]


@pytest.mark.usefixtures("way")
def test_adding_to_a_transposed_array_is_right():
    grad = SparseGrad(np.array([1, 1]), np.ones((2, 3)), (2, 3))
    total = np.zeros((3, 2)).T + grad
    assert total.tolist() == [[0, 0, 0], [2, 2, 2]]


# --- errors --------------------------------------------------------------------------------------

ONE = np.ones((1, 2))
BAD = {
    "negative": ([-1], ONE, "found negative index -1 for dim 0"),
    "too large": ([3], ONE, "for dim 0, size is 3 but found index 3"),
    "more indices": ([0, 1], ONE, "do not fit"),
    "other columns": ([0], np.ones((1, 3)), "do not fit"),
    "values 1-D": ([0], np.ones(2), "do not fit"),
    "indices 2-D": ([[0]], ONE, "do not fit"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_gradient_raises_as_torch_does_when_asked_to_check(case):
    indices, values, text = BAD[case]
    indices = np.array(indices)
    with pytest.raises(RuntimeError, match=text):
        SparseGrad(indices, values, (3, 2))
    if case != "indices 2-D":
        with pytest.raises(RuntimeError) as theirs:
            torch.sparse_coo_tensor(
                torch.tensor(indices[None]), torch.tensor(values), (3, 2), check_invariants=True
            )
        if case in ("negative", "too large") and torch.__version__.startswith("2.13."):
            assert text in str(theirs.value)


@pytest.mark.parametrize("dtype", [np.int32, np.float64, np.bool_])
def test_indices_must_be_int64(dtype):
    with pytest.raises(RuntimeError, match="indices must be an int64 tensor"):
        SparseGrad(np.zeros(1, dtype), ONE, (3, 2))


def test_lists_are_refused():
    for args in (([0], ONE), (np.array([0]), [[1.0, 2.0]])):
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            SparseGrad(*args, (3, 2))


def test_only_gradients_of_the_same_shape_add_up(assert_same_error):
    a = SparseGrad(np.array([0]), ONE, (3, 2))
    b = SparseGrad(np.array([0]), ONE, (4, 2))
    with pytest.raises(RuntimeError, match=r"to match, but \[3, 2\] != \[4, 2\]"):
        a + b
    assert_same_error(lambda: to_torch(a) + to_torch(b), lambda: a + b, text=False)
    for other in (np.ones((4, 2)), np.ones(2), np.ones((1, 2))):
        dense = torch.from_numpy(other)
        assert_same_error(lambda d=dense: d + to_torch(a), lambda d=other: d + a, text=False)
    for other in (None, [1.0]):
        with pytest.raises(TypeError, match="unsupported operand"):
            a + other
    for other in (1, 1.0, np.float32(1), np.ones((3, 2))):
        theirs = torch.from_numpy(other) if isinstance(other, np.ndarray) else other
        assert_same_error(lambda t=theirs: to_torch(a) + t, lambda o=other: a + o)
        assert_same_error(lambda t=theirs: to_torch(a) - t, lambda o=other: a - o)
    assert_same_error(lambda: 1 + to_torch(a), lambda: 1 + a)
    assert_same_error(lambda: 1 - to_torch(a), lambda: 1 - a, text=False)


MEANINGLESS = {
    "times a gradient": lambda a: a * a,
    "times an array": lambda a: a * np.ones((3, 2)),
    "an array times it": lambda a: np.ones((3, 2)) * a,
    "by a gradient": lambda a: a / a,
    "by an array": lambda a: a / np.ones((3, 2)),
    "a number by it": lambda a: 1 / a,
    "an array by it": lambda a: np.ones((3, 2)) / a,
    "times None": lambda a: a * None,
    "its exponential": lambda a: np.exp(a),
    "a sum of NumPy's": lambda a: np.add.reduce(a),
}


@pytest.mark.parametrize("case", MEANINGLESS)
def test_what_has_no_meaning_here_is_a_type_error_and_changes_nothing(case):
    a = SparseGrad(np.array([0]), ONE.copy(), (3, 2))
    with pytest.raises(TypeError):
        MEANINGLESS[case](a)
    assert a.values.tolist() == [[1, 1]]


def test_an_array_of_ints_takes_no_floats_as_in_torch(assert_same_error):
    a = SparseGrad(np.array([0]), ONE, (3, 2))
    ints = np.zeros((3, 2), np.int64)
    theirs = torch.tensor(ints)

    def ours_in_place():
        nonlocal ints
        ints += a

    def theirs_in_place():
        nonlocal theirs
        theirs += to_torch(a)

    assert_same_error(theirs_in_place, ours_in_place, text=False, unchanged=[ints])
    total = ints + a
    assert total.dtype == np.float64
    read_only = np.zeros((3, 2))
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        read_only += a


def test_a_changed_row_number_is_refused_by_every_sum():
    a = SparseGrad(np.array([0]), ONE, (3, 2))
    a.indices[0] = 3
    dense = np.zeros((3, 2))
    for call in (a.check, lambda: dense + a, lambda: a + a, lambda: a * 2, lambda: -a):
        with pytest.raises(RuntimeError, match="found index 3"):
            call()
    with pytest.raises(RuntimeError, match="found index 3"):
        dense -= a
    assert not dense.any()
