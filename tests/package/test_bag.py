"""Bags of ids against torch's: sums, means, maxima, their gradients, and the layer.

What is promised, if nothing else is said: maxima, unweighted sums and the values of sparse
gradients are torch's bit for bit; so are means, except in float16, where ours are rounded once and
torch's twice. With sample weights torch fuses multiplication and addition, and in dense gradients
it adds in an order that its sort leaves open: there the difference is at most (n + 4) eps times
the sum of the absolute terms, n of them.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
import embedlib.functional as F
from embedlib import EmbeddingBag, SparseGrad

TORCH = {np.float16: torch.float16, np.float32: torch.float32, np.float64: torch.float64}
torch_bag = torch.nn.functional.embedding_bag


def to_torch(array):
    return None if array is None else torch.tensor(array)


@st.composite
def bag_cases(draw, modes=("sum", "mean", "max"), dtypes=tuple(TORCH), special=True):
    """Arguments of embedding_bag by name; among them empty bags, padding alone, odd layouts."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns, n = draw(st.integers(1, 12)), draw(st.integers(0, 9)), draw(st.integers(0, 50))
    dtype, mode = draw(st.sampled_from(dtypes)), draw(st.sampled_from(modes))
    table = np.asarray(rng.standard_normal((rows, columns)), dtype)
    if special and draw(st.booleans()):
        odd = rng.random(table.shape) < 0.2
        table[odd] = rng.choice([0.0, -0.0, 1.0, np.inf, -np.inf, np.nan], odd.sum())
    if draw(st.booleans()):
        table = np.asfortranarray(table)
    ids = rng.integers(0, rows, n).astype(draw(st.sampled_from([np.int32, np.int64])))
    case = {"input": ids, "weight": table, "mode": mode}
    if draw(st.booleans()):
        length = draw(st.integers(1, max(1, n)))
        case["input"] = ids[: n // length * length].reshape(-1, length)
    else:
        offsets = np.sort(rng.integers(0, n + 1, draw(st.integers(1, 8))))
        offsets[0] = 0
        if draw(st.booleans()):
            offsets, case["include_last_offset"] = np.append(offsets, n), True
        case["offsets"] = offsets.astype(draw(st.sampled_from([np.int32, np.int64])))
    if draw(st.booleans()):
        case["padding_idx"] = draw(st.integers(-rows, rows - 1))
    if mode == "sum" and draw(st.booleans()):
        case["per_sample_weights"] = np.asarray(rng.standard_normal(case["input"].shape), dtype)
    return case


def in_torch(case, **options):
    """torch's output, with the table and the sample weights that it depends on."""
    table = torch.from_numpy(case["weight"].copy("K")).requires_grad_()
    samples = to_torch(case.get("per_sample_weights"))
    if samples is not None:
        samples.requires_grad_()
    rest = {k: v for k, v in case.items() if k not in ("input", "weight", "offsets")}
    rest |= {"per_sample_weights": samples} | options
    out = torch_bag(to_torch(case["input"]), table, to_torch(case.get("offsets")), **rest)
    return out, table, samples


def in_float64(case, absolute=False):
    """The case in float64, exact enough to measure rounding; with absolute values of all terms."""
    case = dict(case)
    for name in ("weight", "per_sample_weights"):
        if name in case:
            case[name] = case[name].astype(np.float64)
            case[name] = np.abs(case[name]) if absolute else case[name]
    return case


def assert_same_bits(ours, theirs):
    """The same type, shape and bits; one nan is as good as another."""
    theirs = theirs.detach().numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    assert np.nan_to_num(ours, nan=0).tobytes() == np.nan_to_num(theirs, nan=0).tobytes()


def assert_close(ours, theirs, sum_of_terms, terms):
    """At most (terms + 4) eps times the sum of the absolute terms apart."""
    theirs = theirs.detach().numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    eps = float(np.finfo(ours.dtype).eps)
    tiny = float(np.finfo(ours.dtype).smallest_subnormal)
    difference = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    assert (difference <= (terms + 4) * (eps * sum_of_terms + tiny)).all()


def backward_arguments(case):
    return {k: v for k, v in case.items() if k not in ("input", "weight")}


# --- properties ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@given(bag_cases())
def test_outputs_equal_torchs(case):
    theirs, _, _ = in_torch(case)
    with np.errstate(all="ignore"):
        ours = F.embedding_bag(**case)
    if "per_sample_weights" not in case and (case["mode"], ours.dtype) != ("mean", np.float16):
        assert_same_bits(ours, theirs)
        return
    assert (ours.dtype, ours.shape) == (np.dtype(case["weight"].dtype), tuple(theirs.shape))
    with np.errstate(all="ignore"):
        bound = F.embedding_bag(**in_float64(case, absolute=True))
    is_finite = np.isfinite(bound)
    np.testing.assert_array_equal(ours[~is_finite], theirs.detach().numpy()[~is_finite])
    assert_close(ours[is_finite], theirs[torch.from_numpy(is_finite)], bound[is_finite], 50)


@pytest.mark.usefixtures("way")
@given(bag_cases(special=False), st.booleans(), st.integers(0, 2**32 - 1))
def test_gradients_equal_torchs(case, sparse, seed):
    # With D = 0 torch's sparse gradient has no entries, ours has one for each id.
    sparse = sparse and case["mode"] != "max" and case["weight"].shape[1] > 0
    theirs, table, samples = in_torch(case, sparse=sparse)
    grad = np.random.default_rng(seed).standard_normal(tuple(theirs.shape))
    grad = np.asarray(grad, case["weight"].dtype)
    theirs.backward(torch.from_numpy(grad))
    options = backward_arguments(case)
    ours, ours_samples = F.embedding_bag_backward(
        grad, case["input"], case["weight"], sparse=sparse, **options
    )
    if sparse:
        assert isinstance(ours, SparseGrad)
        assert ours.indices.tolist() == table.grad._indices()[0].tolist()
        assert ours.is_coalesced == table.grad.is_coalesced()
        assert_same_bits(ours.values, table.grad._values())
    elif case["mode"] == "max":
        assert_same_bits(ours, table.grad)
    else:
        wide = in_float64(case, absolute=True)
        bound, sample_bound = F.embedding_bag_backward(
            np.abs(grad.astype(np.float64)), wide["input"], wide["weight"],
            **backward_arguments(wide),
        )  # fmt: skip
        assert_close(ours, table.grad, bound, case["input"].size)
    assert (ours_samples is None) == (samples is None)
    if samples is not None and not sparse:
        assert_close(ours_samples, samples.grad, sample_bound, case["weight"].shape[1])


@pytest.mark.usefixtures("way")
@given(bag_cases(modes=("sum", "mean"), special=False), st.integers(0, 2**32 - 1))
def test_whole_numbers_give_torchs_dense_gradient_bit_for_bit(case, seed):
    # Where every order of adding gives the same sum, only the right terms can give these bits.
    rng = np.random.default_rng(seed)
    if "per_sample_weights" in case:
        case["per_sample_weights"] = np.asarray(
            rng.integers(-3, 4, case["input"].shape), case["weight"].dtype
        )
    case["mode"] = "sum"
    theirs, table, _ = in_torch(case)
    grad = np.asarray(rng.integers(-4, 5, tuple(theirs.shape)), case["weight"].dtype)
    theirs.backward(torch.from_numpy(grad))
    ours, _ = F.embedding_bag_backward(
        grad, case["input"], case["weight"], **backward_arguments(case)
    )
    np.testing.assert_array_equal(ours, table.grad.numpy(), strict=True)


@pytest.mark.usefixtures("way")
@given(bag_cases(modes=("sum", "mean"), dtypes=(np.float64,), special=False))
def test_scale_grad_by_freq_divides_by_the_count_of_the_id_itself(case):
    """torch's own bag counts wrongly; its embedding, followed by a sum over the bags, does not."""
    ids, table = case["input"], torch.from_numpy(case["weight"].copy("K")).requires_grad_()
    padding_idx = case.get("padding_idx")
    rows = torch.nn.functional.embedding(
        to_torch(ids.reshape(-1)), table, padding_idx, scale_grad_by_freq=True
    )
    counts = (
        np.ones(ids.size) if padding_idx is None else ids.reshape(-1) != padding_idx % len(table)
    )
    factors = case.get("per_sample_weights", np.ones(ids.shape)).reshape(-1) * counts
    starts = case.get("offsets", np.arange(0, ids.size, ids.shape[-1] or 1))
    if case.get("include_last_offset"):
        starts = starts[:-1]
    bag = np.searchsorted(starts, np.arange(ids.size), side="right") - 1
    sizes = np.maximum(np.bincount(bag, counts, minlength=len(starts)), 1)
    if case["mode"] == "mean":
        factors = factors / sizes[bag]
    out = torch.zeros(len(starts), table.shape[1], dtype=torch.float64)
    out = out.index_add(0, torch.from_numpy(bag), rows * torch.from_numpy(factors)[:, None])
    grad = np.cos(np.arange(out.numel())).reshape(tuple(out.shape))
    out.backward(torch.from_numpy(grad))
    ours, _ = F.embedding_bag_backward(
        grad, ids, case["weight"], scale_grad_by_freq=True, **backward_arguments(case)
    )
    np.testing.assert_allclose(ours, table.grad.numpy(), rtol=1e-12, atol=1e-12)


# --- examples ------------------------------------------------------------------------------------

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)


