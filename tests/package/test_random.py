"""Our random numbers against torch's, bit for bit."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import embedlib
from embedlib.random import Generator

TORCH = {np.float16: torch.float16, np.float32: torch.float32, np.float64: torch.float64}
seeds = st.integers(-(2**63), 2**64 - 1)
# On both sides of 16, where torch changes its way of drawing normals, and of whole blocks.
sizes = st.one_of(
    st.integers(0, 20).map(lambda n: (n,)),
    st.integers(21, 300).map(lambda n: (n,)),
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    st.just(()),
)
dtypes = st.sampled_from(list(TORCH))
draws = st.one_of(
    st.tuples(st.just("randn"), sizes, dtypes),
    st.tuples(st.just("rand"), sizes, dtypes),
    st.tuples(
        st.just("uniform"),
        sizes,
        dtypes,
        st.floats(-1e3, 1e3, width=32),
        st.floats(0, 1e3, width=32),
    ),
    st.tuples(
        st.just("randint"),
        sizes,
        st.integers(-(2**40), 2**40),
        st.one_of(st.integers(1, 100), st.integers(2**27, 2**29), st.integers(1, 2**60)),
    ),
    st.tuples(st.just("randperm"), st.integers(0, 50)),
)


def from_torch(generator, what, *args):
    if what == "randperm":
        out = torch.randperm(args[0], generator=generator)
    elif what == "randint":
        size, low, width = args
        out = torch.randint(low, low + width, size, generator=generator)
    elif what == "uniform":
        size, dtype, low, width = args
        out = torch.empty(size, dtype=TORCH[dtype])
        out.uniform_(low, low + width, generator=generator)
    else:
        size, dtype = args
        out = getattr(torch, what)(size, dtype=TORCH[dtype], generator=generator)
    return out.numpy()


def from_ours(generator, what, *args):
    if what == "randperm":
        return generator.randperm(args[0])
    if what == "randint":
        size, low, width = args
        return generator.randint(low, low + width, size)
    if what == "uniform":
        size, dtype, low, width = args
        return generator.uniform(low, low + width, size, dtype)
    size, dtype = args
    return getattr(generator, what)(*size, dtype=dtype)


@pytest.mark.usefixtures("same_random_stream")
@given(seeds, st.lists(draws, max_size=6))
def test_any_sequence_of_draws_equals_torchs_bit_for_bit(seed, sequence):
    theirs, ours = torch.Generator().manual_seed(seed), Generator(seed)
    for step in sequence:
        a, b = from_torch(theirs, *step), from_ours(ours, *step)
        assert (a.dtype, a.shape) == (b.dtype, b.shape), step
        assert a.tobytes() == b.tobytes(), step


@pytest.mark.usefixtures("same_random_stream")
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(0, 60),
    st.one_of(st.none(), st.integers(-60, 59)),
    st.sampled_from(list(TORCH)),
)
def test_a_seeded_layer_equals_torchs_bit_for_bit(seed, rows, columns, padding_idx, dtype):
    if padding_idx is not None:
        padding_idx %= rows
    torch.manual_seed(seed)
    embedlib.manual_seed(seed)
    args = {"dtype": TORCH[dtype]}, {"dtype": dtype}
    for _ in range(2):  # the second one continues the stream
        theirs = torch.nn.Embedding(rows, columns, padding_idx, **args[0])
        ours = embedlib.Embedding(rows, columns, padding_idx, **args[1])
        assert ours.weight.data.tobytes() == theirs.weight.detach().numpy().tobytes()
        linear = torch.nn.Linear(columns + 1, rows, **args[0])
        our_linear = embedlib.Linear(columns + 1, rows, **args[1])
        assert our_linear.weight.data.tobytes() == linear.weight.detach().numpy().tobytes()
        assert our_linear.bias.data.tobytes() == linear.bias.detach().numpy().tobytes()


@pytest.mark.usefixtures("same_random_stream")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_arrays_equal_torchs_bit_for_bit(dtype):
    n = 2**14 * 6 + 7 if dtype == np.float64 else 2_000_003  # more than one chunk, no whole block
    theirs, ours = torch.Generator().manual_seed(1), Generator(1)
    a = torch.randn(n, dtype=TORCH[dtype], generator=theirs).numpy()
    assert a.tobytes() == ours.randn(n, dtype=dtype).tobytes()
    a = torch.empty(n, dtype=TORCH[dtype]).uniform_(1000, 1001, generator=theirs).numpy()
    assert a.tobytes() == ours.uniform(1000, 1001, (n,), dtype).tobytes()
    assert a.max() < 1001  # what would round up to the excluded bound becomes the lower one
    assert torch.randperm(70_000, generator=theirs).tolist() == ours.randperm(70_000).tolist()


@pytest.mark.usefixtures("same_random_stream")
@pytest.mark.parametrize("low", [1e-44, -1e-44, 1e-17, -1e-17, 0.0])
def test_uniform_rounds_once_where_rounding_twice_would_differ(low):
    # u * 125 is often halfway between two float32; then the tiny bound decides.
    theirs = torch.empty(20_000).uniform_(low, 125, generator=torch.Generator().manual_seed(3))
    assert Generator(3).uniform(low, 125, (20_000,)).tobytes() == theirs.numpy().tobytes()


@pytest.mark.usefixtures("same_random_stream")
def test_the_second_normal_of_a_pair_waits_for_the_next_short_draw():
    theirs, ours = torch.Generator().manual_seed(5), Generator(5)
    for n in (1, 16, 1, 3, 40, 1):
        a, b = torch.randn(n, generator=theirs).numpy(), ours.randn(n)
        assert a.tobytes() == b.tobytes(), n
    ours.randn(1)
    assert ours.manual_seed(5).randn(1) == Generator(5).randn(1)  # a new seed forgets it


@pytest.mark.usefixtures("same_random_stream")
def test_seed_666_gives_torchs_first_row():
    torch.manual_seed(666)
    embedlib.manual_seed(666)
    theirs, ours = torch.nn.Embedding(10, 3), embedlib.Embedding(10, 3)
    assert ours.weight.data.tobytes() == theirs.weight.detach().numpy().tobytes()
    np.testing.assert_allclose(ours.weight.data[0], [-0.7747, 0.7926, -0.0062], atol=5e-5)


def test_manual_seed_sets_and_returns_the_default_generator():
    assert embedlib.manual_seed(3) is embedlib.default_generator
    assert embedlib.default_generator.rand(2).tolist() == Generator(3).rand(2).tolist()


def test_a_size_may_be_one_tuple():
    assert Generator(0).randn((2, 3)).tolist() == Generator(0).randn(2, 3).tolist()
    assert Generator(0).rand(()).shape == Generator(0).rand().shape == ()


theirs, ours = torch.Generator(), Generator(0)
ERRORS = {
    "randn negative": (lambda: torch.randn(-1, 3), lambda: ours.randn(-1, 3), True),
    "rand negative": (lambda: torch.rand(-1), lambda: ours.rand(-1), True),
    "randperm negative": (lambda: torch.randperm(-1), lambda: ours.randperm(-1), True),
    "randint negative": (
        lambda: torch.randint(0, 2, (-1,)),
        lambda: ours.randint(0, 2, (-1,)),
        True,
    ),
    "size a float": (lambda: torch.randn(2.0), lambda: ours.randn(2.0), False),
    "randperm a float": (lambda: torch.randperm(2.0), lambda: ours.randperm(2.0), False),
    "randint empty range": (
        lambda: torch.randint(3, 1, (0,)),
        lambda: ours.randint(3, 1, (0,)),
        True,
    ),
    "randn int64": (
        lambda: torch.randn(2, dtype=torch.int64),
        lambda: ours.randn(2, dtype=np.int64),
        False,
    ),
    "rand int64": (
        lambda: torch.rand(2, dtype=torch.int64),
        lambda: ours.rand(2, dtype=np.int64),
        False,
    ),
    "uniform upside down": (
        lambda: torch.empty(3).uniform_(2, 1),
        lambda: ours.uniform(2, 1, (3,)),
        True,
    ),
    "uniform infinite": (
        lambda: torch.empty(3).uniform_(0, float("inf")),
        lambda: ours.uniform(0, float("inf"), (3,)),
        False,
    ),
    "uniform nan": (
        lambda: torch.empty(3).uniform_(0, float("nan")),
        lambda: ours.uniform(0, float("nan"), (3,)),
        False,
    ),
    "uniform too wide": (
        lambda: torch.empty(3).uniform_(-3e38, 3e38),
        lambda: ours.uniform(-3e38, 3e38, (3,)),
        False,
    ),
    "seed too large": (
        lambda: torch.manual_seed(2**64),
        lambda: embedlib.manual_seed(2**64),
        True,
    ),
    "seed too small": (
        lambda: theirs.manual_seed(-(2**63) - 1),
        lambda: ours.manual_seed(-(2**63) - 1),
        True,
    ),
    "seed a float": (lambda: theirs.manual_seed(2.0), lambda: ours.manual_seed(2.0), True),
    "seed a bool": (lambda: theirs.manual_seed(True), lambda: ours.manual_seed(True), True),
    "seed None": (lambda: torch.manual_seed(None), lambda: embedlib.manual_seed(None), True),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_torchs_and_draw_nothing(case, assert_same_error):
    torch_call, our_call, text = ERRORS[case]
    ours.manual_seed(7)
    assert_same_error(torch_call, our_call, text=text)
    assert ours.rand(4).tolist() == Generator(7).rand(4).tolist()
