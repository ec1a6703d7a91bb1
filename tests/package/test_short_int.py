"""Where NumPy's int has 32 bits, as in a browser: ids of any width are ids, as they are int64."""

import numpy as np
import pytest

import embedlib
import embedlib.functional as F
from embedlib import arrays

TABLE = np.arange(12.0).reshape(4, 3)
TAKES = {
    "one_hot": lambda ids: F.one_hot(ids, 4),
    "one_hot_matmul": lambda ids: F.one_hot_matmul(ids, TABLE),
    "embedding": lambda ids: F.embedding(ids, TABLE),
    "with max_norm": lambda ids: F.embedding(ids, TABLE.copy(), None, 1.0),
    "dense gradient": lambda ids: F.embedding_backward(TABLE[:3], ids, 4),
    "sparse gradient": lambda ids: F.embedding_sparse_backward(TABLE[:3], ids, 4).indices,
    "renorm": lambda ids: F.embedding_renorm_(TABLE.copy(), ids, 1.0),
    "bag": lambda ids: F.embedding_bag(ids[None], TABLE),
    "offsets": lambda ids: F.embedding_bag(
        np.array([1, 2]), TABLE, np.cumsum(ids, dtype=ids.dtype)
    ),
    "bag's gradient": lambda ids: F.embedding_bag_backward(TABLE[:1], ids[None], TABLE)[0],
    "SparseGrad": lambda ids: embedlib.SparseGrad(ids, TABLE[:3], (4, 3)).indices,
}


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("name", TAKES)
def test_ids_of_any_signed_width_are_taken_as_int64(monkeypatch, name, dtype):
    monkeypatch.setattr(arrays, "INT_IS_SHORT", True)
    ids = np.array([0, 2, 0])
    ours, expected = TAKES[name](ids.astype(dtype)), TAKES[name](ids)
    np.testing.assert_array_equal(ours, expected, strict=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.float32, np.bool_])
@pytest.mark.parametrize("name", TAKES)
def test_what_is_no_signed_integer_stays_refused(monkeypatch, name, dtype):
    monkeypatch.setattr(arrays, "INT_IS_SHORT", True)
    with pytest.raises(RuntimeError):
        TAKES[name](np.array([0, 2, 0]).astype(dtype))


@pytest.mark.skipif(arrays.INT_IS_SHORT, reason="this computer's int has 32 bits")
@pytest.mark.parametrize("dtype", [np.int8, np.int16])
@pytest.mark.parametrize("name", TAKES)
def test_on_a_computer_short_ids_are_torchs_error(name, dtype):
    with pytest.raises(RuntimeError):
        TAKES[name](np.array([0, 2, 0]).astype(dtype))
