"""The rules of a chapter: what it has beside the rules of every notebook (``rules.py``).

The front page and the appendices have a shape of their own.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from web.book.anatomy import (
    ADVICE,
    EXERCISES,
    MYTH,
    PARTS,
    PREDICTION,
    advice,
    exercises,
    said,
)
from web.book.editions import EDITIONS
from web.book.minutes import measured, stated
from web.book.notebooks import Notebook, tags
from web.book.rules import Problem, code

LONGEST = 40  # minutes to read
FOLDED = {"referee", "hide-input"}  # cells that few readers open


def chapter_has_its_parts(notebook: Notebook) -> Iterator[Problem]:
    for edition in EDITIONS:
        text = said(notebook, edition)
        for part in PARTS[edition]:
            if part not in text:
                yield Problem(1, f"{edition}: {part} is missing", "see the anatomy of a chapter")
        if text.count(PREDICTION[edition]) > 3:
            yield Problem(1, f"{edition}: more than three predictions", "keep the best three")


def advice_and_tasks_are_few(notebook: Notebook) -> Iterator[Problem]:
    """What a chapter has to offer, and in which number."""
    for edition in EDITIONS:
        points, tasks = len(advice(notebook, edition)), exercises(notebook, edition)
        if not 3 <= points <= 5:
            cure = f"three to five points below “{ADVICE[edition]}”, each with its reason"
            yield Problem(1, f"{edition}: {points} lines of advice", cure)
        if not 2 <= tasks <= 3:
            cure = f"two or three, each beginning with {' or '.join(EXERCISES[edition])}"
            yield Problem(1, f"{edition}: {tasks} exercises", cure)
        if (myths := said(notebook, edition).count(MYTH[edition])) > 2:
            cure = "keep the two that people believe; the others belong to the appendix"
            yield Problem(1, f"{edition}: {myths} myths", cure)


def chapter_keeps_its_measure(notebook: Notebook) -> Iterator[Problem]:
    cells = [(number, cell) for number, cell in code(notebook) if not FOLDED & set(tags(cell))]
    lengths = [sum(map(bool, cell["source"].splitlines())) for _, cell in cells]
    if not 8 <= len(cells) <= 20:
        yield Problem(1, f"{len(cells)} code cells", "8 to 20: merge or cut")
    for (number, _), length in zip(cells, lengths, strict=True):
        if length > 25:
            yield Problem(number, f"{length} lines of code", "25 at most: split the cell")
    median = statistics.median(lengths or [0])
    if median > 4.5:
        fault = f"code cells have {median} lines on the median"
        yield Problem(1, fault, "four: split long cells")
    live = sum("live" in tags(cell) for _, cell in cells)
    if live < 0.6 * len(cells):
        yield Problem(1, f"{live} of {len(cells)} code cells are live", "60 % at least")


def chapter_keeps_its_minutes(notebook: Notebook) -> Iterator[Problem]:
    """It says them itself, and does not promise too much."""
    promised, count = [stated(notebook, edition) for edition in EDITIONS], measured(notebook)
    first = promised[0]
    if first is None or len(set(promised)) > 1:
        said = [says and tuple(says) for says in promised]
        cure = (
            f"end the Need line in “About {count.reading} minutes, and {count.exercises} for the "
            f"exercises.” and “大约 {count.reading} 分钟，做练习再加 {count.exercises} 分钟。”"
        )
        yield Problem(1, f"it promises {said} minutes", cure)
    elif first.reading > LONGEST:
        cure = f"{LONGEST} at most: cut, or split the chapter"
        yield Problem(1, f"{first.reading} minutes to read", cure)
    elif max(abs(a - b) for a, b in zip(first, count, strict=True)) > 5:
        fault = f"it promises {tuple(first)} minutes; words, code and tasks make {tuple(count)}"
        yield Problem(1, fault, "say so, or make it shorter")


def predictions_come_before_their_output(notebook: Notebook) -> Iterator[Problem]:
    """What a prediction asks for must not stand open right below it."""
    asked = False
    for number, cell in enumerate(notebook["cells"], 1):
        asked = asked or any(label in cell["source"] for label in PREDICTION.values())
        if asked and cell["cell_type"] == "code":
            if cell["outputs"] and "hide-output" not in tags(cell):
                cure = "tag the cell hide-output: its output is folded on the page"
                yield Problem(number, "the output answers the prediction above it", cure)
            asked = False


RULES_OF_CHAPTERS = [
    chapter_has_its_parts,
    advice_and_tasks_are_few,
    chapter_keeps_its_measure,
    chapter_keeps_its_minutes,
    predictions_come_before_their_output,
]


def is_chapter(path: Path) -> bool:
    return path.stem[:2].isdigit()