def ints(*values):
    return np.array(values, np.int64)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_an_empty_bag_gives_zeros_also_where_all_numbers_are_negative(mode):
    out = F.embedding_bag(ints(1, 2), -1 - TABLE, ints(0, 0, 2), mode=mode)
    assert not out[[0, 2]].any()
    assert (out[1] < 0).all()
    only_padding = F.embedding_bag(ints(1, 1), -1 - TABLE, ints(0), mode=mode, padding_idx=1)
    assert not only_padding.any()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("ids", [np.zeros((0, 2), np.int64), np.zeros(0, np.int64)])
def test_without_ids_shapes_are_torchs(ids, mode):
    case = {"input": ids, "weight": TABLE, "mode": mode}
    if ids.ndim == 1:
        case["offsets"] = ints()
    theirs, table, _ = in_torch(case)
    ours = F.embedding_bag(**case)
    assert_same_bits(ours, theirs)
    theirs.backward(torch.ones_like(theirs))
    grad, _ = F.embedding_bag_backward(ours, ids, TABLE, **backward_arguments(case))
    assert_same_bits(grad, table.grad)


def test_a_table_without_rows_serves_empty_bags():
    assert F.embedding_bag(ints(), TABLE[:0], ints(0, 0)).tolist() == [[0.0] * 3] * 2


