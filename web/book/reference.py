"""The reference of ``embedlib``, made from its signatures and docstrings.

They are read from the source, so nothing is imported and Matplotlib is not needed. What the
docstrings do not hold, one Chinese sentence for each name and the counterpart in torch, stands in
``web/book/reference.csv``; what differs from torch, in ``web/book/differences.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import dedent

import griffe

from web.book import differences
from web.book.editions import ROOT, Edition
from web.book.terms import TableError
from web.book.words import WORDS

TABLE = Path(__file__).with_name("reference.csv")
# A group of the page -> how its names are written there: as chapters write them.
GROUPS = {
    "functional": "F",
    "modules": "embedlib",
    "sparse": "embedlib",
    "optim": "optim",
    "random": "embedlib",
    "gradcheck": "embedlib",
    "draw": "draw",
    "palette": "embedlib",
}
MORE = {"modules": ("parameter", "passes")}  # modules whose names stand in another one's group
SECTIONS = ("Args", "Attributes", "Returns", "Raises")
SECTION = re.compile(rf"({'|'.join(SECTIONS)}):\n(.+)", re.DOTALL)
ITEM = re.compile(r"([\w]+(?:, *\w+)*): (.+)", re.DOTALL)
NAME = re.compile(r"(?<!`)`([\w.]+)`(?!`)")
CHAPTERS = re.compile(r"Chapters? \d\d(?: and \d\d)*")


@dataclass(frozen=True)
class Entry:
    name: str  # as the page shows it: F.embedding
    path: str  # from the root of the package: embedlib.functional.embedding
    thing: griffe.Object
    level: int  # of its heading

    @property
    def label(self) -> str:
        words = re.findall(r"[a-z0-9]+", self.path.lower().removeprefix("embedlib."))
        return "-".join(["api", *words])


@dataclass(frozen=True)
class Row:
    """What the table adds to an entry."""

    name: str
    chinese: str
    torch: str  # empty: torch has nothing like it
    equal_english: str
    equal_chinese: str


@lru_cache(1)
def package() -> griffe.Module:
    loaded = griffe.load("embedlib", search_paths=[ROOT], try_relative_path=False)
    assert isinstance(loaded, griffe.Module)
    return loaded


@lru_cache
def entries(group: str) -> list[Entry]:
    """The public names of a group, each class followed by its methods."""
    homes = (group, *MORE.get(group, ()))
    return [entry for home in homes for entry in _names(home, GROUPS[group])]


def _names(home: str, prefix: str) -> list[Entry]:
    module = package()[home]
    exports = [str(name) for name in module.exports or package().exports or []]
    found = []
    for name in exports:
        if module.exports is None and (name not in module.members or module[name].is_alias):
            continue  # a name of the package whose home is another module
        path = f"{module.path if module.exports else 'embedlib'}.{name}"
        thing = module[name].final_target if module[name].is_alias else module[name]
        found.append(Entry(f"{prefix}.{name}", path, thing, 3))
        if thing.is_class:
            found += [
                Entry(f"{name}.{method}", f"{path}.{method}", member, 4)
                for method, member in thing.members.items()
                if member.docstring and (not method.startswith("_") or method == "__add__")
            ]
    return found


def all_entries() -> list[Entry]:
    return [entry for group in GROUPS for entry in entries(group)]


@lru_cache(1)
def rows() -> dict[str, Row]:
    """The table, checked: a row for each public name, and no other."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = [Row(**row) for row in csv.DictReader(file)]
    named = [row.name for row in found]
    public = {entry.name for entry in all_entries()}
    for name in sorted(public - set(named)):
        fault = f"no row for {name}. Cure: say what it is, in Chinese"
        raise TableError(f"web/book/reference.csv: {fault}")
    for row in found:
        cure = None
        if row.name not in public or named.count(row.name) > 1:
            cure = "write each public name of embedlib once, and no other"
        elif not row.chinese.strip():
            cure = "say in one Chinese sentence what it is"
        elif bool(row.torch) != bool(row.equal_english and row.equal_chinese):
            cure = "fill torch, equal_english and equal_chinese, or none of the three"
        if cure:
            raise TableError(f"web/book/reference.csv, row {row.name!r}. Cure: {cure}")
    return {row.name: row for row in found}


@lru_cache(1)
def spellings() -> dict[str, str]:
    """How a text may write a name -> the label of its entry."""
    found = {}
    for entry in all_entries():
        found[entry.path] = entry.label
        if entry.level == 3:
            found[entry.name] = entry.label
    return found


# --- pages -------------------------------------------------------------------------------------


def markdown(edition: Edition, labels: Mapping[str, str], group: str) -> str:
    """The entries of one group: heading, signature, docstring; in Chinese a sentence first."""
    return "\n\n".join(describe(entry, edition.code, labels) for entry in entries(group))


def describe(entry: Entry, code: str, labels: Mapping[str, str]) -> str:
    parts = [f"({entry.label})=\n{'#' * entry.level} `{entry.name}`"]
    if code == "zh":
        parts.append(rows()[entry.name].chinese)
    parts.append(f"```text\n{signature(entry)}\n```")
    words = list(blocks(entry, code, labels))
    if code == "en":
        parts += [*words, *differs(entry, code)]
    else:
        parts += [*differs(entry, code), '<div lang="en">', *words, "</div>"]
    return "\n\n".join(parts)


