"""The glossary holds every term, in its readers' order; a row that says too little is refused."""

import csv
import re
from dataclasses import replace

import pytest

from tests.pages import both_editions
from web.book.editions import EDITIONS
from web.book.glossary import markdown, sort_key, where_explained
from web.book.notebooks import for_readers, labels, paths, read, written_labels
from web.book.rules import check_terms, check_typography
from web.book.terms import TABLE, TableError, refuse_faults, terms

ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
ENTRY = re.compile(
    r"^\((term-[\w-]+)\)=\n\*\*(.+?)\*\* · <span lang=.+?>(.+?)</span>\\\n(.+)$", re.M
)


def entries(code):
    return ENTRY.findall(markdown(EDITIONS[code], written_labels()))


@both_editions
def test_every_term_has_its_entry_with_its_sentence_and_the_other_languages_word(code):
    found = {label: (name, other, text) for label, name, other, text in entries(code)}
    assert len(found) == len(ROWS) == len(entries(code))
    for term in terms():
        name, other, text = found[term.label]
        assert name == term.name(code)
        assert other == term.name({"en": "zh", "zh": "en"}[code])
        assert text.startswith(term.sentence(code))


@both_editions
def test_a_chapter_that_is_written_is_linked_and_another_one_is_named(code):
    where, written = written_labels(), {path.stem[:2] for path in paths()}
    texts = {label: text for label, _, _, text in entries(code)}
    assert any(row["chapter"] in written for row in ROWS)
    for term in terms():
        end = texts[term.label].removeprefix(term.sentence(code))
        links = re.findall(r"\]\(#([\w-]+)\)", end)
        if any(stem.startswith(f"{term.chapter}_") for stem in where.values()):
            assert [where[link].split("_")[0] for link in links] == [term.chapter]
        else:
            assert links == []
            assert str(int(term.chapter)) in end


def test_a_chapter_gets_its_link_when_it_is_written():
    term = replace(terms()[0], chapter="99", section="")
    chapter = "第 99 章".replace(" ", "\N{NO-BREAK SPACE}")
    assert where_explained(term, "zh", written_labels()) == f"{chapter}。"
    future = {**written_labels(), "the-last": "99_last"}
    assert where_explained(term, "zh", future) == f"[{chapter}](#the-last)。"


def test_english_terms_stand_by_letter_verbs_without_to():
    names = [name for _, name, _, _ in entries("en")]
    assert names[0] == "to accumulate"
    in_order = ["analogy", "coalesce / uncoalesced", "to freeze / to fine-tune", "gather"]
    in_order += ["one-hot", "one-hot encoding / vector", "to renormalize", "row / column"]
    assert sorted(in_order, key=names.index) == in_order


def test_chinese_terms_stand_by_pinyin_and_tone():
    names = [name for _, name, _, _ in entries("zh")]
    in_order = [
        "按索引累加",
        "编号",
        "查表",
        "词表",
        "词元",
        "独热",
        "分词器",
        "行 / 列",
    ]
    in_order += ["合并 / 未合并", "矩", "梯度", "填充", "填充行", "原地", "最近邻"]
    assert sorted(in_order, key=names.index) == in_order


@both_editions
def test_each_term_stands_under_its_letter(code):
    text = markdown(EDITIONS[code], written_labels())
    letters = re.findall(r"^## (.)$", text, re.M)
    assert letters == sorted(set(letters))
    for part in re.split(r"^\(glossary-\w\)=\n## ", text, flags=re.M)[1:]:
        for label, *_ in ENTRY.findall(part):
            (term,) = (t for t in terms() if t.label == label)
            first = sort_key(term, code)[0]
            assert (first if code == "en" else first[0])[0].upper() == part[0]


def test_the_chinese_sentences_keep_the_books_typography_and_terms():
    for row in ROWS:
        problems = [*check_typography(0, row["chinese_sentence"])]
        problems += check_terms(0, row["chinese_sentence"])
        assert not problems, (row["chinese"], [str(p) for p in problems])
        assert row["chinese_sentence"].endswith("。")
        assert row["english_sentence"].endswith(".")


BROKEN = {
    "no English sentence": ({"english_sentence": ""}, "no english_sentence"),
    "no Chinese sentence": ({"chinese_sentence": " "}, "no chinese_sentence"),
    "a label that does not exist": ({"section": "nowhere"}, "no section 'nowhere'"),
    "a label of another chapter": ({"section": "padding-idx"}, "no section 'padding-idx'"),
    "a chapter that nobody plans": ({"chapter": "99"}, "no chapter '99'"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_row_is_refused_with_its_line_and_a_cure(fault, tmp_path):
    change, words = BROKEN[fault]
    broken = [{**ROWS[0], **change}, *ROWS[1:]]
    with (tmp_path / "terms.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(broken)
    with pytest.raises(TableError, match=r"line 2 \(embedding\)") as refusal:
        refuse_faults(written_labels(), tmp_path / "terms.csv")
    assert words in str(refusal.value)
    assert "Cure: " in str(refusal.value)


def test_a_sentence_that_a_comma_cuts_in_two_is_refused_with_its_line_and_a_cure(tmp_path):
    header, first, *rest = TABLE.read_text("utf-8").splitlines()
    (tmp_path / "terms.csv").write_text("\n".join([header, f"{first},spilled", *rest]), "utf-8")
    with pytest.raises(TableError, match=r"line 2 .*: a comma too many\. Cure: "):
        terms(tmp_path / "terms.csv")


@both_editions
def test_a_downloaded_notebook_holds_the_glossary(code):
    (path,) = (path for path in paths() if path.stem == "c_glossary")
    from web.book.editions import address

    notebook = for_readers(read(path), EDITIONS[code], address(), online=False)
    words = "\n".join(cell["source"] for cell in notebook["cells"])
    for term in terms():
        assert f"**{term.name(code)}**" in words
        assert term.sentence(code) in words
    assert "(04_padding_idx.ipynb)" in words


def test_an_entry_can_be_linked_from_any_chapter():
    assert labels()["term-padding-row"] == "c_glossary"