def test_mean_leaves_padding_out_of_the_count():
    out = F.embedding_bag(ints(1, 3, 3, 2), TABLE, ints(0), padding_idx=3)
    assert out.tolist() == [[4.5, 5.5, 6.5]]


def test_the_first_of_equal_maxima_gets_the_gradient():
    grad = np.ones((1, 2), np.float32)
    ours, _ = F.embedding_bag_backward(
        grad, ints(2, 1, 2), np.zeros((3, 2), np.float32), ints(0), mode="max"
    )
    assert ours.tolist() == [[0, 0], [0, 0], [1, 1]]


def test_max_gives_each_number_of_the_gradient_to_the_row_it_came_from():
    table = np.array([[1.0, 9.0], [5.0, 2.0], [3.0, 3.0]])
    ours, _ = F.embedding_bag_backward(
        np.array([[10.0, 20.0]]), ints(0, 1, 2), table, ints(0), mode="max"
    )
    assert ours.tolist() == [[0, 20], [10, 0], [0, 0]]


@pytest.mark.usefixtures("way")
def test_sums_are_right_across_pieces():
    rng = np.random.default_rng(0)
    ids, table = rng.integers(0, 50, 3000), rng.standard_normal((50, 64), dtype=np.float32)
    offsets = np.sort(rng.integers(0, 3000, 20))
    offsets[0] = 0
    case = {"input": ids, "weight": table, "offsets": offsets, "mode": "sum"}
    theirs, weight, _ = in_torch(case)
    assert_same_bits(F.embedding_bag(**case), theirs)
    grad = rng.integers(-4, 5, tuple(theirs.shape)).astype(np.float32)
    theirs.backward(torch.from_numpy(grad))
    ours, _ = F.embedding_bag_backward(grad, ids, table, offsets, mode="sum")
    assert_same_bits(ours, weight.grad)


@pytest.mark.parametrize("offsets", [[0], [0, 1, 2990], list(range(0, 3000, 3))])
def test_maxima_are_right_across_pieces(offsets):
    rng = np.random.default_rng(0)
    ids, table = rng.integers(0, 50, 3000), rng.integers(0, 9, (50, 64)).astype(np.float32)
    table[rng.random(table.shape) < 0.3] = np.nan
    table[rng.random(table.shape) < 0.1] = -0.0
    case = {"input": ids, "weight": table, "offsets": np.array(offsets), "mode": "max"}
    theirs, weight, _ = in_torch(case)
    assert_same_bits(F.embedding_bag(**case), theirs)
    grad = rng.standard_normal(tuple(theirs.shape), dtype=np.float32)
    theirs.backward(torch.from_numpy(grad))
    ours, _ = F.embedding_bag_backward(grad, ids, table, np.array(offsets), mode="max")
    assert_same_bits(ours, weight.grad)


@pytest.mark.usefixtures("way")
def test_halves_are_summed_in_float32_as_in_torch():
    ids, ones = np.zeros(5000, np.int64), np.ones((1, 1), np.float16)
    assert torch_bag(to_torch(ids), to_torch(ones), to_torch(ints(0)), mode="sum") == 5000
    assert F.embedding_bag(ids, ones, ints(0), mode="sum").tolist() == [[5000.0]]


@pytest.mark.usefixtures("way")
def test_the_mean_of_many_halves_is_right_where_torch_gives_nan():
    ids, ones = np.zeros(70_000, np.int64), np.ones((1, 1), np.float16)
    assert torch_bag(to_torch(ids), to_torch(ones), to_torch(ints(0))).isnan().all()
    assert F.embedding_bag(ids, ones, ints(0)).tolist() == [[1.0]]


