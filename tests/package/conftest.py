"""What the tests of the package share: how much is tried, and how errors are compared."""

import copy
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings

import embedlib
from embedlib import scatter

# Examples of each property; with about 30 properties 3,000 or 30,000 in all. make fuzz says how
# many it wants.
EXAMPLES = {"test": 100, "check": 1_000, "fuzz": int(os.environ.get("FUZZ_EXAMPLES", "1000"))}
for name, max_examples in EXAMPLES.items():
    settings.register_profile(
        name,
        max_examples=max_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))

torch.set_num_threads(1)


@pytest.fixture(scope="module", params=["with SciPy", "without SciPy"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs a test twice: sums by SciPy's product, and by NumPy alone.

    Before the tests one sum shows that it goes the way that is said.
    """
    tools = scatter._sparsetools()
    assert tools, "SciPy is missing, or its loops over sparse matrices are not where we look"
    calls: list[str] = []

    class Counted:
        def __getattr__(self, routine: str) -> Any:
            calls.append(routine)
            return getattr(tools, routine)

    found = Counted() if request.param == "with SciPy" else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scatter, "_sparsetools", lambda: found)
        scatter.scatter_add(np.zeros((1, 1)), np.array([0]), np.ones((1, 1)))
        assert bool(calls) == (request.param == "with SciPy")
        yield request.param


@pytest.fixture(scope="session")
def same_random_stream() -> None:
    """Skips a test where torch itself draws other last bits."""
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in ("AVX2", "AVX512"):
        pytest.skip(f"torch's random bits are known for AVX2 and AVX512, not for {capability}")


@pytest.fixture(scope="session")
def assert_same_error() -> Callable[..., None]:
    """Both calls raise the same type; under torch 2.13 with the same text, unless text=False.

    Where torch names its type at the end, NumPy's name stands: the texts agree up to "but got".
    After ours, the arrays in `unchanged` and the default generator are as they were.
    """

    def check(
        torch_call: Callable[[], Any],
        our_call: Callable[[], Any],
        *,
        text: bool = True,
        unchanged: Sequence[np.ndarray] = (),
    ) -> None:
        before = [a.copy() for a in unchanged]
        generator = copy.deepcopy(embedlib.default_generator)
        with pytest.raises(Exception) as theirs:  # noqa: PT011 (compared below)
            torch_call()
        with pytest.raises(Exception) as ours:  # noqa: PT011
            our_call()
        assert ours.type is theirs.type
        if text and torch.__version__.startswith("2.13."):
            expected, got = str(theirs.value), str(ours.value)
            assert got.split("but got")[0] == expected.split("but got")[0]
        for a, b in zip(unchanged, before, strict=True):
            assert a.tobytes() == b.tobytes()
        now = copy.deepcopy(embedlib.default_generator)
        assert generator.randn(2).tolist() == now.randn(2).tolist()

    return check
