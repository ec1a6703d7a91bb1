"""The rules of a notebook: what the tests hold every chapter to.

Each rule takes a notebook and yields problems: the cell (counted from 1), what is wrong, and
the cure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from embedlib.palette import PALETTE
from web.book.editions import EDITIONS, PLACEHOLDER, ROOT
from web.book.notebooks import IMAGE, LABEL, Cell, Notebook, language, tags
from web.book.numbers import computed, is_computed, said
from web.book.referee import checks, is_proved, is_referee
from web.book.syntax import CODE, DISPLAY, FENCE, INLINE, PICTURE
from web.book.terms import terms

HAN = "\u3400-\u9fff"
FULL_WIDTH = "，。：；？！、（）《》“”……"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
EDITION = re.compile(rf"^({re.escape(PLACEHOLDER.site)})/(?:{'|'.join(EDITIONS)})(?=/)")
HEADING = re.compile(r"^(#+)[ \t]+(.+)$", re.MULTILINE)
COLOUR = re.compile(r"(?:fill|stroke): ?(#[0-9a-f]{6})")
OWN_DARK_COLOURS = "prefers-color-scheme"  # else the website gives a drawing those of the palette
TAG = re.compile(r"</?\w+[^>]*>")
FOREIGN = re.compile(r'<(span|div) lang="[\w-]+">.*?</\1>', re.DOTALL)
SUMMARY = re.compile(r"<summary>(.*?)</summary>")
EMPHASIS = re.compile(r"(?<!\*)\*(?![*\s])[^*\n]+(?<!\s)\*(?!\*)")


@dataclass(frozen=True)
class Problem:
    cell: int
    fault: str
    cure: str

    def __str__(self) -> str:
        return f"cell {self.cell}: {self.fault}. Cure: {self.cure}"


def markdown(notebook: Notebook) -> Iterator[tuple[int, Cell]]:
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, cell


def code(notebook: Notebook) -> Iterator[tuple[int, Cell]]:
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            yield number, cell


def prose(source: str) -> str:
    """The words alone: code, formulas, addresses and markup become a neutral letter or go.

    So do words in another language than the page's, which are marked as such.
    """
    text = FENCE.sub("", without_foreign(source))
    text = LABEL.sub("", text)
    text = DISPLAY.sub("", text)
    text = CODE.sub("x", text)
    text = INLINE.sub("x", text)
    text = PICTURE.sub(r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)\s]+\)", r"\1", text)
    return TAG.sub("", text)


def pairs(notebook: Notebook) -> Iterator[tuple[int, Cell, Cell]]:
    """Twins: an ``en`` cell and the ``zh`` cell that follows it."""
    cells = notebook["cells"]
    for number, (cell, following) in enumerate(pairwise(cells), 1):
        if language(cell) == "en" and language(following) == "zh":
            yield number, cell, following


def without_foreign(source: str) -> str:
    """The words of the page's own language."""
    return FOREIGN.sub("", source)


def languages_are_paired(notebook: Notebook) -> Iterator[Problem]:
    cells = notebook["cells"]
    for number, cell in markdown(notebook):
        marks = [tag for tag in tags(cell) if tag in EDITIONS]
        words = re.search(rf"[A-Za-z{HAN}]", prose(cell["source"]).replace("x", ""))
        if len(marks) > 1 or (words and not marks):
            yield Problem(number, f"tags {marks}", "give it exactly one of the tags en and zh")
        elif marks == ["en"]:
            if number == len(cells) or language(cells[number]) != "zh":
                yield Problem(number, "no zh twin follows", "write the zh cell right after it")
        elif marks == ["zh"] and (number == 1 or language(cells[number - 2]) != "en"):
            yield Problem(number, "no en twin before it", "put its en cell right before it")


def skeleton(source: str) -> dict[str, object]:
    """What twins have in common."""
    return {
        "headings": [len(marks) for marks, _ in HEADING.findall(FENCE.sub("", source))],
        "labels": LABEL.findall(source),
        "formulas": Counter(DISPLAY.findall(source) + INLINE.findall(DISPLAY.sub("", source))),
        "code words": set(CODE.findall(FENCE.sub("", source))),
        "links": Counter(EDITION.sub(r"\1", link) for link in LINK.findall(source)),
        "pictures": [address for _, address in PICTURE.findall(source)],
        "digits": set(re.findall(r"\d+(?:[.,]\d+)*", prose(source))),
    }


