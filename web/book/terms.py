"""The terms of the book, ``terms.csv``: the one place that reads it.

The glossary is made from it, the search leads each term to the chapter that explains it, and a
rule refuses what is never said instead.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("terms.csv")
LAST_CHAPTER = 14  # chapters up to this one may be named before they are written
ENGLISH_IN_CHINESE = re.compile(r"（[\w-]+）")
REMARK = re.compile(r"[（(][^）)]*[）)]")


class TableError(Exception):
    """A table says too little or the wrong thing; the message names row and cure."""


@dataclass(frozen=True)
class Term:
    english: str
    chinese: str
    never: str  # what Chinese pages never say instead, with commas between
    chapter: str  # "04", or the letter of an appendix
    section: str  # label of the section that explains it; empty: the chapter as a whole
    english_sentence: str
    chinese_sentence: str
    line: int  # of the table

    @property
    def label(self) -> str:
        return "term-" + "-".join(re.findall(r"[a-z0-9]+", self.english.lower()))

    @property
    def excluded(self) -> list[str]:
        return [word.strip() for word in self.never.split(",") if word.strip()]

    def name(self, code: str) -> str:
        if code == "en":
            return self.english
        return ENGLISH_IN_CHINESE.sub("", self.chinese).replace(", ", "、")

    def sentence(self, code: str) -> str:
        return self.english_sentence if code == "en" else self.chinese_sentence

    def spellings(self, code: str) -> list[str]:
        """``one-hot encoding / vector`` and ``袋, 偏移量`` are several; （…） is a remark."""
        cell = REMARK.sub("", self.english if code == "en" else self.chinese)
        return [" ".join(name.split()) for name in re.split(r" / |, ", cell) if name.strip()]


@lru_cache
def terms(table: Path = TABLE) -> list[Term]:
    """The rows of the table, in its order."""
    found = []
    columns = [name for name in Term.__dataclass_fields__ if name != "line"]
    with table.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            term = Term(**{name: row[name] for name in columns}, line=line)
            if None in row:
                raise fault(term, "a comma too many. Cure: quotes around the sentence")
            found.append(term)
    return found


def refuse_faults(labels: Mapping[str, str], table: Path = TABLE) -> None:
    """Check each row against the labels of the book (label -> notebook)."""
    chapters = {stem.split("_")[0]: stem for stem in labels.values()}
    for term in terms(table):
        if found := first_fault(term, chapters, labels):
            raise fault(term, found)


def fault(term: Term, words: str) -> TableError:
    return TableError(f"web/book/terms.csv, line {term.line} ({term.english}): {words}")


def first_fault(term: Term, chapters: Mapping[str, str], labels: Mapping[str, str]) -> str | None:
    """What is wrong with a row, and the cure."""
    for column in ("english_sentence", "chinese_sentence"):
        if not getattr(term, column).strip():
            return f"no {column}. Cure: say in one sentence what the term means"
    planned = {f"{number:02}" for number in range(1, LAST_CHAPTER + 1)}
    if term.chapter not in chapters.keys() | planned:
        return f"there is no chapter {term.chapter!r}. Cure: name the one that explains the term"
    if term.section and labels.get(term.section) != chapters.get(term.chapter):
        return (
            f"chapter {term.chapter} has no section {term.section!r}. "
            "Cure: write a label that stands before one of its headings, or leave it empty"
        )
    return None
