"""Lookup, one-hot and scatter-add against torch, and the fast versions against the plain ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib.functional as F

FLOATS = (np.float16, np.float32, np.float64)
IDS = (np.int32, np.int64)
dense_backward = torch.ops.aten.embedding_dense_backward

shapes = st.lists(st.integers(0, 7), max_size=3).map(tuple)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def id_arrays(draw, num_embeddings):
    """Ids of any shape: uniform, Zipf-like, or all equal; contiguous or every second one."""
    rng = np.random.default_rng(draw(seeds))
    shape = draw(shapes) if num_embeddings else (draw(st.integers(0, 3)), 0)
    every_second = shape != () and draw(st.booleans())
    if every_second:
        shape = (*shape[:-1], 2 * shape[-1])
    kind = draw(st.sampled_from(["uniform", "zipf", "equal"]))
    if kind == "uniform" or not num_embeddings:
        ids = rng.integers(0, max(num_embeddings, 1), shape)
    elif kind == "zipf":
        ids = np.minimum(rng.zipf(1.3, shape), num_embeddings) - 1
    else:
        ids = np.full(shape, rng.integers(num_embeddings))
    ids = np.asarray(ids, draw(st.sampled_from(IDS)))
    return ids[..., ::2] if every_second else ids


def values(rng, shape, dtype, special):
    """Normal numbers; a few infinities, nans and negative zeros among them if `special`."""
    out = np.asarray(rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 4), dtype)
    if special:
        out[rng.random(shape) < 0.1] = rng.choice([np.inf, -np.inf, np.nan, -0.0, 0.0])
    return out


@st.composite
def tables(draw, min_rows=0, special=True):
    """Tables: contiguous, transposed, or cut out of a larger one."""
    rng = np.random.default_rng(draw(seeds))
    rows, columns = draw(st.integers(min_rows, 40)), draw(st.integers(0, 9))
    dtype = draw(st.sampled_from(FLOATS))
    special = special and draw(st.booleans())
    layout = draw(st.sampled_from(["plain", "transposed", "cut"]))
    if layout == "transposed":
        return values(rng, (columns, rows), dtype, special).T
    if layout == "cut":
        return values(rng, (2 * rows, 2 * columns), dtype, special)[::2, 1::2]
    return values(rng, (rows, columns), dtype, special)


@st.composite
def lookups(draw, **kwargs):
    table = draw(tables(**kwargs))
    return draw(id_arrays(table.shape[0])), table


@st.composite
def backward_cases(draw):
    """grad_output, indices, num_weights, padding_idx; all ids may be padding."""
    rng = np.random.default_rng(draw(seeds))
    num_weights = draw(st.integers(0, 40))
    ids = draw(id_arrays(num_weights))
    shape = (*ids.shape, draw(st.integers(0, 9)))
    dtype = draw(st.sampled_from(FLOATS))
    if draw(st.booleans()):
        grad = values(rng, shape, dtype, draw(st.booleans()))
    else:  # every second number of a larger array
        grad = values(rng, (*shape[:-1], 2 * shape[-1]), dtype, False)[..., ::2]
    padding_idx = -1
    if num_weights and draw(st.booleans()):
        padding_idx = int(ids.flat[0]) if ids.size else 0
    return grad, ids, num_weights, padding_idx


def assert_same_bits(ours, theirs):
    """The same type, shape and bits; one nan is as good as another."""
    theirs = theirs.numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    assert np.nan_to_num(ours, nan=0).tobytes() == np.nan_to_num(theirs, nan=0).tobytes()


# --- properties ----------------------------------------------------------------------------------


@given(st.integers(1, 30).flatmap(id_arrays), st.integers(0, 3))
def test_one_hot_equals_torch(ids, extra):
    ids = ids.astype(np.int64)
    num_classes = int(ids.max(initial=0)) + 1 + extra
    for n in (num_classes, -1) if ids.size else (num_classes,):
        ours, theirs = F.one_hot(ids, n), torch.nn.functional.one_hot(torch.tensor(ids), n)
        assert ours.dtype == np.int64
        np.testing.assert_array_equal(ours, theirs.numpy(), strict=True)


@given(lookups())
def test_embedding_equals_torch_and_plain_indexing_bit_for_bit(lookup):
    ids, table = lookup
    ours = F.embedding(ids, table)
    assert ours.tobytes() == table[ids].tobytes()
    theirs = torch.nn.functional.embedding(torch.tensor(ids), torch.from_numpy(table))
    assert ours.shape == (*ids.shape, table.shape[1])
    assert ours.tobytes() == theirs.numpy().tobytes()
    assert not np.shares_memory(ours, table)


@given(lookups(special=False))
def test_one_hot_matmul_equals_embedding_for_finite_tables(lookup):
    ids, table = lookup
    ours = F.one_hot_matmul(ids, table)
    assert ours.dtype == table.dtype
    np.testing.assert_array_equal(ours, F.embedding(ids, table), strict=True)


@given(backward_cases())
def test_dense_backward_equals_torch_bit_for_bit(case):
    grad, ids, num_weights, padding_idx = case
    theirs = dense_backward(
        torch.from_numpy(grad), torch.tensor(ids), num_weights, padding_idx, False
    )
    with np.errstate(all="ignore"):
        assert_same_bits(F.embedding_dense_backward(*case), theirs)


@given(backward_cases())
def test_fast_dense_backward_equals_the_plain_one_bit_for_bit(case):
    with np.errstate(all="ignore"):
        fast = F.embedding_dense_backward(*case)
        plain = F.embedding_dense_backward_plain(*case)
    assert_same_bits(fast, torch.from_numpy(plain))


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [1, 63, 64, 40_000])
def test_dense_backward_is_right_across_chunks(columns):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 5, 2_000_000 // columns // 4)
    grad = rng.standard_normal((ids.size, columns), dtype=np.float32)
    theirs = dense_backward(torch.from_numpy(grad), torch.from_numpy(ids), 5, 3, False)
    ours = F.embedding_dense_backward(grad, ids, 5, 3)
    assert ours.tobytes() == theirs.numpy().tobytes()
    assert not ours[3].any()


def test_dense_backward_in_float16_gets_stuck_at_2048_as_in_torch():
    grad, ids = np.ones((5000, 2), np.float16), np.zeros(5000, np.int64)
    assert F.embedding_dense_backward(grad, ids, 1).tolist() == [[2048.0, 2048.0]]


def test_a_gradient_may_be_broadcast():
    grad = np.broadcast_to(np.ones(4, np.float32), (3, 2, 4))
    ours = F.embedding_dense_backward(grad, np.array([[0, 1], [1, 1], [2, 0]]), 3)
    assert ours[:, 0].tolist() == [2.0, 3.0, 1.0]


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.complex64])
def test_tables_that_are_not_floats_can_be_looked_up(dtype):
    table = np.arange(6).reshape(3, 2).astype(dtype)
    ours = F.embedding(np.array([2, 0]), table)
    np.testing.assert_array_equal(ours, table[[2, 0]], strict=True)


def test_one_id_taken_from_an_array_is_an_id():
    ids, table = np.array([2, 0]), np.eye(3)
    assert F.embedding(ids[0], table).tolist() == [0.0, 0.0, 1.0]


def test_one_hot_matmul_differs_where_the_table_is_not_finite():
    table = np.array([[1.0, -0.0], [np.inf, 2.0]])
    ids = np.array([0])
    with np.errstate(invalid="ignore"):  # 0 * inf
        product = F.one_hot_matmul(ids, table)
    assert np.isnan(product[0, 0])
    assert np.signbit(F.embedding(ids, table)[0, 1])
    assert not np.signbit(product[0, 1])


# --- errors --------------------------------------------------------------------------------------

BAD_ONE_HOT = {
    "negative": ([-1, 0], -1),
    "negative comes before too large": ([-3, 9], 3),
    "too large": ([3, 0], 3),
    "zero classes": ([3, 0], 0),
    "minus two classes": ([3, 0], -2),
    "empty": (np.zeros(0, np.int64), -1),
    "empty and zero": (np.zeros((2, 0), np.int64), 0),
    "int32": (np.array([1], np.int32), 3),
    "uint8": (np.array([1], np.uint8), 3),
    "float32": (np.array([1], np.float32), 3),
    "bool": (np.array([True]), 3),
    "empty int32": (np.zeros(0, np.int32), -1),
    "classes a float": ([0], 3.0),
    "classes None": ([0], None),
    "classes a bool": ([0], True),
    "classes a str": ([0], "4"),
}


@pytest.mark.parametrize("case", BAD_ONE_HOT)
def test_one_hot_raises_as_torch(case, assert_same_error):
    ids, num_classes = BAD_ONE_HOT[case]
    ids = np.asarray(ids)
    assert_same_error(
        lambda: torch.nn.functional.one_hot(torch.from_numpy(ids), num_classes),
        lambda: F.one_hot(ids, num_classes),
        unchanged=[ids],
    )


TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)
BAD_LOOKUPS = {
    "too large": ([0, 4], TABLE, None),
    "negative": ([0, -1], TABLE, None),
    "negative int32": (np.array([-1], np.int32), TABLE, None),
    "smallest int64": ([-(2**63)], TABLE, None),
    "bad id in a half table": ([4], TABLE.astype(np.float16), None),
    "bad id in a transposed table": ([3], TABLE.T, None),
    "1-D table": ([0], TABLE[0], None),
    "3-D table": ([0], TABLE[None], None),
    "0-D table": ([0], np.asarray(1.0), None),
    "1-D table before bad ids": ([0.0], TABLE[0], None),
    "no rows": ([0], TABLE[:0], None),
    "no rows, 0-d id": (0, TABLE[:0], None),
    "no rows, bad ids": ([-1, 5], TABLE[:0], None),
    "padding too large": ([0], TABLE, 4),
    "padding too small": ([0], TABLE, -5),
    "padding NumPy's int": ([0], TABLE, np.int64(9)),
    "padding float": ([0], TABLE, 1.0),
    "padding float out of range": ([0], TABLE, 4.0),
    "padding bool": ([0], TABLE, True),
    "padding str": ([0], TABLE, "a"),
    "padding -1 without rows": (np.zeros(0, np.int64), TABLE[:0], -1),
    "padding before 1-D table": ([0], TABLE[0], 9),
} | {
    f"{np.dtype(t)} ids": (np.zeros(2, t), TABLE, None)
    for t in "bBhHILefdFD?"  # all that are not int32 or int64
    if np.dtype(t) not in IDS
}


@pytest.mark.parametrize("case", BAD_LOOKUPS)
def test_lookup_raises_as_torch(case, assert_same_error):
    ids, table, padding_idx = BAD_LOOKUPS[case]
    ids = np.asarray(ids)

    def reference():
        return torch.nn.functional.embedding(
            torch.from_numpy(ids), torch.from_numpy(table), padding_idx
        )

    arrays = [ids, table]
    assert_same_error(reference, lambda: F.embedding(ids, table, padding_idx), unchanged=arrays)
    if padding_idx is None:
        assert_same_error(reference, lambda: F.one_hot_matmul(ids, table), unchanged=arrays)


def test_empty_float_ids_are_refused_too(assert_same_error):
    assert_same_error(
        lambda: torch.nn.functional.embedding(torch.tensor([]), torch.from_numpy(TABLE)),
        lambda: F.embedding(np.array([]), TABLE),
    )


@pytest.mark.parametrize("padding_idx", [None, 0, 3, -4, np.int64(2)])
def test_padding_idx_changes_nothing_in_the_lookup(padding_idx):
    ids = np.array([0, 3])
    np.testing.assert_array_equal(F.embedding(ids, TABLE, padding_idx), TABLE[ids])


def test_padding_idx_0_is_allowed_without_rows():
    torch.nn.functional.embedding(torch.zeros(0, dtype=torch.int64), torch.zeros(0, 3), 0)
    assert F.embedding(np.zeros(0, np.int64), np.zeros((0, 3)), 0).shape == (0, 3)


def test_a_bad_id_is_an_index_error_even_where_rows_are_empty():
    # torch takes another road for D = 0 and raises RuntimeError there; ours is one error.
    with pytest.raises(IndexError, match="index out of range in self"):
        F.embedding(np.array([4]), TABLE[:, :0])


@pytest.mark.parametrize("ids", [[0, 1], 1, (0,), None])
def test_what_is_not_an_array_raises_type_error_and_says_how_to_convert(ids, assert_same_error):
    table = torch.from_numpy(TABLE)
    ones = np.ones((2, 3), np.float32)
    pairs = [
        (lambda: torch.nn.functional.embedding(ids, table), lambda: F.embedding(ids, TABLE)),
        (lambda: torch.nn.functional.one_hot(ids), lambda: F.one_hot(ids)),
        (lambda: torch.nn.functional.embedding(ids, table), lambda: F.one_hot_matmul(ids, TABLE)),
        (
            lambda: torch.nn.functional.embedding(torch.tensor([0]), ids),
            lambda: F.embedding(np.array([0]), ids),
        ),
    ]
    for theirs, ours in pairs:
        assert_same_error(theirs, ours, text=False)
    for call in (
        *(ours for _, ours in pairs),
        lambda: F.embedding_dense_backward(ids, np.array([0, 1]), 4),
        lambda: F.embedding_dense_backward(ones, ids, 4),
    ):
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            call()


ONES = np.ones((2, 3), np.float32)
BAD_BACKWARDS = {
    "float ids": (ONES, np.array([0.0, 1.0]), 4, -1),
    "int16 ids": (ONES, np.array([0, 1], np.int16), 4, -1),
    "too long a gradient": (np.ones((3, 3)), np.array([0, 1]), 4, -1),
    "too short a gradient": (np.ones((1, 3)), np.array([0, 1]), 4, -1),
    "other last dimension": (np.ones((3, 2)), np.array([[0], [1]]), 4, -1),
    "0-d gradient": (np.asarray(1.0), np.asarray(2), 4, -1),
    "negative table": (ONES, np.array([0, 1]), -1, -1),
}


@pytest.mark.parametrize("case", BAD_BACKWARDS)
@pytest.mark.parametrize(
    "function", [F.embedding_dense_backward, F.embedding_dense_backward_plain]
)
def test_dense_backward_raises_as_torch(case, function, assert_same_error):
    grad, ids, num_weights, padding_idx = BAD_BACKWARDS[case]
    assert_same_error(
        lambda: dense_backward(
            torch.from_numpy(grad), torch.from_numpy(ids), num_weights, padding_idx, False
        ),
        lambda: function(grad, ids, num_weights, padding_idx),
        text=grad.ndim > 0,  # a 0-d gradient: Python's own IndexError in both
        unchanged=[grad, ids],
    )


@pytest.mark.parametrize("bad", [4, -1, -2])
def test_dense_backward_refuses_an_id_that_no_lookup_accepts(bad):
    # ATen's function drops it without a word.
    for padding_idx in (-1, bad):
        with pytest.raises(IndexError, match="index out of range in self"):
            F.embedding_dense_backward(ONES, np.array([0, bad]), 4, padding_idx)


@pytest.mark.parametrize("number", [1.0, True, None, "1"])
def test_dense_backward_wants_ints(number):
    with pytest.raises(TypeError, match="must be int"):
        F.embedding_dense_backward(ONES, np.array([0, 1]), number)
    with pytest.raises(TypeError, match="must be int"):
        F.embedding_dense_backward(ONES, np.array([0, 1]), 4, number)