def twins_agree(notebook: Notebook) -> Iterator[Problem]:
    for number, english, chinese in pairs(notebook):
        if "made" in english["metadata"]:
            continue  # in an order of its own for each edition; the makers have their tests
        ours, theirs = skeleton(english["source"]), skeleton(chinese["source"])
        for part in ours:
            if ours[part] != theirs[part]:
                yield Problem(
                    number,
                    f"twins differ in {part}: en {ours[part]}, zh {theirs[part]}",
                    "let both say the same thing",
                )


def headings_have_labels(notebook: Notebook) -> Iterator[Problem]:
    for number, cell in markdown(notebook):
        source = FENCE.sub("", cell["source"])
        for heading in HEADING.finditer(source):
            before = source[: heading.start()]
            if not re.search(r"^\([\w-]+\)=[ \t]*\n\Z", before, re.MULTILINE):
                cure = "write (label)= in the line above, the same in both languages"
                yield Problem(number, f"no label before “{heading[2]}”", cure)


def pictures_have_words(notebook: Notebook) -> Iterator[Problem]:
    for number, cell in markdown(notebook):
        for words, address in PICTURE.findall(cell["source"]):
            if not words.strip():
                yield Problem(number, f"{address} has no text", "say in [ ] what it shows")
            if not IMAGE.search(f"![x]({address})"):
                cure = "use a figure of imgs/, drawn by imgs/draw.py"
                yield Problem(number, f"{address} is not one of our figures", cure)
            elif not (ROOT / "chapters" / address).is_file():
                yield Problem(number, f"{address} does not exist", "draw it: make figures")
    for number, cell in code(notebook):
        texts = cell["metadata"].get("alt", {})
        if drawings(cell) and not all(texts.get(edition) for edition in EDITIONS):
            cure = 'put "alt": {"en": …, "zh": …} into the cell’s metadata'
            yield Problem(number, "the drawn figure has no text in both languages", cure)


def summaries_are_html(notebook: Notebook) -> Iterator[Problem]:
    """A line that begins with a tag is HTML to its end: marks of Markdown would be seen in it."""
    for number, cell in markdown(notebook):
        for words in SUMMARY.findall(FENCE.sub("", cell["source"])):
            if re.search(r"[`*]|\]\(", words):
                yield Problem(number, f"Markdown in <summary>{words}", "<code>…</code>, <b>…</b>")


def drawings_keep_to_the_palette(notebook: Notebook) -> Iterator[Problem]:
    """Only colours of the palette have a counterpart on dark pages."""
    known = set(PALETTE["light"].values())
    for number, cell in code(notebook):
        for svg in drawings(cell):
            own = OWN_DARK_COLOURS in svg
            allowed = known | set(PALETTE["dark"].values()) if own else known
            if strange := set(COLOUR.findall(svg)) - allowed:
                cure = "draw.use_style(), then C0 to C5 or a colour of embedlib.PALETTE"
                fault = f"colours without a dark counterpart: {sorted(strange)}"
                yield Problem(number, fault, cure)
            elif "live" in tags(cell) and not own:
                cure = f"its SVG needs @media ({OWN_DARK_COLOURS}:dark), as that of LetterMap"
                yield Problem(number, "a live picture without dark colours of its own", cure)


def drawings(cell: Cell) -> list[str]:
    found = (output.get("data", {}).get("image/svg+xml") for output in cell["outputs"])
    return [svg for svg in found if svg]


FOLDS = {"hide-input", "hide-output", "hide-cell", "referee"}


def a_cell_has_one_fold(notebook: Notebook) -> Iterator[Problem]:
    """Two folds of one cell would stand below each other with the same words."""
    for number, cell in code(notebook):
        if len(both := FOLDS.intersection(tags(cell))) > 1:
            cure = "split it: a folded cell that computes, and one that shows"
            yield Problem(number, f"folded twice: {', '.join(sorted(both))}", cure)


def a_referee_checks(notebook: Notebook) -> Iterator[Problem]:
    """Its fold says that torch agrees: nbval must run the cell, and the cell must assert it."""
    for number, cell in code(notebook):
        if is_referee(cell) and not is_proved(cell):
            cure = "take off the tag referee, or what lets nbval pass over the cell or its error"
            yield Problem(number, "“torch agrees” would be said of a cell that is not run", cure)
        elif is_referee(cell) and not checks(cell["source"]):
            cure = "assert, np.testing.assert_… or torch.testing.assert_close, or another tag"
            yield Problem(number, "a referee cell that asserts nothing", cure)


