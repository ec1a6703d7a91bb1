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
sparse_backward = torch.ops.aten.embedding_sparse_backward

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


@given(lookups(), st.booleans(), st.booleans())
def test_embedding_equals_torch_and_plain_indexing_bit_for_bit(lookup, scale, sparse):
    ids, table = lookup
    ours = F.embedding(ids, table, scale_grad_by_freq=scale, sparse=sparse)
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


@pytest.mark.usefixtures("way")
@given(backward_cases())
def test_dense_backward_equals_torch_bit_for_bit(case):
    grad, ids, num_weights, padding_idx = case
    theirs = dense_backward(
        torch.from_numpy(grad), torch.tensor(ids), num_weights, padding_idx, False
    )
    with np.errstate(all="ignore"):
        assert_same_bits(F.embedding_dense_backward(*case), theirs)


@pytest.mark.usefixtures("way")
@given(backward_cases())
def test_fast_dense_backward_equals_the_plain_one_bit_for_bit(case):
    with np.errstate(all="ignore"):
        fast = F.embedding_dense_backward(*case)
        plain = F.embedding_dense_backward_plain(*case)
    assert_same_bits(fast, torch.from_numpy(plain))


@given(backward_cases())
def test_sparse_backward_equals_torch_bit_for_bit(case):
    grad, ids, num_weights, padding_idx = case
    if grad.shape[-1] == 0:
        return  # torch infers the number of entries from the numbers, and there are none
    # Of a single id without dimensions torch cannot drop the padding: give it one dimension.
    torch_ids, torch_grad = torch.tensor(np.atleast_1d(ids)), torch.from_numpy(np.atleast_2d(grad))
    theirs = sparse_backward(torch_grad, torch_ids, num_weights, padding_idx, False)
    ours = F.embedding_sparse_backward(*case)
    assert ours.shape == tuple(theirs.shape)
    assert ours.is_coalesced == theirs.is_coalesced()
    np.testing.assert_array_equal(ours.indices, theirs._indices()[0].numpy(), strict=True)
    assert ours.values.dtype == grad.dtype
    assert ours.values.tobytes() == theirs._values().numpy().tobytes()
    with np.errstate(all="ignore"):
        dense = F.embedding_backward(*case)
        assert_same_bits(ours.to_dense(), torch.from_numpy(dense))
    again = F.embedding_backward(*case, sparse=True)
    assert again.values.tobytes() == ours.values.tobytes()


@pytest.mark.usefixtures("way")
@given(backward_cases())
def test_scaling_by_frequency_equals_torch_up_to_one_rounding_for_each_addition(case):
    """torch multiplies and adds in one rounding; where counts are powers of 2 that is the same."""
    grad, ids, num_weights, padding_idx = case
    grad = np.nan_to_num(grad, nan=1, posinf=2, neginf=-2)
    args = torch.from_numpy(grad), torch.tensor(ids), num_weights, padding_idx, True
    ours = F.embedding_backward(grad, *case[1:], scale_grad_by_freq=True)
    theirs = dense_backward(*args).numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    counts = np.bincount(ids.ravel(), minlength=num_weights)[:, None]
    total = F.embedding_dense_backward(np.abs(grad).astype(np.float64), ids, num_weights)
    limits = np.finfo(grad.dtype)
    bound = limits.eps * (counts + 1) * total / np.maximum(counts, 1)
    bound += counts * float(limits.smallest_subnormal)
    assert (np.abs(ours.astype(np.float64) - theirs) <= bound).all()
    if grad.dtype != np.float16:
        whole = (counts & (counts - 1) == 0)[:, 0]
        assert ours[whole].tobytes() == theirs[whole].tobytes()


@pytest.mark.usefixtures("way")
@given(backward_cases(), st.booleans())
def test_accumulating_in_double_rounds_the_exact_sum_once(case, scale):
    grad = np.full_like(case[0], 0.1)
    ours = F.embedding_dense_backward(grad, *case[1:], scale, accumulate=np.float64)
    exact = F.embedding_dense_backward(grad.astype(np.float64), *case[1:], scale)
    assert ours.tobytes() == exact.astype(grad.dtype).tobytes()