def test_the_arguments_are_not_written():
    case = {"input": ints(1, 2), "weight": TABLE, "offsets": ints(0), "mode": "sum"}
    case["per_sample_weights"] = np.ones(2, np.float32)
    before = {k: np.array(v) for k, v in case.items()}
    F.embedding_bag(**case)
    grad, _ = F.embedding_bag_backward(
        np.ones((1, 3)), case["input"], TABLE, sparse=True, **backward_arguments(case)
    )
    grad.indices[:] = 0  # the gradient's own
    for name in case:
        np.testing.assert_array_equal(case[name], before[name])


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("ids", [ints(0, 3, 3, 1), ints(0, 3, 3, 1).reshape(2, 2)])
def test_max_norm_shortens_the_rows_looked_up_also_the_padding_row_as_in_torch(ids, mode):
    theirs, ours = torch.tensor(TABLE), TABLE.copy()
    offsets = None if ids.ndim == 2 else ints(0, 1)
    options = {"max_norm": 1.5, "norm_type": 1.0, "mode": mode, "padding_idx": 3}
    reference = torch_bag(to_torch(ids), theirs, to_torch(offsets), **options)
    out = F.embedding_bag(ids, ours, offsets, **options)
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-6)
    np.testing.assert_allclose(out, reference.numpy(), rtol=1e-6)
    assert (ours[2] == TABLE[2]).all()
    assert (ours[3] != TABLE[3]).all()


# --- defects of torch 2.13 that are not copied ---------------------------------------------------


def test_torch_divides_by_the_count_of_another_id_and_we_do_not():
    # Each id gets 1 / count as often as it occurs: 1 in all. torch takes the counts at the first
    # three places of the sorted ids (2, 2, 1) for those of the three distinct ids (2, 1, 1).
    case = {"input": ints(1, 1, 2, 3), "weight": TABLE, "offsets": ints(0), "mode": "sum"}
    ours, _ = F.embedding_bag_backward(np.ones((1, 3)), scale_grad_by_freq=True, **case)
    assert ours[:, 0].tolist() == [0, 1, 1, 1]
    if torch.__version__.startswith("2.13."):
        theirs, table, _ = in_torch(case, scale_grad_by_freq=True)
        theirs.backward(torch.ones_like(theirs))
        assert table.grad[:, 0].tolist() == [0, 1, 0.5, 1]


def test_a_last_offset_below_the_length_is_an_error_where_torch_gives_three_answers():
    ids, offsets = ints(1, 2, 3), ints(0, 1, 2)
    for mode, second_bag in (("sum", 6.0), ("mean", 3.0), ("max", 9.0)):
        options = {"mode": mode, "include_last_offset": True}
        if torch.__version__.startswith("2.13."):
            out = torch_bag(to_torch(ids), to_torch(TABLE), to_torch(offsets), **options)
            assert out[1, 0] == second_bag
        with pytest.raises(RuntimeError, match=r"has to be input's length 3, but got .* of 2"):
            F.embedding_bag(ids, TABLE, offsets, **options)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("offsets", [[0, 2, 1], [0, -1], [0, 9, 3], [0, -(2**31), 3]], ids=str)
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_decreasing_and_negative_later_offsets_are_an_error(offsets, mode, dtype):
    with pytest.raises(RuntimeError, match=r"offsets can not decrease, but offsets\[\d\] of"):
        F.embedding_bag(ints(1, 2, 3), TABLE, np.array(offsets, dtype), mode=mode)


def test_decreasing_offsets_go_unnoticed_in_torchs_max():
    # Negative ones and those past the end read and write out of bounds: not shown here.
    if torch.__version__.startswith("2.13."):
        out = torch_bag(
            to_torch(ints(1, 2, 3)), to_torch(TABLE), to_torch(ints(0, 2, 1)), mode="max"
        )
        assert out[:, 0].tolist() == [3.0, 6.0, 9.0]


def test_ids_without_a_bag_are_an_error_where_torch_drops_them():
    # With mode="max" torch crashes.
    assert (
        torch_bag(to_torch(ints(1)), to_torch(TABLE), to_torch(ints()), mode="sum").shape[0] == 0
    )
    for mode in ("sum", "mean", "max"):
        with pytest.raises(RuntimeError, match="offsets is empty, so there is no bag"):
            F.embedding_bag(ints(1), TABLE, ints(), mode=mode)
        with pytest.raises(RuntimeError, match="has to be input's length 1"):
            F.embedding_bag(ints(1), TABLE, ints(0), mode=mode, include_last_offset=True)


