"""Numbers as the figures show them: what web/explore/numbers.mjs does, said again in Python."""

import math


def show(x: float, digits: int) -> str:
    """With a real minus, no sign before zero; halves are rounded away from zero."""
    if not math.isfinite(x):
        return {math.inf: "inf", -math.inf: "−inf"}.get(x, "nan")
    text = f"{abs(x) + 1e-9:.{digits}f}"
    return f"−{text}" if x < 0 and float(text) != 0 else text


def short(x: float) -> str:
    """As short as it is: 0.5, 2, −1.25."""
    text = show(x, 4)
    return text.rstrip("0").rstrip(".") if "." in text else text