P_NORMS = [2.0, 1.0, 0.0, np.inf, -np.inf, 3.0, 0.5, -1.0, -2.5, 10.0, 0.1, np.nan]


def renormalized_by_torch(table, ids, max_norm, p):
    theirs = torch.tensor(table)  # contiguous: the strides do not matter here
    torch.embedding_renorm_(theirs, torch.tensor(ids), max_norm, p)
    return theirs.numpy()


@given(lookups(), st.sampled_from(P_NORMS), st.floats(-1, 20, width=32))
def test_renormalizing_equals_torch(lookup, p, max_norm):
    """4 ulp for p = 2 and +-inf, 1e-5 * max(1, 1/|p|) otherwise; near the bound either way."""
    ids, table = lookup
    if table.shape[1] == 0:
        table = np.ones((len(table), 3), table.dtype)
    theirs = renormalized_by_torch(table, ids, max_norm, p)
    ours = table.copy()
    assert F.embedding_renorm_(ours, ids, max_norm, p) is ours
    rows = np.setdiff1d(np.arange(len(table)), ids)
    assert ours[rows].tobytes() == table[rows].tobytes()

    for v in np.unique(ids):
        norm = torch.tensor(table[v]).norm(p).item()
        with np.errstate(all="ignore"):
            if abs(norm - max_norm) <= 8 * np.spacing(table.dtype.type(abs(norm))):
                continue
            unit = 4 * np.spacing(np.abs(theirs[v]))
        if p not in (2.0, np.inf, -np.inf):
            wide = 1e-5 * max(1, 1 / abs(p or 1)) * np.abs(theirs[v].astype(np.float64))
            unit = np.maximum(unit, wide)
        with np.errstate(all="ignore"):
            near = np.abs(ours[v].astype(np.float64) - theirs[v]) <= unit
        same = (ours[v] == theirs[v]) | (np.isnan(ours[v]) & np.isnan(theirs[v]))
        assert (near | same).all(), (v, norm, ours[v], theirs[v])


@given(lookups(min_rows=1), st.sampled_from(P_NORMS))
def test_a_lookup_with_max_norm_renormalizes_the_table_and_then_copies(lookup, p):
    ids, table = lookup
    if table.shape[1] == 0:
        return
    by_hand, base = table.copy(), table.copy()
    F.embedding_renorm_(by_hand, ids, 0.5, p)
    ours = F.embedding(ids, base, None, 0.5, p)
    assert ours.tobytes() == by_hand[ids].tobytes()
    assert base.tobytes() == by_hand.tobytes()


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("columns", [1, 63, 64, 40_000])
def test_dense_backward_is_right_across_chunks(columns):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 5, 2_000_000 // columns // 4)
    grad = rng.standard_normal((ids.size, columns), dtype=np.float32)
    theirs = dense_backward(torch.from_numpy(grad), torch.from_numpy(ids), 5, 3, False)
    ours = F.embedding_dense_backward(grad, ids, 5, 3)
    assert ours.tobytes() == theirs.numpy().tobytes()
    assert not ours[3].any()


@pytest.mark.usefixtures("way")
def test_dense_backward_in_float16_gets_stuck_at_2048_as_in_torch():
    grad, ids = np.ones((5000, 2), np.float16), np.zeros(5000, np.int64)
    assert F.embedding_dense_backward(grad, ids, 1).tolist() == [[2048.0, 2048.0]]


@pytest.mark.usefixtures("way")
def test_accumulating_in_double_is_right_where_float32_is_one_percent_wrong():
    grad, ids = np.full((1_000_000, 1), 0.1, np.float32), np.zeros(1_000_000, np.int64)
    plain = F.embedding_dense_backward(grad, ids, 1).item()
    theirs = dense_backward(torch.from_numpy(grad), torch.from_numpy(ids), 1, -1, False).item()
    exact = 1_000_000 * float(np.float32(0.1))
    assert plain == theirs
    assert 0.009 < abs(plain - exact) / exact < 0.01
    summed = F.embedding_dense_backward(grad, ids, 1, accumulate=np.float64)
    assert summed.dtype == np.float32
    assert summed.item() == np.float32(exact)