@pytest.mark.parametrize("bad", [{"input": ints(1, 9)}, {"padding_idx": 9}, {"offsets": ints(1)}])
def test_a_bad_argument_is_found_before_max_norm_changes_the_table(bad):
    table = TABLE.copy()
    case = {"input": ints(1, 2, 3), "weight": table, "offsets": ints(0)} | bad
    with pytest.raises(RuntimeError):
        F.embedding_bag(max_norm=0.1, **case)
    assert (table == TABLE).all()
    if torch.__version__.startswith("2.13."):
        theirs = torch.tensor(TABLE)
        with pytest.raises((RuntimeError, IndexError)):
            torch_bag(
                to_torch(case["input"]), theirs, to_torch(case["offsets"]), 0.1,
                padding_idx=bad.get("padding_idx"),
            )  # fmt: skip
        assert (theirs.numpy() != TABLE).any()


# --- errors --------------------------------------------------------------------------------------

ONES = np.ones(2, np.float32)
GOOD = {"input": ints(1, 2), "weight": TABLE, "offsets": ints(0)}
PAIRS = {"input": ints(1, 2).reshape(1, 2), "weight": TABLE}
BAD = {
    "id too large": GOOD | {"input": ints(1, 4)},
    "id too large in a mean": GOOD | {"input": ints(1, 4), "mode": "mean"},
    "negative id": GOOD | {"input": ints(1, -1)},
    "id too large, the second bag": GOOD | {"input": ints(0, 3, 9), "offsets": ints(0, 2)},
    "id too large, 2-D": {"input": ints(0, 1, -3, 9).reshape(2, 2), "weight": TABLE},
    "id without rows": GOOD | {"weight": TABLE[:0]},
    "id without columns": GOOD | {"input": ints(1, 4), "weight": TABLE[:, :0]},
    "half table": GOOD | {"input": ints(1, 4), "weight": TABLE.astype(np.float16)},
    "first offset 1": GOOD | {"offsets": ints(1, 2)},
    "first offset -1": GOOD | {"offsets": ints(-1, 2)},
    "last offset too large": GOOD | {"offsets": ints(0, 3)},
    "last offset too large, included": GOOD | {"offsets": ints(0, 3), "include_last_offset": True},
    "no offset, last included": {
        "input": ints(), "weight": TABLE, "offsets": ints(), "include_last_offset": True,
    },
    "float ids": GOOD | {"input": np.ones(2)},
    "float ids before a bad offset": GOOD | {"input": np.ones(2), "offsets": ints(3)},
    "float ids, 2-D": PAIRS | {"input": np.ones((1, 2))},
    "uint8 ids, 2-D": PAIRS | {"input": np.ones((1, 2), np.uint8)},
    "int16 ids and offsets": GOOD | {"input": np.ones(2, "i2"), "offsets": np.zeros(1, "i2")},
    "table of ints": GOOD | {"weight": TABLE.astype(np.int32)},
    "table of ints before a bad offset": GOOD
    | {"weight": TABLE.astype(np.int32), "offsets": ints(3)},
    "complex table": GOOD | {"weight": TABLE.astype(np.complex64)},
    "bad offset before a bad id": GOOD | {"input": ints(9, 9), "offsets": ints(3)},
    "no offsets": {"input": ints(1), "weight": TABLE},
    "2-D offsets": GOOD | {"offsets": ints(0).reshape(1, 1)},
    "0-D offsets": GOOD | {"offsets": np.asarray(0)},
    "offsets for 2-D ids": PAIRS | {"offsets": ints(0)},
    "0-D ids": GOOD | {"input": np.asarray(1)},
    "3-D ids": {"input": ints(1).reshape(1, 1, 1), "weight": TABLE},
    "2-D ids of no columns": {"input": np.zeros((2, 0), np.int64), "weight": TABLE},
    "1-D table": GOOD | {"weight": TABLE[0]},
    "3-D table": GOOD | {"weight": TABLE[None]},
    "unknown mode": GOOD | {"mode": "x"},
    "mode None": GOOD | {"mode": None},
    "mode a number": GOOD | {"mode": 0},
    "max by frequency": GOOD | {"mode": "max", "scale_grad_by_freq": True},
    "max, sparse": GOOD | {"mode": "max", "sparse": True},
    "max by frequency 1": GOOD | {"mode": "max", "scale_grad_by_freq": 1},
    "frequency 1": GOOD | {"scale_grad_by_freq": 1, "padding_idx": 9},
    "sparse None": GOOD | {"sparse": None},
    "last offset a str": GOOD | {"include_last_offset": "a"},
    "padding 4": GOOD | {"padding_idx": 4},
    "padding -5": GOOD | {"padding_idx": -5},
    "padding before float ids": GOOD | {"input": np.ones(2), "padding_idx": 9},
    "padding without rows": {
        "input": ints(), "weight": TABLE[:0], "offsets": ints(0), "padding_idx": 0,
    },
    "padding a float": GOOD | {"padding_idx": 1.0},
    "padding a bool": GOOD | {"padding_idx": True},
    "padding a str": GOOD | {"padding_idx": "a"},
    "weights of another length": GOOD | {"mode": "sum", "per_sample_weights": ONES[:1]},
    "weights of another length, mean": GOOD | {"per_sample_weights": ONES[:1]},
    "weights of another shape": PAIRS | {"mode": "sum", "per_sample_weights": ONES},
    "weights of another dtype": GOOD
    | {"mode": "sum", "per_sample_weights": ONES.astype(np.float64)},
    "weights of ints": GOOD | {"mode": "sum", "per_sample_weights": ints(1, 1)},
    "weights for a mean": GOOD | {"mode": "mean", "per_sample_weights": ONES},
    "weights for a max": GOOD | {"mode": "max", "per_sample_weights": ONES},
    "weights after a bad offset": GOOD
    | {"mode": "sum", "per_sample_weights": np.ones(2), "offsets": ints(3)},
    "weights before no offset": {
        "input": ints(), "weight": TABLE, "offsets": ints(), "mode": "sum",
        "per_sample_weights": np.ones(0), "include_last_offset": True,
    },
    "max_norm a str": GOOD | {"max_norm": "a"},
    "norm_type None": GOOD | {"max_norm": 1.0, "norm_type": None},
}  # fmt: skip


