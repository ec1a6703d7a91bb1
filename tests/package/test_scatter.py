"""Scatter-add against the plain loop, bit for bit: by SciPy's product, and by NumPy alone."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array, csr_array

from embedlib import scatter
from embedlib.scatter import gather_add, scatter_add, take

FLOATS = (np.float16, np.float32, np.float64)
OTHERS = (np.int64, np.int8, np.complex64, np.dtype(">f4"))
seeds = st.integers(0, 2**32 - 1)
pytestmark = pytest.mark.usefixtures("way")


def numbers(rng, shape, dtype):
    """Numbers of all sizes; among those that are floats zeros of both signs, inf and nan."""
    out = rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3, shape)
    if not np.issubdtype(dtype, np.integer):
        odd = rng.random(shape) < rng.choice([0, 0.3, 0.9])
        out[odd] = rng.choice([0.0] * 9 + [-0.0] * 18 + [np.inf, -np.inf, np.nan], odd.sum())
    return out.astype(dtype)


@st.composite
def products(draw, dtypes=(*FLOATS, *OTHERS)):
    """A table of V rows, B rows that belong to bags of row numbers, all strewn with odd values."""
    rng = np.random.default_rng(draw(seeds))
    num_rows = draw(st.sampled_from([1, 2, 5, 40]))
    columns = draw(st.sampled_from([0, 1, 2, 3, 8, 17, 300]))
    num_bags = draw(st.integers(0, 30))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    sizes = rng.integers(0, draw(st.sampled_from([1, 2, 5, 90])), num_bags)
    starts = np.append(0, np.cumsum(sizes))
    rows = rng.integers(0, num_rows, starts[-1]).astype(rng.choice([np.int32, np.int64]))
    table, bags = (
        numbers(rng, (num_rows, columns), dtype),
        numbers(rng, (num_bags, columns), dtype),
    )
    return table, rows, bags, starts


def same_bits(a, b):
    """Equal type, shape and bits; one nan is as good as another."""
    assert (a.dtype, a.shape) == (b.dtype, b.shape)
    is_nan = np.isnan(a)
    assert (is_nan == np.isnan(b)).all()
    return np.where(is_nan, 0, a).tobytes() == np.where(is_nan, 0, b).tobytes()


# --- properties ----------------------------------------------------------------------------------


@given(products(), st.sampled_from(["plain", "every second column", "transposed"]))
def test_scatter_add_has_the_bits_of_the_plain_loop(product, layout):
    target, rows, _, _ = product
    rng = np.random.default_rng(rows.size)
    if layout == "transposed":
        target = np.asfortranarray(target)
    values = numbers(rng, (rows.size, 2 * target.shape[1]), target.dtype)
    values = values[:, ::2] if layout == "every second column" else values[:, : target.shape[1]]
    before, expected = values.copy(), target.copy()
    with np.errstate(all="ignore"):
        for row, value in zip(rows, values, strict=True):
            expected[row] += value
        scatter_add(target, rows, values)
    assert same_bits(target, expected)
    assert values.tobytes() == before.tobytes()


@given(products())
def test_scatter_add_of_bags_has_the_bits_of_the_plain_loop(product):
    target, rows, values, starts = product
    expected = target.copy()
    with np.errstate(all="ignore"):
        for b, value in enumerate(values):
            for row in rows[starts[b] : starts[b + 1]]:
                expected[row] += value
        scatter_add(target, rows, values, starts=starts)
    assert same_bits(target, expected)


@given(products(), st.booleans())
def test_gather_add_has_the_bits_of_the_plain_loop(product, transposed):
    table, rows, target, starts = product
    table = np.asfortranarray(table) if transposed else table
    expected = target.copy()
    with np.errstate(all="ignore"):
        for b in range(len(target)):
            for row in rows[starts[b] : starts[b + 1]]:
                expected[b] += table[row]
        gather_add(target, rows, table, 1, starts)
    assert same_bits(target, expected)


@given(products(dtypes=FLOATS), st.booleans())
def test_factors_multiply_each_row_that_is_added(product, one_for_all):
    # Powers of two: a product is then exact, rounded together with the sum or not.
    table, rows, bags, starts = product
    scale = -0.5 if one_for_all else 2.0 ** np.random.default_rng(0).integers(-2, 3, rows.size)
    factors = np.broadcast_to(np.asarray(scale, table.dtype), rows.shape)
    scattered, gathered, expected = table.copy(), bags.copy(), [table.copy(), bags.copy()]
    with np.errstate(all="ignore"):
        for b in range(len(bags)):
            for i in range(starts[b], starts[b + 1]):
                expected[0][rows[i]] += factors[i] * bags[b]
                expected[1][b] += factors[i] * table[rows[i]]
        scatter_add(scattered, rows, bags, scale, starts)
        gather_add(gathered, rows, table, scale, starts)
    assert same_bits(scattered, expected[0])
    assert same_bits(gathered, expected[1])


@given(products(dtypes=(np.float32, np.float64)))
def test_it_is_the_product_with_the_sparse_matrix(product):
    table, rows, bags, starts = product
    ones, shape = np.ones(rows.size, table.dtype), (len(table), len(bags))
    scattered, gathered = np.zeros_like(table), np.zeros_like(bags)
    with np.errstate(all="ignore"):
        scatter_add(scattered, rows, bags, starts=starts)
        gather_add(gathered, rows, table, 1, starts)
        assert same_bits(scattered, csc_array((ones, rows, starts), shape=shape) @ bags)
        assert same_bits(gathered, csr_array((ones, rows, starts), shape=shape[::-1]) @ table)


@given(products(dtypes=(np.float32, np.float64)))
def test_scatter_add_has_torchs_bits(product):
    target, rows, _, _ = product
    values = numbers(np.random.default_rng(rows.size), (rows.size, target.shape[1]), target.dtype)
    theirs = torch.tensor(target).index_add(0, torch.tensor(rows), torch.tensor(values)).numpy()
    with np.errstate(all="ignore"):
        scatter_add(target, rows, values)
    assert same_bits(target, theirs)


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_order_is_that_of_the_input(dtype):
    # 1 is lost in a large number: each order of these three has another sum.
    large = {np.float16: 2048, np.float32: 2**24, np.float64: 2**53}[dtype]
    values = np.array([[1], [large], [-large]], dtype)
    for order, expected in (([0, 1, 2], 0), ([1, 2, 0], 1), ([1, 0, 2], 0), ([2, 1, 0], 1)):
        target, rows = np.zeros((1, 1), dtype), np.zeros(3, np.int64)
        scatter_add(target, rows, values[order])
        assert target[0, 0] == expected
        bag = np.zeros((1, 1), dtype)
        gather_add(bag, np.array(order), values, 1, np.array([0, 3]))
        assert bag[0, 0] == expected


def test_halves_are_added_in_halves():
    target = np.zeros((1, 2), np.float16)
    scatter_add(target, np.zeros(5000, np.int64), np.ones((5000, 2), np.float16))
    assert target.tolist() == [[2048, 2048]]


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_sum_of_negative_zeros_keeps_its_sign_and_begins_at_what_stands_there(dtype):
    target = np.array([[-0.0], [0.0], [-0.0]], dtype)
    scatter_add(target, np.array([0, 0, 1]), np.full((3, 1), -0.0, dtype))
    assert np.signbit(target).ravel().tolist() == [True, False, True]


@pytest.mark.parametrize("columns", [1, 2, 16, 700])
def test_all_duplicates_are_added(columns):
    target = np.full((3, columns), 5, np.float32)
    scatter_add(target, np.array([1, 1, 2, 1]), np.ones((4, columns), np.float32))
    assert target.tolist() == [[5] * columns, [8] * columns, [6] * columns]


def test_long_lists_are_right_across_pieces():
    rng = np.random.default_rng(0)
    rows = np.minimum(rng.zipf(1.3, 3000), 50) - 1
    values = rng.standard_normal((3000, 64), dtype=np.float32)
    target = rng.standard_normal((50, 64), dtype=np.float32)
    expected = torch.tensor(target).index_add(0, torch.tensor(rows), torch.tensor(values))
    scatter_add(target, rows, values)
    assert target.tobytes() == expected.numpy().tobytes()


@pytest.mark.parametrize("sizes", [[5000], [3000, 0, 2000], [1] * 5000, [0] * 90 + [70] * 70])
def test_bags_of_any_size_are_right(sizes):
    rng = np.random.default_rng(0)
    starts = np.append(0, np.cumsum(sizes))
    rows, table = rng.integers(0, 50, starts[-1]), rng.standard_normal((50, 64), dtype=np.float32)
    owner = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    bags = torch.zeros(len(sizes), 64).index_add(0, owner, torch.tensor(table[rows]))
    out = np.zeros((len(sizes), 64), np.float32)
    gather_add(out, rows, table, 1, starts)
    assert out.tobytes() == bags.numpy().tobytes()


def test_take_gives_the_rows_of_any_table():
    table = np.arange(12).reshape(4, 3)
    rows = np.array([[3, 0], [0, 1]])
    for t in (table, table.T, table[::2, ::-1]):
        np.testing.assert_array_equal(take(t, rows % len(t)), t[rows % len(t)], strict=True)


# --- errors --------------------------------------------------------------------------------------

TABLE, BAGS = np.ones((3, 2), np.float32), np.ones((2, 2), np.float32)


@pytest.mark.parametrize("bad", [3, -1, 2**31, -(2**31), 2**40, 2**63 - 1, -(2**63)])
def test_a_row_number_out_of_range_never_reaches_scipy(bad):
    rows, starts = np.array([0, bad]), np.array([0, 2, 2])
    for call, before in (
        (lambda table: scatter_add(table, rows, BAGS), TABLE),
        (lambda table: scatter_add(table, rows, BAGS, starts=starts), TABLE),
        (lambda bags: gather_add(bags, rows, TABLE, 1, starts), BAGS),
    ):
        target = before.copy()
        with pytest.raises(IndexError, match="index out of range in self"):
            call(target)
        assert target.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "starts", [[0, 1], [0, 1, 2, 2], [0, 3, 2], [0, 1, 3], [0, 1, 1], [1, 1, 2], [0, -1, 2], []]
)
def test_bags_that_do_not_fit_never_reach_scipy(starts):
    rows, starts = np.array([0, 1]), np.array(starts, np.int64)
    for call in (
        lambda: scatter_add(TABLE.copy(), rows, BAGS, starts=starts),
        lambda: gather_add(BAGS.copy(), rows, TABLE, 1, starts),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            call()


@pytest.mark.parametrize("values", [BAGS[:1], BAGS[:, :1], BAGS[0], np.ones((2, 3)), BAGS[None]])
def test_values_that_do_not_fit_never_reach_scipy(values):
    with pytest.raises(ValueError, match=r"do not fit|cannot be added"):
        scatter_add(TABLE.copy(), np.array([0, 1]), values)


def test_a_table_that_may_not_be_written_is_refused():
    target = TABLE.copy()
    target.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        scatter_add(target, np.array([0, 1]), BAGS)
    assert (target == 1).all()


# --- with and without SciPy ----------------------------------------------------------------------


def test_both_ways_are_what_they_say(way, monkeypatch):
    """With SciPy float32 and float64 go to its product and nowhere else; without it, nothing."""
    ways = []
    monkeypatch.setattr(scatter, "_multiply", lambda *args: ways.append("SciPy"))
    monkeypatch.setattr(scatter, "_add_numbers", lambda *args: ways.append("NumPy"))
    for dtype in (np.float16, np.float32, np.float64, np.int64, np.complex64):
        scatter_add(np.zeros((3, 2), dtype), np.array([0, 1]), BAGS)
    product = "SciPy" if way == "with SciPy" else "NumPy"
    assert ways == ["NumPy", product, product, "NumPy", "NumPy"]


SCRIPT = """
import sys
absent = sys.argv[1] == "absent"
if absent:
    sys.modules["scipy"] = None  # an import of it fails
import numpy as np
import embedlib.functional as F
assert sys.modules.get("scipy") is None
grad = F.embedding_dense_backward(np.ones((2, 1), np.float32), np.array([1, 1]), 2)
assert grad.tolist() == [[0], [2]]
assert (sys.modules.get("scipy") is None) == absent
"""


@pytest.mark.parametrize("scipy", ["absent", "present"])
def test_the_package_needs_no_scipy_and_asks_for_it_late(scipy):
    subprocess.run([sys.executable, "-c", SCRIPT, scipy], check=True)