def test_accumulating_in_float32_keeps_float16_from_getting_stuck():
    grad, ids = np.ones((5000, 2), np.float16), np.zeros(5000, np.int64)
    ours = F.embedding_dense_backward(grad, ids, 1, accumulate=np.float32)
    assert ours.dtype == np.float16
    assert ours.tolist() == [[5000.0, 5000.0]]


def test_the_sparse_gradient_of_int32_ids_has_int64_ids():
    grad = F.embedding_sparse_backward(np.ones((1, 2)), np.array([1], np.int32), 3)
    assert grad.indices.dtype == np.int64


RENORMALIZED = {  # row, max_norm, norm_type: what the row becomes, float32
    "longer than the bound": ([3, 4], 1, 2, [0.6, 0.8]),
    "as long as the bound": ([3, 4], 5, 2, [3, 4]),
    "largest": ([3, -4], 1, np.inf, [0.75, -1]),
    "smallest": ([3, -4], 1, -np.inf, [1, -4 / 3]),
    "count": ([3, 0, -4], 1, 0, [1.5, 0, -2]),
    "count with nan": ([np.nan, 0, 5], 1, 0, [np.nan, 0, 2.5]),
    "negative p": ([2, 2], 0.5, -1, [1, 1]),
    "negative p with a zero": ([0.5, 0], -1, -1, [-5e6, -0.0]),
    "p = nan does nothing": ([3, 4], 1, np.nan, [3, 4]),
    "p = nan for one number": ([3], 1, np.nan, [1]),
    "tiny p for one number": ([3], 1, 1e-300, [1]),
    "tiny p": ([3, 4], 1, 1e-300, [0, 0]),
    "huge p": ([3, 4], 1, 1e300, [3, 4]),
    "max_norm = 0": ([3, -4], 0, 2, [0, -0.0]),
    "negative max_norm": ([3, -4], -5, 2, [-3, 4]),
    "max_norm = nan does nothing": ([3, 4], np.nan, 2, [3, 4]),
    "an overflowing norm": ([1e20, -1e20], 1, 2, [0, -0.0]),
    "an underflowing norm": ([1e-30, 0], 0, 2, [1e-30, 0]),
    "nan stays": ([np.nan, 5], 1, 2, [np.nan, 5]),
    "inf becomes nan": ([np.inf, 5], 1, 2, [np.nan, 0]),
}


@pytest.mark.parametrize("case", RENORMALIZED)
def test_the_rules_of_renormalizing_one_by_one(case):
    row, max_norm, p, expected = RENORMALIZED[case]
    table, ids = np.array([row], np.float32), np.zeros(1, np.int64)
    theirs = renormalized_by_torch(table, ids, max_norm, p)
    ours = F.embedding_renorm_(table, ids, max_norm, p)
    np.testing.assert_allclose(ours, theirs, rtol=4e-7)
    np.testing.assert_allclose(ours, [expected], rtol=1e-6)
    assert np.signbit(ours[~np.isnan(ours)]).tolist() == np.signbit(theirs[ours == ours]).tolist()


def test_a_shortened_row_ends_a_little_below_the_bound():
    table = np.array([[3.0, 4.0]])
    F.embedding_renorm_(table, np.array([0]), 1.0)
    assert 0 < 1 - np.linalg.norm(table) < 1e-7
    theirs = renormalized_by_torch(np.array([[3.0, 4.0]]), np.array([0]), 1.0, 2.0)
    assert table.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("columns", [1, 64, 600, 70_000])
