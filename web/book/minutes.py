"""How long a page takes: what its notebook states, and what words, code and tasks come to.

Two numbers: to read it (with its predictions and its quiz), and to do its exercises.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from web.book.anatomy import PARTS, PREDICTION, exercises, said, stubs
from web.book.notebooks import Notebook, language, tags


class Minutes(NamedTuple):
    reading: int
    exercises: int


STATED = {
    "en": re.compile(
        r"(?<=[.)]) About (\d+) minutes(?:, and (\d+) for the exercises)?\.(?=\n|\Z)"
    ),
    "zh": re.compile(r"大约 (\d+) 分钟(?:，做练习再加 (\d+) 分钟)?。(?=\n|\Z)"),
}
WORDS_A_MINUTE = 150  # of the English text; code is read, run and thought about
LINES_A_MINUTE = 10
# Minutes of thinking: for a prediction, for an exercise with its code, for a quiz.
GUESS, EXERCISE, QUIZ = 1, 8, 3
UNREAD = {"remove-cell", "hide-cell", "hide-input", "referee"}


def measured(notebook: Notebook) -> Minutes:
    """Minutes in steps of five."""
    english = said(notebook, "en")
    thinking = english.count(PREDICTION["en"]) * GUESS + (PARTS["en"][-1] in english) * QUIZ
    reading = len(english.split()) / WORDS_A_MINUTE + lines(notebook) / LINES_A_MINUTE
    tasks = (exercises(notebook, "en") or len(stubs(notebook))) * EXERCISE
    return Minutes(max(5, 5 * round((reading + thinking) / 5)), 5 * round(tasks / 5))


def lines(notebook: Notebook) -> int:
    """Of the code that stands open; that of an exercise belongs to its minutes."""
    tried = stubs(notebook)
    return sum(
        len(cell["source"].splitlines())
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and not UNREAD & set(tags(cell)) and cell not in tried
    )


def stated(notebook: Notebook, edition: str) -> Minutes | None:
    """What the notebook says, in one of its languages."""
    for cell in notebook["cells"]:
        if language(cell) == edition and (found := STATED[edition].search(cell["source"])):
            return Minutes(int(found[1]), int(found[2] or 0))
    return None
