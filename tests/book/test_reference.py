"""The reference holds every public name, with the parameters it has, in both editions."""

import csv
import inspect
import re
from functools import lru_cache

import pytest
import torch

import embedlib
from embedlib import draw, functional, optim
from tests.pages import both_editions
from web.book import reference
from web.book.editions import EDITIONS, address
from web.book.notebooks import for_readers, paths, read, written_labels
from web.book.reference import GROUPS, TABLE, all_entries, counterparts, markdown, rows, spellings
from web.book.rules import check_terms, check_typography
from web.book.terms import TableError

ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
ENTRIES = {entry.path: entry for entry in all_entries()}


def public_names():
    """What Python itself says is public: the names in ``__all__`` and the methods of classes."""
    modules = {"embedlib": embedlib}
    modules |= {f"embedlib.{m.__name__.split('.')[1]}": m for m in (draw, functional, optim)}
    for path, module in modules.items():
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.ismodule(thing):
                continue
            yield f"{path}.{name}"
            if inspect.isclass(thing):
                for member, value in vars(thing).items():
                    if not member.startswith("_") and getattr(value, "__doc__", None):
                        yield f"{path}.{name}.{member}"


@lru_cache
def pages(code):
    return {group: markdown(EDITIONS[code], written_labels(), group) for group in GROUPS}


def section(entry, code):
    """The Markdown of one entry."""
    text = "\n\n".join(pages(code).values()) + "\n\n("
    start = text.index(f"({entry.label})=\n")
    return text[start : text.index("\n\n(api-", start) if "\n\n(api-" in text[start:] else None]


def resolve(path):
    thing = embedlib if path.startswith("embedlib") else torch
    for name in path.split(".")[1:]:
        thing = getattr(thing, name)
    return thing


def test_every_public_name_is_in_the_reference_and_no_other():
    special = {"embedlib.SparseGrad.__add__"}
    assert set(ENTRIES) - special == set(public_names())
    assert len(ENTRIES) > 50


@both_editions
def test_each_entry_has_a_heading_and_a_label_of_its_own(code):
    text = "\n".join(pages(code).values())
    headings = re.findall(r"^\(([\w-]+)\)=\n#+ `(.+)`$", text, re.M)
    assert headings == [(entry.label, entry.name) for entry in ENTRIES.values()]
    assert len(dict(headings)) == len(headings)


@pytest.mark.parametrize("path", ENTRIES)
def test_the_chinese_entry_opens_with_a_chinese_sentence(path):
    words = section(ENTRIES[path], "zh").split("\n\n")[1]
    assert words == rows()[ENTRIES[path].name].chinese
    assert re.search("[\u3400-\u9fff].*。$", words)


@pytest.mark.parametrize("path", ENTRIES)
def test_the_parameters_shown_are_those_of_the_signature(path):
    thing = resolve(path)
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return  # raised for the reader, not called
    (code,) = re.findall(r"```text\n(.+?)\n```", section(ENTRIES[path], "en"), re.DOTALL)[:1]
    if not callable(thing):
        assert "(" not in code
        return
    shown = re.findall(r"^    \*?(\w+): ", code, re.M) or re.findall(r"[(,] ?\*?(\w+): ", code)
    known = [name for name in inspect.signature(thing).parameters if name != "self"]
    assert shown == (known if known != ["args", "kwargs"] else [])


@pytest.mark.parametrize("path", ENTRIES)
def test_the_arguments_described_are_parameters_and_none_is_left_out(path):
    text = section(ENTRIES[path], "en")
    if "**Arguments**" not in text:
        return
    described = text.split("**Arguments**")[1].split("\n\n")[1]
    names = [
        n for line in described.splitlines() for n in re.findall(r"`(\w+)`", line.split(": ")[0])
    ]
    known = {name for name in inspect.signature(resolve(path)).parameters if name != "self"}
    assert set(names) <= known
    assert set(names) == known or "the others: " in described


@both_editions
def test_nothing_of_a_docstring_is_lost(code):
    """Every word of every docstring stands in the entry."""
    for path, entry in ENTRIES.items():
        text = re.sub(r"\]\(#[\w-]+\)", "", section(entry, code))
        shown = set(re.findall(r"\w+", text))
        shown |= {word.lstrip("0") for word in shown}  # chapter 04 is called 4 on the page
        titles = {"Args", "Returns", "Raises", "Attributes", "Chapters"}
        said = set(re.findall(r"\w+", entry.thing.docstring.value)) - titles
        assert {word.lstrip("0") for word in said} - shown <= {""}, path


@both_editions
def test_the_table_names_only_what_is_in_torch_and_in_embedlib(code):
    table = counterparts(EDITIONS[code])
    found = re.findall(r"^\| \[`(.+?)`\]\(#([\w-]+)\)<br>`(.+?)` \| (.+?) \|$", table, re.M)
    assert len(found) == sum(bool(row["torch"]) for row in ROWS) > 30
    by_label = {entry.label: path for path, entry in ENTRIES.items()}
    for _, label, theirs, equal in found:
        resolve(by_label[label])
        resolve(theirs)
        assert equal


def test_torchs_names_in_docstrings_and_table_agree():
    """The docstring says after ``Source:`` what the function mirrors."""
    for path, entry in ENTRIES.items():
        named = re.findall(r"Source: ``(torch[\w.]+)``", entry.thing.docstring.value)
        if named and path != "embedlib.Generator.uniform":
            assert rows()[entry.name].torch == named[0], path


def test_the_chinese_words_of_the_table_keep_the_books_typography_and_terms():
    for row in ROWS:
        for words in (row["chinese"], row["equal_chinese"]):
            problems = [*check_typography(0, words), *check_terms(0, words)]
            assert not problems, (row["name"], [str(p) for p in problems])


def test_a_spelling_leads_to_one_entry():
    assert spellings()["embedlib.Embedding"] == "api-embedding"
    assert spellings()["F.embedding_backward"] == "api-functional-embedding-backward"
    assert spellings()["embedlib.optim.Adam"] == spellings()["optim.Adam"] == "api-optim-adam"
    assert not {"Embedding", "torch.optim.Adam", "embedding"} & set(spellings())


BROKEN = {
    "a name without a row": (ROWS[1:], "no row for F.one_hot"),
    "a name that is not public": ([*ROWS, {**ROWS[0], "name": "F.nothing"}], "'F.nothing'"),
    "a row twice": ([*ROWS, ROWS[0]], "'F.one_hot'"),
    "no Chinese sentence": ([{**ROWS[0], "chinese": ""}, *ROWS[1:]], "Chinese sentence"),
    "no agreement": ([{**ROWS[0], "equal_chinese": ""}, *ROWS[1:]], "equal_chinese"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_table_is_refused_with_its_row_and_a_cure(fault, tmp_path, monkeypatch):
    broken, words = BROKEN[fault]
    with (tmp_path / "reference.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(broken)
    monkeypatch.setattr(reference, "TABLE", tmp_path / "reference.csv")
    with pytest.raises(TableError, match=r"web/book/reference\.csv.*Cure: ") as refusal:
        rows.__wrapped__()
    assert words in str(refusal.value)


@both_editions
def test_a_downloaded_notebook_holds_the_reference(code):
    (path,) = (path for path in paths() if path.stem == "d_api")
    notebook = for_readers(read(path), EDITIONS[code], address(), online=False)
    words = "\n".join(cell["source"] for cell in notebook["cells"])
    for entry in ENTRIES.values():
        assert f"# `{entry.name}`" in words
    assert "made" not in {key for cell in notebook["cells"] for key in cell["metadata"]}