def differs(entry: Entry, code: str) -> list[str]:
    """What a reader could miss who knows torch, as a list; nothing if there is nothing."""
    found = differences.sentences(entry.path, code) if entry.level == 3 else []
    items = "\n".join(f"- {sentence}" for sentence in found)
    return [f"**{WORDS['reference'][code]['differs']}**", items] if found else []


def signature(entry: Entry) -> str:
    thing = entry.thing
    name = entry.path if entry.level == 3 else entry.name
    if isinstance(thing, griffe.Attribute):
        return f"{name}: {thing.annotation}" if thing.annotation else name
    assert isinstance(thing, griffe.Class | griffe.Function)
    returns = f" -> {thing.returns}" if isinstance(thing, griffe.Function) else ""
    return call(name, list(parameters(thing)), returns)


def call(name: str, arguments: list[str], returns: str) -> str:
    line = f"{name}({', '.join(arguments)}){returns}"
    if len(line) <= 40 or not arguments:  # what a phone shows without scrolling
        return line
    return "\n    ".join([f"{name}(", *(f"{a}," for a in arguments)]) + f"\n){returns}"


def parameters(thing: griffe.Class | griffe.Function) -> Iterator[str]:
    """Each parameter as the source has it, and the star before keyword-only ones."""
    star = False
    for parameter in thing.parameters:
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is griffe.ParameterKind.var_positional:
            star = True
            yield f"*{parameter.name}: {parameter.annotation}"
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not star:
            star = True
            yield "*"
        default = "" if parameter.default is None else f" = {parameter.default}"
        yield f"{parameter.name}: {parameter.annotation}{default}"


def blocks(entry: Entry, code: str, labels: Mapping[str, str]) -> Iterator[str]:
    """A docstring as blocks of Markdown."""
    assert entry.thing.docstring
    for paragraph in re.split(r"\n\n+", entry.thing.docstring.value.strip()):
        if section := SECTION.fullmatch(paragraph):
            title = WORDS["reference"][code][section[1].lower()]
            yield f"**{title}**" if code == "en" else f'**<span lang="zh-CN">{title}</span>**'
            text = dedent(section[2])
            text = text if section[1] == "Returns" else "\n".join(items(text))
            yield link(text, entry, labels)
        elif paragraph.startswith(">>>"):
            yield f"```pycon\n{paragraph}\n```"
        elif paragraph.startswith("    "):
            yield f"```text\n{dedent(paragraph)}\n```"
        else:
            yield link(re.sub(r"::$", ":", paragraph), entry, labels)


def items(text: str) -> Iterator[str]:
    """``name: what it is``, with more lines indented, becomes an item of a list."""
    for item in re.split(r"\n(?! )", text):
        words = re.sub(r"\n *", " ", item)
        if named := ITEM.fullmatch(words):
            names = ", ".join(f"`{name}`" for name in re.split(r", *", named[1]))
            words = f"{names}: {named[2]}"
        yield f"- {words}"


def link(text: str, entry: Entry, labels: Mapping[str, str]) -> str:
    """Names of other entries and of chapters become links."""
    arguments = {parameter.split(":")[0] for parameter in own_parameters(entry)}

    def to_entry(match: re.Match[str]) -> str:
        target = short_names().get(match[1])
        if target is None or target == entry.label or match[1] in arguments:
            return match[0]
        return f"[`{match[1]}`](#{target})"

    def to_chapters(match: re.Match[str]) -> str:
        return " and ".join(chapter(n, labels) for n in re.findall(r"\d\d", match[0]))

    return CHAPTERS.sub(to_chapters, NAME.sub(to_entry, text))


def own_parameters(entry: Entry) -> list[str]:
    if isinstance(entry.thing, griffe.Class | griffe.Function):
        return list(parameters(entry.thing))
    return []


@lru_cache(1)
def short_names() -> dict[str, str]:
    """How docstrings write names: without the module, where that is clear."""
    found: dict[str, str] = {}
    for entry in all_entries():
        last = entry.path.split(".")
        for name in (last[-1], ".".join(last[-2:]), entry.path):
            found[name] = "" if name in found else entry.label
    return {name: label for name, label in found.items() if label}


def chapter(number: str, labels: Mapping[str, str]) -> str:
    words = f"Chapter {int(number)}"
    first = next((la for la, stem in labels.items() if stem.startswith(f"{number}_")), None)
    return f"[{words}](#{first})" if first else words


def counterparts(edition: Edition) -> str:
    """The table: ours with torch's below it, and how far the two agree."""
    says = WORDS["reference"][edition.code]
    lines = [f"| {says['here']} | {says['same']} |", "|---|---|"]
    for entry in all_entries():
        row = rows()[entry.name]
        if row.torch:
            equal = row.equal_english if edition.code == "en" else row.equal_chinese
            lines.append(f"| [`{entry.name}`](#{entry.label})<br>`{row.torch}` | {equal} |")
    return "\n".join(lines)
