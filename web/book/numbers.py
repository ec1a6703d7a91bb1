"""The numbers that a page says are those that a run of the page gave.

A number counts if it has a decimal point or at least three digits: others (“two rows”, “27
letters”) are words. It must stand in the code or the output of the same notebook: as it is,
rounded to the digits that are said, or as a percentage. What stands in formulas, code words, links
to other sites, and the years and versions of things is not computed; neither is what a prediction
offers to guess from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.book.anatomy import PREDICTION
from web.book.notebooks import LABEL, Notebook, shown
from web.book.syntax import CODE, DISPLAY, FENCE, INLINE, PICTURE

PLAIN = [
    FENCE,
    CODE,
    DISPLAY,
    INLINE,
    PICTURE,
    re.compile(r"\[[^\]]*\]\(https?:[^)]*\)"),  # a cited fact, or the place where one stands
    re.compile(r"\]\([^)]*\)"),
    re.compile(r"<emb-[^>]*>"),  # where a figure to play with begins
    re.compile(r"(?:Python|torch|NumPy|Unicode)[  ]\d[\d.]*"),
    re.compile(r"[(（](?:19|20)\d\d[)）]"),
    LABEL,
]
SAID = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|(?<![\w.,])\d+(?:\.\d+)?(?![\w.]\d)"
)
COMPUTED = re.compile(r"\d{1,3}(?:[,_]\d{3})+(?:\.\d+)?|\d+\.?\d*(?:e[-+]?\d+)?")


def computed(notebook: Notebook) -> set[float]:
    """Every number in the code and the outputs, without its sign."""
    found: set[float] = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            texts = [cell["source"], *(words for _, words in shown(cell))]
            for number in COMPUTED.findall("\n".join(texts)):
                found.add(float(number.replace(",", "").replace("_", "")))
    return found


def said(source: str) -> Iterator[str]:
    """The numbers of a text that a run must have given."""
    for pattern in PLAIN:
        source = pattern.sub(" ", source)
    for paragraph in source.split("\n\n"):
        if not paragraph.startswith(tuple(PREDICTION.values())):
            for number in SAID.findall(paragraph):
                if "." in number or len(re.sub(r"\D", "", number)) >= 3:
                    yield number


def is_computed(number: str, found: set[float]) -> bool:
    """Whether a run gave it. Zeros at the end round: “about 250” may be said of 254.8."""
    plain = number.replace(",", "")
    decimals = len(plain.partition(".")[2]) or len(plain.rstrip("0")) - len(plain)
    half = 0.5000001 * 10.0**-decimals
    return any(abs(scale * each - float(plain)) <= half for each in found for scale in (1, 100))
