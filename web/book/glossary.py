"""The glossary, made from ``web/book/terms.csv``: the sentences stand there, next to the words.

Each edition lists the terms as its readers look for them: English by letter, Chinese by pinyin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from pypinyin import Style, lazy_pinyin, load_single_dict

from web.book.editions import Edition
from web.book.terms import Term, terms
from web.book.words import WORDS


def markdown(edition: Edition, labels: Mapping[str, str]) -> str:
    """The glossary of one edition as Markdown: a heading for each letter, an anchor each term."""
    ordered = sorted(terms(), key=lambda term: sort_key(term, edition.code))
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
    says = WORDS["glossary"][code]
    if term.chapter.isdigit():
        # the number stays with its word
        words = says["chapter"].format(int(term.chapter)).replace(" ", "\N{NO-BREAK SPACE}")
    else:
        words = says["appendix"]
    first = next((la for la, stem in labels.items() if stem.split("_")[0] == term.chapter), None)
    target = term.section or first
    stop = says["stop"]
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
