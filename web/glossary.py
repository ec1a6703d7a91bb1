"""The glossary, made from ``web/terms.csv``: the sentences stand there, next to the words.

Each edition lists the terms as its readers look for them: English by letter, Chinese by pinyin.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from pypinyin import Style, lazy_pinyin, load_single_dict

from web.editions import ROOT, Edition

TERMS = ROOT / "web" / "terms.csv"
LAST_CHAPTER = 14  # chapters up to this one may be named before they are written
ENGLISH_IN_CHINESE = re.compile(r"（[\w-]+）")


class TableError(Exception):
    """A table of ``web/`` says too little or the wrong thing; the message names row and cure."""


@dataclass(frozen=True)
class Term:
    english: str
    chinese: str
    chapter: str  # "04", or the letter of an appendix
    section: str  # label of the section that explains it; empty: the chapter as a whole
    english_sentence: str
    chinese_sentence: str

    @property
    def label(self) -> str:
        return "term-" + "-".join(re.findall(r"[a-z0-9]+", self.english.lower()))

    def name(self, code: str) -> str:
        if code == "en":
            return self.english
        return ENGLISH_IN_CHINESE.sub("", self.chinese).replace(", ", "、")

    def sentence(self, code: str) -> str:
        return self.english_sentence if code == "en" else self.chinese_sentence


def terms(labels: Mapping[str, str]) -> list[Term]:
    """The rows of the table, checked against the labels of the book (label -> notebook)."""
    chapters = {stem.split("_")[0]: stem for stem in labels.values()}
    found = []
    with TERMS.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            term = Term(**{name: row[name] for name in Term.__dataclass_fields__})
            spilled = "a comma too many. Cure: quotes around the sentence" if None in row else None
            if fault := spilled or first_fault(term, chapters, labels):
                raise TableError(f"web/terms.csv, line {number} ({term.english}): {fault}")
            found.append(term)
    return found


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


def markdown(edition: Edition, labels: Mapping[str, str]) -> str:
    """The glossary of one edition as Markdown: a heading for each letter, an anchor each term."""
    ordered = sorted(terms(labels), key=lambda term: sort_key(term, edition.code))
    parts = []
    for letter, group in groupby(ordered, lambda term: initial(term, edition.code)):
        parts.append(f"(glossary-{letter.lower()})=\n## {letter}")
        parts += [entry(term, edition.code, labels) for term in group]
    return "\n\n".join(parts)


def entry(term: Term, code: str, labels: Mapping[str, str]) -> str:
    other, language = ("zh", "zh-CN") if code == "en" else ("en", "en")
    translation = f'<span lang="{language}">{term.name(other)}</span>'
    space = " " if code == "en" else ""
    explained = f"{term.sentence(code)}{space}{where_explained(term, code, labels)}"
    return f"({term.label})=\n**{term.name(code)}** · {translation}\\\n{explained}"


def where_explained(term: Term, code: str, labels: Mapping[str, str]) -> str:
    """A link to the chapter; a chapter that is not written yet is named without one."""
    if term.chapter.isdigit():
        number = int(term.chapter)
        words = f"Chapter {number}" if code == "en" else f"第 {number} 章"
        words = words.replace(" ", "\N{NO-BREAK SPACE}")  # the number stays with its word
    else:
        words = "Appendix" if code == "en" else "附录"
    stop = "." if code == "en" else "。"
    first = next((la for la, stem in labels.items() if stem.split("_")[0] == term.chapter), None)
    target = term.section or first
    return f"[{words}](#{target}){stop}" if target else f"{words}{stop}"


# --- order -------------------------------------------------------------------------------------


@lru_cache(1)
def pronounce_rows() -> None:
    """行 alone is háng in this book, a row; the dictionary has xíng, to go."""
    load_single_dict({ord("行"): "háng,xíng"})


def syllables(chinese: str) -> Iterator[tuple[str, str]]:
    """The syllables of a term with their tones, as a dictionary compares them."""
    pronounce_rows()
    for word in lazy_pinyin(chinese, style=Style.TONE3, neutral_tone_with_five=True):
        if match := re.fullmatch(r"([a-zü]+)(\d)", word):
            yield match[1], match[2]


def sort_key(term: Term, code: str) -> list[tuple[str, str]] | list[str]:
    if code == "zh":
        return list(syllables(term.name(code)))
    return re.findall(r"[a-z0-9]+", term.english.lower().removeprefix("to "))


def initial(term: Term, code: str) -> str:
    return sort_key(term, code)[0][0][0].upper()