def in_our_words(message):
    """torch's message with NumPy's names, and without its tail after an offset and its wish."""
    for theirs, ours in {
        "<class 'torch.Tensor'>": "<class 'numpy.ndarray'>",
        "\n[ torch.LongTensor{} ]": "",
        " Please open a feature request on GitHub.": "",
        "torch.Size([1, 2])": "(1, 2)",
        "torch.Size([2])": "(2,)",
        "torch.Size([1])": "(1,)",
        "torch.FloatTensor": "float32",
        "torch.DoubleTensor": "float64",
        "torch.LongTensor": "int64",
    }.items():
        message = message.replace(theirs, ours)
    return message


@pytest.mark.parametrize("case", BAD)
def test_errors_are_torchs_and_change_nothing(case, assert_same_error):
    case = {"mode": "sum"} | BAD[case] if "mode" not in BAD[case] else BAD[case]
    arrays = {k: v for k, v in case.items() if isinstance(v, np.ndarray)}

    def reference():
        try:
            torch_bag(**case | {k: to_torch(v) for k, v in arrays.items()})
        except Exception as error:
            raise type(error)(in_our_words(str(error))) from None

    unchanged = list(arrays.values())
    assert_same_error(reference, lambda: F.embedding_bag(**case), unchanged=unchanged)
    if "max_norm" in case:
        return
    backward = dict(case)
    ids, table = backward.pop("input"), backward.pop("weight")
    grad = np.ones((1, 3), np.float32)
    assert_same_error(
        reference,
        lambda: F.embedding_bag_backward(grad, ids, table, **backward),
        unchanged=[*unchanged, grad],
    )


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("max_norm", [None, 1.0])
def test_a_bad_id_is_always_the_same_error(mode, max_norm):
    # torch has three, by mode, dtype, padding and max_norm; ours is the one that names the place.
    for table in (TABLE.copy(), TABLE.astype(np.float64)):
        with pytest.raises(RuntimeError, match=r"^Index 1 of input takes value 4 which is not in"):
            F.embedding_bag(ints(0, 4), table, ints(0), max_norm, mode=mode, padding_idx=0)


def test_float_offsets_are_named_as_offsets():
    # torch converts ids and offsets to a common type first, and then blames the ids.
    with pytest.raises(RuntimeError, match=r"'offsets' to have .* Long, Int; but got float64"):
        F.embedding_bag(ints(1), TABLE, np.zeros(1))


@pytest.mark.parametrize("name", ["input", "weight", "offsets", "per_sample_weights"])
def test_lists_are_refused_and_the_error_says_how_to_convert(name):
    # In torch this is an AttributeError about a method that a list has not.
    case = GOOD | {"mode": "sum", "per_sample_weights": ONES} | {name: [1, 2]}
    with pytest.raises(TypeError, match=rf"'{name}' .* not list\. Convert it with np\.asarray"):
        F.embedding_bag(**case)
    with pytest.raises(TypeError, match="'grad_output'"):
        F.embedding_bag_backward([[1.0]], **GOOD)


def test_frequencies_and_a_sparse_gradient_exclude_each_other_in_backward(assert_same_error):
    case = GOOD | {"mode": "sum", "sparse": True, "scale_grad_by_freq": True}
    assert F.embedding_bag(**case).shape == (1, 3)
    theirs, _, _ = in_torch(case)
    grad = np.ones((1, 3), np.float32)
    assert_same_error(
        lambda: theirs.backward(torch.from_numpy(grad)),
        lambda: F.embedding_bag_backward(grad, **case),
        unchanged=[grad, TABLE],
    )


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 2), ()])
def test_a_gradient_of_another_shape_is_refused(shape):
    with pytest.raises(RuntimeError, match="Mismatch in shape: grad_output has a shape of"):
        F.embedding_bag_backward(np.ones(shape), **GOOD)


