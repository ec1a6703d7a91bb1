"""The parts of a chapter, by the words that begin them, in both languages."""

from __future__ import annotations

import re

from web.book.notebooks import Cell, Notebook, language

PREDICTION = {"en": "**Predict first.**", "zh": "**先猜一猜**"}
MYTH = {"en": "> **Myth.**", "zh": "> **误区**"}
ADVICE = {"en": "## So what should I do?", "zh": "## 那我该怎么做？"}
# The three kinds of exercises: write it, find the bug, measure it.
EXERCISES = {
    "en": ["**Write it.**", "**Find the bug.**", "**Measure it.**"],
    "zh": ["**写一写**", "**找找错**", "**量一量**"],
}
PARTS = {
    "en": ["**Do**", "**Learn**", "**Need**", "## Remember", "### Quiz"],
    "zh": ["**做什么**", "**学什么**", "**先读**", "## 小结", "### 小测验"],
}
STUB = re.compile(r"^def yours\(", re.MULTILINE)


def said(notebook: Notebook, edition: str) -> str:
    """All that a chapter says in one language."""
    return "\n".join(c["source"] for c in notebook["cells"] if language(c) == edition)


def advice(notebook: Notebook, edition: str) -> list[str]:
    """The points of a chapter's advice."""
    _, _, after = said(notebook, edition).partition(ADVICE[edition])
    section = re.split(r"^(?:\([\w-]+\)=|#+ )", after, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^- .+$", section, re.MULTILINE)


def exercises(notebook: Notebook, edition: str) -> int:
    text = said(notebook, edition)
    return sum(text.count(kind) for kind in EXERCISES[edition])


def stubs(notebook: Notebook) -> list[Cell]:
    """The cells in which the reader writes."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [cell for cell in code if STUB.search(cell["source"])]