@pytest.mark.parametrize("dtype", FLOATS)
def test_rows_of_any_length_are_renormalized_as_in_torch_bit_for_bit(columns, dtype):
    """On small whole numbers, where every order of adding gives the same norm."""
    rng = np.random.default_rng(0)
    table = rng.integers(-5, 6, (200_000 // columns + 2, columns)).astype(dtype)
    ids = rng.integers(0, len(table), 2 * len(table))
    theirs = renormalized_by_torch(table, ids, 0.5, 2.0)
    F.embedding_renorm_(table, ids, 0.5)
    assert table.tobytes() == theirs.tobytes()


def test_complex_tables_are_renormalized_as_in_torch():
    table = np.array([[3 + 4j, 0], [1, 1j]], np.complex64)
    theirs = renormalized_by_torch(table, np.array([0, 1]), 1.0, 2.0)
    ours = F.embedding(np.array([0, 1]), table, max_norm=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert table.dtype == np.complex64


@pytest.mark.parametrize("dtype", [np.int64, np.bool_])
def test_max_norm_without_ids_passes_even_for_a_table_of_ints(dtype):
    table, ids = np.ones((4, 3), dtype), np.zeros(0, np.int64)
    torch.nn.functional.embedding(torch.from_numpy(ids), torch.from_numpy(table), max_norm=1)
    assert F.embedding(ids, table, max_norm=1).shape == (0, 3)


def test_a_table_that_may_not_be_written_passes_where_no_row_is_too_long():
    table = np.eye(3)
    table.flags.writeable = False
    assert F.embedding(np.array([1]), table, max_norm=2).tolist() == [[0, 1, 0]]
    with pytest.raises(ValueError, match="read-only"):
        F.embedding(np.array([1]), table, max_norm=0.5)


@pytest.mark.usefixtures("way")
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
        with pytest.raises(TypeError, match=r"np\.asarray\(|Pass a NumPy array"):
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


# --- errors of renormalizing and of the other backward functions ---------------------------------

BAD_RENORMS = {  # ids, table, max_norm, norm_type; is the text torch's?
    "3-D table": ([0], TABLE[None], 1.0, 2.0, True),
    "1-D table": ([0], TABLE[0], 1.0, 2.0, True),
    "float ids": ([0.0], TABLE, 1.0, 2.0, True),
    "int16 ids": (np.array([0], np.int16), TABLE, 1.0, 2.0, True),
    "empty float ids": (np.array([]), TABLE, 1.0, 2.0, True),
    "float ids before a table of ints": ([0.0], TABLE.astype(int), 1.0, 2.0, True),
    "table of ints": ([0], TABLE.astype(int), 1.0, 2.0, False),
    "table of bools": ([0], TABLE.astype(bool), 1.0, 2.0, False),
    "too large": ([0, 1, 4], TABLE, 1.0, 2.0, False),
    "negative": ([-5, 1], TABLE, 1.0, 2.0, False),
    "no rows": ([0], TABLE[:0], 1.0, 2.0, False),
    "max_norm a str": ([1], TABLE, "a", 2.0, True),
    "norm_type a str": ([1], TABLE, 1.0, "a", True),
    "norm_type None": ([1], TABLE, 1.0, None, True),
    "norm_type before max_norm": ([1], TABLE, 1j, "a", False),
    "inf of nothing": ([1], TABLE[:, :0], 1.0, np.inf, True),
    "-inf of nothing": ([1], TABLE[:, :0], 1.0, -np.inf, True),
    "p = -1 of nothing": ([1], TABLE[:, :0], 1.0, -1, True),
    "p = -0.25 of nothing": ([1], TABLE[:, :0], 1.0, -0.25, True),
}


@pytest.mark.parametrize("case", BAD_RENORMS)
def test_renormalizing_raises_as_torch_and_changes_nothing(case, assert_same_error):
    ids, table, max_norm, p, text = BAD_RENORMS[case]
    ids, table = np.asarray(ids), table.copy()
    theirs, torch_ids = torch.tensor(table), torch.tensor(ids)
    assert_same_error(
        lambda: torch.embedding_renorm_(theirs, torch_ids, max_norm, p),
        lambda: F.embedding_renorm_(table, ids, max_norm, p),
        text=text,
        unchanged=[ids, table],
    )
    theirs = torch.tensor(table)
    assert_same_error(
        lambda: torch.nn.functional.embedding(torch_ids, theirs, None, max_norm, p),
        lambda: F.embedding(ids, table, None, max_norm, p),
        text=text,
        unchanged=[ids, table],
    )


@pytest.mark.parametrize("bad", [4, -1])
def test_a_bad_id_changes_no_row_where_torch_has_changed_some(bad):
    table, ids = TABLE + 10, np.array([0, 1, bad])
    theirs = torch.tensor(table)
    with pytest.raises(IndexError):
        torch.nn.functional.embedding(torch.tensor(ids), theirs, max_norm=1.0)
    assert (theirs.numpy()[:2] < table[:2]).all()  # the defect
    before = table.copy()
    for call in (
        lambda: F.embedding(ids, table, max_norm=1.0),
        lambda: F.embedding_renorm_(table, ids, 1.0),
    ):
        with pytest.raises(IndexError, match="index out of range in self"):
            call()
        assert table.tobytes() == before.tobytes()


@pytest.mark.parametrize("max_norm", [None, 1.0])
@pytest.mark.parametrize("option", ["scale_grad_by_freq", "sparse"])
@pytest.mark.parametrize("value", [1, None, "a", 0.0])
def test_what_is_no_bool_raises_as_torch_and_changes_nothing(
    max_norm, option, value, assert_same_error
):
    table, ids = TABLE.copy(), np.array([1, 2])
    options = {"max_norm": max_norm, option: value}
    assert_same_error(
        lambda: torch.nn.functional.embedding(torch.tensor(ids), torch.tensor(table), **options),
        lambda: F.embedding(ids, table, **options),
        unchanged=[table],  # torch has renormalized by then
    )


def test_numpys_numbers_and_bools_are_welcome():
    table = TABLE + 10
    F.embedding(np.array([1]), table, None, np.float32(1), np.int64(2), np.bool_(True), np.True_)
    assert np.linalg.norm(table[1]) <= 1


def test_lists_are_refused_by_renormalizing_too():
    for call in (
        lambda: F.embedding_renorm_([[1.0]], np.array([0]), 1.0),
        lambda: F.embedding_renorm_(TABLE.copy(), [0], 1.0),
        lambda: F.embedding([0], TABLE.copy(), max_norm=1.0),
    ):
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            call()


@pytest.mark.parametrize("padding_idx", [-1, 0])
def test_sparse_and_scaled_by_frequency_raises_as_torch(padding_idx, assert_same_error):
    ids = np.array([0, 1])
    args = torch.from_numpy(ONES), torch.from_numpy(ids), 4, padding_idx, True
    for theirs, ours in (
        (
            lambda: torch.ops.aten.embedding_backward(*args, True),
            lambda: F.embedding_backward(ONES, ids, 4, padding_idx, True, True),
        ),
        (
            lambda: sparse_backward(*args),
            lambda: F.embedding_sparse_backward(ONES, ids, 4, padding_idx, True),
        ),
    ):
        assert_same_error(theirs, ours, unchanged=[ONES, ids])


@pytest.mark.parametrize("case", [c for c in BAD_BACKWARDS if c != "negative table"])
def test_sparse_backward_raises_as_torch(case, assert_same_error):
    grad, ids, num_weights, padding_idx = BAD_BACKWARDS[case]
    args = torch.from_numpy(grad), torch.from_numpy(ids), num_weights, padding_idx, False
    assert_same_error(
        lambda: sparse_backward(*args),
        lambda: F.embedding_sparse_backward(grad, ids, num_weights, padding_idx),
        text=grad.ndim > 0,
        unchanged=[grad, ids],
    )


def test_sparse_backward_refuses_what_no_lookup_accepts():
    with pytest.raises(RuntimeError, match="non-negative"):
        F.embedding_sparse_backward(ONES, np.array([0, 1]), -1)
    for bad in (4, -1):
        with pytest.raises(IndexError, match="index out of range in self"):
            F.embedding_sparse_backward(ONES, np.array([0, bad]), 4, bad)


def test_the_backward_functions_check_the_types_of_their_options():
    ids = np.array([0, 1])
    for call in (
        lambda: F.embedding_dense_backward(ONES, ids, 4, -1, 1),
        lambda: F.embedding_sparse_backward(ONES, ids, 4, -1, None),
        lambda: F.embedding_backward(ONES, ids, 4, -1, False, 1),
    ):
        with pytest.raises(TypeError, match="must be bool"):
            call()
    for dtype in (np.int64, np.complex64, np.bool_):
        with pytest.raises(TypeError, match="accumulate must be a float type"):
            F.embedding_dense_backward(ONES, ids, 4, accumulate=dtype)
