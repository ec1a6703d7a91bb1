"""What a reader may write, and whether the page's Python and a computer's give the same.

In a browser addresses have 32 bits, and so have the whole numbers that NumPy makes itself. The
page makes those wide that are written down, and embedlib takes all of them as ids; it cannot do
more. So what differs stands here too, with the reason, and is held to differ: a list that rots
would be believed.
"""

SAME = """
F.one_hot(np.array([2., 0.]).astype(int), 3)
F.one_hot(np.round(np.array([1.6, 0.2])).astype(int), 3)
F.one_hot(np.random.RandomState(0).randint(0, 3, 4), 3)
F.one_hot(np.random.default_rng(0).integers(0, 3, 4), 3)
F.one_hot(np.random.default_rng(0).permutation(3), 3)
F.one_hot(np.random.default_rng(0).choice(3, 4), 3)
F.one_hot(np.argmax(np.eye(3), axis=1), 3)
F.one_hot(np.argmax([1, 3, 2]), 3)
F.one_hot(np.argsort([3, 1, 2]), 3)
F.one_hot(np.bincount([0, 2, 2]), 3)
F.one_hot(np.zeros(2, int), 3)
F.one_hot(np.ones(2, dtype=int), 3)
F.one_hot(np.full(2, 1), 3)
F.one_hot(np.array([1, 2], int), 3)
F.one_hot(np.flatnonzero([1, 0, 1]), 3)
F.one_hot(np.where([True, False])[0], 3)
F.one_hot(np.nonzero([1, 0, 1])[0], 3)
F.one_hot(np.unique([2, 0, 2], return_inverse=True)[1], 3)
F.one_hot(np.searchsorted([1, 2], [1, 2]), 3)
F.one_hot(np.digitize([.5, 1.5], [0, 1]), 3)
F.one_hot(np.cumsum([1, 0, 1]), 3)
F.one_hot(np.tile([1, 2], 2), 3)
F.one_hot(np.stack([[1, 2], [0, 1]]), 3)
F.one_hot(np.concatenate([[1], [2]]), 3)
F.one_hot(np.repeat(np.arange(3), 2), 3)
F.one_hot(np.arange(3) % 2, 3)
F.embedding(np.zeros(2, int), np.eye(3))
F.embedding(np.array([0, 2], np.int32), np.eye(3))
F.embedding_bag(np.array([[1, 2]]), np.eye(3), mode="sum")
F.embedding_bag(np.array([1, 2, 0]), np.eye(3), np.array([0, 2]))
F.embedding_bag(np.array([1, 2, 0]), np.eye(3), np.cumsum([0, 2]), mode="max")
F.embedding_dense_backward(np.ones((2, 1)), np.argsort([3, 1]), 3)
embedlib.SparseGrad(np.argsort([3, 1]), np.ones((2, 1)), (3, 1))
embedlib.Embedding(3, 2, padding_idx=np.argmax([0, 3, 1]))
F.embedding(np.array([1.0]), np.eye(3))
F.embedding(np.array([1], np.uint8), np.eye(3))
np.array([1, 2])
np.array([1, 2]).dtype
np.asarray([1, 2]).dtype
np.arange(3).dtype
np.arange(3)[1]
np.array([3, 4]).sum()
np.array([1, 2]).itemsize
np.zeros(2, int)
np.array([1.9, -1.9]).astype(int)
np.argsort([3, 1, 2])
np.bincount(np.array([0, 2, 2]), minlength=5)
np.unique(np.array([3, 1, 3]), return_counts=True)
np.random.RandomState(0).randint(0, 10, 3)
np.random.default_rng(0).integers(0, 10, 3)
np.random.default_rng(0).permutation(5)
np.random.default_rng(0).standard_normal(3)
np.array([7]) // 2
np.array([10**5]) ** 2
np.array([2**16]) * 2**16
np.arange(3) * 2**40
np.array([2**31 - 1]) + 1
np.array([100000, 100000]).prod()
np.cumprod(np.arange(1, 15))
np.dot(np.array([2**20]), np.array([2**20]))
np.full(2, 2**31)
sum(np.array([2**30, 2**30]))
np.int64(5) * 10**9
np.repeat([1, 2], [2, 1])
np.repeat(np.array([1, 2]), np.array([2, 1]))
np.repeat(np.eye(2), repeats=np.array([2, 1]), axis=0)
np.repeat(np.arange(2), 2)
np.choose(np.array([1, 0]), [np.array([5, 6]), np.array([7, 8])])
np.put(np.zeros(2), np.array([1]), 5)
np.take(np.arange(5.), np.array([1, 2]))
np.take_along_axis(np.eye(2), np.array([[1], [0]]), axis=1)
np.split(np.arange(5), np.array([2, 3]))
np.insert(np.arange(3), np.array([1]), 9)
np.delete(np.arange(3), np.array([1]))
np.unravel_index(np.array([3, 4]), (2, 3))
np.ravel_multi_index((np.array([1, 1]), np.array([0, 2])), (2, 3))
np.histogram([1, 2, 1], bins=2)
np.eye(2, dtype=int)
np.ones((2, 2), int) @ np.ones((2, 2), int)
np.array([1, 2]) / 2
np.linspace(0, 1, 3)
np.array([1, 2]).tolist()
"""

BITS = "NumPy's int has 32 bits"
TYPE = "the type of a whole number that NumPy made is shown as it is"
PLACES = "places and counts that NumPy takes in 32 bits alone"
IDS = "ids that a computer refuses: there int32 and int8 are meant, here NumPy may have made them"
NAMED = "the type is not named, as that of the page's own int"

DIFFERENT = {
    "np.full(3, 2**16) * 2**16": BITS,
    "np.full(3, 10**9).sum()": BITS,
    "np.zeros(1, int) + 2**40": BITS,
    "np.prod([100000, 100000])": BITS,
    "np.power(10, 12)": BITS,
    "np.dot([2**20], [2**20])": BITS,
    "np.cumprod(range(1, 15))": BITS,
    "np.array([1e10]).astype(int)": BITS,
    "np.iinfo(int).max": BITS,
    "np.zeros(4, int).nbytes": BITS,
    "np.zeros(2, int).dtype": TYPE,
    "np.array([]).astype(int)": TYPE,
    "np.argmax([1, 3, 2])": TYPE,
    "np.sum([1, 2, 3])": TYPE,
    "(np.array([1, 2]) == 1).sum()": TYPE,
    "np.count_nonzero([1, 0])": TYPE,
    "np.array([1, 2], np.int32)": NAMED,
    "np.array([1, 2]).repeat(np.array([2, 1]))": PLACES,
    "np.add.reduceat(np.arange(5.), np.array([0, 3]))": PLACES,
    "F.one_hot(np.array([1], np.int32), 3)": IDS,
    "F.embedding(np.array([1], np.int8), np.eye(3))": IDS,
}


def values():
    """What each expression gives here: how it is shown, or the error."""
    import numpy as np

    import embedlib
    from embedlib import functional as F

    names = {"np": np, "F": F, "embedlib": embedlib}
    found = {}
    for expression in [*SAME.strip().splitlines(), *DIFFERENT]:
        try:
            with np.errstate(all="ignore"):
                found[expression] = repr(eval(expression, dict(names)))
        except Exception as error:
            found[expression] = f"{type(error).__name__}: {error}"
    return found
