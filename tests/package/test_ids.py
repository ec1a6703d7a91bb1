"""The distinct ids of a batch, against NumPy's own function for them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedlib.ids import distinct


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 300),
    st.integers(1, 3),
    st.sampled_from([np.int32, np.int64]),
)
def test_distinct_equals_numpys_unique_in_each_of_its_ways(seed, n, spread, dtype):
    rng = np.random.default_rng(seed)
    num_rows = [5, 400, 2**31 - 1][spread - 1]
    ids = rng.integers(0, num_rows, n).astype(dtype)
    ids[: n // 2] = ids[n // 2 : n // 2 * 2]
    expected, inverse = np.unique(ids, return_inverse=True)
    for rows in (num_rows, 2**40, 2**63 - 1):
        ours, rank = distinct(ids, rows)
        assert ours.dtype == rank.dtype == np.int64
        assert ours.tolist() == expected.tolist()
        assert rank.tolist() == inverse.tolist()
