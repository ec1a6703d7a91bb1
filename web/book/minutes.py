"""How long a page takes: what its notebook states, and what words, code and tasks come to."""

from __future__ import annotations

import re

from web.book.anatomy import PARTS, PREDICTION, exercises, said, stubs
from web.book.notebooks import Notebook, language, tags

STATED = {
    "en": re.compile(r"(?<=[.)]) About (\d+) minutes\.(?=\n|\Z)"),
    "zh": re.compile(r"大约 (\d+) 分钟。(?=\n|\Z)"),
}
WORDS_A_MINUTE = 180  # of the English text; code is read, run and thought about
LINES_A_MINUTE = 10
# Minutes of thinking: for a prediction, for an exercise with its code, for a quiz.
GUESS, EXERCISE, QUIZ = 1, 8, 3
UNREAD = {"remove-cell", "hide-cell", "hide-input", "referee"}


def measured(notebook: Notebook) -> int:
    """Minutes in steps of five."""
    english = said(notebook, "en")
    tasks = (
        english.count(PREDICTION["en"]) * GUESS
        + (exercises(notebook, "en") or len(stubs(notebook))) * EXERCISE
        + (PARTS["en"][-1] in english) * QUIZ
    )
    reading = len(english.split()) / WORDS_A_MINUTE + lines(notebook) / LINES_A_MINUTE
    return max(5, 5 * round((reading + tasks) / 5))


def lines(notebook: Notebook) -> int:
    """Of the code that stands open; that of an exercise belongs to its minutes."""
    tried = stubs(notebook)
    return sum(
        len(cell["source"].splitlines())
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and not UNREAD & set(tags(cell)) and cell not in tried
    )


def stated(notebook: Notebook, edition: str) -> int | None:
    """What the notebook says, in one of its languages."""
    for cell in notebook["cells"]:
        if language(cell) == edition and (found := STATED[edition].search(cell["source"])):
            return int(found[1])
    return None