# --- the layer -----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:grad and param do not obey")  # torch's, for D = 0
@given(bag_cases(special=False), st.booleans(), st.integers(0, 2**32 - 1))
def test_two_rounds_of_forward_and_backward_of_the_layer_equal_torchs(case, sparse, seed):
    """Gradients of both rounds add up. Whole numbers: every order of adding gives the same sum."""
    rng = np.random.default_rng(seed)
    rows, columns = case["weight"].shape
    options = {k: case[k] for k in ("mode", "include_last_offset", "padding_idx") if k in case}
    # torch cannot add up two sparse gradients in float16.
    halves = case["weight"].dtype == np.float16
    options["sparse"] = sparse and case["mode"] != "max" and columns > 0 and not halves
    if case["mode"] == "mean":
        options["mode"] = "sum"
    table = rng.integers(-8, 9, (rows, columns)).astype(case["weight"].dtype)
    ours = EmbeddingBag(rows, columns, _weight=table.copy(), **options)
    theirs = torch.nn.EmbeddingBag(rows, columns, _weight=torch.tensor(table), **options)
    assert repr(ours) == repr(theirs)
    samples = None
    if "per_sample_weights" in case:
        samples = rng.integers(-3, 4, case["input"].shape).astype(table.dtype)
    for _ in range(2):
        offsets, leaf = case.get("offsets"), to_torch(samples)
        if leaf is not None:
            leaf.requires_grad_()
        out = ours(case["input"], offsets, samples)
        reference = theirs(to_torch(case["input"]), to_torch(offsets), leaf)
        np.testing.assert_array_equal(out, reference.detach().numpy(), strict=True)
        grad = rng.integers(-4, 5, out.shape).astype(table.dtype)
        reference.backward(torch.from_numpy(grad))
        returned = ours.backward(grad)
        if leaf is None:
            assert returned is None
        else:
            np.testing.assert_array_equal(returned, leaf.grad.numpy(), strict=True)
        assert isinstance(ours.weight.grad, SparseGrad) == options["sparse"]
        dense = ours.weight.grad.to_dense() if options["sparse"] else ours.weight.grad
        np.testing.assert_array_equal(dense, theirs.weight.grad.to_dense().numpy(), strict=True)
    ours.zero_grad()
    assert ours.weight.grad is None


@pytest.mark.usefixtures("same_random_stream")
@pytest.mark.parametrize("padding_idx", [None, 0, -1])
def test_a_seeded_layer_begins_with_torchs_table(padding_idx):
    torch.manual_seed(5)
    embedlib.manual_seed(5)
    theirs = torch.nn.EmbeddingBag(10, 3, padding_idx=padding_idx)
    ours = EmbeddingBag(10, 3, padding_idx=padding_idx)
    assert_same_bits(ours.weight.data, theirs.weight)
    theirs.reset_parameters()
    ours.reset_parameters()
    assert_same_bits(ours.weight.data, theirs.weight)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_norm": 1, "norm_type": 1.0, "scale_grad_by_freq": True, "mode": "sum"},
        {"sparse": True, "include_last_offset": True, "padding_idx": -1},
        {"mode": "x", "padding_idx": 0},
    ],
    ids=str,
)
def test_the_layer_has_torchs_attributes_and_repr(options):
    ours, theirs = EmbeddingBag(4, 3, **options), torch.nn.EmbeddingBag(4, 3, **options)
    assert repr(ours) == repr(theirs)
    for name in theirs.__constants__:
        assert getattr(ours, name) == getattr(theirs, name)
    assert list(ours.state_dict()) == list(theirs.state_dict()) == ["weight"]
    assert EmbeddingBag(4, 3, dtype=np.float64).weight.data.dtype == np.float64


def test_all_options_reach_the_lookup_and_its_gradient():
    ids, offsets = ints(1, 1, 2, 3, 0), ints(0, 2, 5)
    options = {"scale_grad_by_freq": True, "include_last_offset": True, "padding_idx": 2}
    layer = EmbeddingBag(4, 3, 1.5, 1.0, mode="mean", _weight=TABLE.copy(), **options)
    table, options = TABLE.copy(), options | {"mode": "mean"}
    out = F.embedding_bag(ids, table, offsets, 1.5, 1.0, **options)
    np.testing.assert_array_equal(layer(ids, offsets), out)
    np.testing.assert_array_equal(layer.weight.data, table)
    grad = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert layer.backward(grad) is None
    expected, _ = F.embedding_bag_backward(grad, ids, table, offsets, **options)
    np.testing.assert_array_equal(layer.weight.grad, expected)