def numbers_are_computed(notebook: Notebook) -> Iterator[Problem]:
    """What the prose says in digits, a run of this page gave."""
    found = computed(notebook)
    for number, cell in markdown(notebook):
        for each in () if "made" in cell["metadata"] else said(cell["source"]):
            if not is_computed(each, found):
                cure = "let a cell print it, or cite it in a link"
                yield Problem(number, f"no run of this page gives the number {each}", cure)


def every_cell_was_run(notebook: Notebook) -> Iterator[Problem]:
    for expected, (number, cell) in enumerate(code(notebook), 1):
        if cell["execution_count"] != expected:
            fault = f"execution count {cell['execution_count']} instead of {expected}"
            yield Problem(number, fault, "store the outputs of a clean run: make execute")


def code_is_language_free(notebook: Notebook) -> Iterator[Problem]:
    for number, cell in code(notebook):
        if re.search(f"[{HAN}]", cell["source"]):
            cure = "code stands once, for both languages: move the words into the prose"
            yield Problem(number, "Chinese characters in code", cure)


def excluded_terms() -> dict[str, str]:
    """A word that Chinese pages never use -> the term to use."""
    return {word: term.chinese for term in terms() for word in term.excluded}


def terms_are_the_books_own(notebook: Notebook) -> Iterator[Problem]:
    for number, cell in markdown(notebook):
        if language(cell) == "zh":
            yield from check_terms(number, cell["source"])
    for number, cell in code(notebook):
        yield from check_terms(number, cell["metadata"].get("alt", {}).get("zh", ""))


def check_terms(number: int, text: str) -> Iterator[Problem]:
    for word, term in excluded_terms().items():
        if word in text:
            yield Problem(number, f"excluded term {word}", f"write {term} (web/book/terms.csv)")


TYPOGRAPHY = {
    rf"[{HAN}][,;:?!()]|[,;:?!)][{HAN}]": "full-width punctuation beside Chinese: ，；：？！（）",
    rf"[{HAN}]\.(?!\w)": "end a Chinese sentence with 。",
    rf'[{HAN}]"|"[{HAN}]': "Chinese quotation marks: “ ”",
    rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]": "a space between Chinese and letters, digits, code",
    rf"[ \t][{FULL_WIDTH}]|[{FULL_WIDTH}][ \t]": "no space beside a full-width mark",
    r"\.\.\.": "an ellipsis is ……",
}


def chinese_typography(notebook: Notebook) -> Iterator[Problem]:
    for number, cell in markdown(notebook):
        if language(cell) == "zh":
            yield from check_typography(number, cell["source"])
    for number, cell in code(notebook):
        yield from check_typography(number, cell["metadata"].get("alt", {}).get("zh", ""))


def check_typography(number: int, source: str) -> Iterator[Problem]:
    text = prose(source)
    if found := EMPHASIS.search(text):
        yield Problem(number, f"slanted: {found[0]}", "emphasis is bold in Chinese: **…**")
    for end in filter(UNCLOSED.match, closed_bold(text)):
        cure = "close bold before the mark: **…**。"
        yield Problem(number, f"Markdown does not see where bold ends: {end}", cure)
    text = re.sub(r"[ \t]*\|[ \t]*", "|", text.replace("**", ""))  # the frame of a table
    for pattern, cure in TYPOGRAPHY.items():
        for found in re.finditer(pattern, text):
            place = text[max(0, found.start() - 8) : found.end() + 8].replace("\n", " ")
            yield Problem(number, f"typography: …{place}…", cure)


# after a full-width mark and before a letter, ** does not close
UNCLOSED = re.compile(rf"[{FULL_WIDTH}]\*\*[^\s{FULL_WIDTH}]")


def closed_bold(text: str) -> Iterator[str]:
    """The end of each bold piece, with the letters on both sides."""
    for paragraph in text.split("\n\n"):
        marks = [found.start() for found in re.finditer(r"\*\*", paragraph)]
        for end in marks[1::2]:
            yield paragraph[end - 1 : end + 3]


RULES = [
    languages_are_paired,
    twins_agree,
    headings_have_labels,
    pictures_have_words,
    summaries_are_html,
    drawings_keep_to_the_palette,
    a_cell_has_one_fold,
    a_referee_checks,
    numbers_are_computed,
    every_cell_was_run,
    code_is_language_free,
    terms_are_the_books_own,
    chinese_typography,
]
