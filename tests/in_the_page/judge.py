"""Is an answer the expected one? Says what is wrong with it, in words for a developer."""

import numpy as np


def faults(case, answer):
    """One line for each name under which the answer differs; none if all is well."""
    if "raises" in case.expected or "raises" in answer:
        expected, got = case.expected.get("raises", "no error"), answer.get("raises", "no error")
        return [] if got.split(":")[0] == expected else [f"expected {expected}, got {got}"]
    if case.expected.keys() != answer.keys():
        return [f"expected {list(case.expected)}, got {list(answer)}"]
    return [
        f"{name}: {fault}"
        for name, expected in case.expected.items()
        if (fault := difference(expected, answer[name], case.slack.get(name)))
    ]


def difference(expected, got, slack):
    if not isinstance(expected, np.ndarray):
        return None if expected == got else f"expected {expected}, got {got}"
    if (expected.dtype, expected.shape) != (got.dtype, got.shape):
        return f"expected {expected.dtype} {expected.shape}, got {got.dtype} {got.shape}"
    if slack is None:
        wrong = bits(expected) != bits(got)
    else:
        with np.errstate(invalid="ignore"):  # inf - inf
            wrong = ~(np.abs(got.astype(np.float64) - expected) <= slack)
        wrong &= expected != got
    if not wrong.any():
        return None
    first = tuple(np.argwhere(wrong)[0].tolist())
    return (
        f"{wrong.sum()} of {wrong.size} numbers, the first at {first}: expected "
        f"{expected[first]!r}, got {got[first]!r}"
    )


def bits(array):
    """The numbers as whole numbers, so that equal means the same bits; one nan is any nan."""
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return np.ascontiguousarray(array).reshape(array.shape).view(f"u{array.dtype.itemsize}")