def test_from_pretrained_shares_memory_freezes_and_keeps_the_padding_row():
    table = np.ones((4, 3), np.float32)
    layer = EmbeddingBag.from_pretrained(table, mode="sum", padding_idx=-1, max_norm=0.5)
    theirs = torch.nn.EmbeddingBag.from_pretrained(
        torch.tensor(table), mode="sum", padding_idx=-1, max_norm=0.5
    )
    assert repr(layer) == repr(theirs)
    assert layer.weight.data is table
    assert table.all()
    assert (layer.padding_idx, layer.weight.requires_grad) == (3, False)
    layer(ints(0), ints(0), np.ones(1, np.float32))
    assert (table[0] < 1).all()  # max_norm, frozen or not
    assert layer.backward(np.ones((1, 3))).shape == (1,)
    assert layer.weight.grad is None
    assert EmbeddingBag.from_pretrained(table, freeze=False).weight.requires_grad


def test_backward_belongs_to_the_last_forward_and_to_the_arrays_it_had_then():
    layer = EmbeddingBag(4, 1, mode="sum", _weight=np.ones((4, 1)))
    ids, offsets, samples = ints(0, 0), ints(0, 1), np.ones(2)
    layer(ids, offsets, samples)
    with pytest.raises(RuntimeError):
        layer(ints(9), ints(0))
    ids[:], offsets[:], samples[:] = 2, 7, 5
    layer.backward(np.ones((2, 1)))
    assert layer.weight.grad.ravel().tolist() == [2.0, 0.0, 0.0, 0.0]


def test_backward_without_forward_says_so():
    with pytest.raises(RuntimeError, match="needs a forward pass first"):
        EmbeddingBag(4, 3).backward(np.ones((1, 3)))


def test_after_a_bad_gradient_the_layer_is_as_before():
    layer = EmbeddingBag(4, 3, mode="sum")
    layer(ints(1), ints(0))
    layer.backward(np.ones((1, 3)))
    before = layer.weight.grad.copy()
    for bad, error in ((np.ones((2, 3)), RuntimeError), ([[1.0] * 3], TypeError)):
        with pytest.raises(error):
            layer.backward(bad)
        assert (layer.weight.grad == before).all()


BAD_LAYERS = {
    "padding 4": {"padding_idx": 4},
    "padding -5": {"padding_idx": -5},
    "padding a float out of range": {"padding_idx": 4.0},
    "padding without rows": {"num_embeddings": 0, "padding_idx": 0},
    "padding -1 without rows": {"num_embeddings": 0, "padding_idx": -1},
    "negative rows": {"num_embeddings": -1},
    "negative rows, padding -1": {"num_embeddings": -3, "padding_idx": -1},
    "negative columns": {"embedding_dim": -1},
    "weight of another shape": {"_weight": TABLE.T},
    "weight of another shape after bad padding": {"_weight": TABLE.T, "padding_idx": 9},
    "weight of ints": {"_weight": TABLE.astype(np.int64)},
}


@pytest.mark.parametrize("case", BAD_LAYERS)
def test_the_layer_raises_as_torch(case, assert_same_error):
    options = {"num_embeddings": 4, "embedding_dim": 3} | BAD_LAYERS[case]
    in_torch = {k: to_torch(v) if k == "_weight" else v for k, v in options.items()}
    assert_same_error(
        lambda: torch.nn.EmbeddingBag(**in_torch),
        lambda: EmbeddingBag(**options),
        unchanged=[TABLE],
    )


def test_types_of_arguments_of_the_layer_are_checked_as_in_torch(assert_same_error):
    assert_same_error(
        lambda: torch.nn.EmbeddingBag(4, 3, padding_idx=1.0),
        lambda: EmbeddingBag(4, 3, padding_idx=1.0),
        text=False,
    )
    assert_same_error(
        lambda: torch.nn.EmbeddingBag(4, 3, dtype=torch.int64),
        lambda: EmbeddingBag(4, 3, dtype=np.int64),
    )
    for table in (np.ones((4, 3), np.int64), np.ones(3, np.float32)):
        assert_same_error(
            lambda table=table: torch.nn.EmbeddingBag.from_pretrained(to_torch(table)),
            lambda table=table: EmbeddingBag.from_pretrained(table),
        )
    for call in (
        lambda: EmbeddingBag.from_pretrained([[1.0]]),
        lambda: EmbeddingBag(1, 1, _weight=[[1.0]]),
    ):
        with pytest.raises(TypeError, match=r"np\.asarray\("):
            call()
    with pytest.raises(TypeError, match="padding_idx must be int, not bool"):
        EmbeddingBag(4, 3, padding_idx=True)
    with pytest.raises(RuntimeError, match="'cuda'"):
        EmbeddingBag(4, 3, device="cuda")
